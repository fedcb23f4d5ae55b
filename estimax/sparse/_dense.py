"""From sparse to dense Tensors and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from estimax._array._dimensions import as_sizes, sized_spec
from estimax._base._arrow import to_numpy
from estimax._base._dtypes import as_dtype, bool_
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import SparseTensorSpec, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._columnwise import column_op, entries
from estimax._graph._function import placeholder_for
from estimax._graph._op import as_argument, as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._varying import Rows, SparseColumn, as_rows, joined, picked
from estimax.sparse._places import (
    check_sparse,
    gathered,
    rank_of,
    row_major,
    rows_of_elements,
    shapes_of_elements,
    size_columns,
)


def _dense_spec(x: TensorSpec, *default: TensorSpec, validate: bool) -> TensorSpec:
    check_sparse("to_dense", x)
    _check_default(x, default)
    return TensorSpec(x.shape, x.dtype)


def _check_default(x: TensorSpec, default: tuple[TensorSpec, ...]) -> None:
    for spec in default:
        if spec.dtype != x.dtype or spec.shape.ndims not in (0, None):
            raise InvalidArgumentError(f"the default value must be a single {x.dtype.name}; got {spec}")


def _to_dense(x: SparseColumn, *default: Any, validate: bool) -> Any:
    sizes = x.shapes.prod(1)
    position = _checked_positions(x, validate) + np.repeat(splits_of(sizes)[:-1], np.diff(x.splits))
    return Rows.of(scattered(x.values, position, default[0] if default else None, sizes), x.shapes)


def scattered(values: Any, position: np.ndarray, default: Any, sizes: np.ndarray) -> Any:
    """Puts values at positions of one flat array.

    Args:
        values: [elements, ...].
        position: int64 [elements].
        default: column of what stands elsewhere, [rows, ...]; zeros or empty strings where None.
        sizes: how many positions each row has.
    """
    total = int(sizes.sum())
    if default is None and not isinstance(values, StringArray):
        zeros = np.zeros((total, *values.shape[1:]), values.dtype)
        zeros[position] = values
        return zeros
    if default is None:
        default = StringArray.of([b""]).broadcast_to((1, *values.shape[1:]))
        fill = np.full(total, len(values))
    else:
        fill = len(values) + np.repeat(np.arange(len(default)), sizes)
    fill[position] = np.arange(len(values))
    return picked(joined([values, default]), fill)


def _checked_positions(x: SparseColumn, validate: bool) -> np.ndarray:
    """Returns the position of each element in its row.

    Raises:
        InvalidArgumentError: one is outside of the shape, or if `validate` out of order or there twice.
    """
    shapes = shapes_of_elements(x)
    outside = ((x.indices < 0) | (x.indices >= shapes)).any(1)
    if outside.any():
        first = int(np.argmax(outside))
        raise InvalidArgumentError(
            f"{_named(x, first)} is out of bounds: each index must be from 0 to below {shapes[first].tolist()}"
        )
    position = row_major(x.indices, shapes)
    if validate and len(position):
        rows = rows_of_elements(x)
        wrong = (position[1:] <= position[:-1]) & (rows[1:] == rows[:-1])
        if wrong.any():
            second = int(np.argmax(wrong)) + 1
            if position[second] == position[second - 1]:
                raise InvalidArgumentError(f"{_named(x, second)} is there twice; an element has one value")
            raise InvalidArgumentError(
                f"{_named(x, second)} is out of order; sort the elements with tf.sparse.reorder, or give "
                f"validate_indices=False"
            )
    return position


def _named(x: SparseColumn, element: int) -> str:
    row = int(np.searchsorted(x.splits, element, "right")) - 1
    return f"indices[{element - x.splits[row]}] = {x.indices[element].tolist()}"


def _scatter_spec(
    indices: TensorSpec, values: TensorSpec, default: TensorSpec, *sizes: TensorSpec, known: list[Any], validate: bool
) -> TensorSpec:
    if not indices.dtype.is_integer:
        raise TypeError(f"the indices of elements are whole numbers; got {indices.dtype.name}")
    if indices.shape.ndims not in (0, 1, 2, None) or values.shape.ndims not in (0, 1, None):
        raise InvalidArgumentError(
            f"sparse_to_dense takes indices of at most two dimensions, and values in one or a single one; got shapes "
            f"{indices.shape} and {values.shape}"
        )
    _check_default(values, (default,))
    return TensorSpec(sized_spec(known), values.dtype)


def _scatter(indices: Any, values: Any, default: Any, *sizes: Any, known: list[Any], validate: bool) -> Any:
    shapes = size_columns(known, sizes, len(indices))
    places = as_rows(indices)
    counts = places.shapes[:, 0] if places.rank else np.ones(len(places), np.int64)
    width = len(known)
    if (places.shapes[:, 1] != width).any() if places.rank == 2 else width != 1:
        raise InvalidArgumentError(
            f"each element of a Tensor of {width} dimensions has an index of {width} numbers; got indices of shape "
            f"{tuple(places.shapes[0].tolist())}"
        )
    if not as_rows(values).rank:
        elements = picked(values, np.repeat(np.arange(len(counts)), counts))
    else:
        elements, given = entries(values)
        if (given != counts).any():
            row = int(np.argmax(given != counts))
            raise InvalidArgumentError(
                f"one value for each element is needed, or a single one; got {given[row]} for {counts[row]} elements"
            )
    flat = np.asarray(places.flat).reshape((-1, width)).astype(np.int64)
    return _to_dense(SparseColumn(flat, elements, splits_of(counts), shapes), default, validate=validate)


def _sparse_spec(x: TensorSpec) -> TensorSpec:
    return SparseTensorSpec(x.shape, x.dtype)


def _from_dense(x: Any) -> SparseColumn:
    rows = as_rows(x)
    flat = rows.flat
    there = np.flatnonzero(to_numpy(pc.binary_length(flat.flat)) if isinstance(flat, StringArray) else flat)
    row = np.searchsorted(rows.splits, there, "right") - 1
    position = there - rows.splits[row]
    indices = np.empty((len(there), rows.rank), np.int64)
    for axis in reversed(range(rows.rank)):
        position, indices[:, axis] = np.divmod(position, rows.shapes[row, axis])
    counts = np.bincount(row, minlength=len(rows))
    return SparseColumn(indices, picked(flat, there), splits_of(counts), np.ascontiguousarray(rows.shapes))


def _indicator_spec(x: TensorSpec, *, size: int) -> TensorSpec:
    rank = rank_of(x, "to_indicator")
    if not x.dtype.is_integer:
        raise TypeError(f"to_indicator takes whole numbers from 0 to vocab_size - 1; got {x.dtype.name}")
    return TensorSpec([*x.shape[: rank - 1], size], bool_)


def _indicator(x: SparseColumn, *, size: int) -> Any:
    merged = _merge(
        x, SparseColumn(x.indices, np.ones(len(x.values), bool), x.splits, x.shapes), size=[size], sort=True
    )
    return _to_dense(merged, validate=False)


def _merge_spec(*specs: TensorSpec, size: list[int], sort: bool) -> TensorSpec:
    *ids, values = specs
    check_sparse("merge", *specs)
    if not all(i.dtype.is_integer for i in ids):
        raise TypeError(f"merge takes whole numbers as ids; got {', '.join(i.dtype.name for i in ids)}")
    return SparseTensorSpec([*values.shape[: rank_of(values, "merge") - 1], *size], values.dtype)


def _merge(*columns: Any, size: list[int], sort: bool) -> SparseColumn:
    *ids, values = columns
    if any((i.splits != values.splits).any() for i in ids):
        raise InvalidArgumentError("merge needs one value for each id")
    indices = np.column_stack([ids[0].indices[:, :-1], *(i.values.astype(np.int64) for i in ids)])
    sizes = np.broadcast_to(np.array(size, np.int64), (len(values), len(size)))
    shapes = np.concatenate([ids[0].shapes[:, :-1], sizes], 1)
    if sort:
        return gathered(rows_of_elements(values), indices, values.values, shapes)
    return SparseColumn(indices, values.values, values.splits, shapes)


_TO_DENSE = column_op("SparseToDense", _dense_spec, _to_dense, composite=True)
_SCATTER = column_op("ScatterToDense", _scatter_spec, _scatter, device="estimax.sparse._device:scatter")
_FROM_DENSE = column_op("SparseFromDense", _sparse_spec, _from_dense)
_INDICATOR = column_op("SparseToIndicator", _indicator_spec, _indicator, composite=True)
_MERGE = column_op("SparseMerge", _merge_spec, _merge, composite=True)


def to_dense(sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None) -> Any:
    """Fills in what is not there: a dense Tensor.

    Args:
        sp_input: SparseTensor.
        default_value: what to fill in; 0 or "" where None.
        validate_indices: whether to check that the elements are in row-major order, each there once.
        name: has no effect.

    Raises:
        InvalidArgumentError: an index is outside of the shape, out of order, or there twice.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.to_dense(tf.string_split(["a|b", "c"], "|"), default_value="-").numpy().tolist()
        [[b'a', b'b'], [b'c', b'-']]
    """
    tensor = as_tensor(sp_input)
    default = () if default_value is None else (as_tensor(default_value, tensor.dtype),)
    return _TO_DENSE(tensor, *default, validate=bool(validate_indices))


def from_dense(tensor: Any, name: str | None = None) -> Any:
    """Keeps what is not 0 or "": a SparseTensor.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.from_dense([[0, 5], [0, 0]])
        SparseTensor(indices=[[0, 1]], values=[5], dense_shape=[2, 2])
    """
    return _FROM_DENSE(as_tensor(tensor))


def sparse_to_dense(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Any:
    """Puts values at places of a Tensor that holds a default elsewhere.

    Args:
        sparse_indices: [n, rank], or [n] or a single number for a result of one dimension.
        output_shape: of the result.
        sparse_values: [n], or a single one for all places.
        default_value: what stands elsewhere; "" where it is 0 among strings.
        validate_indices: whether to check that the places are in row-major order, each there once.
        name: has no effect.

    Raises:
        InvalidArgumentError: a place is outside of the shape, out of order, or there twice.

    Example:
        >>> import estimax as tf
        >>> tf.sparse_to_dense([[0, 1], [1, 0]], [2, 2], 1.0).numpy().tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    """
    values = as_argument(sparse_values)
    dtype = as_dtype(values.dtype)
    nothing = isinstance(default_value, int) and default_value == 0
    default = as_argument("" if dtype.is_string and nothing else default_value, dtype)
    known, tensors = as_sizes(output_shape)
    return _SCATTER(
        as_argument(sparse_indices), values, default, *tensors, known=known, validate=bool(validate_indices)
    )


def to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Any:
    """Tells which numbers each innermost row holds: truth values [..., vocab_size].

    Raises:
        InvalidArgumentError: a number is not from 0 to `vocab_size - 1`.

    Example:
        >>> import estimax as tf
        >>> ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [2, 0, 1], [2, 2])
        >>> tf.sparse.to_indicator(ids, 3).numpy().tolist()
        [[True, False, True], [False, True, False]]
    """
    return _INDICATOR(as_tensor(sp_input), size=int(vocab_size))


def merge(sp_ids: Any, sp_values: Any, vocab_size: Any, name: str | None = None, already_sorted: bool = False) -> Any:
    """Makes a SparseTensor [..., vocab_size] whose last index is the id, and whose element is the value of that id.

    Args:
        sp_ids: SparseTensor of ids, or several for several last axes.
        sp_values: SparseTensor of values in the same places.
        vocab_size: the number of ids, or of each of several.
        name: has no effect.
        already_sorted: whether the ids of each row rise already.

    Example:
        >>> import estimax as tf
        >>> ids = tf.SparseTensor([[0, 0], [0, 1]], [2, 0], [1, 2])
        >>> tf.sparse.merge(ids, ids.with_values([0.2, 0.5]), 3)
        SparseTensor(indices=[[0, 0], [0, 2]], values=[0.5, 0.20000000298023224], dense_shape=[1, 3])
    """
    several = isinstance(sp_ids, list | tuple) and not hasattr(sp_ids, "dense_shape")
    ids = [as_tensor(i) for i in (sp_ids if several else [sp_ids])]
    sizes = [int(s) for s in (vocab_size if several else [vocab_size])]
    if len(sizes) != len(ids):
        raise InvalidArgumentError(f"merge needs a vocab_size for each Tensor of ids; got {len(sizes)} for {len(ids)}")
    return _MERGE(*ids, as_tensor(sp_values), size=sizes, sort=not already_sorted)


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Any:
    """Makes a SparseTensor whose value is given when the graph is run."""
    return placeholder_for(SparseTensorSpec(shape, dtype, name))


def eye(num_rows: Any, num_columns: Any = None, dtype: Any = "float32", name: str | None = None) -> Any:
    """Makes a sparse matrix with ones on its diagonal."""
    rows, columns = int(num_rows), int(num_rows if num_columns is None else num_columns)
    place = np.arange(min(rows, columns), dtype=np.int64)
    ones = np.ones(len(place), as_dtype(dtype).as_numpy_dtype)
    column = SparseColumn(
        np.column_stack([place, place]), ones, splits_of(np.array([len(place)])), np.array([[rows, columns]])
    )
    return as_tensor(column.row(0))
