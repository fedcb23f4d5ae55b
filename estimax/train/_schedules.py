"""Learning rates that change with the global step, as pure functions of it.

Each takes the step as a number or as an array, on the host or inside a compiled
step, and returns a float32 array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._naming import keep_names
from estimax._scope._crossing import to_device
from estimax._scope._frame import current_frame


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Returns `learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
        learning_rate: at step 0.
        global_step: steps done so far.
        decay_steps: steps in which the rate is multiplied by `decay_rate` once.
        decay_rate: the factor.
        staircase: whether to multiply once every `decay_steps` instead of gradually.
        name: of the result.

    Raises:
        InvalidArgumentError: there is no step.

    Example:
        >>> import estimax as tf
        >>> float(tf.train.exponential_decay(1.0, global_step=20, decay_steps=10, decay_rate=0.5))
        0.25
    """
    rate, periods = _rate_and_periods(learning_rate, global_step, decay_steps, staircase)
    return rate * jnp.power(_float(decay_rate), periods)


def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Returns `learning_rate * exp(-decay_rate * step / decay_steps)`; arguments as for `exponential_decay`."""
    rate, periods = _rate_and_periods(learning_rate, global_step, decay_steps, staircase)
    return rate * jnp.exp(-_float(decay_rate) * periods)


def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Returns `learning_rate / (1 + decay_rate * step / decay_steps)`; arguments as for `exponential_decay`.

    Example:
        >>> import estimax as tf
        >>> float(tf.train.inverse_time_decay(1.0, global_step=30, decay_steps=10, decay_rate=1.0))
        0.25
    """
    rate, periods = _rate_and_periods(learning_rate, global_step, decay_steps, staircase)
    return rate / (1 + _float(decay_rate) * periods)


