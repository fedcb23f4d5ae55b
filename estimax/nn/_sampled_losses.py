"""Losses of classifiers of many classes, computed from some of them: `nce_loss` and `sampled_softmax_loss`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._candidates import log_uniform_candidate_sampler
from estimax.nn._cross_entropy import sigmoid_cross_entropy_with_logits, softmax_cross_entropy_with_logits_v2
from estimax.nn._embedding import embedding_lookup


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    name: str | None = None,
    *,
    partition_strategy: str = "div",
) -> jax.Array:
    """Returns the noise-contrastive estimation loss of each example.

    It tells the true classes from some that are drawn. Gutmann and Hyvarinen,
    "Noise-contrastive estimation" (2010).

    Args:
        weights: a table [num_classes, dim], or a list of tables that are parts of one.
        biases: [num_classes].
        labels: integers [batch, num_true].
        inputs: [batch, dim].
        num_sampled: how many classes are drawn for the batch.
        num_classes: how many there are.
        num_true: classes of each example.
        sampled_values: what a candidate sampler gave; by default the log-uniform one draws different classes.
        remove_accidental_hits: whether a class that is drawn does not count for examples whose label it is.
        name: has no effect.
        partition_strategy: as for `embedding_lookup`.

    Returns:
        [batch].

    Raises:
        InvalidArgumentError: shapes that do not fit.
    """
    labels = _labels(labels, num_true)
    sampled = sampled_values or log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes)
    logits, targets = _sampled_logits(
        weights, biases, labels, inputs, num_true, sampled, remove_accidental_hits, partition_strategy
    )
    return sigmoid_cross_entropy_with_logits(labels=targets, logits=logits).sum(1)


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    seed: Any = None,
    name: str | None = None,
    *,
    partition_strategy: str = "div",
) -> jax.Array:
    """Returns the softmax cross entropy of each example over its true classes and some that are drawn.

    It is for training; the full softmax tells how good a model is. Arguments and
    result are those of `nce_loss`, and `seed` that of the sampler.
    """
    labels = _labels(labels, num_true)
    sampled = sampled_values or log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes, seed)
    logits, targets = _sampled_logits(
        weights, biases, labels, inputs, num_true, sampled, remove_accidental_hits, partition_strategy
    )
    return softmax_cross_entropy_with_logits_v2(labels=targets, logits=logits)


def _labels(labels: Any, num_true: int) -> Any:
    array = as_array(labels)
    array = array if jnp.issubdtype(array.dtype, jnp.integer) else array.astype(jnp.int32)
    if array.ndim == 1 and num_true == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != num_true:
        raise InvalidArgumentError(f"labels must have the shape [batch, {num_true}]; got {array.shape}")
    return array


def _sampled_logits(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_true: int,
    sampled_values: Any,
    remove_hits: bool,
    strategy: str,
) -> tuple[Any, Any]:
    """Returns the logits [batch, num_true + num_sampled] of the classes that count, and the targets for them.

    From each logit the logarithm of how often its class is expected is taken off.
    """
    x = as_floats(inputs)
    drawn, true_expected, drawn_expected = (jax.lax.stop_gradient(as_array(v)) for v in sampled_values)
    batch, known = labels.shape[0], labels.shape[0] * num_true
    ids = jnp.concatenate([labels.reshape(-1), drawn.astype(labels.dtype)])
    rows = embedding_lookup(weights, ids, partition_strategy=strategy)
    offsets = embedding_lookup(biases, ids, partition_strategy=strategy)
    if rows.ndim != 2 or x.ndim != 2 or rows.shape[1] != x.shape[1]:
        raise InvalidArgumentError(
            f"weights [classes, dim] and inputs [batch, dim] must fit; got rows of shape {rows.shape[1:]} and inputs "
            f"of shape {x.shape}"
        )
    own = rows[:known].reshape((batch, num_true, -1))
    true_logits = jnp.einsum("bd,btd->bt", x, own) + offsets[:known].reshape((batch, num_true))
    other_logits = x @ rows[known:].T + offsets[known:]
    if remove_hits:
        hit = (labels[:, :, None] == drawn).any(1)
        other_logits = jnp.where(hit, other_logits + np.finfo(np.float32).min, other_logits)
    true_logits = true_logits - jnp.log(true_expected)
    other_logits = other_logits - jnp.log(drawn_expected)
    logits = jnp.concatenate([true_logits, other_logits], 1)
    targets = jnp.concatenate([jnp.ones_like(true_logits) / num_true, jnp.zeros_like(other_logits)], 1)
    return logits, targets
