"""Linear-chain conditional random fields: the likelihood of sequences of tags, and the best one.

From Lafferty, McCallum and Pereira, "Conditional Random Fields" (ICML 2001). A
sequence scores the sum of the scores of its tags and of the transitions between
neighbours. Sums and maxima over all sequences are taken step by step in a scan.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._base._errors import InvalidArgumentError
from estimax._scope._variables import get_variable
from estimax.initializers import glorot_uniform_initializer
from estimax.nn._arrays import as_array, as_floats


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[jax.Array, jax.Array]:
    """Returns the logarithms of the probabilities of sequences of tags.

    Args:
        inputs: [batch, time, tags], the scores of the tags.
        tag_indices: integers [batch, time], the sequences.
        sequence_lengths: integers [batch], how many steps of each are there.
        transition_params: [tags, tags], the score of a tag (row) being followed by another (column); a
            variable `transitions` of the current scope if None.

    Returns:
        [batch], and the scores of transitions.

    Raises:
        InvalidArgumentError: the inputs have another number of axes.

    Example:
        >>> import estimax as tf
        >>> likelihood, _ = tf.contrib.crf.crf_log_likelihood(tf.zeros([1, 2, 2]), [[0, 1]], [2], tf.zeros([2, 2]))
        >>> round(float(likelihood[0]), 4)
        -1.3863
    """
    scores = _scores(inputs)
    if transition_params is None:
        tags = scores.shape[2]
        transition_params = get_variable("transitions", (tags, tags), initializer=glorot_uniform_initializer())
    transitions = as_floats(transition_params)
    score = crf_sequence_score(scores, tag_indices, sequence_lengths, transitions)
    return score - crf_log_norm(scores, sequence_lengths, transitions), transition_params


def crf_sequence_score(inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> jax.Array:
    """Returns the scores of sequences of tags, [batch]; see `crf_log_likelihood` for the arguments."""
    unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> jax.Array:
    """Returns the sums of the scores of the tags of each sequence, [batch]."""
    scores, tags = _scores(inputs), as_array(tag_indices)
    own = jnp.take_along_axis(scores, tags[..., jnp.newaxis], axis=2)[..., 0]
    return jnp.where(_present(sequence_lengths, tags.shape[1]), own, 0).sum(1)


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> jax.Array:
    """Returns the sums of the scores of the transitions in each sequence, [batch]."""
    tags = as_array(tag_indices)
    steps = as_floats(transition_params)[tags[:, :-1], tags[:, 1:]]
    return jnp.where(_present(sequence_lengths, tags.shape[1])[:, 1:], steps, 0).sum(1)


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> jax.Array:
    """Returns the logarithms of the sums of `exp(score)` over all sequences of tags, [batch]; 0 for no steps."""
    scores, transitions = _scores(inputs), as_floats(transition_params)
    present = _present(sequence_lengths, scores.shape[1])

    def step(alpha: Any, here: tuple[Any, Any]) -> tuple[Any, None]:
        score, there = here
        after = jax.nn.logsumexp(alpha[:, :, jnp.newaxis] + transitions, axis=1) + score
        return jnp.where(there[:, jnp.newaxis], after, alpha), None

    later = (jnp.swapaxes(scores[:, 1:], 0, 1), present[:, 1:].T)
    alpha, _ = lax.scan(step, scores[:, 0], later)
    return jnp.where(present[:, 0], jax.nn.logsumexp(alpha, axis=1), 0)


def crf_decode(potentials: Any, transition_params: Any, sequence_length: Any) -> tuple[jax.Array, jax.Array]:
    """Returns the sequences of tags with the highest scores, and these: Viterbi's algorithm.

    Args:
        potentials: [batch, time, tags], the scores of the tags.
        transition_params: [tags, tags], see `crf_log_likelihood`.
        sequence_length: integers [batch], how many steps are there.

    Returns:
        int32 [batch, time], 0 behind the end of a sequence; and float32 [batch].

    Example:
        >>> import estimax as tf
        >>> tags, score = tf.contrib.crf.crf_decode([[[0.0, 1.0], [0.5, 0.0]]], [[0.0, 0.0], [2.0, 0.0]], [2])
        >>> tags.tolist(), score.tolist()
        ([[1, 0]], [3.5])
    """
    scores, transitions = _scores(potentials), as_floats(transition_params)
    present = _present(sequence_length, scores.shape[1])
    stay = jnp.arange(scores.shape[2])

    def forward(best: Any, here: tuple[Any, Any]) -> tuple[Any, Any]:
        score, there = here
        through = best[:, :, jnp.newaxis] + transitions
        after = through.max(1) + score
        came_from = jnp.where(there[:, jnp.newaxis], through.argmax(1), stay)
        return jnp.where(there[:, jnp.newaxis], after, best), came_from

    def backward(tag: Any, came_from: Any) -> tuple[Any, Any]:
        before = jnp.take_along_axis(came_from, tag[:, jnp.newaxis], axis=1)[:, 0]
        return before, before

    later = (jnp.swapaxes(scores[:, 1:], 0, 1), present[:, 1:].T)
    best, came_from = lax.scan(forward, scores[:, 0], later)
    last = best.argmax(1)
    _, before = lax.scan(backward, last, came_from, reverse=True)
    tags = jnp.concatenate([before, last[jnp.newaxis]]).T
    return jnp.where(present, tags, 0).astype(jnp.int32), best.max(1)


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[int], float]:
    """Returns the best sequence of tags of one example, and its score, computed on the host.

    Args:
        score: NumPy [time, tags].
        transition_params: NumPy [tags, tags].

    Example:
        >>> viterbi_decode([[0.0, 1.0], [0.5, 0.0]], [[0.0, 0.0], [2.0, 0.0]])
        ([1, 0], 3.5)
    """
    scores, transitions = np.asarray(score, np.float64), np.asarray(transition_params, np.float64)
    best, came_from = scores[0], []
    for own in scores[1:]:
        through = best[:, np.newaxis] + transitions
        came_from.append(through.argmax(0))
        best = own + through.max(0)
    tags = [int(best.argmax())]
    for before in reversed(came_from):
        tags.append(int(before[tags[-1]]))
    return tags[::-1], float(best.max())


def _scores(inputs: Any) -> jax.Array:
    scores = as_floats(inputs)
    if scores.ndim != 3:
        raise InvalidArgumentError(f"a CRF takes the scores of tags [batch, time, tags]; got shape {scores.shape}")
    return scores


def _present(lengths: Any, steps: int) -> jax.Array:
    """Returns which steps are there, [batch, time]."""
    return jnp.arange(steps) < as_array(lengths).reshape(-1, 1)
