"""Making each node of the host graph once, however many columns ask for it.

A town may be an indicator, an embedding and part of three crosses: looked up or
hashed once is enough. Within one call of a model function, which is the life of
its boundary, the same op on the same Tensors gives the same node. What is shared
here is pure, so a program cannot tell but by its speed.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary

from estimax._graph._boundary import Boundary, current_boundary
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor

# The nodes of each call that is going on, with all that their keys name by identity.
_nodes: WeakKeyDictionary[Boundary, dict[Hashable, tuple[Any, Any]]] = WeakKeyDictionary()


def shared_node(op: Op, *inputs: Any, **params: Any) -> Any:
    """Applies an op that is pure, or returns what it gave for the same inputs earlier in the call."""
    boundary = current_boundary.get()
    if boundary is None or not all(isinstance(x, Tensor) for x in inputs):
        return op(*inputs, **params)
    known = _nodes.setdefault(boundary, {})
    key = (op.name, *map(_input_key, inputs), *((name, _param_key(value)) for name, value in params.items()))
    if key not in known:
        known[key] = (op(*inputs, **params), (inputs, params))
    return known[key][0]


def _input_key(tensor: Tensor) -> Hashable:
    return (id(tensor.node), tensor.index) if tensor.is_symbolic else id(tensor)


def _param_key(value: Any) -> Hashable:
    return value if isinstance(value, int | str | tuple | None) else id(value)
