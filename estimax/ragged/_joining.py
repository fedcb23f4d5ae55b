"""Several ragged Tensors into one: `concat`, `stack`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import positive_axis
from estimax._array._joining import concat as concat_dense
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._columnwise import column_op, dense_splits, inner_sizes
from estimax._graph._op import as_tensor
from estimax._graph._stretches import spans, splits_of
from estimax._graph._tensor import Tensor
from estimax._graph._varying import RaggedValue, as_rows, joined, picked_rows
from estimax.ragged._conversion import ragged_or_dense, without_levels


def levels_of(spec: TensorSpec) -> int:
    """Returns how many axes of lists a Tensor has; of a dense one, the first axis counts as one."""
    return spec.ragged_rank + 1 if isinstance(spec, RaggedTensorSpec) else 1


def as_lists(x: Any, levels: int) -> RaggedValue:
    """Returns a column, dense or ragged, as lists of so many levels."""
    if isinstance(x, RaggedValue):
        return x
    rows = as_rows(x)
    splits = dense_splits(rows, levels)
    return RaggedValue(rows.flat.reshape((int(splits[-1][-1]), *inner_sizes(rows, levels))), splits)


def _ranks(what: str, specs: Sequence[TensorSpec]) -> int:
    if any(isinstance(s, SparseTensorSpec) for s in specs):
        raise TypeError(f"{what} takes ragged and dense Tensors; got {', '.join(map(str, specs))}")
    ranks = {s.shape.ndims for s in specs} - {None}
    if len(ranks) > 1:
        raise InvalidArgumentError(f"{what} needs Tensors of one rank; got ranks {sorted(r for r in ranks if r)}")
    return next((r for r in ranks if r), 1)


def _sizes(specs: Sequence[TensorSpec], rank: int) -> list[list[int | None]]:
    return [list(s.shape) if s.shape.ndims else [None] * rank for s in specs]


def _concat_spec(*specs: TensorSpec, axis: int, levels: int) -> TensorSpec:
    sizes = _sizes(specs, _ranks("concat", specs))
    along = [s[axis] for s in sizes]
    shape = [next((s for s in column if s is not None), None) for column in zip(*sizes, strict=True)]
    shape[axis] = None if None in along else sum(s for s in along if s is not None)
    shape[1:levels] = [None] * (levels - 1)
    return ragged_or_dense(shape, specs[0].dtype, levels - 1)


def _concat(*columns: Any, axis: int, levels: int) -> Any:
    result = _one_after_the_other([as_lists(c, levels) for c in columns], axis)
    return without_levels(result.values, result.splits)


def _one_after_the_other(columns: Sequence[Any], axis: int) -> Any:
    """Joins what the lists of several columns hold, `axis` levels below the rows."""
    if not isinstance(columns[0], RaggedValue):
        if axis == 0:
            raise InvalidArgumentError("there is nothing to join in single values")
        if isinstance(columns[0], StringArray):
            return StringArray.concatenate(columns, axis)
        return np.concatenate(columns, axis)
    lengths = np.stack([np.diff(c.splits[0]) for c in columns], 1)
    if axis == 0:
        below = [c.below for c in columns]
        offsets = splits_of(np.array([len(b) for b in below]))[:-1]
        starts = np.stack([c.splits[0][:-1] for c in columns], 1) + offsets
        pool = RaggedValue.concatenate(below) if isinstance(below[0], RaggedValue) else joined(below)
        values = picked_rows(pool, spans(starts.reshape(-1), lengths.reshape(-1)))
        splits = splits_of(lengths.sum(1))
    else:
        if (lengths != lengths[:, :1]).any():
            raise InvalidArgumentError("concat along an inner axis needs equally many lists in all Tensors")
        values = _one_after_the_other([c.below for c in columns], axis - 1)
        splits = columns[0].splits[0]
    if isinstance(values, RaggedValue):
        return RaggedValue(values.values, (splits, *values.splits))
    return RaggedValue(values, (splits,))


def _stack_spec(*specs: TensorSpec, axis: int, levels: int) -> TensorSpec:
    sizes = _sizes(specs, _ranks("stack", specs))
    shape = [next((s for s in column if s is not None), None) for column in zip(*sizes, strict=True)]
    shape[:levels] = [shape[0] if axis else None, *[None] * (levels - 1)]
    return ragged_or_dense([*shape[:axis], len(specs) if not axis else None, *shape[axis:]], specs[0].dtype, levels)


def _stack(*columns: Any, axis: int, levels: int) -> Any:
    lists = []
    for x in (as_lists(c, levels) for c in columns):
        count = len(x) if axis == 0 else int(x.splits[axis - 1][-1])
        alone = np.arange(count + 1)
        lists.append(RaggedValue(x.values, (*x.splits[:axis], alone, *x.splits[axis:])))
    return _one_after_the_other(lists, axis)


_CONCAT = column_op("RaggedConcat", _concat_spec, _concat, composite=True, same_dtype=True)
_STACK = column_op("RaggedStack", _stack_spec, _stack, composite=True, same_dtype=True)


def concat(values: Any, axis: Any, name: str | None = None) -> Any:
    """Joins ragged Tensors, or ragged and dense ones, along an axis.

    Raises:
        InvalidArgumentError: they differ in rank, or along an inner axis in the number of lists.

    Example:
        >>> import estimax as tf
        >>> x = tf.ragged.constant([[1, 2], [3]])
        >>> tf.ragged.concat([x, [[4], [5]]], axis=1)
        <tf.RaggedTensor [[1, 2, 4], [3, 5]]>
    """
    tensors = _given("concat", values)
    if all(t.spec.is_dense for t in tensors):
        return concat_dense(tensors, axis)
    levels = max(levels_of(t.spec) for t in tensors)
    number = positive_axis(axis, _ranks("concat", [t.spec for t in tensors]))
    return _CONCAT(*tensors, axis=number, levels=levels)


def stack(values: Any, axis: Any = 0, name: str | None = None) -> Any:
    """Joins Tensors, whose lists may differ in length, along a new axis.

    Raises:
        InvalidArgumentError: they differ in rank.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.stack([[1, 2], [3]])
        <tf.RaggedTensor [[1, 2], [3]]>
    """
    tensors = _given("stack", values)
    rank = _ranks("stack", [t.spec for t in tensors])
    if any(t.shape.ndims == 0 for t in tensors):
        raise InvalidArgumentError(
            "stack makes lists of Tensors of at least one dimension; use tf.stack for single values"
        )
    levels = rank if all(t.spec.is_dense for t in tensors) else max(levels_of(t.spec) for t in tensors)
    number = positive_axis(axis, rank + 1)
    if number > levels:
        raise InvalidArgumentError(f"stack makes lists along the axes from 0 to {levels}; got {axis}")
    return _STACK(*tensors, axis=number, levels=levels)


def _given(what: str, values: Any) -> list[Tensor]:
    tensors = [as_tensor(v) for v in (values if isinstance(values, list | tuple) else [values])]
    if not tensors:
        raise InvalidArgumentError(f"{what} needs at least one Tensor; got none")
    return tensors
