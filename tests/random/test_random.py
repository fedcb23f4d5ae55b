"""Random numbers: spread as they should be, the same wherever they are computed, and reproducible."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

import estimax as tf
from estimax import random
from estimax._base._string_array import StringArray
from estimax._graph._column import concatenate_rows, stack_rows
from estimax._graph._draws import Draws
from estimax._graph._function import trace
from estimax._graph._saving import function_from_json, function_to_json
from estimax.random._seed import next_entropy

COUNT = 20_000


def drawn(op, *args, **options):
    return op([COUNT], *args, seed=17, **options).numpy()


def ranks(values):
    """Where each value stands among the others, from 0 to 1."""
    return (np.argsort(np.argsort(values)) + 0.5) / len(values)


def far_from(values, distribution):
    """The greatest distance between the shares of values up to a point and what the distribution says (Kolmogorov)."""
    return np.abs(ranks(values) - distribution(np.sort(values)[np.argsort(np.argsort(values))])).max()


def truncated_share(x):
    return (ndtr(x) - ndtr(-2)) / (ndtr(2) - ndtr(-2))


LIMIT = 2 / np.sqrt(COUNT)  # beyond which one of a thousand sets of numbers lies

SPREAD = {
    "uniform": (lambda: drawn(random.uniform), lambda x: x),
    "uniform in a range": (lambda: drawn(random.uniform, -3.0, 5.0, "float64"), lambda x: (x + 3) / 8),
    "normal": (lambda: drawn(random.normal), ndtr),
    "normal elsewhere": (lambda: (drawn(random.normal, 5.0, 2.0, tf.float64) - 5) / 2, ndtr),
    "truncated normal": (lambda: drawn(random.truncated_normal), truncated_share),
    "gamma of 1, exponential": (lambda: drawn(random.gamma, 1.0, 2.0), lambda x: 1 - np.exp(-2 * x)),
}


@pytest.mark.parametrize("what", SPREAD)
def test_numbers_are_spread_as_their_distribution_says(what):
    program, distribution = SPREAD[what]
    assert far_from(program().astype(np.float64), distribution) < LIMIT


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
def test_whole_numbers_are_equally_likely(dtype):
    counts = np.bincount(drawn(random.uniform, 3, 13, dtype).astype(np.int64) - 3, minlength=10)
    assert len(counts) == 10
    assert np.abs(counts - COUNT / 10).max() < 5 * np.sqrt(COUNT / 10)


def test_whole_numbers_may_span_their_type():
    for dtype in (tf.int64, tf.uint64, tf.int16):
        values = drawn(random.uniform, dtype.min, dtype.max, dtype).astype(np.float64)
        span = float(dtype.max) - float(dtype.min)
        assert far_from((values - float(dtype.min)) / span, lambda x: x) < LIMIT


def test_poisson_counts_have_the_mean_and_variance_of_their_rate():
    counts = drawn(random.poisson, [0.5, 20.0])
    assert counts.shape == (COUNT, 2)
    np.testing.assert_allclose(counts.mean(0), [0.5, 20.0], rtol=0.05)
    np.testing.assert_allclose(counts.var(0), [0.5, 20.0], rtol=0.05)


def test_classes_are_as_likely_as_their_logits_say():
    picks = random.categorical(np.log([[0.5, 0.25, 0.25], [0.1, 0.0001, 0.8999]]), COUNT, seed=1).numpy()
    assert picks.dtype == np.int64
    np.testing.assert_allclose(np.bincount(picks[0]) / COUNT, [0.5, 0.25, 0.25], atol=0.02)
    np.testing.assert_allclose((picks[1] == 2).mean(), 0.9, atol=0.02)
    assert random.multinomial([[0.0, 1.0]], 3, output_dtype=tf.int32).dtype == tf.int32


def test_every_order_is_equally_likely():
    function, _ = trace(lambda _: random.shuffle(["a", "b", "c"]), tf.TensorSpec([]))
    (column,) = function.over_rows([np.zeros(6000, np.float32)], 6000, Draws(2))
    _, counts = np.unique([b"".join(row) for row in column.to_numpy()], return_counts=True)
    assert len(counts) == 6
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_the_upper_limit_is_never_reached():
    for dtype in (tf.float16, tf.float32, tf.float64):
        values = drawn(random.uniform, 1.0, 1.0 + 4 * np.finfo(dtype.as_numpy_dtype).eps, dtype)
        assert values.min() >= 1
        assert values.max() < 1 + 4 * np.finfo(dtype.as_numpy_dtype).eps
    assert random.uniform([3], 2.0, 2.0).numpy().tolist() == [2.0] * 3


def noisy(x, words):
    """Draws in all the ways: known sizes, open ones, orders, classes, and limits from Tensors."""
    return (
        random.uniform(tf.shape(x), x, x + 1.0),
        random.normal([2, 2]),
        random.normal([2, 2]),
        random.truncated_normal([tf.size(x)], stddev=2.0),
        random.uniform([tf.shape(x)[0], 2], 0, 10, tf.int32),
        random.shuffle(words),
        random.categorical(tf.reshape(tf.cast([1.0, 2.0, 3.0], tf.float32), [1, 3]), 4),
        random.uniform([], seed=3),
    )


def noisy_columns(sizes):
    numbers = [np.arange(n, dtype=np.float32) for n in sizes]
    words = [StringArray.of([f"{r}-{i}" for i in range(n)]) for r, n in enumerate(sizes)]
    return [stack_rows(numbers, tf.float32), stack_rows(words, tf.string)]


NOISY, _ = trace(noisy, (tf.TensorSpec([None]), tf.TensorSpec([None], tf.string)), unpack=True)


def listed(value):
    return value.tolist()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=8), st.integers(0, 2**63), st.data())
def test_a_row_gets_its_numbers_whatever_the_chunk_it_is_in(sizes, entropy, data):
    draws = Draws(entropy, (1, 0), (2,))
    columns = noisy_columns(sizes)
    whole = NOISY.over_rows(columns, len(sizes), draws)
    cut = data.draw(st.integers(1, len(sizes) - 1))
    parts = [
        NOISY.over_rows([c[:cut] for c in columns], cut, draws),
        NOISY.over_rows([c[cut:] for c in columns], len(sizes) - cut, draws.row(cut)),
    ]
    for one, two, both in zip(*parts, whole):
        joined = concatenate_rows([one, two])
        for r in range(len(sizes)):
            assert listed(joined[r]) == listed(both[r])
    for r in range(len(sizes)):
        alone = NOISY([columns[0][r], columns[1][r]], draws.row(r))
        for got, column in zip(alone, whole):
            assert listed(got) == listed(column[r])


def test_rows_and_ops_draw_different_numbers_unless_a_seed_says_otherwise():
    columns = noisy_columns([2] * 500)
    out = NOISY.over_rows(columns, 500, Draws(1))
    normals = np.stack([out[1], out[2]])
    assert len(np.unique(normals)) == normals.size
    other = NOISY.over_rows(columns, 500, Draws(2))
    assert (out[1] != other[1]).all()
    assert (out[7] == other[7]).all()
    assert len(np.unique(out[7])) == 500


def test_a_loaded_function_draws_what_the_saved_one_did():
    document, arrays = function_to_json(NOISY)
    loaded = function_from_json(json.loads(json.dumps(document)), arrays)
    columns = noisy_columns([1, 3, 2])
    for got, want in zip(loaded.over_rows(columns, 3, Draws(4)), NOISY.over_rows(columns, 3, Draws(4))):
        for r in range(3):
            assert listed(got[r]) == listed(want[r])


def test_no_rows_draw_nothing():
    function, _ = trace(lambda x: random.normal([tf.size(x), 3]), tf.TensorSpec([None]))
    (column,) = function.over_rows([np.zeros((0, 5), np.float32)], 0)
    assert column.shape == (0, 0, 3)


def test_what_is_inferred_is_what_is_drawn():
    for tensor, value in zip(NOISY.outputs, NOISY([np.float32([1, 2]), StringArray.of(["a", "b"])])):
        assert tensor.shape.is_compatible_with(value.shape)
    x = tf.placeholder(tf.float32, [None, 3])
    assert random.uniform(tf.shape(x)).shape == (None, 3)
    assert random.shuffle(x).shape == (None, 3)


def test_the_seed_of_the_program_makes_it_repeat():
    def program():
        return [random.uniform([2]).numpy().tolist(), random.normal([2]).numpy().tolist(), next_entropy()]

    try:
        runs = []
        for seed in (1, 1, 2, None, None):
            random.set_random_seed(seed)
            runs.append(program())
        assert runs[0] == runs[1]
        for other in (runs[2], runs[3]):
            assert all(a != b for a, b in zip(runs[0], other))
        assert runs[3] != runs[4]
    finally:
        random.set_random_seed(None)


def test_eager_ops_differ_unless_they_have_a_seed():
    assert (random.uniform([3]).numpy() != random.uniform([3]).numpy()).all()
    assert (random.uniform([3], seed=1).numpy() == random.uniform([3], seed=1).numpy()).all()
    assert (random.uniform([3], seed=1).numpy() != random.uniform([3], seed=2).numpy()).all()


REFUSED = {
    "whole numbers without a limit": (lambda: random.uniform([1], dtype=tf.int32), ValueError, "needs maxval"),
    "an empty range": (lambda: random.uniform([1], 3, 3, tf.int32), tf.errors.InvalidArgumentError, "minval < maxval"),
    "normal whole numbers": (lambda: random.normal([1], dtype=tf.int32), TypeError, "floating-point"),
    "uniform strings": (lambda: random.uniform([1], dtype=tf.string), TypeError, "draws numbers"),
    "negative sizes": (lambda: random.uniform([-1]), tf.errors.InvalidArgumentError, "must not be negative"),
    "seeds that are no numbers": (lambda: random.set_random_seed("1"), TypeError, "whole number"),
    "the order of one value": (lambda: random.shuffle(1), tf.errors.InvalidArgumentError, "at least one dimension"),
    "classes of a vector": (lambda: random.categorical([1.0], 1), tf.errors.InvalidArgumentError, "batch, classes"),
    "limits of another shape": (lambda: random.uniform([2], [1.0, 2.0, 3.0]), tf.errors.InvalidArgumentError, "broadc"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_drawn_is_refused(what):
    program, error, message = REFUSED[what]
    with pytest.raises(error, match=message):
        program()
