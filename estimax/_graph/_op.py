"""`Op`: one operation, and all that is to be known of it.

An op knows how to infer the specs of its results, how to compute them on the
host, how to do so for a whole column of rows at once (its lifting), and, where
it exists there, the JAX function that does the same on the device. One call
serves every caller: symbolic arguments add a node to the graph, concrete ones
compute at once, device arrays go to the JAX function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimax._base._dtypes import DType
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._boundary import current_boundary, is_device_array, is_symbolic_size
from estimax._graph._column import Column, to_value
from estimax._graph._draws import Draws
from estimax._graph._lifting import Lifting, broadcasting, by_rows
from estimax._graph._tensor import SparseTensorValue, Tensor, as_concrete, concrete, tensor_of
from estimax._graph._tracing import is_tracing

OPS: dict[str, Op] = {}


@dataclass(frozen=True, eq=False)
class Op:
    """One operation.

    Attributes:
        name: under which the graph is saved, and found again.
        infer: (specs of the arguments, **params) -> spec or specs of the results.
        host: (values of the arguments, **params) -> value or values, in NumPy and Arrow.
        lift: how to run `host` over a column of rows; row by row unless said otherwise.
        device: path 'module:function' of the JAX function (*arrays, **params), or None.
        prepare: (**params) -> an object made once for each node and handed to `host` as
            `prepared`, such as the index of a vocabulary.
        same_dtype: whether all arguments must have one element type.
        partial: whether `host` takes `needed`, a tuple that says which results are used.
        composite: whether arguments may be sparse or ragged.
        random: whether `host` takes `draws`, a source of random numbers (`_draws.Draws`).
        expands: whether the results are much larger than the arguments, as of an image that
            is decoded, so that few rows at a time are enough.
    """

    name: str
    infer: Callable[..., TensorSpec | tuple[TensorSpec, ...]]
    host: Callable[..., Any]
    lift: Lifting = by_rows
    device: str | None = None
    prepare: Callable[..., Any] | None = None
    same_dtype: bool = False
    partial: bool = False
    composite: bool = False
    random: bool = False
    expands: bool = False

    def __post_init__(self) -> None:
        if self.name in OPS:
            raise ValueError(f"there is an op {self.name!r} already")
        OPS[self.name] = self

    def __call__(self, *args: Any, **params: Any) -> Any:
        args = tuple(_packed(a) for a in args)
        if any(is_device_array(a) for a in args):
            return self._on_device(args, params)
        tensors = self._tensors(args)
        if self.lift is broadcasting and not all(t.spec.is_dense for t in tensors):
            return resolve("estimax._graph._composite:over_values")(self, tensors, params)
        node = Node(self, tensors, params)
        if any(t.is_symbolic for t in tensors) or (self.random and is_tracing()):
            return node.results()
        values = node.compute([t.value for t in tensors])
        results = tuple(concrete(v) for v in values)
        return results if node.several else results[0]

    def node(self, *args: Any, **params: Any) -> Any:
        """Adds a node whatever the arguments are: for ops without any, such as placeholders."""
        return Node(self, self._tensors(args), params).results()

    def _tensors(self, args: Sequence[Any]) -> tuple[Tensor, ...]:
        dtype = None
        if self.same_dtype:
            dtype = next((a.dtype for a in args if isinstance(a, Tensor)), None)
        tensors = tuple(as_tensor(a, dtype) for a in args)
        if self.same_dtype and len({t.dtype for t in tensors}) > 1:
            if dtype is None:
                return tuple(as_tensor(a, t.dtype) for a, t in _promoted(args, tensors))
            kinds = ", ".join(t.dtype.name for t in tensors)
            raise TypeError(f"{self.name} needs arguments of one type; got {kinds}. Convert one with tf.cast")
        return tensors

    def _on_device(self, args: Sequence[Any], params: Mapping[str, Any]) -> Any:
        args = [as_tensor(a) if isinstance(a, str | bytes | list | tuple | StringArray) else a for a in args]
        texts = any(isinstance(a, Tensor) and a.dtype.is_string for a in args)
        if self.device is None or texts:
            left = [_leave(a) if is_device_array(a) else a for a in args]
            return self(*left, **params)
        arrays = [_enter(a) if isinstance(a, Tensor) else a for a in args]
        plain = {k: v.as_numpy_dtype if isinstance(v, DType) else v for k, v in params.items()}
        return resolve(self.device)(*arrays, **plain)


def _enter(tensor: Tensor) -> Any:
    boundary = current_boundary.get()
    return boundary.enter(tensor) if boundary else resolve("jax.numpy:asarray")(tensor.numpy())


def _leave(array: Any) -> Tensor:
    boundary = current_boundary.get()
    return boundary.leave(array) if boundary else as_concrete(np.asarray(array))


def _promoted(args: Sequence[Any], tensors: Sequence[Tensor]) -> list[tuple[Any, Tensor]]:
    """Pairs every argument with a Tensor of the type that all of them fit, where none of them is a Tensor."""
    widest = max(tensors, key=lambda t: (t.dtype.is_floating, t.dtype.size))
    return [(a, widest) for a in args]


@dataclass(eq=False)
class Node:
    """An op applied to Tensors, with its static parameters."""

    op: Op
    inputs: tuple[Tensor, ...]
    params: Mapping[str, Any]
    specs: tuple[TensorSpec, ...] = field(init=False)
    several: bool = field(init=False)
    _prepared: Any = None

    def __post_init__(self) -> None:
        if not self.op.composite and not all(t.spec.is_dense for t in self.inputs):
            raise TypeError(
                f"{self.op.name} takes dense Tensors; got {', '.join(map(repr, self.inputs))}. Convert a SparseTensor "
                f"with tf.sparse.to_dense, a RaggedTensor with its method to_tensor()"
            )
        specs = self.op.infer(*(t.spec for t in self.inputs), **self.params)
        self.several = isinstance(specs, tuple)
        self.specs = specs if isinstance(specs, tuple) else (specs,)

    def results(self) -> Any:
        tensors = tuple(tensor_of(spec, self, i) for i, spec in enumerate(self.specs))
        return tensors if self.several else tensors[0]

    def _call_params(self, needed: tuple[bool, ...] | None, draws: Draws | None) -> dict[str, Any]:
        params = dict(self.params)
        if self.op.random:
            params["draws"] = draws or Draws.fresh()
        if self.op.prepare is not None:
            if self._prepared is None:
                self._prepared = self.op.prepare(**self.params)
            params["prepared"] = self._prepared
        if self.op.partial:
            params["needed"] = needed or (True,) * len(self.specs)
        return params

    def compute(
        self, values: Sequence[Any], needed: tuple[bool, ...] | None = None, draws: Draws | None = None
    ) -> tuple[Any, ...]:
        """Computes the results of one set of values."""
        out = self.op.host(*values, **self._call_params(needed, draws))
        return tuple(out) if self.several else (out,)

    def compute_rows(
        self,
        values: Sequence[Column],
        lifted: Sequence[bool],
        rows: int,
        needed: tuple[bool, ...] | None = None,
        draws: Draws | None = None,
    ) -> tuple[Column, ...]:
        """Computes the results of whole columns; `lifted` says which of the values are columns."""
        return self.op.lift(self, values, lifted, rows, self._call_params(needed, draws))


def as_tensor(value: Any, dtype: DType | None = None) -> Tensor:
    """Makes a Tensor of what a program writes where a Tensor is expected.

    Raises:
        TypeError: a Tensor of another type, or data that no Tensor can hold.
    """
    if isinstance(value, Tensor):
        return value
    if is_device_array(value):
        return _leave(value)
    if isinstance(value, SparseTensorValue):
        sparse: Tensor = OPS["SparseTensor"](value.indices, value.values, value.dense_shape)
        return sparse
    packed = _packed(value, dtype)
    if packed is not value:
        return as_tensor(packed)
    return as_concrete(to_value(value, dtype))


def as_argument(value: Any, dtype: DType | None = None) -> Any:
    """Makes a Tensor of a value, but leaves device arrays, and stacks lists of them, on the device."""
    value = _packed(value, dtype)
    return value if is_device_array(value) else as_tensor(value, dtype)


def on_device(value: Any) -> Any:
    """Makes a device array of a value, by the way that Tensors take there."""
    value = as_argument(value)
    return value if is_device_array(value) else _enter(value)


def _packed(value: Any, dtype: DType | None = None) -> Any:
    """Returns a value as it is, but a list that holds Tensors or device arrays, at any depth, as one of them."""
    if is_symbolic_size(value):
        return resolve("jax.numpy:asarray")(value)
    if not isinstance(value, list | tuple) or not _holds_tensors(value):
        return value
    items = [_packed(v, dtype) for v in value]
    if dtype is None:
        dtype = next((v.dtype for v in items if isinstance(v, Tensor)), None)
    if not any(is_device_array(v) for v in items):
        items = [as_tensor(v, dtype) for v in items]
    return OPS["Stack"](*items, axis=0)


def _of_device(value: Any) -> bool:
    return is_device_array(value) or is_symbolic_size(value)


def _holds_tensors(values: Any) -> bool:
    return any(
        _holds_tensors(v) if isinstance(v, list | tuple) else isinstance(v, Tensor) or _of_device(v) for v in values
    )
