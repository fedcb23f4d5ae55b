"""Moving averages of variables, which follow them after each step: `tf.train.ExponentialMovingAverage`."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._scope._assigning import assign_later, run_now, variable_name
from estimax._scope._crossing import to_device
from estimax._scope._frame import Follower, Frame, VariableSpec, current_frame
from estimax.train._global_step import GLOBAL_STEP


class ExponentialMovingAverage:
    """Keeps for each variable a second one that moves towards it: `average -= (1 - decay) * (average - variable)`.

    The averages are variables themselves, `<variable>/ExponentialMovingAverage`; they
    start where the variables start, and are saved with them. What `apply` returns is to
    be run with the train op, after it or in one group; then they follow the variables
    as the optimizers leave them in each step.

    Args:
        decay: the share of its old value that an average keeps; near 1.
        num_updates: how many steps were taken, `tf.train.get_global_step()`: with it the decay is
            `min(decay, (1 + num_updates) / (10 + num_updates))`, so that averages move faster at first.
        zero_debias: not supported.
        name: the last part of the names of the averages.

    Example:
        In a model function:

            train_op = optimizer.minimize(loss, tf.train.get_global_step())
            averages = tf.train.ExponentialMovingAverage(0.999)
            with tf.control_dependencies([train_op]):
                train_op = averages.apply(tf.trainable_variables())
    """

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:
        if zero_debias:
            raise UnimplementedError(
                "ExponentialMovingAverage does not take zero_debias=True; num_updates= does the same"
            )
        self._decay = decay
        self._num_updates = num_updates
        self._name = name
        self._averages: dict[str, VariableSpec] = {}

    @property
    def name(self) -> str:
        """The last part of the names of the averages."""
        return self._name

    def apply(self, var_list: Sequence[Any] | None = None) -> Any:
        """Makes averages and declares that they follow; returns what is to be run.

        Args:
            var_list: variables, or other arrays of the model function, whose averages start at zero; all
                trainable variables if None.

        Raises:
            InvalidArgumentError: no model function runs, or something else than floating-point numbers.
        """
        active = _running("apply")
        listed = _trainable(active) if var_list is None else list(var_list)
        followers, updates = {}, []
        for value in listed:
            source = variable_name(active, value)
            spec = self._declared(active, value, source)
            self._averages[spec.name] = spec
            average = active.variable(spec)
            if source is not None:
                followers[spec.name] = Follower(source, self._decay_now(active))
            else:
                change = (average - to_device(value)) * (1 - self._decay_now(active))
                updates.append(assign_later(spec.name, average - change))
        return MovingAverages(followers, tuple(updates))

    def average(self, var: Any) -> Any:
        """Returns the value of the average of a variable; None where `apply` made none."""
        active = _running("average")
        spec = self._averages.get(self.average_name(var))
        return None if spec is None else active.variable(spec)

    def average_name(self, var: Any) -> str:
        """Returns the name that the average of a variable has or would have."""
        active = _running("average_name")
        name = variable_name(active, var) or active.result_name(var)
        if name is None:
            name = active.name_result("Tensor", var)
        return f"{name}/{self._name}"

    def variables_to_restore(self, moving_avg_variables: Iterable[Any] | None = None) -> dict[str, Any]:
        """Returns the variables by the names under which an evaluation finds their averages in a checkpoint.

        Args:
            moving_avg_variables: those that have averages; all trainable ones if None. The others stand
                there under their own names.
        """
        active = _running("variables_to_restore")
        listed = _trainable(active) if moving_avg_variables is None else list(moving_avg_variables)
        averaged = {variable_name(active, v) for v in listed}
        found = {}
        for name, spec in active.specs.items():
            if not spec.is_local and not name.endswith(f"/{self._name}"):
                found[f"{name}/{self._name}" if name in averaged else name] = active.variable(spec)
        return found

    def _declared(self, active: Frame, value: Any, source: str | None) -> VariableSpec:
        array = jnp.asarray(to_device(value))
        if not jnp.issubdtype(array.dtype, jnp.floating):
            raise InvalidArgumentError(f"moving averages are of floating-point numbers; got {array.dtype}")
        first: Any = _zeros if source is None else SameStart(active.specs[source])
        name = self.average_name(value)
        return VariableSpec(name, tuple(array.shape), np.dtype(array.dtype), first, is_trainable=False)

    def _decay_now(self, active: Frame) -> Any:
        if self._num_updates is None:
            return jnp.asarray(to_device(self._decay), jnp.float32)
        taken = jnp.asarray(to_device(self._num_updates), jnp.float32)
        if variable_name(active, self._num_updates) == GLOBAL_STEP:
            taken = taken + 1  # the averages move when the step has been counted
        return jnp.minimum(jnp.asarray(to_device(self._decay), jnp.float32), (1 + taken) / (10 + taken))


@dataclass(frozen=True, eq=False)
class MovingAverages:
    """What `ExponentialMovingAverage.apply` returns, to be run with the train op.

    Attributes:
        followers: the averages of variables, by their names.
        updates: those of other arrays, as assignments.
    """

    followers: dict[str, Follower]
    updates: tuple[Any, ...] = ()
    name: str = "ExponentialMovingAverage"

    def carry_out(self, active: Frame) -> None:
        """Makes the averages follow from this step on."""
        active.followers.update(self.followers)
        run_now(self.updates)


@dataclass(frozen=True)
class SameStart:
    """Gives a variable the first value of another one.

    Attributes:
        source: the other one, whose first value depends on the seed of the run and its name.
    """

    source: VariableSpec

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: np.random.Generator | None = None) -> np.ndarray:
        entropy = getattr(getattr(rng, "bit_generator", None), "seed_seq", None)
        seeds = getattr(entropy, "entropy", None)
        if isinstance(seeds, list) and len(seeds) == 2:
            rng = np.random.default_rng([seeds[0], zlib.crc32(self.source.name.encode())])
        return self.source.initial_value(np.random.default_rng(0) if rng is None else rng)


def _zeros(shape: Sequence[int], dtype: Any = None, rng: Any = None) -> np.ndarray:
    return np.zeros(tuple(shape), dtype)


def _running(method: str) -> Frame:
    active = current_frame.get()
    if active is None:
        raise InvalidArgumentError(f"ExponentialMovingAverage.{method} is called inside a model function only")
    return active


def _trainable(active: Frame) -> list[Any]:
    return [active.variable(spec) for spec in list(active.specs.values()) if spec.is_trainable]
