"""Operations of `nn` against what the original gave, with their gradients; and what they refuse."""

import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax.compat import v1
from tests.nn.operation_programs import PROGRAMS, flat, numbers

with np.load(pathlib.Path(__file__).parent / "recorded" / "operations.npz") as file:
    RECORDED = dict(zip(file["names"], np.split(file["values"], file["sizes"].cumsum()[:-1]), strict=True))


def run(name):
    program, *shapes = PROGRAMS[name]
    inputs = numbers(name, shapes)

    def total(arrays):
        results = [jnp.asarray(r) for r in flat(program(v1, *arrays))]
        return sum(jnp.sin(r).sum() for r in results), results

    gradients, results = jax.jit(jax.grad(total, has_aux=True))([jnp.asarray(x) for x in inputs])
    return [np.concatenate([np.asarray(v).ravel() for v in values]) for values in (results, gradients)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_operation_and_its_gradients_are_those_of_the_original(name):
    result, gradient = run(name)
    expected = RECORDED[name]
    np.testing.assert_allclose(result, expected[: result.size], rtol=2e-4, atol=1e-5)
    np.testing.assert_allclose(gradient, expected[result.size :], rtol=5e-4, atol=2e-5)


def test_channels_may_stand_before_space():
    x, k = (jnp.asarray(a) for a in numbers("first", [(2, 6, 5, 4), (3, 3, 4, 2)]))
    first = jnp.moveaxis(x, -1, 1)
    for last, moved in (
        (tf.nn.conv2d(x, k, 2, "SAME"), tf.nn.conv2d(first, k, [1, 1, 2, 2], "SAME", "NCHW")),
        (tf.nn.depthwise_conv2d(x, k, 1, "VALID"), tf.nn.depthwise_conv2d(first, k, 1, "VALID", "NCHW")),
        (tf.nn.max_pool(x, 2, 2, "SAME"), tf.nn.max_pool(first, [1, 1, 2, 2], 2, "SAME", "NCHW")),
        (tf.nn.avg_pool(x, 3, 2, "SAME"), tf.nn.avg_pool(first, 3, 2, "SAME", "NCHW")),
        (
            tf.nn.conv2d_transpose(x, jnp.ones((2, 2, 3, 4)), [2, 12, 10, 3], 2),
            tf.nn.conv2d_transpose(first, jnp.ones((2, 2, 3, 4)), [2, 3, 12, 10], 2, "SAME", "NCHW"),
        ),
        (tf.nn.bias_add(x, jnp.arange(4.0)), tf.nn.bias_add(first, jnp.arange(4.0), "NC...")),
    ):
        np.testing.assert_allclose(last, jnp.moveaxis(moved, 1, -1), rtol=1e-5, atol=1e-5)


def test_filters_for_a_part_of_the_channels_convolve_in_groups():
    x, k = numbers("groups", [(1, 4, 4, 6), (2, 2, 3, 8)])
    whole = tf.nn.conv2d(x, k, 1, "VALID")
    parts = [tf.nn.conv2d(x[..., 3 * i : 3 * i + 3], k[..., 4 * i : 4 * i + 4], 1, "VALID") for i in range(2)]
    np.testing.assert_allclose(whole, np.concatenate(parts, -1), rtol=1e-5, atol=1e-5)


def test_pooling_by_comparison_takes_integers_and_keeps_nan():
    assert tf.nn.max_pool([[[3], [-7], [-9]]], 2, 2, "SAME").tolist() == [[[3], [-9]]]
    assert np.isnan(tf.nn.max_pool([[[1.0], [np.nan], [2.0], [3.0]]], 2, 2, "VALID")).ravel().tolist() == [True, False]


IMAGE = np.zeros((1, 4, 4, 3), np.float32)
REFUSED = {
    "conv2d: filters for 2 channels": (
        lambda: tf.nn.conv2d(IMAGE, np.zeros((2, 2, 2, 4)), 1, "SAME"),
        r"the input has 3 channels, the filters have shape \(2, 2, 2, 4\)",
    ),
    "conv2d: no image": (lambda: tf.nn.conv2d(IMAGE[0], np.zeros((2, 2, 3, 4)), 1, "SAME"), "4 dimensions, NHWC"),
    "conv2d: two names": (
        lambda: tf.nn.conv2d(IMAGE, IMAGE, 1, "SAME", filter=IMAGE),
        "only one of filters= or filter=",
    ),
    "conv2d: padding": (lambda: tf.nn.conv2d(IMAGE, np.zeros((2, 2, 3, 4)), 1, "FULL"), "'SAME' or 'VALID'.*'FULL'"),
    "conv2d: strides": (
        lambda: tf.nn.conv2d(IMAGE, np.zeros((2, 2, 3, 4)), [2, 1, 1, 1], "SAME"),
        "strides of 1 for the batch and the channels",
    ),
    "conv2d: format": (lambda: tf.nn.conv2d(IMAGE, np.zeros((2, 2, 3, 4)), 1, "SAME", "HWCN"), "'NHWC' and 'NCHW'"),
    "transpose: sizes": (
        lambda: tf.nn.conv2d_transpose(IMAGE, np.zeros((2, 2, 2, 3)), [1, 9, 9, 2], 2),
        r"of \(9, 9\) it makes \(5, 5\)",
    ),
    "max_pool: small": (lambda: tf.nn.max_pool(IMAGE, 5, 1, "VALID"), r"as large as its window, \(5, 5\)"),
    "bias_add": (lambda: tf.nn.bias_add(IMAGE, np.zeros(4)), "one number for each channel"),
    "dropout: none": (lambda: tf.nn.dropout(IMAGE), "rate= or keep_prob="),
    "dropout: range": (lambda: tf.nn.dropout(IMAGE, keep_prob=0.0), "keep_prob=0.0"),
    "dropout: noise": (lambda: tf.nn.dropout(IMAGE, 0.5, [1, 3, 4, 3]), "sizes are 1 or those of the input"),
    "embedding_lookup: ids": (lambda: tf.nn.embedding_lookup(IMAGE, [0.5]), "ids that are integers"),
    "embedding_lookup: strategy": (
        lambda: tf.nn.embedding_lookup([IMAGE, IMAGE], [0], partition_strategy="hash"),
        "'div' or 'mod'; got 'hash'",
    ),
    "combiner": (lambda: tf.nn.embedding_lookup_sparse(IMAGE, [[0]], None, "max"), "combiner must be one of"),
    "sampler": (lambda: tf.nn.uniform_candidate_sampler([[1]], 1, 6, True, 5), "6 different classes"),
    "lrn": (lambda: tf.nn.lrn(IMAGE[0]), "batch, height, width, channels"),
    "fused_batch_norm": (
        lambda: tf.nn.fused_batch_norm(IMAGE, [1.0] * 3, [0.0] * 3, is_training=False),
        "needs mean= and variance=",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused(what):
    call, message = REFUSED[what]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        call()


def test_dropout_keeps_the_mean_and_the_shape_of_its_noise():
    x = jnp.ones((200, 50))
    for dropped in (tf.nn.dropout(x, 0.25, seed=1), v1.nn.dropout(x, 0.75, seed=2), tf.nn.dropout(x, keep_prob=0.75)):
        np.testing.assert_allclose(np.unique(dropped), [0, 4 / 3], rtol=1e-6)
        np.testing.assert_allclose(np.mean(dropped), 1, atol=0.05)
    rows = np.asarray(tf.nn.dropout(x, 0.5, noise_shape=[200, 1], seed=3))
    assert (rows == rows[:, :1]).all()
    assert 0 < rows[:, 0].sum() < 400
    assert (tf.nn.dropout(x, 0.5) != tf.nn.dropout(x, 0.5)).any()


SAMPLERS = {
    "log_uniform": (tf.nn.log_uniform_candidate_sampler, {}, np.diff(np.log(np.arange(1, 12))) / np.log(11)),
    "uniform": (tf.nn.uniform_candidate_sampler, {}, np.full(10, 0.1)),
    "fixed_unigram": (
        tf.nn.fixed_unigram_candidate_sampler,
        {"unigrams": [1, 2, 3, 4, 5, 6, 7, 8, 9], "num_reserved_ids": 1, "distortion": 0.5},
        np.sqrt(np.arange(10)) / np.sqrt(np.arange(10)).sum(),
    ),
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_candidates_are_drawn_as_often_as_they_are_expected(name):
    sampler, arguments, probabilities = SAMPLERS[name]
    drawn = sampler([[3], [0]], 1, 20000, False, 10, seed=5, **arguments)
    counts = np.bincount(drawn.sampled_candidates, minlength=10)
    np.testing.assert_allclose(counts / 20000, probabilities, atol=0.015)
    np.testing.assert_allclose(drawn.true_expected_count, 20000 * probabilities[[[3], [0]]], rtol=1e-4, atol=1e-6)

    for seed in range(5):
        different = sampler([[0]], 1, 4, True, 10, seed=seed, **arguments)
        assert len(set(different.sampled_candidates.tolist())) == 4
        # Each is expected at least as often as in four draws, and at most once.
        least = 1 - (1 - probabilities[np.asarray(different.sampled_candidates)]) ** 4
        assert (different.sampled_expected_count >= least - 1e-5).all()
        assert (different.sampled_expected_count <= 1).all()


def test_counts_of_classes_can_stand_in_a_file(tmp_path):
    (tmp_path / "counts.csv").write_text("a,5\nb,0\nc,5\n")
    drawn = tf.nn.fixed_unigram_candidate_sampler([[0]], 1, 2, True, 3, vocab_file=str(tmp_path / "counts.csv"), seed=1)
    assert sorted(drawn.sampled_candidates.tolist()) == [0, 2]
