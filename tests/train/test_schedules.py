"""Every schedule gives the recorded learning rates of the original, on the host and in a compiled step."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax import train
from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Frame, entered
from estimax.train._schedules import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    piecewise_constant_decay,
    polynomial_decay,
)

STEPS = (0, 1, 3, 4, 5, 8, 9, 12, 20)

# What the original gave at STEPS.
RECORDED = {
    "exponential": (
        lambda step: exponential_decay(0.1, step, 4, 0.5),
        [0.1, 0.08408964, 0.05946035, 0.05, 0.04204482, 0.025, 0.02102241, 0.0125, 0.003125],
    ),
    "exponential in stairs": (
        lambda step: exponential_decay(0.1, step, 4, 0.5, staircase=True),
        [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.003125],
    ),
    "natural": (
        lambda step: natural_exp_decay(0.1, step, 4, 0.5),
        [0.1, 0.08824969, 0.06872893, 0.06065307, 0.05352614, 0.03678795, 0.03246525, 0.02231302, 0.008208501],
    ),
    "natural in stairs": (
        lambda step: natural_exp_decay(0.1, step, 4, 0.5, staircase=True),
        [0.1, 0.1, 0.1, 0.06065307, 0.06065307, 0.03678795, 0.03678795, 0.02231302, 0.008208501],
    ),
    "inverse": (
        lambda step: inverse_time_decay(0.1, step, 4, 0.5),
        [0.1, 0.08888889, 0.07272727, 0.06666667, 0.06153846, 0.05, 0.04705882, 0.04, 0.02857143],
    ),
    "inverse in stairs": (
        lambda step: inverse_time_decay(0.1, step, 4, 0.5, staircase=True),
        [0.1, 0.1, 0.1, 0.06666667, 0.06666667, 0.05, 0.05, 0.04, 0.02857143],
    ),
    "polynomial": (
        lambda step: polynomial_decay(0.1, step, 8, 0.01, power=2.0),
        [0.1, 0.07890625, 0.04515625, 0.0325, 0.02265625, 0.01, 0.01, 0.01, 0.01],
    ),
    "polynomial in cycles": (
        lambda step: polynomial_decay(0.1, step, 4, 0.01, cycle=True),
        [0.1, 0.0775, 0.0325, 0.01, 0.04375, 0.01, 0.0325, 0.01, 0.01],
    ),
    "piecewise": (
        lambda step: piecewise_constant(step, [3, 6], [0.1, 0.05, 0.01]),
        [0.1, 0.1, 0.1, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01],
    ),
    "cosine": (
        lambda step: cosine_decay(0.1, step, 8, alpha=0.1),
        [0.1, 0.09657458, 0.07222076, 0.055, 0.03777924, 0.01, 0.01, 0.01, 0.01],
    ),
    "cosine with longer and longer periods": (
        lambda step: cosine_decay_restarts(0.1, step, 3, t_mul=2.0, m_mul=0.5, alpha=0.1),
        [0.1, 0.0775, 0.055, 0.05198557, 0.04375, 0.01301443, 0.0325, 0.02920495, 0.01038333],
    ),
    "cosine with equal periods": (
        lambda step: cosine_decay_restarts(0.1, step, 3, t_mul=1.0, m_mul=0.5, alpha=0.1),
        [0.1, 0.0775, 0.055, 0.04375, 0.02125, 0.015625, 0.02125, 0.015625, 0.01035156],
    ),
    "linear cosine": (
        lambda step: linear_cosine_decay(0.1, step, 8, num_periods=1.5, alpha=0.1, beta=0.01),
        [0.111, 0.06840582, 0.003759368, 0.031, 0.04669214, 0.001, 0.001, 0.001, 0.001],
    ),
}

RECORDED["noisy linear cosine without noise"] = (
    lambda step: noisy_linear_cosine_decay(0.1, step, 8, 0.0, num_periods=1.5, alpha=0.1, beta=0.01),
    RECORDED["linear cosine"][1],
)

every_schedule = pytest.mark.parametrize(("schedule", "rates"), RECORDED.values(), ids=RECORDED)


@every_schedule
@pytest.mark.parametrize("as_step", [int, np.int64, jnp.int32], ids=lambda kind: kind.__name__)
def test_a_schedule_gives_the_rates_of_the_original(schedule, rates, as_step):
    given = [schedule(as_step(step)) for step in STEPS]
    assert {rate.dtype for rate in given} == {jnp.dtype("float32")}
    np.testing.assert_allclose(np.array(given), rates, rtol=3e-6)


@every_schedule
def test_a_schedule_can_be_compiled(schedule, rates):
    compiled = jax.jit(schedule)
    np.testing.assert_allclose([compiled(step) for step in STEPS], rates, rtol=3e-6)


@pytest.mark.parametrize(
    "schedule",
    [exponential_decay, natural_exp_decay, inverse_time_decay],
)
def test_a_schedule_without_a_step_says_where_to_get_one(schedule):
    with pytest.raises(InvalidArgumentError, match="get_global_step"):
        schedule(0.1, None, 4, 0.5)


def test_pieces_need_one_value_more_than_boundaries():
    with pytest.raises(InvalidArgumentError, match="2 boundaries and 2 values"):
        piecewise_constant(0, [1, 2], [0.1, 0.2])
    with pytest.raises(InvalidArgumentError, match="get_global_step"):
        piecewise_constant(None, [1], [0.1, 0.2])


def test_one_piece_is_a_constant():
    assert piecewise_constant(7, [], [0.25]) == 0.25


def test_both_names_of_the_pieces_are_known():
    assert piecewise_constant_decay is piecewise_constant


def test_a_first_rate_may_be_an_array():
    assert exponential_decay(jnp.float32(0.5), 4, 4, 0.5) == 0.25


def test_the_noise_has_the_deviation_of_the_original():
    active = Frame({}, key=lambda: jax.random.key(1))
    with entered(active):
        rates = [
            noisy_linear_cosine_decay(0.1, 3, 8, initial_variance=2.0, variance_decay=0.7, alpha=0.1, beta=0.01)
            for _ in range(400)
        ]
    assert np.mean(rates) == pytest.approx(0.0496, abs=0.012)  # of 4,000 of the original's
    assert np.std(rates) == pytest.approx(0.0597, rel=0.15)
    assert noisy_linear_cosine_decay(0.1, 3, 8).shape == ()


@every_schedule
def test_a_step_may_be_a_tensor(schedule, rates):
    np.testing.assert_allclose(schedule(tf.constant(3)), rates[2], rtol=3e-6)


def test_the_global_step_is_that_of_the_model_function_that_runs():
    assert train.get_global_step() is None
    assert train.get_or_create_global_step() == train.create_global_step() == 0
    with entered(Frame({"global_step": jnp.int32(7)})):
        assert train.get_global_step() == train.get_or_create_global_step() == train.create_global_step() == 7
    with entered(Frame({})):  # the first, abstract call
        assert train.get_global_step() == 0
