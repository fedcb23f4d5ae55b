"""`transform`: from a model function to a `Program` of a host half and a device half.

The function is called once, abstractly, to find out which variables it makes and
where host Tensors cross to the device (`entries`) and device arrays back to the
host (`exits`). After that, `Program.run` calls it under JAX's tracing with the
values of both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import Boundary, current_boundary
from estimax._graph._function import Function, placeholder_for
from estimax._graph._tensor import Tensor, as_concrete
from estimax._scope._assigning import run_now
from estimax._scope._collections import add_to_collections
from estimax._scope._computed import Computed
from estimax._scope._frame import Frame, VariableSpec, entered, frame, unique
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._libraries import enter_libraries


class Crossings(Boundary):
    """The crossings of one call, numbered in the order in which they happen."""

    def __init__(
        self,
        make_entry: Callable[[int, Tensor], Any],
        rows: int | None = None,
        width: int | None = None,
        is_eager: bool = False,
        known_exits: Sequence[Tensor] = (),
    ) -> None:
        self.make_entry = make_entry
        self.is_eager = is_eager
        self.known_exits = tuple(known_exits)
        self.open_sizes = (rows, width)
        self.entries: list[Tensor] = []
        self.exits: list[tuple[Tensor, Any]] = []
        self._arrays: dict[tuple[int, int], Any] = {}
        self._tensors: dict[int, tuple[Any, Tensor]] = {}

    @property
    def entered(self) -> tuple[Any, ...]:
        """The arrays of the entries, in their order."""
        return tuple(self._arrays.values())

    def enter(self, tensor: Tensor) -> Any:
        if not tensor.spec.is_dense:
            raise TypeError(
                f"{tensor!r} cannot go to the device as it is. Make it dense first, with tf.sparse.to_dense or its "
                f"method to_tensor(), or read it by a feature column"
            )
        if not tensor.is_symbolic:
            return jnp.asarray(_for_device(tensor.numpy()))
        if not tensor.dtype.is_numeric:
            raise TypeError(
                f"{tensor!r} holds strings, which do not exist on the device. Turn them into numbers first: a "
                f"feature column, a lookup table, tf.strings.to_number or a hash"
            )
        key = (id(tensor.node), tensor.index)
        if key not in self._arrays:
            self._check_not_after_exit(tensor)
            array = self.make_entry(len(self.entries), tensor)
            self.entries.append(tensor)
            self._arrays[key] = array
            self._tensors[id(array)] = (array, tensor)
        return self._arrays[key]

    def _check_not_after_exit(self, tensor: Tensor) -> None:
        exits = {id(t.node) for t, _ in self.exits}
        if any(id(c.node) in exits for c in Function([], [tensor]).captures):
            raise UnimplementedError(
                f"{tensor!r} was computed on the host from a result of the device and cannot go back to the device "
                f"in the same step. Compute it with numeric operations only"
            )

    def leave(self, array: Any) -> Tensor:
        if id(array) in self._tensors:
            return self._tensors[id(array)][1]
        if self.is_eager:
            return as_concrete(np.asarray(array))
        tensor = placeholder_for(self._exit_spec(array))
        self.exits.append((tensor, array))
        self._tensors[id(array)] = (array, tensor)
        return tensor

    def take_rows(self, table: Any, ids: Any) -> Any:
        return frame().take_rows(table, ids)

    def _exit_spec(self, array: Any) -> TensorSpec:
        """Returns what is known of a result on the host: in every call the same as in the first."""
        if len(self.exits) < len(self.known_exits):
            return self.known_exits[len(self.exits)].spec
        rows, width = self.open_sizes
        sizes = enumerate(array.shape)
        shape = tuple(s if isinstance(s, int) and s != (width if axis else rows) else None for axis, s in sizes)
        return TensorSpec(shape, as_dtype(array.dtype))

    def run(self, ops: Any) -> None:
        run_now(ops)

    def name(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor | jax.Array):
            frame().name_result(name, value)

    def take_name(self, name: str) -> None:
        active = frame()
        active.op_names["/".join([*active.name_scopes, name]).lower()] += 1

    def summarize(self, name: str, declared: Callable[[str], Any]) -> Any:
        active = frame()
        if not active.is_at_home():
            raise InvalidArgumentError(
                f"the summary {name!r} is declared in the body of a loop, or in another function that JAX traces by "
                f"itself. Return what it shows from there, and declare it after that"
            )
        # A name with a slash at its end is a full one.
        full = name.rstrip("/") if name.endswith("/") else "/".join([*active.name_scopes, name])
        for _ in range(active.op_names.pop(full.lower(), 0)):
            unique(full, active.names_taken)
        summary = declared(unique(full, active.names_taken))
        active.declared.append(summary)
        return summary

    def collect(self, collections: Iterable[str], summary: Any) -> None:
        add_to_collections(collections, summary)

    def summaries(self, collection: str) -> list[Any]:
        return [value for value in frame().collections.get(collection, []) if hasattr(value, "parts")]


def _for_device(value: Any) -> np.ndarray:
    return np.asarray(value)


@dataclass(frozen=True, eq=False)
class Call:
    """What one call of the model function returned and left behind."""

    result: Any
    frame: Frame
    exits: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """A model function as specs and a pure function.

    Attributes:
        specs: the variables it makes, by name.
        entries: the host Tensors whose values it needs on the device.
        exits: the host placeholders that stand for device results.
        lookups: the table of each reading of rows, in order.
        call: the abstract call; of use for the structure of its result and the host
            Tensors in it, not for its arrays.
        is_eager: whether the function is called with values, never with what stands for them.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    specs: Mapping[str, VariableSpec]
    entries: tuple[Tensor, ...]
    entry_numbers: tuple[int, ...]
    entry_specs: tuple[jax.ShapeDtypeStruct, ...]
    exits: tuple[Tensor, ...]
    lookups: tuple[str, ...]
    call: Call
    is_eager: bool = False

    def shapes_of(self, results: Callable[[], Any]) -> Any:
        """Returns what a function of this program gives, of which only shapes are of interest."""
        return results() if self.is_eager else jax.eval_shape(results)

    def run(
        self,
        values: Mapping[str, Any],
        entries: Sequence[Any],
        key: Callable[[], Any] | None = None,
        deltas: Sequence[Any] = (),
        rows: Sequence[Any] = (),
    ) -> Call:
        """Calls the model function with values for its variables and entries.

        `key` is called only where the function draws random numbers. For `deltas` and
        `rows` see `Frame`.
        """
        given = dict(zip(self.entry_numbers, entries, strict=True))

        def make_entry(number: int, tensor: Tensor) -> Any:
            if number in given:
                return given[number]
            spec = self.entry_specs[number]
            return jnp.zeros(spec.shape, spec.dtype)

        return _call(
            self.function,
            self.arguments,
            Frame(values, deltas, key, rows=rows),
            Crossings(make_entry, is_eager=self.is_eager, known_exits=self.exits),
        )

    def initials(self, key: Any) -> dict[str, Any]:
        """Computes the first values of the variables that the function itself computes."""
        entries = [jnp.zeros(s.shape, s.dtype) for s in self.used_specs]
        return dict(self.run({}, entries, lambda: key).frame.initials)

    @property
    def used_specs(self) -> list[jax.ShapeDtypeStruct]:
        """Shape and type of each of the entries."""
        return [self.entry_specs[i] for i in self.entry_numbers]

    def pruned(self, extract: Callable[[Call], Any]) -> Program:
        """Returns the program without the entries that what `extract` takes from a call does not depend on."""

        def extracted(entries: list[Any]) -> Any:
            values = {name: jnp.zeros(s.shape, s.dtype) for name, s in self.specs.items()}
            return extract(self.run(values, entries, any_key))

        closed = jax.make_jaxpr(extracted)(self.used_specs)
        live = {v for v in closed.jaxpr.outvars if not hasattr(v, "val")}
        for equation in reversed(closed.jaxpr.eqns):
            if equation.effects or live.intersection(equation.outvars):
                live.update(v for v in equation.invars if not hasattr(v, "val"))
        kept = [i for i, v in enumerate(closed.jaxpr.invars) if v in live]
        return dataclasses.replace(
            self,
            entries=tuple(self.entries[i] for i in kept),
            entry_numbers=tuple(self.entry_numbers[i] for i in kept),
        )


