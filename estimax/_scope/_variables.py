"""Making and changing variables inside a model function."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax._base._dtypes import as_dtype
from estimax._scope._frame import Frame, Initializer, VariableSpec, frame
from estimax._scope._scopes import variable_scope as variable_scope


def get_variable(
    name: str,
    shape: Sequence[int],
    dtype: Any = np.float32,
    *,
    initializer: Initializer,
    trainable: bool = True,
    local: bool = False,
) -> Any:
    """Returns the value of the variable of that name in the current scope, as a device array."""
    active = frame()
    return active.variable(_spec(active, name, shape, dtype, initializer, trainable, local=local))


def assign(name: str, value: Any) -> Any:
    """Sets a variable of the current scope, from this point of the call and for the steps after it."""
    active = frame()
    active.updates[active.full_name(name)] = value
    return value


class Table:
    """A variable that is read by rows; only the rows that were read are updated."""

    def __init__(
        self, name: str, shape: Sequence[int], initializer: Initializer, trainable: bool = True, dtype: Any = np.float32
    ) -> None:
        self._frame = frame()
        self.spec = _spec(self._frame, name, shape, dtype, initializer, trainable, table=True)

    def lookup(self, ids: Any) -> Any:
        """Returns the rows at `ids` [...], as [..., dimension]; zeros for negative ids."""
        return self._frame.look_up(self.spec, ids)


def _spec(
    active: Frame,
    name: str,
    shape: Sequence[int],
    dtype: Any,
    initializer: Initializer,
    trainable: bool,
    table: bool = False,
    local: bool = False,
) -> VariableSpec:
    numpy_dtype = np.dtype(as_dtype(dtype).as_numpy_dtype)
    sizes = tuple(int(s) for s in shape)
    return VariableSpec(active.full_name(name), sizes, numpy_dtype, initializer, trainable, table, local)


@dataclass(frozen=True, eq=False)
class VariableHandle:
    """A variable as something that has a name: what `trainable_variables` lists.

    Attributes:
        spec: its description.
        array: its value in this call.
    """

    spec: VariableSpec
    array: Any

    @property
    def name(self) -> str:
        """The full name, `scope/weights:0`."""
        return f"{self.spec.name}:0"

    @property
    def op(self) -> VariableHandle.Op:
        """Has the name without the number."""
        return VariableHandle.Op(self.spec.name)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.spec.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.spec.dtype

    def value(self) -> Any:
        """Returns the value in this call, a device array."""
        return self.array

    def __jax_array__(self) -> Any:
        return self.array

    @dataclass(frozen=True)
    class Op:
        """The name of a variable."""

        name: str


def listed_variables(chosen: Callable[[VariableSpec], bool], scope: str | None = None) -> list[Any]:
    """Returns the values of the variables that the running model function has made so far, as `get_variable` does.

    Args:
        chosen: whether a variable is listed.
        scope: a regular expression that their names must match at the start; all if None.
    """
    active = frame()
    wanted = [s for n, s in active.specs.items() if chosen(s) and (scope is None or re.match(scope, n))]
    return [active.variable(spec) for spec in wanted]


def trainable_variables(scope: str | None = None) -> list[Any]:
    """Returns the variables that the running model function has made so far and that optimizers change.

    Args:
        scope: a regular expression that their names must match at the start; all if None.

    Returns:
        What `get_variable` returned: arrays that know their `name`.
    """
    return listed_variables(lambda spec: spec.is_trainable, scope)


def global_variables(scope: str | None = None) -> list[Any]:
    """Returns the variables that the running model function has made so far and that are saved."""
    return listed_variables(lambda spec: not spec.is_local, scope)


def local_variables(scope: str | None = None) -> list[Any]:
    """Returns the totals of metrics, and what else was made as a local variable."""
    return listed_variables(lambda spec: spec.is_local, scope)
