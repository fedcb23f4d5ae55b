"""Regularizers and constraints of Keras: their numbers, and what they refuse."""

import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf

regularizers, constraints = tf.keras.regularizers, tf.keras.constraints
WEIGHTS = np.array([[3.0, -1.0], [4.0, 0.5]], np.float32)


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (regularizers.l1(0.1), 0.85),
        (regularizers.l1(l=0.1), 0.85),
        (regularizers.L1(), 0.085),
        (regularizers.l2(0.1), 2.625),
        (regularizers.L2(), 0.2625),
        (regularizers.l1_l2(), 0.3475),
        (regularizers.L1L2(l2=1.0), 26.25),
        (regularizers.L1L2(), 0),
        (regularizers.get("l2"), 0.2625),
        (regularizers.get(regularizers.L1), 0.085),
    ],
)
def test_penalties_are_those_of_keras(regularizer, expected):
    assert float(regularizer(WEIGHTS)) == pytest.approx(expected, rel=1e-6)
    again = type(regularizer).from_config(regularizer.get_config())
    assert again == regularizer


@pytest.mark.parametrize("make", [regularizers.L1, regularizers.L2, regularizers.L1L2])
def test_factors_are_numbers_that_are_not_negative(make):
    for wrong in (-1.0, "x", True):
        with pytest.raises(ValueError, match="not negative"):
            make(wrong)


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (constraints.NonNeg(), [[3, 0], [4, 0.5]]),
        (constraints.max_norm(2.5), [[1.5, -1], [2, 0.5]]),
        (constraints.MaxNorm(2.0, axis=1), [[3 * 2 / 10**0.5, -2 / 10**0.5], [4 * 2 / 16.25**0.5, 1 / 16.25**0.5]]),
        (constraints.unit_norm(), [[0.6, -1 / 1.25**0.5], [0.8, 0.5 / 1.25**0.5]]),
        (constraints.MinMaxNorm(2.0, 2.5), [[1.5, -2 / 1.25**0.5], [2, 1 / 1.25**0.5]]),
        (constraints.MinMaxNorm(0.0, 2.5, rate=0.5), [[2.25, -1], [3, 0.5]]),
        (constraints.get("non_neg"), [[3, 0], [4, 0.5]]),
    ],
)
def test_constraints_are_those_of_keras(constraint, expected):
    np.testing.assert_allclose(constraint(jnp.asarray(WEIGHTS)), expected, rtol=1e-5)


def test_unknown_names_are_refused():
    for module in (regularizers, constraints):
        with pytest.raises(ValueError, match="must be one of"):
            module.get("none")
        assert module.get(None) is None
