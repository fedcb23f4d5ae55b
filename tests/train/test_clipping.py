"""Clipping by norms gives the numbers of the original, for arrays and for rows of tables."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.train._gradients import IndexedSlices, joined, merged

MATRIX = [[3.0, 4.0], [0.0, 0.0], [0.3, 0.4]]


def test_the_numbers_are_those_of_the_original():
    clipped, norm = tf.clip_by_global_norm([jnp.array([3.0, 4.0]), None, jnp.array([[0.0, 12.0]])], 6.5)
    assert norm == 13
    assert clipped[0].tolist() == [1.5, 2.0]
    assert clipped[1] is None
    assert clipped[2].tolist() == [[0.0, 6.0]]
    (given, _) = tf.clip_by_global_norm([jnp.array([3.0, 4.0])], 1.0, use_norm=10.0)
    np.testing.assert_allclose(given[0], [0.3, 0.4], rtol=1e-6)
    by_norm = [[1.1940447, 1.5920596], [0, 0], [0.11940447, 0.15920596]]
    np.testing.assert_allclose(tf.clip_by_norm(MATRIX, 2.0), by_norm, rtol=1e-6)
    np.testing.assert_allclose(tf.clip_by_norm(MATRIX, 2.0, axes=[1]), [[1.2, 1.6], [0, 0], [0.3, 0.4]], rtol=1e-6)
    by_average = [[1.7910671, 2.3880894], [0, 0], [0.17910671, 0.23880894]]
    np.testing.assert_allclose(tf.compat.v1.clip_by_average_norm(MATRIX, 0.5), by_average, rtol=1e-6)


def test_what_is_small_enough_stays():
    assert tf.clip_by_norm(jnp.array([3.0, 4.0]), 5.0).tolist() == [3.0, 4.0]
    assert tf.clip_by_global_norm([jnp.zeros(2)], 1.0)[0][0].tolist() == [0, 0]


def test_a_norm_that_is_not_finite_shows_everywhere():
    clipped, _ = tf.clip_by_global_norm([jnp.array([jnp.inf, 1.0]), jnp.ones(1)], 1.0)
    assert all(np.isnan(c).all() for c in clipped)


def test_the_gradient_of_a_clipped_zero_is_finite():
    assert np.isfinite(jax.grad(lambda x: jnp.sum(tf.clip_by_norm(x, 1.0)))(jnp.zeros(3))).all()


def test_rows_of_a_table_stay_rows():
    slices = IndexedSlices(jnp.array([[3.0], [4.0]]), jnp.array([5, 1]), (9, 1))
    (clipped,), norm = tf.clip_by_global_norm([slices], 2.5)
    assert norm == 5
    assert clipped.values.tolist() == [[1.5], [2.0]]
    assert clipped.indices.tolist() == [5, 1]
    assert tf.clip_by_norm(slices, 2.5).values.tolist() == [[1.5], [2.0]]
    assert tf.clip_by_value(slices, -1.0, 3.5).values.tolist() == [[3.0], [3.5]]
    assert (2 * slices).values.tolist() == [[6.0], [8.0]]
    assert (-slices / 2).values.tolist() == [[-1.5], [-2.0]]


def test_wrong_arguments_are_refused():
    with pytest.raises(InvalidArgumentError, match="takes a list of arrays"):
        tf.clip_by_global_norm(jnp.ones(3), 1.0)
    with pytest.raises(InvalidArgumentError, match="clip_norm must be zero or positive; got -1"):
        tf.clip_by_norm(jnp.ones(3), -1)
    with pytest.raises(InvalidArgumentError, match="clip_norm of clip_gradients_by_norm"):
        tf.contrib.estimator.clip_gradients_by_norm(tf.train.AdamOptimizer(), -1.0)
    with pytest.raises(InvalidArgumentError, match=r"write AdamOptimizer\(\.\.\.\)"):
        tf.contrib.estimator.clip_gradients_by_norm(tf.train.AdamOptimizer, 1.0)


indices = st.lists(st.integers(-2, 7), min_size=0, max_size=12)


@given(first=indices, second=indices, by_scratch=st.booleans())
def test_merged_rows_are_the_same_array_and_stand_once_for_each_reading(first, second, by_scratch):
    rng = np.random.default_rng(len(first))

    def reading(ids):
        return IndexedSlices(jnp.array(rng.normal(size=(len(ids), 2)), jnp.float32), jnp.array(ids, jnp.int32), (6, 2))

    both = joined([reading(first), reading(second)])
    once, _ = merged(both, jnp.full(6, 3, jnp.int32) if by_scratch else None)
    np.testing.assert_allclose(once.to_dense(), both.to_dense(), rtol=1e-5, atol=1e-6)
    for part in (np.asarray(once.indices)[: len(first)], np.asarray(once.indices)[len(first) :]):
        present = part[(part >= 0) & (part < 6)]
        assert len(set(present.tolist())) == len(present)
    missing = (np.asarray(once.indices) < 0) | (np.asarray(once.indices) >= 6)
    assert not np.asarray(once.values)[missing].any()
