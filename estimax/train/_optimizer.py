"""What an optimizer is: a description, and a pure function from gradients to new values.

`minimize` computes nothing: it says which loss is to be minimised by which rule over
which variables, and the training loop acts on that. `compute_gradients` and
`apply_gradients` are its two halves, for programs that look at gradients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Frame
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._variables import VariableHandle
from estimax.train._compute_gradients import compute_gradients, variable_names
from estimax.train._gradients import Gradient
from estimax.train._learning_rate import LearningRate, rate_now

Key = tuple[str, str]
"""Of a part of an optimizer's state: the variable it belongs to, or '', and its name there."""

State = Mapping[Key, Any]


@dataclass(frozen=True, eq=False)
class Update:
    """One step of an optimizer: what it starts from, and where it leads.

    Attributes:
        variables: that are to be changed, by name.
        state: of the optimizer.
        gradients: of some of the variables; the others stay as they are.
        scratch: see `apply_to_rows`; of the tables that may be updated by rows.
        rate: the learning rate.
        step: the global step before this step.
        loss: a scalar.
    """

    variables: Mapping[str, Any]
    state: State
    gradients: Mapping[str, Gradient]
    scratch: Mapping[str, Any]
    rate: Any
    step: Any
    loss: Any = None


class Optimizer:
    """The interface of every optimizer: a description with a pure function.

    An optimizer of a program's own may instead have its own `compute_gradients` or `apply_gradients`, made of
    those of another optimizer, or of variables and assignments.

    Example:
        >>> import estimax as tf
        >>> isinstance(tf.train.AdagradOptimizer(learning_rate=0.1), tf.train.Optimizer)
        True
    """

    name: str
    learning_rate: LearningRate

    def __init__(self, use_locking: bool = False, name: str = "Optimizer") -> None:
        self.name = name

    @property
    def rows_only(self) -> bool:
        """Whether rows of a table that a batch did not look up keep their values and state."""
        return False

    @property
    def keeps_other_rows(self) -> bool:
        """Whether rows of a table that a batch did not look up keep their values; their state may change."""
        return self.rows_only

    @property
    def reads_rows(self) -> bool:
        """Whether gradients of tables are to come by rows, which cost less where only these are changed."""
        return self.keeps_other_rows

    def state_keys(self, variables: Mapping[str, jax.ShapeDtypeStruct]) -> list[Key]:
        """Returns the keys of the state that goes with these variables."""
        raise _incomplete(self)

    def first_state(self, variables: Mapping[str, np.ndarray]) -> dict[Key, np.ndarray]:
        """Returns the state before the first step, under the keys of `state_keys`."""
        raise _incomplete(self)

    def saved_name(self, key: Key, copy: int) -> str:
        """Returns the name of a part of the state in a checkpoint.

        Args:
            key: of `state_keys`.
            copy: how many optimizers of the same name the model has before this one.
        """
        raise _incomplete(self)

    def apply(self, update: Update) -> Update:
        """Returns the update with the variables, the state and the scratch after the step."""
        raise _incomplete(self)

    def current_learning_rate(self) -> jax.Array:
        """Returns the learning rate as a float32 scalar; calls it first if it is a function."""
        return rate_now(self.learning_rate)

    def declared(self) -> Optimizer:
        """Returns the optimizer as a train op holds it: a learning rate that is a function has been called."""
        if not callable(self.learning_rate):
            return self
        return _with_rate(self, rate_now(self.learning_rate))

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: Any = None,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> TrainOp:
        """Declares that `loss` is minimised with this optimizer; the training loop carries it out.

        Args:
            loss: a scalar.
            global_step: what `get_global_step()` returned; the step grows by one with or without it.
            var_list: the variables to train, or their names; all trainable ones if None.
            gate_gradients: accepted for programs that pass it; it has no effect.
            aggregation_method: has no effect.
            colocate_gradients_with_ops: has no effect.
            name: has no effect.
            grad_loss: a factor of the gradients; 1 if None.

        Raises:
            InvalidArgumentError: there is no loss, it is not one number, or a variable is unknown.
        """
        if _has_halves_of_its_own(self):
            pairs = self.compute_gradients(loss, var_list, grad_loss=grad_loss)
            return self.apply_gradients(pairs, global_step=global_step, name=name)
        _check_loss(self, loss)
        scaled = loss if grad_loss is None else loss * jax.lax.stop_gradient(jnp.asarray(grad_loss, loss.dtype))
        names = None if var_list is None else variable_names(var_list)
        return TrainOp(optimizer=self.declared(), loss=scaled, var_list=names, global_step=global_step)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: Any = None,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Gradient | None, VariableHandle]]:
        """Returns the gradients of a loss, each with its variable, to be changed and given to `apply_gradients`.

        Args:
            loss: a scalar.
            var_list: the variables, or their names; all trainable ones if None.
            gate_gradients: accepted for programs that pass it; it has no effect.
            aggregation_method: has no effect.
            colocate_gradients_with_ops: has no effect.
            grad_loss: a factor of the gradients; 1 if None.

        Returns:
            Pairs of a gradient and a handle that has the variable's `name`. Gradients are
            arrays; of tables that are read by rows they are `IndexedSlices`. A variable
            that the loss does not depend on has None.

        Raises:
            InvalidArgumentError: the loss is not one number, a variable is unknown, or no model function runs.
        """
        _check_loss(self, loss)
        return compute_gradients(loss, var_list, grad_loss)

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Gradient | None, Any]],
        global_step: Any = None,
        name: str | None = None,
        skip_gradients_aggregation: bool = False,
    ) -> TrainOp:
        """Declares that variables are changed by these gradients; the training loop carries it out.

        Args:
            grads_and_vars: pairs as `compute_gradients` returns them; pairs without a gradient are left out.
            global_step: what `get_global_step()` returned; the step grows by one with or without it.
            name: accepted for programs that pass it; it has no effect.
            skip_gradients_aggregation: has no effect.

        Raises:
            InvalidArgumentError: no variable has a gradient, or one stands there twice.
        """
        pairs = [(gradient, variable) for gradient, variable in grads_and_vars if gradient is not None]
        names = variable_names([variable for _, variable in pairs])
        if not names:
            raise InvalidArgumentError(f"{type(self).__name__}.apply_gradients: no variable has a gradient")
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise InvalidArgumentError(f"apply_gradients needs one gradient for each variable; {twice} have several")
        gradients = {n: gradient for n, (gradient, _) in zip(names, pairs, strict=True)}
        return TrainOp(self.declared(), None, names, global_step, gradients)

    def get_name(self) -> str:
        """Returns the name of the optimizer."""
        return self.name

    def get_slot_names(self) -> list[str]:
        """Returns the names of what the optimizer keeps for each variable."""
        return sorted({suffix for variable, suffix in self.state_keys({"variable": _SCALAR}) if variable})


