"""Sparse and ragged Tensors among others: the classes, and how element-wise ops treat what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._columnwise import column_op
from estimax._graph._op import Op
from estimax._graph._ragged_tensor import RaggedTensor
from estimax._graph._sparse_tensor import SparseTensor
from estimax._graph._tensor import Tensor
from estimax._graph._varying import SparseColumn

__all__ = ["RaggedTensor", "SparseTensor", "over_values"]


def _alike_spec(first: TensorSpec, *others: TensorSpec) -> TensorSpec:
    if any(type(o) is not type(first) or o.shape.ndims != first.shape.ndims for o in others):
        raise InvalidArgumentError(f"values that stand in the same places are needed; got {(first, *others)}")
    return first


def _alike(first: Any, *others: Any) -> Any:
    for other in others:
        if isinstance(first, SparseColumn):
            kind = "SparseTensors whose values"
            same = (
                np.array_equal(first.splits, other.splits)
                and np.array_equal(first.indices, other.indices)
                and np.array_equal(first.shapes, other.shapes)
            )
        else:
            kind = "RaggedTensors whose lists"
            same = len(first.splits) == len(other.splits) and all(map(np.array_equal, first.splits, other.splits))
        if not same:
            raise InvalidArgumentError(
                f"element-wise operations need {kind} agree in number and place. Convert to dense Tensors first"
            )
    return first


_ALIKE = column_op("StandAlike", _alike_spec, _alike, composite=True)


def over_values(op: Op, tensors: Sequence[Tensor], params: Mapping[str, Any]) -> Any:
    """Applies an element-wise op to what sparse and ragged Tensors hold.

    Raises:
        TypeError: beside them stands a dense Tensor that is no single value.
    """
    composite: list[Any] = [t for t in tensors if not t.spec.is_dense]
    if any(t.spec.is_dense and t.shape.ndims != 0 for t in tensors):
        raise TypeError(
            f"{op.name} of a {type(composite[0]).__name__} takes single values beside it; got "
            f"{', '.join(map(repr, tensors))}. Convert with tf.sparse.to_dense or to_tensor() first"
        )
    first = _ALIKE(*composite) if len(composite) > 1 else composite[0]
    given: list[Any] = list(tensors)
    out = op(*(t if t.spec.is_dense else t.flat for t in given), **params)
    return tuple(map(first.with_flat, out)) if isinstance(out, tuple) else first.with_flat(out)
