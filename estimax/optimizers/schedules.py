"""Learning rates that change with the step, as objects: `tf.keras.optimizers.schedules`.

Each is a frozen description that is called with a step, a number or a device array,
and returns a float32 array. It is given to an optimizer as its learning rate.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean, explain_missing
from estimax.train import _schedules as functions


class LearningRateSchedule(ABC):
    """The interface of every schedule."""

    @abstractmethod
    def __call__(self, step: Any) -> jax.Array:
        """Returns the learning rate of a step."""

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make this schedule again."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]  # all are

    def description(self) -> dict[str, Any]:
        """Returns the name of the class and the arguments, as `deserialize` reads them."""
        return {"class_name": type(self).__name__, "config": self.get_config()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a schedule of what `get_config` returned."""
        return cls(**config)


@dataclass(frozen=True)
class ExponentialDecay(LearningRateSchedule):
    """`initial * decay_rate ** (step / decay_steps)`; with `staircase` the exponent is a whole number.

    Example:
        >>> import estimax as tf
        >>> float(tf.optimizers.schedules.ExponentialDecay(1.0, decay_steps=10, decay_rate=0.5)(20))
        0.25
    """

    initial_learning_rate: Any
    decay_steps: Any
    decay_rate: Any
    staircase: bool = False
    name: str | None = None

    def __call__(self, step: Any) -> jax.Array:
        return functions.exponential_decay(
            self.initial_learning_rate, step, self.decay_steps, self.decay_rate, self.staircase
        )


@dataclass(frozen=True)
class InverseTimeDecay(LearningRateSchedule):
    """`initial / (1 + decay_rate * step / decay_steps)`; with `staircase` the quotient is a whole number.

    Example:
        >>> import estimax as tf
        >>> float(tf.optimizers.schedules.InverseTimeDecay(1.0, decay_steps=10, decay_rate=1.0)(30))
        0.25
    """

    initial_learning_rate: Any
    decay_steps: Any
    decay_rate: Any
    staircase: bool = False
    name: str | None = None

    def __call__(self, step: Any) -> jax.Array:
        return functions.inverse_time_decay(
            self.initial_learning_rate, step, self.decay_steps, self.decay_rate, self.staircase
        )


@dataclass(frozen=True)
class PolynomialDecay(LearningRateSchedule):
    """Falls to `end_learning_rate` in `decay_steps`, as a power of the steps that are left.

    Example:
        >>> import estimax as tf
        >>> float(tf.optimizers.schedules.PolynomialDecay(1.0, decay_steps=10, end_learning_rate=0.0)(5))
        0.5
    """

    initial_learning_rate: Any
    decay_steps: Any
    end_learning_rate: Any = 0.0001
    power: Any = 1.0
    cycle: bool = False
    name: str | None = None

    def __call__(self, step: Any) -> jax.Array:
        return functions.polynomial_decay(
            self.initial_learning_rate, step, self.decay_steps, self.end_learning_rate, self.power, self.cycle
        )


@dataclass(frozen=True)
class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[0]` up to and with the first boundary, `values[1]` up to the second, and so on.

    Raises:
        InvalidArgumentError: there is not one value more than boundaries.

    Example:
        >>> import estimax as tf
        >>> schedule = tf.optimizers.schedules.PiecewiseConstantDecay([100], [0.5, 0.25])
        >>> [float(schedule(step)) for step in (100, 101)]
        [0.5, 0.25]
    """

    boundaries: Sequence[Any]
    values: Sequence[Any]
    name: str | None = None

    def __post_init__(self) -> None:
        functions.piecewise_constant(0, self.boundaries, self.values)

    def __call__(self, step: Any) -> jax.Array:
        return functions.piecewise_constant(step, self.boundaries, self.values)


@dataclass(frozen=True)
class CosineDecay(LearningRateSchedule):
    """Falls along half a cosine wave, after a straight rise if there is a target for it.

    With `warmup_target` the rate first goes from `initial_learning_rate` to the target in
    `warmup_steps`, and falls from there in the `decay_steps` that follow. Loshchilov and
    Hutter, "SGDR" (2017).

    Example:
        >>> import estimax as tf
        >>> schedule = tf.optimizers.schedules.CosineDecay(0.0, decay_steps=10, warmup_target=1.0, warmup_steps=4)
        >>> [round(float(schedule(step)), 3) for step in (0, 2, 4, 9, 14)]
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """

    initial_learning_rate: Any
    decay_steps: Any
    alpha: Any = 0.0
    name: str | None = None
    warmup_target: Any = None
    warmup_steps: int = 0

    def __call__(self, step: Any) -> jax.Array:
        if self.warmup_target is None:
            return functions.cosine_decay(self.initial_learning_rate, step, self.decay_steps, self.alpha)
        first, target = jnp.float32(self.initial_learning_rate), jnp.float32(self.warmup_target)
        done = jnp.asarray(step, jnp.float32)
        rise = first + (target - first) * jnp.minimum(done / max(self.warmup_steps, 1), 1)
        left = jnp.maximum(done - self.warmup_steps, 0)
        return jnp.where(
            done < self.warmup_steps, rise, functions.cosine_decay(target, left, self.decay_steps, self.alpha)
        )


@dataclass(frozen=True)
class CosineDecayRestarts(LearningRateSchedule):
    """Falls along half a cosine wave again and again, each time `t_mul` times longer and `m_mul` times as high.

    Example:
        >>> import estimax as tf
        >>> schedule = tf.optimizers.schedules.CosineDecayRestarts(1.0, 10)
        >>> [round(float(schedule(step)), 3) for step in (0, 5, 10, 20)]
        [1.0, 0.5, 1.0, 0.5]
    """

    initial_learning_rate: Any
    first_decay_steps: Any
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: Any = 0.0
    name: str | None = None

    def __call__(self, step: Any) -> jax.Array:
        return functions.cosine_decay_restarts(
            self.initial_learning_rate, step, self.first_decay_steps, self.t_mul, self.m_mul, self.alpha
        )


_BY_NAME: dict[str, type[LearningRateSchedule]] = {
    c.__name__: c
    for c in (
        CosineDecay,
        CosineDecayRestarts,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """Returns the name of the class of a schedule and its arguments.

    Example:
        >>> import estimax as tf
        >>> tf.optimizers.schedules.serialize(tf.optimizers.schedules.CosineDecay(0.1, 10))["class_name"]
        'CosineDecay'
    """
    return learning_rate_schedule.description()


def deserialize(config: Mapping[str, Any], custom_objects: Any = None) -> LearningRateSchedule:
    """Makes a schedule of what `serialize` returned.

    Raises:
        InvalidArgumentError: there is no schedule of that name.
    """
    name = config.get("class_name")
    if name not in _BY_NAME:
        raise InvalidArgumentError(
            f"{name!r} is not one of the schedules {sorted(_BY_NAME)}{did_you_mean(str(name), _BY_NAME)}"
        )
    return _BY_NAME[name].from_config(config["config"])


explain_missing(__name__)
