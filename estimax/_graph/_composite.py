"""`SparseTensor` and `RaggedTensor`: Tensors that hold a different number of elements in each row.

A program makes them of their parts and takes them apart again; both are ops, so
that they can be traced, lifted and saved like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorShape, TensorSpec
from estimax._graph._column import Column, repeat_value
from estimax._graph._op import OPS, Op, as_tensor
from estimax._graph._tensor import TENSOR_CLASSES, SparseTensorValue, Tensor
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, SparseValue, as_rows, splits_of

if TYPE_CHECKING:
    from estimax._graph._op import Node


def _sparse_spec(indices: TensorSpec, values: TensorSpec, dense_shape: TensorSpec) -> TensorSpec:
    if len(indices.shape) != 2 or len(values.shape) != 1 or len(dense_shape.shape) != 1:
        raise InvalidArgumentError(
            f"a SparseTensor is made of indices [n, rank], values [n] and dense_shape [rank]; got shapes "
            f"{tuple(indices.shape)}, {tuple(values.shape)} and {tuple(dense_shape.shape)}"
        )
    rank = indices.shape[1] if indices.shape[1] is not None else dense_shape.shape[0]
    return SparseTensorSpec(None if rank is None else (None,) * rank, values.dtype)


def _sparse(indices: Any, values: Any, dense_shape: Any) -> SparseValue:
    if len(indices) != len(values) or indices.shape[1] != len(dense_shape):
        raise InvalidArgumentError(
            f"a SparseTensor needs one row of indices for each value and one size for each axis; got indices "
            f"{indices.shape}, values {values.shape}, dense_shape {dense_shape.tolist()}"
        )
    return SparseValue(indices.astype(np.int64), values, dense_shape.astype(np.int64))


def _columns(values: Sequence[Any], lifted: Sequence[bool], rows: int) -> list[Any]:
    return [v if is_column else repeat_value(v, rows) for v, is_column in zip(values, lifted, strict=True)]


def _sparse_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    indices, elements, shapes = _columns(values, lifted, rows)
    indices, elements = as_rows(indices), as_rows(elements)
    rank = shapes.shape[1]
    if (indices.shapes[:, 0] != elements.shapes[:, 0]).any() or (indices.shapes[:, 1] != rank).any():
        row = int(np.argmax((indices.shapes[:, 0] != elements.shapes[:, 0]) | (indices.shapes[:, 1] != rank)))
        _sparse(indices.row(row), elements.row(row), shapes[row])
    flat = np.asarray(indices.flat).reshape((-1, rank)).astype(np.int64)
    return (SparseColumn(flat, elements.flat, elements.splits, shapes.astype(np.int64)),)


def _part_spec(x: TensorSpec, *, part: str) -> TensorSpec:
    rank = x.shape.ndims
    if part == "values":
        return TensorSpec([None], x.dtype)
    return TensorSpec([None, rank] if part == "indices" else [rank], int64)


def _part(x: SparseValue, *, part: str) -> Any:
    return getattr(x, part)


def _part_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    (column,), part = values, params["part"]
    if part == "dense_shape":
        return (column.shapes,)
    lengths = np.diff(column.splits)[:, np.newaxis]
    if part == "values":
        return (Rows.of(column.values, lengths),)
    shapes = np.concatenate([lengths, np.full_like(lengths, column.rank)], 1)
    return (Rows.of(column.indices.reshape(-1), shapes),)


_SPARSE = Op("SparseTensor", infer=_sparse_spec, host=_sparse, lift=_sparse_rows)
_PART = Op("SparsePart", infer=_part_spec, host=_part, lift=_part_rows, composite=True)


def _ragged_spec(values: TensorSpec, splits: TensorSpec) -> TensorSpec:
    inner = values.ragged_rank if isinstance(values, RaggedTensorSpec) else 0
    if len(splits.shape) != 1 or not splits.dtype.is_integer:
        raise InvalidArgumentError(f"row splits are a vector of whole numbers; got {splits}")
    size = None if splits.shape[0] is None else splits.shape[0] - 1
    return RaggedTensorSpec(TensorShape([size, None]).concatenate(values.shape[1:]), values.dtype, inner + 1)


def _ragged(values: Any, splits: Any) -> RaggedValue:
    if not len(splits) or splits[0] != 0 or (np.diff(splits) < 0).any() or splits[-1] != len(values):
        raise InvalidArgumentError(
            f"row splits must rise from 0 to the number of values, {len(values)}; got {splits.tolist()}"
        )
    splits = splits.astype(np.int64)
    if isinstance(values, RaggedValue):
        return RaggedValue(values.values, (splits, *values.splits))
    return RaggedValue(values, (splits,))


def _below_spec(x: TensorSpec) -> TensorSpec:
    assert isinstance(x, RaggedTensorSpec)
    shape = TensorShape([None]).concatenate(x.shape[2:])
    return RaggedTensorSpec(shape, x.dtype, x.ragged_rank - 1) if x.ragged_rank > 1 else TensorSpec(shape, x.dtype)


def _splits_spec(x: TensorSpec) -> TensorSpec:
    size = x.shape[0]
    return TensorSpec([None if size is None else size + 1], int64)


def _flat_spec(x: TensorSpec) -> TensorSpec:
    assert isinstance(x, RaggedTensorSpec)
    return TensorSpec(TensorShape([None]).concatenate(x.shape[x.ragged_rank + 1 :]), x.dtype)


def _flat_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    (column,) = values
    bounds = column.splits[0]
    for splits in column.splits[1:]:
        bounds = splits[bounds]
    inner = np.array(column.values.shape[1:], np.int64)
    shapes = np.concatenate([np.diff(bounds)[:, np.newaxis], np.broadcast_to(inner, (rows, len(inner)))], 1)
    return (Rows.of(column.values.reshape(-1), shapes),)


def _like_spec(x: TensorSpec, flat: TensorSpec) -> TensorSpec:
    assert isinstance(x, RaggedTensorSpec)
    shape = TensorShape(x.shape[: x.ragged_rank + 1]).concatenate(flat.shape[1:])
    return RaggedTensorSpec(shape, flat.dtype, x.ragged_rank)


def _like(x: RaggedValue, flat: Any) -> RaggedValue:
    if len(flat) != len(x.values):
        raise InvalidArgumentError(f"{len(x.values)} values are needed for these lists; got {len(flat)}")
    return x.with_values(flat)


def _like_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    column, flat = _columns(values, lifted, rows)
    parts = as_rows(flat)
    inner = tuple(parts.shapes[0, 1:].tolist()) if len(parts) else ()
    return (_like(column, parts.flat.reshape((-1, *inner))),)


_RAGGED = Op("RaggedTensor", infer=_ragged_spec, host=_ragged, composite=True)
_BELOW = Op("RaggedValues", infer=_below_spec, host=lambda x: x.below, composite=True)
_SPLITS = Op("RaggedSplits", infer=_splits_spec, host=lambda x: x.splits[0], composite=True)
_FLAT = Op("RaggedFlatValues", infer=_flat_spec, host=lambda x: x.values, lift=_flat_rows, composite=True)
_SPLITS_OF = Op(
    "RowSplitsOfLengths",
    infer=lambda n: TensorSpec([None if n.shape[0] is None else n.shape[0] + 1], int64),
    host=splits_of,
)
_LIKE = Op("RaggedWithFlatValues", infer=_like_spec, host=_like, lift=_like_rows, composite=True)


def _alike_spec(first: TensorSpec, *others: TensorSpec) -> TensorSpec:
    if any(type(o) is not type(first) or o.shape.ndims != first.shape.ndims for o in others):
        raise InvalidArgumentError(f"values that stand in the same places are needed; got {(first, *others)}")
    return first


def _alike(first: Any, *others: Any) -> Any:
    for other in others:
        if isinstance(first, SparseValue):
            same = np.array_equal(first.indices, other.indices) and first.shape == other.shape
        else:
            same = all(map(np.array_equal, first.splits, other.splits))
        if not same:
            kind = "SparseTensors whose values" if isinstance(first, SparseValue) else "RaggedTensors whose lists"
            raise InvalidArgumentError(
                f"element-wise operations need {kind} agree in number and place; got shapes {first.shape} and "
                f"{other.shape}. Convert to dense Tensors first"
            )
    return first


_ALIKE = Op("StandAlike", infer=_alike_spec, host=_alike, composite=True)


def over_values(op: Op, tensors: Sequence[Tensor], params: Mapping[str, Any]) -> Any:
    """Applies an element-wise op to what sparse and ragged Tensors hold.

    Raises:
        TypeError: beside them stands a dense Tensor that is no single value.
    """
    composite: list[Any] = [t for t in tensors if not t.spec.is_dense]
    if any(t.spec.is_dense and len(t.shape) for t in tensors):
        raise TypeError(
            f"{op.name} of a {type(composite[0]).__name__} takes single values beside it; got "
            f"{', '.join(map(repr, tensors))}. Convert with tf.sparse.to_dense or to_tensor() first"
        )
    first = _ALIKE(*composite) if len(composite) > 1 else composite[0]
    given: list[Any] = list(tensors)
    out = op(*(t if t.spec.is_dense else t.flat for t in given), **params)
    return tuple(map(first.with_flat, out)) if isinstance(out, tuple) else first.with_flat(out)


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
        indices = np.empty((0, len(dense_shape)), np.int64) if isinstance(indices, list) and not indices else indices
        made = _SPARSE(as_tensor(indices, int64), as_tensor(values), as_tensor(dense_shape, int64))
        if made.shape.ndims == len(_known_shape(dense_shape)):
            made.set_shape(_known_shape(dense_shape))
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
        made = SparseTensor(self.indices, values, self.dense_shape)
        made.set_shape(self.shape)
        return made

    with_values = with_flat

    def eval(self) -> SparseTensorValue:
        value: SparseTensorValue = self.numpy()
        return value


def _known_shape(dense_shape: Any) -> Sequence[int]:
    given: Any = dense_shape.value if isinstance(dense_shape, Tensor) else dense_shape
    return () if given is None or any(isinstance(s, Tensor) for s in given) else [int(s) for s in given]


class RaggedTensor(Tensor):
    """A Tensor of nested lists of different lengths; made by `tf.ragged.constant` and the `from_…` methods.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.constant([[1, 2, 3], [], [4]]).to_tensor().numpy().tolist()
        [[1, 2, 3], [0, 0, 0], [4, 0, 0]]
    """

    __slots__ = ()

    def __init__(self, *_: Any) -> None:
        raise TypeError("make a RaggedTensor with tf.ragged.constant or RaggedTensor.from_row_splits")

    @staticmethod
    def from_row_splits(values: Any, row_splits: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Makes lists of successive values; `row_splits` says where each begins, and where the last ends."""
        made: RaggedTensor = _RAGGED(as_tensor(values), as_tensor(row_splits, int64))
        return made

    @staticmethod
    def from_row_lengths(values: Any, row_lengths: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Makes lists of successive values, of the given lengths."""
        return RaggedTensor.from_row_splits(values, _SPLITS_OF(as_tensor(row_lengths, int64)))

    @property
    def ragged_rank(self) -> int:
        assert isinstance(self.spec, RaggedTensorSpec)
        return self.spec.ragged_rank

    @property
    def values(self) -> Any:
        """What the outermost lists hold, one after the other."""
        return _BELOW(self)

    @property
    def flat_values(self) -> Any:
        """What the innermost lists hold, one after the other."""
        return _FLAT(self)

    @property
    def row_splits(self) -> Any:
        return _SPLITS(self)

    @property
    def flat(self) -> Any:
        return self.flat_values

    def with_flat(self, flat_values: Any) -> Tensor:
        """Returns the same lists of other elements."""
        made: Tensor = _LIKE(self, flat_values)
        return made

    with_flat_values = with_flat

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """Returns how long each of the outermost lists is."""
        splits = self.row_splits
        return splits[1:] - splits[:-1]

    def to_list(self) -> list[Any]:
        """Returns nested lists of Python values; strings as `bytes`.

        Raises:
            TypeError: the Tensor is symbolic.
        """
        if not isinstance(self.value, RaggedValue):
            raise TypeError(self._no_value("its value is read"))
        return self.value.to_list()

    def to_tensor(self, default_value: Any = None, name: str | None = None, shape: Any = None) -> Any:
        """Fills the lists up to equal lengths: a dense Tensor."""
        return OPS["RaggedToDense"](self, *(() if default_value is None else (as_tensor(default_value, self.dtype),)))

    def to_sparse(self, name: str | None = None) -> Any:
        """Returns the elements in their places in a sparse Tensor."""
        return OPS["RaggedToSparse"](self)


TENSOR_CLASSES[SparseTensorSpec] = SparseTensor
TENSOR_CLASSES[RaggedTensorSpec] = RaggedTensor
