"""A `Function` as JSON and arrays, and back.

The document lists the nodes in the order in which they are computed, by the
names of their ops, with what their inputs refer to and their parameters; arrays
stand beside it under names. Reading it makes nodes of registered ops and nothing
else: no name in it is imported, nothing in it is called.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from estimax._base._dtypes import DType, as_dtype
from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Value
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import OPS, Node
from estimax._graph._tensor import Tensor, concrete
from estimax._graph._varying import RaggedValue, SparseValue

FORMAT = 1

Item = TypeVar("Item")
Json = dict[str, Any]
Arrays = dict[str, Value]


def function_to_json(function: Function) -> tuple[Json, Arrays]:
    """Describes a function by a document that JSON can hold and arrays that it names.

    Arrays are not copied, and one that is used in several places is stored once.

    Raises:
        InvalidArgumentError: an op has a parameter that cannot be saved, such as a Python function.

    Example:
        >>> import estimax as tf
        >>> from estimax._graph._function import trace
        >>> from estimax._graph._saving import function_from_json, function_to_json
        >>> double, _ = trace(lambda x: x * 2.0, tf.TensorSpec([], tf.float32))
        >>> document, arrays = function_to_json(double)
        >>> [node["op"] for node in document["nodes"]], arrays["constant/0"]
        (['Mul'], array(2., dtype=float32))
    """
    writer = _Writer(function, {}, {})
    return {"format": FORMAT, **writer.document()}, writer.arrays


def function_from_json(document: Mapping[str, Any], arrays: Mapping[str, Value]) -> Function:
    """Makes the function that a document describes.

    Raises:
        DataLossError: the document is not one that `function_to_json` could have written.
        InvalidArgumentError: it is of a later format, or needs an op that this version does not have.
    """
    version = _field(document, "format", int)
    if version != FORMAT:
        raise InvalidArgumentError(
            f"this version reads saved graphs of format {FORMAT}; got format {version}. Update estimax, or save again"
        )
    return _Reader(arrays).function(document)


class _Writer:
    """What is numbered so far of one function, and the arrays that have names, of all functions of a document."""

    def __init__(self, function: Function, arrays: Arrays, names: dict[int, str]) -> None:
        self.function = function
        self.arrays = arrays
        self.names = names
        self.inputs = {(id(t.node), t.index): i for i, t in enumerate(function.inputs)}
        self.numbers = {id(node): i for i, node in enumerate(function.order)}

    def document(self) -> Json:
        return {
            "inputs": [_spec_to_json(t.spec) for t in self.function.inputs],
            "nodes": [self.node(node) for node in self.function.order],
            "outputs": [self.reference(t) for t in self.function.outputs],
        }

    def node(self, node: Node) -> Json:
        return {
            "op": node.op.name,
            "inputs": [self.reference(t) for t in node.inputs],
            "params": {name: self.param(value, node, name) for name, value in node.params.items()},
        }

    def reference(self, tensor: Tensor) -> Any:
        if tensor.value is not None:
            return {"constant": self.constant(tensor.value)}
        key = (id(tensor.node), tensor.index)
        return {"input": self.inputs[key]} if key in self.inputs else [self.numbers[key[0]], key[1]]

    def constant(self, value: Any) -> Any:
        if isinstance(value, SparseValue):
            parts = (value.indices, value.values, value.dense_shape)
            return {"sparse": [self.array(part, "constant") for part in parts]}
        if isinstance(value, RaggedValue):
            return {"ragged": [self.array(part, "constant") for part in (value.values, *value.splits)]}
        return self.array(value, "constant")

    def array(self, value: Value, kind: str) -> str:
        if id(value) not in self.names:
            name = f"{kind}/{len(self.arrays)}"
            self.names[id(value)] = name
            self.arrays[name] = value
        return self.names[id(value)]

    def param(self, value: Any, node: Node, name: str) -> Any:
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, list):
            return [self.param(v, node, name) for v in value]
        if isinstance(value, tuple):
            return {"tuple": [self.param(v, node, name) for v in value]}
        if isinstance(value, Mapping) and all(isinstance(k, str) for k in value):
            return {"dict": {k: self.param(v, node, name) for k, v in value.items()}}
        if isinstance(value, DType):
            return {"dtype": value.name}
        if isinstance(value, Function):
            return {"function": _Writer(value, self.arrays, self.names).document()}
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode()}
        if isinstance(value, StringArray) or (isinstance(value, np.ndarray) and value.dtype != object):
            return {"array": self.array(value, "param")}
        if callable(value):
            raise InvalidArgumentError(
                f"Python code cannot be exported: {name!r} of {node.op.name} is {value!r}. Use Tensor operations in "
                f"its place"
            )
        raise InvalidArgumentError(
            f"a graph can be saved if the parameters of its ops are data; {name!r} of {node.op.name} is {value!r}. "
            f"Use Tensor operations in its place"
        )


class _Reader:
    """What has been read so far."""

    def __init__(self, arrays: Mapping[str, Value]) -> None:
        self.arrays = arrays
        self.inputs: list[Tensor] = []
        self.nodes: list[Node] = []

    def function(self, document: Any) -> Function:
        self.inputs = [placeholder_for(self.spec(s)) for s in _field(document, "inputs", list)]
        for number, description in enumerate(_field(document, "nodes", list)):
            self.nodes.append(self.node(number, description))
        outputs = [self.tensor(r, "the outputs") for r in _field(document, "outputs", list)]
        return Function(self.inputs, outputs)

    def node(self, number: int, description: Any) -> Node:
        name = _field(description, "op", str)
        if name not in OPS:
            raise InvalidArgumentError(
                f"the saved graph needs the op {name!r}, which this version does not have{did_you_mean(name, OPS)}. "
                f"Update estimax, or import what defines it"
            )
        where = f"node {number} ({name})"
        inputs = tuple(self.tensor(r, where) for r in _field(description, "inputs", list))
        params = {k: self.param(v, where) for k, v in _field(description, "params", dict).items()}
        try:
            return Node(OPS[name], inputs, params)
        except Exception as error:
            raise DataLossError(f"the saved graph is damaged: {where} does not fit its inputs: {error}") from error

    def tensor(self, reference: Any, where: str) -> Tensor:
        if isinstance(reference, Mapping) and set(reference) == {"input"}:
            return self._item(self.inputs, reference["input"], where)
        if isinstance(reference, Mapping) and set(reference) == {"constant"}:
            return concrete(self.constant(reference["constant"], where))
        if isinstance(reference, list) and len(reference) == 2:
            node = self._item(self.nodes, reference[0], where)
            results: Sequence[Tensor] = node.results() if node.several else (node.results(),)
            return self._item(results, reference[1], where)
        raise _damaged(where, reference)

    def _item(self, items: Sequence[Item], number: Any, where: str) -> Item:
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(items):
            raise _damaged(where, number)
        return items[number]

    def constant(self, described: Any, where: str) -> Any:
        if not isinstance(described, Mapping):
            return self.array(described, where)
        ((kind, names),) = described.items() if len(described) == 1 else (("", ()),)
        if kind not in _COMPOSITE or not isinstance(names, list):
            raise _damaged(where, described)
        try:
            return _COMPOSITE[kind](*(self.array(name, where) for name in names))
        except TypeError:
            raise _damaged(where, described) from None

    def array(self, name: Any, where: str) -> Value:
        if not isinstance(name, str) or name not in self.arrays:
            raise DataLossError(f"the saved graph is damaged: {where} needs the array {name!r}, which is not there")
        return self.arrays[name]

    def spec(self, description: Any) -> TensorSpec:
        try:
            return _spec_from_json(description)
        except (TypeError, ValueError, LookupError, AttributeError):
            raise _damaged("an input", description) from None

    def param(self, value: Any, where: str) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, list):
            return [self.param(v, where) for v in value]
        if isinstance(value, Mapping) and len(value) == 1:
            ((kind, content),) = value.items()
            read = _READERS.get(kind)
            try:
                if read is not None:
                    return read(self, content, where)
            except (TypeError, ValueError, AttributeError, binascii.Error) as error:
                raise _damaged(where, value) from error
        raise _damaged(where, value)


_COMPOSITE: dict[str, Callable[..., Any]] = {
    "sparse": SparseValue,
    "ragged": lambda values, outer, *inner: RaggedValue(values, (outer, *inner)),
}
_READERS: dict[str, Callable[[_Reader, Any, str], Any]] = {
    "float": lambda reader, content, where: float(content),
    "tuple": lambda reader, content, where: tuple(reader.param(v, where) for v in content),
    "dict": lambda reader, content, where: {k: reader.param(v, where) for k, v in content.items()},
    "dtype": lambda reader, content, where: as_dtype(str(content)),
    "bytes": lambda reader, content, where: base64.b64decode(content, validate=True),
    "array": lambda reader, content, where: reader.array(content, where),
    "function": lambda reader, content, where: _Reader(reader.arrays).function(content),
}


def _spec_to_json(spec: TensorSpec) -> Json:
    shape = None if spec.shape.ndims is None else list(spec.shape)
    described = {"dtype": spec.dtype.name, "shape": shape, "name": spec.name}
    if isinstance(spec, SparseTensorSpec):
        return {"kind": "sparse", **described}
    if isinstance(spec, RaggedTensorSpec):
        return {"kind": "ragged", "ragged_rank": spec.ragged_rank, **described}
    return described


def _spec_from_json(description: Any) -> TensorSpec:
    shape, dtype, name = description["shape"], description["dtype"], description["name"]
    kind = description.get("kind", "dense")
    if kind == "sparse":
        return SparseTensorSpec(shape, dtype, name)
    if kind == "ragged":
        return RaggedTensorSpec(shape, dtype, int(description["ragged_rank"]), name)
    return TensorSpec(shape, dtype, name)


def _field(document: Any, name: str, kind: type) -> Any:
    value = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise DataLossError(f"the saved graph is damaged: {name!r} must be a {kind.__name__}; got {value!r}")
    return value


def _damaged(where: str, what: Any) -> DataLossError:
    return DataLossError(f"the saved graph is damaged: {where} cannot be read: {what!r}")
