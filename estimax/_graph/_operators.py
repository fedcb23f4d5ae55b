"""The operators of `Tensor`: `+`, `<`, `[...]` and the rest, as ops found by name.

The ops themselves live in rooms above; this file says only which operator is
which op.
"""

from __future__ import annotations

from typing import Any

from estimax._graph._boundary import is_device_array
from estimax._graph._op import OPS
from estimax._graph._tensor import Tensor

_BINARY = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "truediv": "RealDiv",
    "floordiv": "FloorDiv",
    "mod": "FloorMod",
    "pow": "Pow",
    "and": "LogicalAnd",
    "or": "LogicalOr",
    "xor": "LogicalXor",
    "matmul": "MatMul",
}
_COMPARISON = {"lt": "Less", "le": "LessEqual", "gt": "Greater", "ge": "GreaterEqual"}
_UNARY = {"neg": "Neg", "abs": "Abs", "invert": "LogicalNot"}


def _install() -> None:
    for name, op in {**_BINARY, **_COMPARISON}.items():
        setattr(Tensor, f"__{name}__", lambda self, other, op=op: OPS[op](self, other))
    for name, op in _BINARY.items():
        setattr(Tensor, f"__r{name}__", lambda self, other, op=op: OPS[op](other, self))
    for name, op in _UNARY.items():
        setattr(Tensor, f"__{name}__", lambda self, op=op: OPS[op](self))
    Tensor.__getitem__ = _getitem  # type: ignore[method-assign]  # declared there for type checkers only


def _getitem(self: Tensor, key: Any) -> Any:
    """Indexes with integers, slices, None (a new axis) and `...`, or with a Tensor of booleans."""
    if isinstance(key, Tensor) or is_device_array(key):
        return OPS["BooleanMask"](self, key) if key.dtype.name == "bool" else OPS["GatherAxis"](self, key, axis=0)
    items = key if isinstance(key, tuple) else (key,)
    spec: list[Any] = []
    for item in items:
        if item is None:
            spec.append("new")
        elif item is Ellipsis:
            spec.append("...")
        elif isinstance(item, slice):
            spec.append([_bound(item.start), _bound(item.stop), _bound(item.step)])
        else:
            spec.append(int(item))
    return OPS["StridedSlice"](self, key=spec)


def _bound(value: Any) -> int | None:
    return None if value is None else int(value)


_install()
