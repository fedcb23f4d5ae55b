"""Ops that are written once, for whole columns, and serve single values as columns of one row.

Where a result's size depends on the values (the words of a string, the elements
of a sparse Tensor), a kernel over columns is no harder to write than one over
single values, and only it is fast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import Column, repeat_value
from estimax._graph._op import Op
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, Rows, SparseValue, Varying, as_rows

if TYPE_CHECKING:
    from estimax._graph._op import Node


def column_op(name: str, infer: Callable[..., Any], kernel: Callable[..., Any], **options: Any) -> Op:
    """Makes an op of a kernel (columns of the arguments, **params) -> column or tuple of columns.

    `infer` and `options` are those of `Op`.
    """

    def host(*values: Any, **params: Any) -> Any:
        out = kernel(*map(one_row, values), **params)
        return tuple(map(only_row, out)) if isinstance(out, tuple) else only_row(out)

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        columns = [v if is_column else repeat_value(v, rows) for v, is_column in zip(values, lifted, strict=True)]
        out = kernel(*columns, **params)
        return out if isinstance(out, tuple) else (out,)

    return Op(name, infer=infer, host=host, lift=lift, **options)


def one_row(value: Any) -> Any:
    """Returns a value as a column of one row."""
    if isinstance(value, SparseValue | RaggedValue):
        return value.as_column()
    return value.reshape((1, *value.shape))


def only_row(column: Any) -> Any:
    """Returns the value of a column of one row."""
    if isinstance(column, Varying):
        return column.row(0)
    return column.reshape(column.shape[1:])


def entries(column: Any) -> tuple[Any, np.ndarray]:
    """Returns the entries along the first axis of all rows, one below the other, and how many each row has.

    The rows are dense, of at least one dimension.

    Raises:
        InvalidArgumentError: they differ in another size than the first.

    Example:
        >>> import numpy as np
        >>> from estimax._graph._columnwise import entries
        >>> from estimax._graph._varying import Rows
        >>> values, counts = entries(Rows(np.array([1, 2, 3]), np.array([[2], [1]])))
        >>> values.tolist(), counts.tolist()
        ([1, 2, 3], [2, 1])
    """
    if not isinstance(column, Rows):
        rows, count, *inner = column.shape
        return column.reshape((rows * count, *inner)), np.full(rows, count, np.int64)
    return column.flat.reshape((int(column.shapes[:, 0].sum()), *inner_sizes(column, 1))), column.shapes[:, 0]


def inner_sizes(rows: Rows, axis: int) -> tuple[int, ...]:
    """Returns the sizes of the axes from a given one on, in which all rows agree.

    Raises:
        InvalidArgumentError: they do not.
    """
    inner = rows.shapes[:, axis:]
    if not len(rows):
        return (0,) * (rows.rank - axis)
    if (inner != inner[0]).any():
        other = inner[(inner != inner[0]).any(1)][0].tolist()
        raise InvalidArgumentError(
            f"what lists hold must be of one shape in all elements of a dataset; got {inner[0].tolist()} and {other}"
        )
    return tuple(inner[0].tolist())


def dense_splits(column: Any, levels: int) -> tuple[np.ndarray, ...]:
    """Returns, for each of the first axes of the rows of a dense column, where its lists begin in the axis below."""
    shapes = as_rows(column).shapes
    lists = np.ones(len(shapes), np.int64)
    splits = []
    for level in range(levels):
        splits.append(splits_of(np.repeat(shapes[:, level], lists)))
        lists = lists * shapes[:, level]
    return tuple(splits)
