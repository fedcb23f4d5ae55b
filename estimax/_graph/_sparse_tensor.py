"""`SparseTensor`: a Tensor of which only some elements are there.

A program makes one of its three parts and takes it apart again; both are ops, so
that they can be traced, lifted and saved like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import SparseTensorSpec, TensorSpec
from estimax._graph._column import dense_rows
from estimax._graph._columnwise import column_op, entries
from estimax._graph._op import as_tensor
from estimax._graph._tensor import TENSOR_CLASSES, SparseTensorValue, Tensor
from estimax._graph._varying import SparseColumn, as_rows


def _sparse_spec(indices: TensorSpec, values: TensorSpec, dense_shape: TensorSpec, *, shape: Any = None) -> TensorSpec:
    if any(s.shape.ndims not in (rank, None) for s, rank in ((indices, 2), (values, 1), (dense_shape, 1))):
        raise InvalidArgumentError(
            f"a SparseTensor is made of indices [n, rank], values [n] and dense_shape [rank]; got shapes "
            f"{indices.shape}, {values.shape} and {dense_shape.shape}"
        )
    if not indices.dtype.is_integer or not dense_shape.dtype.is_integer:
        raise TypeError(
            f"the indices and the dense_shape of a SparseTensor are whole numbers; got {indices.dtype.name} and "
            f"{dense_shape.dtype.name}"
        )
    if shape is not None:
        return SparseTensorSpec(shape, values.dtype)
    ranks = [
        indices.shape[1] if indices.shape.ndims else None,
        dense_shape.shape[0] if dense_shape.shape.ndims else None,
    ]
    rank = next((r for r in ranks if r is not None), None)
    return SparseTensorSpec(None if rank is None else (None,) * rank, values.dtype)


def _sparse(indices: Any, values: Any, dense_shape: Any, *, shape: Any = None) -> SparseColumn:
    places, elements, sizes = as_rows(indices), as_rows(values), as_rows(dense_shape)
    rank = sizes.shapes[:, 0]
    wrong = (places.shapes[:, 0] != elements.shapes[:, 0]) | (places.shapes[:, 1] != rank)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InvalidArgumentError(
            f"a SparseTensor needs one row of indices for each value and one size for each axis; got indices "
            f"{tuple(places.shapes[row].tolist())}, values {tuple(elements.shapes[row].tolist())}, "
            f"dense_shape {sizes.row(row).tolist()}"
        )
    ranks = sorted(set(rank.tolist()))
    if len(ranks) > 1:
        raise InvalidArgumentError(f"all SparseTensors of a dataset are of one rank; got ranks {ranks}")
    width = ranks[0] if ranks else 0
    return SparseColumn(
        np.asarray(places.flat).reshape((len(elements.flat), width)).astype(np.int64, copy=False),
        elements.flat,
        elements.splits,
        np.asarray(sizes.flat).reshape((len(sizes), width)).astype(np.int64, copy=False),
    )


def _part_spec(x: TensorSpec, *, part: str) -> TensorSpec:
    rank = x.shape.ndims
    if part == "values":
        return TensorSpec([None], x.dtype)
    return TensorSpec([None, rank] if part == "indices" else [rank], int64)


def _part(x: SparseColumn, *, part: str) -> Any:
    if part == "dense_shape":
        return x.shapes
    return dense_rows(x.indices if part == "indices" else x.values, np.diff(x.splits))


def _replaced_spec(x: TensorSpec, values: TensorSpec) -> TensorSpec:
    return SparseTensorSpec(x.shape, values.dtype)


def _replaced(x: SparseColumn, values: Any) -> SparseColumn:
    elements, counts = entries(values)
    needed = np.diff(x.splits)
    if (needed != counts).any():
        row = int(np.argmax(needed != counts))
        raise InvalidArgumentError(
            f"{needed[row]} values are needed for the places of this SparseTensor; got {counts[row]}"
        )
    return SparseColumn(x.indices, elements, x.splits, x.shapes)


_SPARSE = column_op("SparseTensor", _sparse_spec, _sparse)
_PART = column_op("SparsePart", _part_spec, _part, composite=True)
_WITH_VALUES = column_op("SparseWithValues", _replaced_spec, _replaced, composite=True)


class SparseTensor(Tensor):
    """A Tensor of which only some elements are there.

    Args:
        indices: int64 [n, rank], where the elements stand, in row-major order.
        values: [n], the elements.
        dense_shape: int64 [rank], the shape that they stand in.

    Raises:
        InvalidArgumentError: the three do not fit together.

    Example:
        >>> import estimax as tf
        >>> words = tf.SparseTensor([[0, 0], [1, 2]], ["a", "b"], [2, 3])
        >>> tf.sparse.to_dense(words, default_value="-").numpy().tolist()
        [[b'a', b'-', b'-'], [b'-', b'-', b'b']]
    """

    __slots__ = ()

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        if isinstance(indices, list | tuple) and not indices:
            indices = np.empty((0, len(dense_shape)), np.int64)
        shape = _known_shape(dense_shape)
        made = _SPARSE(
            as_tensor(indices, int64),
            as_tensor(values),
            as_tensor(dense_shape, int64),
            **({} if shape is None else {"shape": shape}),
        )
        super().__init__(made.spec, made.node, made.index, made.value)

    @staticmethod
    def from_value(value: Any) -> SparseTensor:
        """Makes a SparseTensor of a `SparseTensorValue`."""
        return value if isinstance(value, SparseTensor) else SparseTensor(*value)

    @property
    def indices(self) -> Any:
        return _PART(self, part="indices")

    @property
    def values(self) -> Any:
        return _PART(self, part="values")

    @property
    def dense_shape(self) -> Any:
        return _PART(self, part="dense_shape")

    @property
    def flat(self) -> Any:
        return self.values

    def with_flat(self, values: Any) -> Tensor:
        """Returns other values in the same places."""
        made: Tensor = _WITH_VALUES(self, values)
        return made

    with_values = with_flat

    def eval(self) -> SparseTensorValue:
        value: SparseTensorValue = self.numpy()
        return value

    def __repr__(self) -> str:
        if self.value is None:
            return super().__repr__()
        indices, values, dense_shape = self.eval()
        return f"SparseTensor(indices={indices.tolist()}, values={values.tolist()}, dense_shape={dense_shape.tolist()})"


def _known_shape(dense_shape: Any) -> list[int] | None:
    """Returns the shape where the program knows it while it is traced."""
    given: Any = dense_shape.value if isinstance(dense_shape, Tensor) else dense_shape
    if given is None or any(isinstance(s, Tensor) for s in given):
        return None
    sizes: Sequence[Any] = given
    return [int(s) for s in sizes]


TENSOR_CLASSES[SparseTensorSpec] = SparseTensor
