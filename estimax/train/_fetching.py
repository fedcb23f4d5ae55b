"""What of a step can be fetched by hooks, and finding it again by what they hold or by name.

A compiled step returns arrays under references: texts that mean the same in every
call of the model function. `References` knows, from the call that was traced first,
which reference an array or a name of the program's has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._graph._boundary import Group
from estimax._graph._tensor import Tensor
from estimax._scope._transform import Call
from estimax.summary import DeclaredSummary
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._held_arrays import held_arrays

LOSS = "loss"


def fetchable(call: Call, owners: Sequence[Any]) -> dict[str, Any]:
    """Returns the arrays of a call that hooks may fetch, by reference.

    Args:
        call: of the model function.
        owners: the hooks that this call made, and what else may hold its arrays.
    """
    frame = call.frame
    named = {f"name:{name}": _as_array(v) for name, v in frame.tensors.items()}
    arrays = {reference: v for reference, v in named.items() if v is not None}
    arrays |= {f"held:{way}": array for way, array in held_arrays(owners).items()}
    summaries = [*frame.summaries, *frame.declared]
    drawn = [s for s in summaries if s.measure is None]  # what is measured leaves the step by itself
    arrays |= {f"summary:{s.tag}": s.value for s in drawn if isinstance(s.value, jax.Array)}
    loss = getattr(call.result, "loss", None)
    if isinstance(loss, jax.Array):
        arrays[LOSS] = loss
    return arrays


def _as_array(value: Any) -> Any:
    """Returns a result as an array of the device; None for what is computed on the host."""
    if isinstance(value, jax.Array):
        return value
    is_known = isinstance(value, Tensor) and not value.is_symbolic and value.dtype.is_numeric
    return jnp.asarray(value.numpy()) if is_known else None


class References:
    """From what a hook asks for to the reference of an array, as the first call of the model function has it.

    Args:
        call: the abstract call.
        arrays: what `fetchable` gave of it.
    """

    def __init__(self, call: Call, arrays: Mapping[str, Any]) -> None:
        self.call = call
        self.names = frozenset(arrays)
        self._by_identity = {id(array): reference for reference, array in arrays.items()}
        self._arrays = dict(arrays)  # keeps what the identities belong to alive

    def values_of(self, fetches: Any, read: Callable[[str], Any], of_now: bool = False) -> Any:
        """Returns fetches with values in their places.

        Args:
            fetches: an array, a name, a variable, a summary, or a structure of these.
            read: returns the value of a reference; 'variable:<name>' for a variable.
            of_now: whether variables are read as they are now, not as they were in the step.
        """
        if isinstance(fetches, Mapping):
            return {key: self.values_of(part, read, of_now) for key, part in fetches.items()}
        if isinstance(fetches, Group) or fetches is None:
            return None
        if isinstance(fetches, list | tuple):
            parts = [self.values_of(part, read, of_now) for part in fetches]
            return type(fetches)(*parts) if hasattr(fetches, "_fields") else type(fetches)(parts)
        if isinstance(fetches, DeclaredSummary):
            return fetches.serialized(lambda one: self._summarized(one, read))
        return self._value(fetches, read, of_now)

    def _summarized(self, one: DeclaredSummary, read: Callable[[str], Any]) -> np.ndarray:
        """Returns what a summary shows; texts and numbers that are known are no arrays of the step."""
        reference = f"summary:{one.tag}"
        return np.asarray(read(reference) if reference in self.names else one.value)

    def _value(self, leaf: Any, read: Callable[[str], Any], of_now: bool) -> Any:
        if isinstance(leaf, str):
            return np.asarray(read(self.by_name(leaf)))[()]
        held, variable = self._by_identity.get(id(leaf)), self._variable(leaf)
        reference = (variable or held) if of_now else (held or variable)
        if reference is not None:
            return np.asarray(read(reference))[()]
        if isinstance(leaf, Tensor):
            if leaf.is_symbolic:
                raise InvalidArgumentError(
                    f"hooks fetch numbers, which are computed in the step; {leaf!r} is computed on the host. "
                    f"Fetch the number it is made of"
                )
            return leaf.numpy()
        if isinstance(leaf, jax.core.Tracer):
            raise InvalidArgumentError(
                "a hook asked for an array that the step does not know: let the hook hold it in an attribute when the "
                "model function ends, or give it a name, tf.identity(x, name='x')"
            )
        return np.asarray(leaf) if isinstance(leaf, jax.Array | np.ndarray | np.generic) else None

    def _variable(self, leaf: Any) -> str | None:
        frame = self.call.frame
        name = getattr(getattr(leaf, "spec", None), "name", None) or frame.name_of(leaf)
        return f"variable:{name}" if isinstance(name, str) else None

    def by_name(self, name: str) -> str:
        """Returns the reference of a named result or variable.

        Raises:
            InvalidArgumentError: nothing has this name.
        """
        plain = name.removesuffix(":0")
        specs = self.call.frame.specs
        of_variable = plain.removesuffix("/Read/ReadVariableOp").removesuffix("/read")
        if of_variable in specs or of_variable == GLOBAL_STEP:
            plain = of_variable  # what reads a variable is the variable
        if f"name:{plain}" in self.names:
            return f"name:{plain}"
        if plain in specs or plain == GLOBAL_STEP:
            return f"variable:{plain}"
        if plain == LOSS and LOSS in self.names:
            return LOSS
        known = [*(n.removeprefix("name:") for n in self.names if n.startswith("name:")), *specs, GLOBAL_STEP, LOSS]
        raise InvalidArgumentError(
            f"a hook asked for {name!r}; the model function gave no result this name, and has no such variable"
            f"{did_you_mean(plain, known)}. Name a result with tf.identity(x, name={plain!r}); "
            f"known are {sorted(known)}"
        )