def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Returns a rate that falls to `end_learning_rate` in `decay_steps`, as a power of the steps that are left.

    Args:
        learning_rate: at step 0.
        global_step: steps done so far.
        decay_steps: steps until the end is reached.
        end_learning_rate: the rate from then on.
        power: 1 for a straight line.
        cycle: whether to extend `decay_steps` to its next multiple when it is passed,
            instead of staying at the end.
        name: of the result.

    Raises:
        InvalidArgumentError: there is no step.

    Example:
        >>> import estimax as tf
        >>> float(tf.train.polynomial_decay(1.0, global_step=5, decay_steps=10, end_learning_rate=0.0))
        0.5
    """
    rate, end, step, steps = _float(learning_rate), _float(end_learning_rate), _step(global_step), _float(decay_steps)
    if cycle:
        steps = steps * jnp.maximum(jnp.ceil(step / steps), 1)
    left = 1 - jnp.minimum(step, steps) / steps
    return (rate - end) * jnp.power(left, _float(power)) + end


def piecewise_constant(x: Any, boundaries: Sequence[Any], values: Sequence[Any], name: str | None = None) -> jax.Array:
    """Returns `values[0]` up to and with the first boundary, `values[1]` up to the second, and so on.

    Args:
        x: usually the global step.
        boundaries: rising numbers.
        values: one more than there are boundaries.
        name: of the result.

    Raises:
        InvalidArgumentError: there is no step, or the numbers of boundaries and values do not fit.

    Example:
        >>> import estimax as tf
        >>> [round(float(tf.train.piecewise_constant(step, [100], [0.5, 0.25])), 3) for step in (0, 100, 101)]
        [0.5, 0.5, 0.25]
    """
    if len(boundaries) != len(values) - 1:
        raise InvalidArgumentError(
            "piecewise_constant needs one value more than boundaries; "
            f"got {len(boundaries)} boundaries and {len(values)} values"
        )
    if x is None:
        raise InvalidArgumentError("piecewise_constant needs x, usually tf.train.get_global_step(); got None")
    if not boundaries:
        return _float(values[0])
    passed = jnp.sum(jnp.asarray(to_device(x))[..., None] > jnp.asarray(np.asarray(boundaries)), axis=-1)
    return jnp.stack([_float(value) for value in values])[passed]


def cosine_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, alpha: Any = 0.0, name: str | None = None
) -> jax.Array:
    """Returns a rate that falls along half a cosine wave: Loshchilov and Hutter, "SGDR" (2017).

    Args:
        learning_rate: at step 0.
        global_step: steps done so far.
        decay_steps: steps until the end is reached.
        alpha: the share of `learning_rate` that is left at the end.
        name: of the result.

    Raises:
        InvalidArgumentError: there is no step.

    Example:
        >>> import estimax as tf
        >>> round(float(tf.train.cosine_decay(1.0, global_step=5, decay_steps=10)), 4)
        0.5
    """
    steps = _float(decay_steps)
    done = jnp.minimum(_step(global_step), steps) / steps
    return _float(learning_rate) * _above(alpha, _half_wave(done))


def cosine_decay_restarts(
    learning_rate: Any,
    global_step: Any,
    first_decay_steps: Any,
    t_mul: float = 2.0,
    m_mul: float = 1.0,
    alpha: Any = 0.0,
    name: str | None = None,
) -> jax.Array:
    """Returns a cosine decay that starts again when it has ended: Loshchilov and Hutter, "SGDR" (2017).

    Args:
        learning_rate: at step 0.
        global_step: steps done so far.
        first_decay_steps: steps until the first restart.
        t_mul: how many times longer each period is than the one before.
        m_mul: how many times higher each period starts than the one before.
        alpha: the share of `learning_rate` that is left at the end of a period.
        name: of the result.

    Raises:
        InvalidArgumentError: there is no step.

    Example:
        >>> import estimax as tf
        >>> [round(float(tf.train.cosine_decay_restarts(1.0, step, 10)), 4) for step in (0, 5, 10, 20)]
        [1.0, 0.5, 1.0, 0.5]
    """
    periods = _step(global_step) / _float(first_decay_steps)
    if t_mul == 1.0:
        restarts = jnp.floor(periods)
        done = periods - restarts
    else:
        restarts = jnp.floor(jnp.log(1 - periods * (1 - t_mul)) / math.log(t_mul))
        length = jnp.power(_float(t_mul), restarts)
        done = (periods - (1 - length) / (1 - t_mul)) / length
    return _float(learning_rate) * _above(alpha, jnp.power(_float(m_mul), restarts) * _half_wave(done))


def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: float = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> jax.Array:
    """Returns a rate that falls along a line times a cosine: Bello et al., "Neural Optimizer Search" (2017).

    Args:
        learning_rate: at step 0.
        global_step: steps done so far.
        decay_steps: steps until the end is reached.
        num_periods: of the cosine in `decay_steps`.
        alpha: added to the line.
        beta: the share of `learning_rate` that is left at the end.
        name: of the result.

    Raises:
        InvalidArgumentError: there is no step.

    Example:
        >>> import estimax as tf
        >>> round(float(tf.train.linear_cosine_decay(1.0, global_step=5, decay_steps=10)), 4)
        0.251
    """
    steps = _float(decay_steps)
    done = jnp.minimum(_step(global_step), steps) / steps
    wave = _half_wave(2 * num_periods * done)
    return _float(learning_rate) * ((_float(alpha) + 1 - done) * wave + _float(beta))


def noisy_linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    initial_variance: Any = 1.0,
    variance_decay: Any = 0.55,
    num_periods: float = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> jax.Array:
    """Returns a linear cosine decay whose line has noise: Bello et al., "Neural Optimizer Search" (2017).

    Args:
        learning_rate: at step 0.
        global_step: steps done so far.
        decay_steps: steps until the end is reached.
        initial_variance: of the noise at step 0.
        variance_decay: the variance is `initial_variance / (1 + step) ** variance_decay`.
        num_periods: of the cosine in `decay_steps`.
        alpha: added to the line.
        beta: the share of `learning_rate` that is left at the end.
        name: of the result.

    Raises:
        InvalidArgumentError: there is no step.

    Example:
        >>> import estimax as tf
        >>> round(float(tf.train.noisy_linear_cosine_decay(1.0, 5, decay_steps=10, initial_variance=0.0)), 4)
        0.251
    """
    steps = _float(decay_steps)
    step = jnp.minimum(_step(global_step), steps)
    deviation = jnp.sqrt(_float(initial_variance) / jnp.power(1 + step, _float(variance_decay)))
    line = 1 - step / steps + deviation * _draw()
    wave = _half_wave(2 * num_periods * step / steps)
    return _float(learning_rate) * ((_float(alpha) + line) * wave + _float(beta))


def _draw() -> jax.Array:
    """Returns a number from the standard normal distribution: of this step, inside a model function."""
    active = current_frame.get()
    if active is None or active.key is None:
        return jnp.asarray(np.random.default_rng().normal(), jnp.float32)
    drawn: jax.Array = jax.random.normal(active.next_key())
    return drawn


def _rate_and_periods(
    learning_rate: Any, global_step: Any, decay_steps: Any, staircase: bool
) -> tuple[jax.Array, jax.Array]:
    """Returns the first rate and how often `decay_steps` have passed, whole times with `staircase`."""
    periods = _step(global_step) / _float(decay_steps)
    return _float(learning_rate), jnp.floor(periods) if staircase else periods


def _half_wave(done: jax.Array) -> jax.Array:
    return 0.5 * (1 + jnp.cos(math.pi * done))


def _above(alpha: Any, share: jax.Array) -> jax.Array:
    """Returns a share between `alpha` and 1."""
    least = _float(alpha)
    return (1 - least) * share + least


def _float(value: Any) -> jax.Array:
    return jnp.asarray(to_device(value), jnp.float32)


def _step(value: Any) -> jax.Array:
    if value is None:
        raise InvalidArgumentError("a learning rate schedule needs global_step=tf.train.get_global_step(); got None")
    return jnp.asarray(to_device(value)).astype(jnp.float32)


keep_names(
    globals(),
    [
        "cosine_decay",
        "cosine_decay_restarts",
        "exponential_decay",
        "inverse_time_decay",
        "linear_cosine_decay",
        "natural_exp_decay",
        "noisy_linear_cosine_decay",
        "piecewise_constant",
        "polynomial_decay",
    ],
)
piecewise_constant_decay = piecewise_constant