def transform(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    shapes: Callable[[Tensor], Any],
    rows: int,
    width: int | None = None,
) -> Program:
    """Traces a model function.

    Args:
        function: called with the arguments, numbers as device arrays.
        arguments: structures of symbolic host Tensors.
        shapes: returns the shape a Tensor will have on the device.
        rows: the size of the batch in these shapes; results whose first dimension is
            as large have, as exits, a first dimension of any size.
        width: the same for their other dimensions.

    Raises:
        Whatever the model function raises, at the line where it does.
    """
    found: list[tuple[Call, Crossings, list[Any]]] = []

    def abstractly() -> list[Any]:
        made: list[Any] = []

        def make_entry(number: int, tensor: Tensor) -> Any:
            made.append(jax.eval_shape(lambda: jnp.zeros(tuple(shapes(tensor)), device_dtype(tensor))))
            return jnp.zeros(made[-1].shape, made[-1].dtype)

        crossings = Crossings(make_entry, rows, width)
        found.append((_call(function, arguments, Frame({}, key=any_key), crossings), crossings, made))
        return []

    jax.eval_shape(abstractly)
    call, crossings, made = found[-1]
    program = Program(
        function=function,
        arguments=arguments,
        specs=dict(call.frame.specs),
        entries=tuple(crossings.entries),
        entry_numbers=tuple(range(len(crossings.entries))),
        entry_specs=tuple(made),
        exits=tuple(t for t, _ in crossings.exits),
        lookups=tuple(lookup.table for lookup in call.frame.lookups),
        call=call,
    )
    for spec in program.specs.values():
        if isinstance(spec.initializer, Computed):
            spec.initializer.bind(spec.name, program.initials)
    return program