@dataclass(frozen=True, eq=False)
class TrainOp:
    """What `minimize` returns: the loss to be minimised, by which rule, over which variables.

    Attributes:
        optimizer: whose learning rate is no function.
        loss: a scalar; None where there are gradients.
        var_list: names of variables; all trainable ones if None.
        global_step: as it was given; it has no effect.
        gradients: by the names of `var_list`, if they are known already.
        label: what its learning rate is called in summaries, beside those of other train ops; None for nothing.
    """

    optimizer: Optimizer
    loss: Any
    var_list: Sequence[str] | None = None
    global_step: Any = None
    gradients: Mapping[str, Gradient] = field(default_factory=dict)
    label: str | None = None

    @property
    def name(self) -> str:
        """The name of the optimizer."""
        return self.optimizer.name

    def carry_out(self, active: Frame) -> None:
        """Makes it part of the train op of the model: something depends on it (`tf.control_dependencies`)."""
        active.collections.setdefault(GraphKeys.TRAIN_OP, []).append(self)


def _has_halves_of_its_own(optimizer: Optimizer) -> bool:
    """Whether a program's own class changes gradients, or what is done with them."""
    halves = (type(optimizer).compute_gradients, type(optimizer).apply_gradients)
    return any(half.__module__.partition(".")[0] != __name__.partition(".")[0] for half in halves)


def _incomplete(optimizer: Optimizer) -> NotImplementedError:
    return NotImplementedError(
        f"{type(optimizer).__name__} needs its own apply_gradients, or state_keys, first_state, saved_name and apply"
    )


_SCALAR = jax.ShapeDtypeStruct((), np.dtype(np.float32))  # type: ignore[no-untyped-call]  # of JAX


def _with_rate(optimizer: Any, rate: Any) -> Optimizer:
    changed: Optimizer = replace(optimizer, learning_rate=rate)
    return changed


def _check_loss(optimizer: Optimizer, loss: Any) -> None:
    if loss is None:
        raise InvalidArgumentError(f"{type(optimizer).__name__} needs a scalar loss; got None")
    if np.prod(getattr(loss, "shape", ()), dtype=int) != 1:
        raise InvalidArgumentError(
            f"the loss must be one number; got an array of shape {tuple(loss.shape)}. Sum or average it"
        )
    if isinstance(loss, jax.Array) and not jnp.issubdtype(loss.dtype, jnp.inexact):
        raise InvalidArgumentError(f"the loss must be a floating-point number, to have gradients; got {loss.dtype}")


def require_at_least_zero(optimizer: str, **values: Any) -> None:
    """Refuses negative hyper-parameters.

    Raises:
        InvalidArgumentError: one of `values` is below zero.
    """
    for name, value in values.items():
        if _number(optimizer, name, value) < 0:
            raise InvalidArgumentError(f"{name} of {optimizer} must be zero or positive; got {value}")


def require_positive(optimizer: str, **values: Any) -> None:
    """Refuses hyper-parameters that are zero or negative.

    Raises:
        InvalidArgumentError: one of `values` is not above zero.
    """
    for name, value in values.items():
        if _number(optimizer, name, value) <= 0:
            raise InvalidArgumentError(f"{name} of {optimizer} must be positive; got {value}")


def _number(optimizer: str, name: str, value: Any) -> Any:
    if isinstance(value, jax.Array):
        return 1.0  # may be computed in the model function, and is not known then
    if isinstance(value, bool) or not isinstance(value, int | float | np.generic | np.ndarray):
        raise InvalidArgumentError(f"{name} of {optimizer} must be a number; got {value!r}")
    return value
