"""Which steps of sequences are there, and labels, weights and predictions by step.

On the host a mask is as long as the longest sequence of its batch; on the device it
is filled up like the sequences themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import bool_, float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._columnwise import column_op
from estimax._graph._tensor import Tensor
from estimax._graph._varying import RaggedValue, Rows, SparseColumn, as_rows, picked
from estimax.feature_column._places import Places, filled, places_of, power_of_two


def step_mask(lengths: Tensor) -> Any:
    """Builds the node to bool [batch, longest], true for the steps that are there."""
    return _MASK(lengths)


def step_weights(mask: Tensor) -> Any:
    """Builds the node to float32 [batch, time], 1 for the steps that are there, filled up for the device."""
    return _WEIGHTS(mask)


def by_step(values: Tensor, mask: Tensor, filler: Any, what: str) -> Any:
    """Builds the node to values [batch, time, ...], filled up for the device, with a filler where no step is.

    Args:
        values: [batch, time] or [batch, time, n], sparse, ragged or dense.
        mask: bool [batch, longest].
        filler: a value of the same type.
        what: the values are, for messages.

    Raises:
        InvalidArgumentError: a step has no value, or a sparse or ragged one has no step; raised
            when the batch is read.
    """
    if values.shape.ndims not in (2, 3):
        raise InvalidArgumentError(
            f"{what} of steps must have shape [batch, time] or [batch, time, n]; got {values.shape}"
        )
    return _BY_STEP(values, mask, filler=filler, what=what)


def without_filling(values: Any, mask: Tensor) -> Any:
    """Builds the node from values [batch, time, ...] that are filled up to those of the longest sequence."""
    return _CUT(values, mask)


def _infer_mask(lengths: TensorSpec) -> TensorSpec:
    return TensorSpec((lengths.shape[0] if lengths.shape.ndims else None, None), bool_)


def _mask(lengths: Any) -> Any:
    given = as_rows(lengths)
    sizes = given.shapes[:, 0]
    longest = np.array([given.row(i).max(initial=0) for i in range(len(given))], np.int64)
    own: Any = given.flat
    row = np.repeat(own, np.repeat(longest, sizes))
    places = np.concatenate([np.tile(np.arange(n), int(size)) for n, size in zip(longest, sizes, strict=True)] or [row])
    return Rows.of(places < row, np.column_stack([sizes, longest]))


def _infer_weights(mask: TensorSpec) -> TensorSpec:
    return TensorSpec((mask.shape[0] if mask.shape.ndims else None, None), float32)


def _weights(mask: Any) -> Any:
    places = places_of(mask)
    return filled(places.sizes, places.index, places.values, 0, np.float32, (_time(places),))


def _time(places: Places) -> int:
    return power_of_two(places.shape[0])


def _infer_by_step(values: TensorSpec, mask: TensorSpec, *, filler: Any, what: str) -> TensorSpec:
    batch = mask.shape[0] if mask.shape.ndims else None
    return TensorSpec((batch, None, *list(values.shape)[2:]), values.dtype)


def _by_step(values: Any, mask: Any, *, filler: Any, what: str) -> Any:
    steps, given = places_of(mask), places_of(values)
    rows, time = int(steps.sizes.sum()), _time(steps)
    there = np.zeros((rows, time), np.bool_)
    there[steps.index] = steps.values
    row, step, *inner = given.index
    _check_rows(rows, int(given.sizes.sum()), what)
    known = (step < time) & there[row, np.minimum(step, time - 1)]
    found = np.zeros((rows, time), np.bool_)
    found[row[known], step[known]] = True
    is_open = isinstance(values, SparseColumn | RaggedValue)
    _check_steps(steps.sizes, there, found, row[~known] if is_open else row[:0], what)
    shape = (rows, time, *given.shape[1:])
    flat = np.ravel_multi_index((row[known], step[known], *(i[known] for i in inner)), shape)
    position = np.full(int(np.prod(shape)), len(given.values), np.int64)
    position[flat] = np.flatnonzero(known)
    sizes = np.column_stack([steps.sizes, *(np.full(len(steps.sizes), n) for n in shape[1:])])
    return Rows.of(picked(_with_filler(given.values, filler), position), sizes)


def _with_filler(values: Any, filler: Any) -> Any:
    """Returns values with the filler behind the last one."""
    if isinstance(values, StringArray):
        return StringArray.concatenate([values, StringArray.of([filler])])
    return np.append(values, np.array([filler], values.dtype))


def _check_rows(rows: int, given: int, what: str) -> None:
    if rows != given:
        raise InvalidArgumentError(f"a batch has {rows} rows of features but {given} rows of {what}")


def _check_steps(sizes: np.ndarray, there: np.ndarray, found: np.ndarray, beyond: np.ndarray, what: str) -> None:
    missing = (there & ~found).any(1)
    missing[beyond] = True
    if not missing.any():
        return
    row = int(np.argmax(missing))
    ends = np.cumsum(sizes)
    within = row - int(np.append(0, ends)[np.searchsorted(ends, row, "right")])
    has = int(found[row].sum()) + int((beyond == row).sum())
    raise InvalidArgumentError(
        f"there must be {what} for each step of a sequence; in row {within} of a batch there are {has} for "
        f"{int(there[row].sum())} steps"
    )


def _infer_cut(values: TensorSpec, mask: TensorSpec) -> TensorSpec:
    return TensorSpec((values.shape[0], None, *list(values.shape)[2:]), values.dtype)


def _cut(values: Any, mask: Any) -> Any:
    given, longest = as_rows(values), as_rows(mask).shapes[:, 1]
    shapes = np.column_stack([given.shapes[:, 0], longest, given.shapes[:, 2:]])
    kept = [
        start + np.arange(stop - start).reshape(shape.tolist())[:, : int(steps)].reshape(-1)
        for start, stop, shape, steps in zip(given.splits[:-1], given.splits[1:], given.shapes, longest, strict=True)
    ]
    return Rows.of(picked(given.flat, np.concatenate(kept or [given.splits[:0]])), shapes)


_MASK = column_op("StepMask", _infer_mask, _mask)
_WEIGHTS = column_op("StepWeights", _infer_weights, _weights)
_BY_STEP = column_op("ByStep", _infer_by_step, _by_step, composite=True)
_CUT = column_op("WithoutFilling", _infer_cut, _cut)
