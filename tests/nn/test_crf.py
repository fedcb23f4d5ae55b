"""Conditional random fields against sums over all sequences of tags, and the loss of sequences."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered

CRF = tf.contrib.crf
_random = np.random.default_rng(7)
SCORES = _random.normal(size=(4, 3, 3)).astype(np.float32)
TRANSITIONS = _random.normal(size=(3, 3)).astype(np.float32)
LENGTHS = np.array([3, 2, 1, 3])
TAGS = np.array([[0, 2, 1], [1, 1, 0], [2, 0, 0], [2, 2, 2]])


def score(scores, tags):
    moves = sum(TRANSITIONS[a, b] for a, b in itertools.pairwise(tags))
    return sum(s[t] for s, t in zip(scores, tags, strict=True)) + moves


def all_scores(example):
    length = LENGTHS[example]
    return {tags: score(SCORES[example, :length], tags) for tags in itertools.product(range(3), repeat=int(length))}


def test_the_likelihood_is_the_share_of_a_sequence_in_the_sum_over_all():
    found, given = CRF.crf_log_likelihood(SCORES, TAGS, LENGTHS, TRANSITIONS)
    assert given is TRANSITIONS
    for example, value in enumerate(found):
        every = all_scores(example)
        wanted = every[tuple(TAGS[example, : LENGTHS[example]])] - np.log(np.sum(np.exp(list(every.values()))))
        np.testing.assert_allclose(value, wanted, rtol=1e-4)


def test_decoding_finds_the_best_of_all_sequences():
    tags, best = CRF.crf_decode(SCORES, TRANSITIONS, LENGTHS)
    assert tags.dtype == jnp.int32
    for example, length in enumerate(LENGTHS):
        every = all_scores(example)
        wanted = max(every, key=every.get)
        assert tags[example].tolist() == [*wanted, *[0] * (3 - length)]
        np.testing.assert_allclose(best[example], every[wanted], rtol=1e-5)
        path, value = CRF.viterbi_decode(SCORES[example, :length], TRANSITIONS)
        assert (tuple(path), pytest.approx(value, rel=1e-5)) == (wanted, every[wanted])


def test_steps_behind_the_end_of_sequences_change_nothing():
    longer = np.concatenate([SCORES, np.full((4, 5, 3), 9, np.float32)], axis=1)
    tags = np.concatenate([TAGS, np.ones((4, 5), int)], axis=1)
    first, second = (CRF.crf_log_likelihood(s, t, LENGTHS, TRANSITIONS)[0] for s, t in ((SCORES, TAGS), (longer, tags)))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(
        CRF.crf_decode(longer, TRANSITIONS, LENGTHS)[0][:, :3], CRF.crf_decode(SCORES, TRANSITIONS, LENGTHS)[0]
    )


def test_gradients_are_those_of_differences():
    def loss(scores, transitions):
        return CRF.crf_log_likelihood(scores, TAGS, LENGTHS, transitions)[0].sum()

    by_scores, by_transitions = jax.grad(loss, (0, 1))(jnp.asarray(SCORES), jnp.asarray(TRANSITIONS))
    step = np.zeros((3, 3), np.float32)
    step[0, 2] = 1e-2
    difference = (loss(SCORES, TRANSITIONS + step) - loss(SCORES, TRANSITIONS - step)) / 2e-2
    np.testing.assert_allclose(by_transitions[0, 2], difference, rtol=2e-2, atol=1e-3)
    assert np.all(np.asarray(by_scores)[2, 1:] == 0)
    np.testing.assert_allclose(np.asarray(by_scores).sum(-1), 0, atol=1e-5)


def test_without_transitions_there_is_a_variable_for_them():
    with entered(Frame({"crf/transitions": jnp.asarray(TRANSITIONS)})) as frame, tf.variable_scope("crf"):
        likelihood, transitions = CRF.crf_log_likelihood(SCORES, TAGS, LENGTHS)
    assert list(frame.specs) == ["crf/transitions"]
    np.testing.assert_array_equal(transitions, TRANSITIONS)
    np.testing.assert_array_equal(likelihood, CRF.crf_log_likelihood(SCORES, TAGS, LENGTHS, TRANSITIONS)[0])


def test_the_loss_of_sequences_is_averaged_over_what_is_there():
    weights = (np.arange(3) < LENGTHS[:, None]).astype(np.float32)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=TAGS, logits=SCORES) * weights
    loss = tf.contrib.seq2seq.sequence_loss
    np.testing.assert_allclose(loss(SCORES, TAGS, weights), losses.sum() / weights.sum(), rtol=1e-6)
    np.testing.assert_allclose(
        loss(SCORES, TAGS, weights, average_across_batch=False), losses.sum(1) / weights.sum(1), rtol=1e-6
    )
    np.testing.assert_allclose(
        loss(SCORES, TAGS, weights, average_across_timesteps=False), losses.sum(0) / weights.sum(0), rtol=1e-6
    )
    np.testing.assert_allclose(loss(SCORES, TAGS, weights, False, False), losses, rtol=1e-6)
    with pytest.raises(ValueError, match="sequence_loss takes logits"):
        loss(SCORES[0], TAGS, weights)