def call_eagerly(
    function: Callable[..., Any], arguments: tuple[Any, ...], create: Callable[[VariableSpec], Any]
) -> Program:
    """Calls a model function with values; returns a program for these arguments alone, which is not to be compiled.

    Args:
        function: called with the arguments, numbers as device arrays.
        arguments: structures of concrete Tensors.
        create: makes the first value of a variable.
    """
    call = _call(function, arguments, Frame({}, key=any_key, create=create), Crossings(_no_entry, is_eager=True))
    lookups = tuple(lookup.table for lookup in call.frame.lookups)
    return Program(function, arguments, dict(call.frame.specs), (), (), (), (), lookups, call, is_eager=True)


def _no_entry(number: int, tensor: Tensor) -> Any:
    raise TypeError(f"{tensor!r} has no value, which functions that run eagerly need")


def any_key() -> Any:
    """Returns a key for calls whose random numbers are of no interest."""
    return jax.random.key(0)


def device_dtype(tensor: Tensor) -> np.dtype[Any]:
    """Returns the type that a host Tensor's values have on the device: 64 bits become 32."""
    return np.dtype(jax.dtypes.canonicalize_dtype(tensor.dtype.as_numpy_dtype))


def _given(leaf: Any, crossings: Crossings) -> Any:
    """Returns what the function gets for a leaf of its arguments: dense numbers as device arrays."""
    return crossings.enter(leaf) if isinstance(leaf, Tensor) and leaf.dtype.is_numeric and leaf.spec.is_dense else leaf


def _single(summaries: Iterable[Any]) -> list[Any]:
    """Returns the summaries that summaries are made of, each once."""
    parts = [part for summary in summaries for part in summary.parts()]
    return list({id(part): part for part in parts}.values())


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], active: Frame, crossings: Crossings) -> Call:
    active.rerun = partial(_call_again, function, arguments, crossings)
    token = current_boundary.set(crossings)
    try:
        with entered(active), active.at_end:
            enter_libraries(active)
            result = function(*(nest.map_leaves(lambda t: _given(t, crossings), a) for a in arguments))
            active.summaries[:] = _single(crossings.summaries(GraphKeys.SUMMARIES))
    finally:
        current_boundary.reset(token)
        active.rerun = None
    return Call(result, active, tuple(array for _, array in crossings.exits))


def _call_again(function: Callable[..., Any], arguments: tuple[Any, ...], outer: Crossings, active: Frame) -> Call:
    """Calls the function inside a call of it, with other values of its variables and the entries that it has so far."""
    made = list(outer.entered)
    crossings = Crossings(lambda number, tensor: made[number], *outer.open_sizes, outer.is_eager)
    return _call(function, arguments, active, crossings)
