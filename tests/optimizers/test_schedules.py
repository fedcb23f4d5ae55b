"""Every schedule object gives the recorded learning rates of the original, and can be described and made again."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from estimax._base._errors import InvalidArgumentError
from estimax.optimizers import schedules

STEPS = (0, 1, 3, 4, 5, 8, 9, 12, 20)

# What tf.keras.optimizers.schedules of TensorFlow 2.15.1 gave at STEPS.
RECORDED = {
    "cosine after a rise": (
        schedules.CosineDecay(0.01, 8, alpha=0.1, warmup_target=0.1, warmup_steps=4),
        [0.01, 0.0325, 0.0775, 0.1, 0.09657458, 0.055, 0.03777924, 0.01, 0.01],
    ),
    "cosine": (
        schedules.CosineDecay(0.1, 8, alpha=0.1),
        [0.1, 0.09657458, 0.07222076, 0.055, 0.03777924, 0.01, 0.01, 0.01, 0.01],
    ),
    "cosine without a target": (
        schedules.CosineDecay(0.1, 8, warmup_steps=4),
        [0.1, 0.09619398, 0.06913417, 0.05, 0.03086582, 0, 0, 0, 0],
    ),
    "exponential": (
        schedules.ExponentialDecay(0.1, 4, 0.5),
        [0.1, 0.08408964, 0.05946035, 0.05, 0.04204482, 0.025, 0.02102241, 0.0125, 0.003125],
    ),
    "exponential in stairs": (
        schedules.ExponentialDecay(0.1, 4, 0.5, staircase=True),
        [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.003125],
    ),
    "inverse": (
        schedules.InverseTimeDecay(0.1, 4, 0.5),
        [0.1, 0.08888889, 0.07272727, 0.06666667, 0.06153846, 0.05, 0.04705882, 0.04, 0.02857143],
    ),
    "inverse in stairs": (
        schedules.InverseTimeDecay(0.1, 4, 0.5, staircase=True),
        [0.1, 0.1, 0.1, 0.06666667, 0.06666667, 0.05, 0.05, 0.04, 0.02857143],
    ),
    "polynomial": (
        schedules.PolynomialDecay(0.1, 8, 0.01, power=2.0),
        [0.1, 0.07890625, 0.04515625, 0.0325, 0.02265625, 0.01, 0.01, 0.01, 0.01],
    ),
    "polynomial in cycles": (
        schedules.PolynomialDecay(0.1, 4, 0.01, cycle=True),
        [0.1, 0.0775, 0.0325, 0.01, 0.04375, 0.01, 0.0325, 0.01, 0.01],
    ),
    "pieces": (
        schedules.PiecewiseConstantDecay([3, 6], [0.1, 0.05, 0.01]),
        [0.1, 0.1, 0.1, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01],
    ),
    "restarts": (
        schedules.CosineDecayRestarts(0.1, 3, t_mul=2.0, m_mul=0.5, alpha=0.1),
        [0.1, 0.0775, 0.055, 0.05198557, 0.04375, 0.01301443, 0.0325, 0.02920495, 0.01038333],
    ),
    "equal restarts": (
        schedules.CosineDecayRestarts(0.1, 3, t_mul=1.0, m_mul=0.5, alpha=0.1),
        [0.1, 0.0775, 0.055, 0.04375, 0.02125, 0.015625, 0.02125, 0.015625, 0.01035156],
    ),
}

every_schedule = pytest.mark.parametrize(("schedule", "rates"), RECORDED.values(), ids=RECORDED)


@every_schedule
def test_a_schedule_gives_the_rates_of_the_original(schedule, rates):
    for as_step in (int, np.int64, jnp.int32):
        given = [schedule(as_step(step)) for step in STEPS]
        np.testing.assert_allclose(np.array(given), rates, rtol=3e-6, atol=1e-9)
    assert {rate.dtype for rate in given} == {jnp.dtype("float32")}


@every_schedule
def test_a_schedule_can_be_compiled(schedule, rates):
    np.testing.assert_allclose(jax.jit(jax.vmap(schedule))(jnp.array(STEPS)), rates, rtol=3e-6, atol=1e-9)


@every_schedule
def test_a_schedule_is_made_again_of_its_description(schedule, rates):
    assert schedules.deserialize(schedules.serialize(schedule)) == schedule
    assert type(schedule).from_config(schedule.get_config()) == schedule


def test_a_schedule_of_a_program_needs_only_to_be_called():
    class Halved(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5 * step

    assert Halved()(3) == 1.5


def test_what_is_no_schedule_is_refused():
    with pytest.raises(InvalidArgumentError, match=r"'CosineDecy' is not one of .*; did you mean 'CosineDecay'"):
        schedules.deserialize({"class_name": "CosineDecy", "config": {}})
    with pytest.raises(InvalidArgumentError, match="2 boundaries and 2 values"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
