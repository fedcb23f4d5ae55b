"""The operators of `Tensor`: `+`, `<`, `[...]` and the rest, as ops found by name.

The ops themselves live in rooms above; this file says only which operator is
which op.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from estimax._graph._boundary import is_device_array
from estimax._graph._op import OPS, Op, as_tensor
from estimax._graph._tensor import Tensor

_BINARY = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "truediv": "RealDiv",
    "floordiv": "FloorDiv",
    "mod": "FloorMod",
    "pow": "Pow",
    "matmul": "MatMul",
}
_COMPARISON = {"lt": "Less", "le": "LessEqual", "gt": "Greater", "ge": "GreaterEqual"}
_UNARY = {"neg": "Neg", "abs": "Abs"}
_BY_TYPE = {  # of truth values, and of whole numbers
    "and": ("LogicalAnd", "BitwiseAnd"),
    "or": ("LogicalOr", "BitwiseOr"),
    "xor": ("LogicalXor", "BitwiseXor"),
}


def _install() -> None:
    for name, op in {**_BINARY, **_COMPARISON}.items():
        setattr(Tensor, f"__{name}__", lambda self, other, op=op: OPS[op](self, other))
    for name, op in _BINARY.items():
        setattr(Tensor, f"__r{name}__", lambda self, other, op=op: OPS[op](other, self))
    for name, ops in _BY_TYPE.items():
        setattr(Tensor, f"__{name}__", lambda self, other, ops=ops: _of_type(self, ops)(self, other))
        setattr(Tensor, f"__r{name}__", lambda self, other, ops=ops: _of_type(self, ops)(other, self))
    Tensor.__invert__ = lambda self: _of_type(self, ("LogicalNot", "Invert"))(self)  # type: ignore[method-assign]
    for name, op in _UNARY.items():
        setattr(Tensor, f"__{name}__", lambda self, op=op: OPS[op](self))
    Tensor.__getitem__ = _getitem  # type: ignore[method-assign]  # declared there for type checkers only


def _of_type(tensor: Tensor, ops: tuple[str, str]) -> Op:
    return OPS[ops[tensor.dtype.is_integer]]


def _getitem(self: Tensor, key: Any) -> Any:
    """Indexes with integers, slices, None (a new axis) and `...`, or with a Tensor of booleans or of positions.

    Integers and the bounds of slices may be single Tensors.
    """
    if isinstance(key, Tensor) or is_device_array(key):
        return OPS["BooleanMask"](self, key) if key.dtype.name == "bool" else OPS["GatherAxis"](self, key, axis=0)
    if isinstance(key, np.ndarray) and key.ndim:
        return self[as_tensor(key)]
    spec: list[Any] = []
    bounds: list[Tensor] = []
    for item in key if isinstance(key, tuple) else (key,):
        if item is None:
            spec.append("new")
        elif item is Ellipsis:
            spec.append("...")
        elif isinstance(item, slice):
            spec.append([None if b is None else _bound(b, bounds) for b in (item.start, item.stop, item.step)])
        else:
            spec.append(_bound(item, bounds))
    return OPS["StridedSlice"](self, *bounds, key=spec)


def _bound(value: Any, bounds: list[Tensor]) -> int | str:
    """Returns a number, or "at" for a Tensor whose value is not known yet, which joins the bounds."""
    if isinstance(value, Tensor) and value.is_symbolic:
        bounds.append(value)
        return "at"
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"a Tensor is indexed with whole numbers, slices, None, `...` or a Tensor; got {value!r}. "
            f"tf.gather picks several positions"
        ) from None


_install()
