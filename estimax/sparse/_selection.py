"""Choosing and filling in elements: retain, fill_empty_rows, map_values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from estimax._base._dtypes import bool_
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import dense_rows
from estimax._graph._columnwise import column_op, entries
from estimax._graph._composite import SparseTensor
from estimax._graph._op import OPS, as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._varying import SparseColumn, joined, picked
from estimax.sparse._places import check_sparse, kept, rank_of


def _retain_spec(x: TensorSpec, keep: TensorSpec) -> TensorSpec:
    check_sparse("retain", x)
    if not keep.dtype.is_bool or keep.shape.ndims not in (1, None):
        raise TypeError(f"retain needs one truth value for each element; got {keep}")
    return x


def _retain(x: SparseColumn, keep: Any) -> SparseColumn:
    chosen, counts = entries(keep)
    if (counts != np.diff(x.splits)).any():
        row = int(np.argmax(counts != np.diff(x.splits)))
        raise InvalidArgumentError(
            f"retain needs one truth value for each of {x.splits[row + 1] - x.splits[row]} elements; got {counts[row]}"
        )
    return kept(x, chosen, x.indices, x.shapes)


def _fill_spec(x: TensorSpec, default: TensorSpec) -> tuple[TensorSpec, TensorSpec]:
    rank = rank_of(x, "fill_empty_rows")
    if not rank or default.dtype != x.dtype or default.shape.ndims not in (0, None):
        raise InvalidArgumentError(
            f"fill_empty_rows takes a SparseTensor with rows, and a single value of its type; got {x} and {default}"
        )
    return x, TensorSpec([x.shape[0]], bool_)


def _fill(x: SparseColumn, default: Any) -> tuple[SparseColumn, Any]:
    first = splits_of(x.shapes[:, 0])  # every row of every value has a number of its own
    line = np.repeat(first[:-1], np.diff(x.splits)) + x.indices[:, 0]
    if (x.indices[:, 0] >= np.repeat(x.shapes[:, 0], np.diff(x.splits))).any() or (x.indices[:, :1] < 0).any():
        raise InvalidArgumentError("fill_empty_rows needs indices inside of the shape")
    empty = np.bincount(line, minlength=int(first[-1])) == 0
    lines = np.flatnonzero(empty)
    row = np.searchsorted(first, lines, "right") - 1
    added = np.zeros((len(lines), x.rank), np.int64)
    added[:, 0] = lines - first[row]
    order = np.argsort(np.concatenate([line, lines]), kind="stable")
    values = picked(joined([x.values, picked(default, row)]), order)
    indices = np.concatenate([x.indices, added])[order]
    counts = np.diff(x.splits) + np.bincount(row, minlength=len(x))
    return SparseColumn(indices, values, splits_of(counts), x.shapes), dense_rows(empty, x.shapes[:, 0])


_RETAIN = column_op("SparseRetain", _retain_spec, _retain, composite=True)
_FILL = column_op("SparseFillEmptyRows", _fill_spec, _fill, composite=True)


def retain(sp_input: Any, to_retain: Any) -> Any:
    """Keeps the elements for which a truth value is given.

    Example:
        >>> import estimax as tf
        >>> words = tf.string_split(["a bb", "c"])
        >>> tf.sparse.retain(words, tf.strings.length(words.values) > 1)
        SparseTensor(indices=[[0, 1]], values=[b'bb'], dense_shape=[2, 2])
    """
    return _RETAIN(as_tensor(sp_input), to_retain)


def fill_empty_rows(sp_input: Any, default_value: Any, name: str | None = None) -> tuple[Any, Any]:
    """Puts an element into the first place of each row that has none.

    Returns:
        The filled SparseTensor, and which rows were empty.

    Example:
        >>> import estimax as tf
        >>> filled, was_empty = tf.sparse.fill_empty_rows(tf.string_split(["a", "", "b"]), "-")
        >>> filled.values.numpy().tolist(), was_empty.numpy().tolist()
        ([b'a', b'-', b'b'], [False, True, False])
    """
    tensor = as_tensor(sp_input)
    filled, empty = _FILL(tensor, as_tensor(default_value, tensor.dtype))
    return filled, empty


def map_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Applies a function to what SparseTensors hold, and puts the results into the same places.

    Raises:
        TypeError: no argument is sparse.
        InvalidArgumentError: several are, and their elements stand in different places.

    Example:
        >>> import estimax as tf
        >>> tf.sparse.map_values(tf.square, tf.sparse.from_dense([[0, 3]]))
        SparseTensor(indices=[[0, 1]], values=[9], dense_shape=[1, 2])
    """
    given = [a for a in (*args, *kwargs.values()) if isinstance(a, SparseTensor)]
    if not given:
        raise TypeError("map_values needs a SparseTensor among its arguments")
    first: Any = OPS["StandAlike"](*given) if len(given) > 1 else given[0]
    values = [a.values if isinstance(a, SparseTensor) else a for a in args]
    named = {k: a.values if isinstance(a, SparseTensor) else a for k, a in kwargs.items()}
    return first.with_values(op(*values, **named))
