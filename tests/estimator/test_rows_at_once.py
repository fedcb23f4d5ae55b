"""Batches of several sizes, one compiled program: where rows do not depend on each other, and nowhere else."""

import functools

import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._base._dtypes import float32
from estimax._base._shapes import TensorSpec
from estimax._graph._function import placeholder_for
from estimax.estimator._rows_at_once import RowsAtOnce

W = {"w": np.array([2.0, 3.0], np.float32)}
X = np.arange(20, dtype=np.float32).reshape(10, 2)
OPEN, BY_ROW = TensorSpec((None, 2), float32), TensorSpec((None,), float32)


def alone(variables, entries):
    return [entries[0] @ variables["w"]]


def with_the_mean(variables, entries):
    return [entries[0] @ variables["w"] - jnp.mean(entries[0])]


def with_a_constant(variables, entries):
    return [entries[0] @ variables["w"] + entries[1][0], jnp.sum(variables["w"])]


def run(device, entry_specs=(OPEN,), exit_specs=(BY_ROW,)):
    own = functools.partial(device)  # JAX counts the programs of a function, wherever it is compiled
    return RowsAtOnce(own, [placeholder_for(s) for s in entry_specs], [placeholder_for(s) for s in exit_specs])


@pytest.mark.parametrize("sizes", [(4, 4, 2), (4, 1, 3, 4), (2, 5, 1)])
def test_shorter_batches_take_the_program_of_the_longest(sizes):
    predict, start = run(alone), 0
    for size in sizes:
        batch = X[start : start + size]
        np.testing.assert_allclose(predict(W, [batch])[0], batch @ W["w"])
        start += size
    longer = [s for i, s in enumerate(sizes) if s > max(sizes[:i], default=0)]
    assert predict._compiled._cache_size() == len(longer)


def test_a_batch_whose_rows_depend_on_each_other_is_not_filled_up():
    predict = run(with_the_mean)
    for size in (4, 2):
        batch = X[:size]
        np.testing.assert_allclose(predict(W, [batch])[0], batch @ W["w"] - batch.mean(), rtol=1e-6)


def test_what_has_no_rows_stays_as_it_is():
    fixed = TensorSpec((1,), float32)
    predict = run(with_a_constant, (OPEN, fixed), (BY_ROW, TensorSpec((), float32)))
    for size in (4, 2):
        by_row, total = predict(W, [X[:size], np.array([7.0], np.float32)])
        np.testing.assert_allclose(by_row, X[:size] @ W["w"] + 7)
        assert total == 5


def test_an_estimator_predicts_the_last_rows_as_all_others(model_dir):
    columns = [tf.feature_column.numeric_column("x")]
    estimator = tf.estimator.DNNRegressor([4], columns, model_dir)

    def rows(size):
        return tf.data.Dataset.from_tensor_slices(({"x": X[:, 0]}, X[:, 1])).batch(size)

    estimator.train(lambda: rows(5), steps=2)
    whole = [row["predictions"] for row in estimator.predict(lambda: rows(10))]
    for size in (3, 4, 7):
        parts = [row["predictions"] for row in estimator.predict(functools.partial(rows, size))]
        np.testing.assert_allclose(parts, whole, rtol=1e-5)
