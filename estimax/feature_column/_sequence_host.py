"""The host half of sequence columns: from sparse, ragged and dense features to rectangles [batch, time, ...].

Within a model function the time axis is filled up to a power of two wherever it can
differ between batches, as a program is compiled for each size. Lengths say which
steps are there; nothing that is computed by them depends on how far a batch was
filled up. Outside of a model function the time axis is as long as the feature says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from estimax._base._arrow import to_numpy
from estimax._base._dtypes import float32, int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._boundary import current_boundary
from estimax._graph._columnwise import column_op
from estimax._graph._op import OPS, as_tensor
from estimax._graph._tensor import Tensor
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, as_rows
from estimax.feature_column._features import raw_feature
from estimax.feature_column._places import batches, filled, places_of, power_of_two
from estimax.feature_column._sharing import shared_node


def sequence_feature(features: Mapping[str, Any], key: str, column: str, most_axes: int | None = 3) -> Tensor:
    """Returns a feature as a Tensor [batch, time] or [batch, time, values], of any kind; [batch] is one step each.

    Raises:
        InvalidArgumentError: there is no such feature, or it has another number of axes.
    """
    tensor: Tensor = as_tensor(raw_feature(features, key, column))
    if tensor.spec.is_dense and tensor.shape.ndims == 1:
        tensor = shared_node(OPS["ExpandDims"], tensor, axis=1)
    rank = tensor.shape.ndims
    if rank is not None and (rank < 2 or (most_axes is not None and rank > most_axes)):
        raise InvalidArgumentError(
            f"sequence column {column!r} takes a feature of shape [batch, time] or [batch, time, values]; "
            f"{key!r} has shape {tuple(tensor.shape)}"
        )
    return tensor


def flat_steps(tensor: Tensor) -> Any:
    """Builds the node from [batch, time, values] to [batch, time * values] of the same kind."""
    return tensor if tensor.shape.ndims == 2 else shared_node(_FLAT, tensor)


def padded_ids(tensor: Tensor, ids: Any) -> Any:
    """Builds the node to dense ids in the places that a feature says, -1 elsewhere."""
    return shared_node(_IDS, tensor, ids, padded=_is_open(tensor.shape))


def padded_numbers(tensor: Tensor, width: int, default: float, column: str) -> Any:
    """Builds the node to float32 [batch, time, width], with a default where there is no number."""
    return shared_node(_NUMBERS, tensor, width=width, default=default, column=column, padded=_is_open(tensor.shape))


def lengths(tensor: Tensor, per_step: int = 1) -> Any:
    """Builds the node to int64 [batch]: the number of the last step that is there, counted from 1.

    Args:
        tensor: a feature; in a dense one '' and -1 are not there.
        per_step: how many values of a feature [batch, values] make a step.
    """
    return shared_node(_LENGTHS, tensor, per_step=per_step)


def common_lengths(nodes: Sequence[Any], columns: Sequence[str], full: Sequence[bool]) -> Any:
    """Builds the node to the lengths of all columns of a layer, which checks that they agree.

    Args:
        nodes: the lengths of each column.
        columns: their names.
        full: whether a feature is dense numbers, which cannot say where a sequence ends:
            it needs as many steps as the others have, and may have more.
    """
    order = sorted(range(len(nodes)), key=lambda i: full[i])
    if len(nodes) == 1:
        return nodes[0]
    names, ends = tuple(columns[i] for i in order), sum(not f for f in full)
    return shared_node(_COMMON, *(nodes[i] for i in order), columns=names, ends=ends or len(nodes))


def _is_open(shape: TensorShape) -> bool:
    """Whether sizes of a feature may differ between batches, within a model function."""
    return current_boundary.get() is not None and (shape.ndims is None or None in list(shape)[1:])


def _inner_size(shape: TensorShape, axis: int) -> int | None:
    """Returns how many values there are along the axes from a given one on, if that is known."""
    return TensorShape(list(shape)[axis:]).num_elements()


def _infer_flat(x: TensorSpec) -> TensorSpec:
    rank = x.shape.ndims
    shape = [None, None] if rank is None else [x.shape[0], _inner_size(x.shape, 1) if x.is_dense else None]
    return RaggedTensorSpec(shape, x.dtype, 1) if isinstance(x, RaggedTensorSpec) else x.with_shape(shape)


def _flat(x: Any) -> Any:
    if isinstance(x, SparseColumn):
        sizes = np.repeat(x.shapes, np.diff(x.splits), axis=0)
        indices = np.column_stack([x.indices[:, 0], x.indices[:, 1] * sizes[:, 2] + x.indices[:, 2]])
        return SparseColumn(indices, x.values, x.splits, np.column_stack([x.shapes[:, 0], x.shapes[:, 1:].prod(1)]))
    if isinstance(x, RaggedValue):
        splits = x.splits[1]
        for inner in x.splits[2:]:
            splits = inner[splits]
        values: Any = x.values
        return RaggedValue(values.reshape(-1), (x.splits[0], splits * math.prod(values.shape[1:])))
    rows = as_rows(x)
    return Rows.of(rows.flat, np.column_stack([rows.shapes[:, 0], rows.shapes[:, 1:].prod(1)]))


def _infer_ids(x: TensorSpec, ids: TensorSpec, *, padded: bool) -> TensorSpec:
    rank = x.shape.ndims
    if rank is None:
        return TensorSpec(None, int64)
    return TensorSpec(x.shape if x.is_dense and not padded else (x.shape[0], *(None,) * (rank - 1)), int64)


def _ids(x: Any, ids: Any, *, padded: bool) -> Any:
    values: Any = ids.values if isinstance(ids, SparseColumn | RaggedValue) else as_rows(ids).flat
    if not padded and isinstance(x, np.ndarray | StringArray):
        return values.reshape(x.shape)
    places = places_of(x)
    shape = [power_of_two(size) for size in places.needed] if padded else places.shape
    return filled(places.sizes, places.index, values, -1, np.int64, shape)


def _infer_numbers(x: TensorSpec, *, width: int, default: float, column: str, padded: bool) -> TensorSpec:
    rank = x.shape.ndims
    if rank is None:
        return TensorSpec((None, None, width), float32)
    inner = _inner_size(x.shape, 2)
    if rank > 2 and inner is not None:
        _check_width(inner, width, column)
    steps = x.shape[1] if x.is_dense and not padded else None
    return TensorSpec((x.shape[0], -(-steps // width) if steps is not None and rank == 2 else steps, width), float32)


def _check_width(size: int, width: int, column: str) -> None:
    if size != width:
        raise InvalidArgumentError(
            f"sequence column {column!r} takes {width} number{'s' * (width > 1)} for each step; the feature has "
            f"{size}. Give sequence_numeric_column the shape of one step"
        )


def _numbers(x: Any, *, width: int, default: float, column: str, padded: bool) -> Any:
    places = places_of(x)
    row, time, *inner = places.index
    steps = places.shape[0]
    if inner:
        place = np.ravel_multi_index(inner, [max(size, 1) for size in places.shape[1:]])
        if not isinstance(x, RaggedValue) or place.max(initial=0) >= width:
            _check_width(math.prod(places.shape[1:]), width, column)
    else:
        time, place, steps = time // width, time % width, -(-steps // width)
    if padded:
        steps = power_of_two(int(time.max(initial=-1)) + 1)
    return filled(places.sizes, (row, time, place), places.values, default, np.float32, (steps, width))


def _infer_lengths(x: TensorSpec, *, per_step: int) -> TensorSpec:
    return TensorSpec((x.shape[0] if x.shape.ndims else None,), int64)


def _lengths(x: Any, *, per_step: int) -> Any:
    places = places_of(x)
    row, time, *inner = places.index
    if not isinstance(x, SparseColumn | RaggedValue):
        there = _is_there(places.values)
        row, time = row[there], time[there]
    found = np.zeros(int(places.sizes.sum()), np.int64)
    np.maximum.at(found, row, (time if inner else time // per_step) + 1)
    return batches(found, places.sizes)


def _is_there(values: Any) -> np.ndarray:
    """Tells which values of a dense feature are there: not '' and not -1; all fractions are."""
    if isinstance(values, StringArray):
        full: np.ndarray = to_numpy(pc.binary_length(values.flat)) > 0
        return full
    if values.dtype.kind == "f":
        return np.ones(values.shape, np.bool_)
    return np.asarray(values != -1)


def _infer_common(*nodes: TensorSpec, columns: tuple[str, ...], ends: int) -> TensorSpec:
    return nodes[0]


def _common(*nodes: Any, columns: tuple[str, ...], ends: int) -> Any:
    first, *others = (as_rows(node) for node in nodes)
    own: Any = first.flat
    for number, other in enumerate(others, 1):
        its: Any = other.flat
        if len(own) != len(its):
            raise InvalidArgumentError(
                f"all features must have the same batch size; those of columns {columns[0]!r} and "
                f"{columns[number]!r} have {len(own)} and {len(its)} rows"
            )
        wrong = own != its if number < ends else own > its
        if wrong.any():
            row = int(np.argmax(wrong))
            batch = int(np.searchsorted(first.splits, row, "right")) - 1
            raise InvalidArgumentError(
                f"the sequences of an example must be of one length in all columns of a layer; in row "
                f"{row - int(first.splits[batch])} of a batch, column {columns[0]!r} has {own[row]} steps and "
                f"column {columns[number]!r} has {its[row]}"
            )
    return nodes[0]


_FLAT = column_op("FlatSteps", _infer_flat, _flat, composite=True)
_IDS = column_op("SequenceIds", _infer_ids, _ids, composite=True)
_NUMBERS = column_op("SequenceNumbers", _infer_numbers, _numbers, composite=True)
_LENGTHS = column_op("SequenceLengths", _infer_lengths, _lengths, composite=True)
_COMMON = column_op("CommonLengths", _infer_common, _common)
