"""Sequences of several lengths in one Tensor, and elements repeated, moved on and spread over a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import positive_axis, rank_of, rearranged
from estimax._array._fitting import broadcast_to
from estimax._array._ranges import range as range_of
from estimax._array._shape import expand_dims, reshape
from estimax._array._shape import shape as shape_of
from estimax._array._spans import is_dense, rows_from
from estimax._base._dtypes import as_dtype, bool_
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column
from estimax._graph._lifting import by_rows
from estimax._graph._op import OPS, Node, Op, as_argument
from estimax._graph._varying import Rows, Varying, picked


def _repeat_spec(x: TensorSpec, repeats: TensorSpec, *, axis: int) -> TensorSpec:
    if not repeats.dtype.is_integer or len(repeats.shape) > 1:
        raise InvalidArgumentError(f"repeat needs a whole number, or one for each entry; got {repeats}")
    return TensorSpec((*x.shape[:axis], None, *x.shape[axis + 1 :]), x.dtype)


def _repeat(x: Any, repeats: Any, *, axis: int) -> Any:
    if (repeats < 0).any() or (repeats.ndim and repeats.size not in (1, x.shape[axis])):
        raise InvalidArgumentError(
            f"repeat needs one whole number, or one for each of {x.shape[axis]} entries; got {repeats.tolist()}"
        )
    return rearranged(x, lambda a: np.repeat(a, repeats, axis))


def _repeat_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Repeats all rows alike, or the elements of vectors each as often as its own number says."""
    x, repeats = values
    if lifted[0] and not lifted[1] and not isinstance(x, Varying):
        return (_repeat(x, repeats, axis=params["axis"] + 1),)
    if rows and is_dense(x) and is_dense(repeats) and len(node.inputs[0].shape) == 1:
        source, counts = rows_from(x, lifted[0], rows), rows_from(repeats, lifted[1], rows)
        lengths, numbers = np.diff(source.splits), np.asarray(counts.flat)
        times = np.repeat(numbers, lengths) if counts.rank == 0 else numbers
        if (counts.rank == 0 or (np.diff(counts.splits) == lengths).all()) and (numbers >= 0).all():
            row = np.repeat(np.arange(rows), lengths)
            out = np.bincount(row, times, rows).astype(np.int64)
            return (Rows.of(picked(source.flat, np.repeat(np.arange(len(row)), times)), out[:, np.newaxis]),)
    return by_rows(node, values, lifted, rows, params)


def _roll_spec(x: TensorSpec, shift: TensorSpec, *, axis: tuple[int, ...]) -> TensorSpec:
    return x


def _roll(x: Any, shift: Any, *, axis: tuple[int, ...]) -> Any:
    steps = np.broadcast_to(shift, (len(axis),)).tolist()
    return rearranged(x, lambda a: np.roll(a, steps, axis))


def _roll_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    x, shift = values
    if not lifted[0] or lifted[1] or isinstance(x, Varying):
        return by_rows(node, values, lifted, rows, params)
    return (_roll(x, shift, axis=tuple(a + 1 for a in params["axis"])),)


def _reverse_spec(x: TensorSpec, lengths: TensorSpec, *, seq_axis: int, batch_axis: int) -> TensorSpec:
    if len(lengths.shape) != 1 or not lengths.dtype.is_integer:
        raise InvalidArgumentError(f"reverse_sequence needs a vector of whole numbers as lengths; got {lengths}")
    return x


def _reverse(x: Any, lengths: Any, *, seq_axis: int, batch_axis: int) -> Any:
    size = x.shape[seq_axis]
    if len(lengths) != x.shape[batch_axis] or (lengths > size).any():
        raise InvalidArgumentError(
            f"reverse_sequence needs {x.shape[batch_axis]} lengths of up to {size}; got {lengths.tolist()[:10]}"
        )
    place = np.arange(size)
    ends = lengths[:, np.newaxis]
    order = np.where(place < ends, ends - 1 - place, place)
    full = [1] * x.ndim
    full[batch_axis], full[seq_axis] = order.shape
    order = (order if batch_axis < seq_axis else order.T).reshape(full)
    return rearranged(x, lambda a: np.take_along_axis(a, order, seq_axis))


_REPEAT = Op("Repeat", infer=_repeat_spec, host=_repeat, lift=_repeat_rows)
_ROLL = Op("Roll", infer=_roll_spec, host=_roll, lift=by_shape(_roll_rows), device="estimax._array._device:roll")
_REVERSE = Op("ReverseSequence", infer=_reverse_spec, host=_reverse, device="estimax._array._device:reverse_sequence")


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = bool_, name: str | None = None) -> Any:
    """Gives, for each length, a row that is true up to that length.

    Args:
        lengths: whole numbers of any shape.
        maxlen: how long the rows are; the greatest length by default.
        dtype: of the result.
        name: has no effect.

    Returns:
        Tensor of the shape of the lengths with one more axis.

    Example:
        >>> import estimax as tf
        >>> from estimax._array import sequence_mask
        >>> sequence_mask([1, 3], dtype=tf.int32).numpy()
        array([[1, 0, 0],
               [1, 1, 1]], dtype=int32)
    """
    counts = as_argument(lengths)
    if maxlen is None:
        maxlen = OPS["Max"](counts, axis=tuple(range(rank_of(counts))), keepdims=False)
    positions = range_of(maxlen, dtype=counts.dtype)
    mask = OPS["Less"](positions, expand_dims(counts, -1))
    return mask if as_dtype(dtype).is_bool else OPS["Cast"](mask, dtype=as_dtype(dtype))


def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Any:
    """Repeats each entry along an axis.

    Args:
        input: a Tensor.
        repeats: how often, for all or for each entry.
        axis: along which; by default the Tensor is made a vector first.
        name: has no effect.

    Example:
        >>> from estimax._array import repeat
        >>> repeat(["a", "b"], [2, 1]).numpy().tolist()
        [b'a', b'a', b'b']
    """
    x = as_argument(input)
    if axis is None:
        x = reshape(x, [-1])
    return _REPEAT(x, repeats, axis=positive_axis(0 if axis is None else axis, rank_of(x)))


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    """Moves the elements on by some places along an axis, or several; those beyond the end come in at the start.

    Example:
        >>> from estimax._array import roll
        >>> roll([1, 2, 3], 1, 0).numpy()
        array([3, 1, 2], dtype=int32)
    """
    x = as_argument(input)
    axes = np.atleast_1d(np.asarray(axis)).tolist()
    return _ROLL(x, shift, axis=tuple(positive_axis(a, rank_of(x)) for a in axes))


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: Any = None,
    batch_axis: Any = None,
    name: str | None = None,
    seq_dim: Any = None,
    batch_dim: Any = None,
) -> Any:
    """Reverses the first `seq_lengths[i]` elements along `seq_axis` of entry i along `batch_axis`.

    Example:
        >>> from estimax._array import reverse_sequence
        >>> reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1).numpy()
        array([[2, 1, 3],
               [6, 5, 4]], dtype=int32)
    """
    x = as_argument(input)
    along, batch = (seq_dim if seq_axis is None else seq_axis), (batch_dim if batch_axis is None else batch_axis)
    return _REVERSE(
        x,
        seq_lengths,
        seq_axis=positive_axis(along, rank_of(x)),
        batch_axis=positive_axis(0 if batch is None else batch, rank_of(x)),
    )


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Any]:
    """Spreads vectors over a grid: one Tensor for each, of all their sizes, that holds its coordinate of each point.

    Args:
        args: vectors.
        indexing: "xy" exchanges the first two axes of the results; "ij" does not.
        name: has no effect.

    Example:
        >>> from estimax._array import meshgrid
        >>> x, y = meshgrid([1, 2, 3], [4, 5])
        >>> y.numpy()
        array([[4, 4, 4],
               [5, 5, 5]], dtype=int32)
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing must be 'xy' or 'ij'; got {indexing!r}")
    vectors = [reshape(v, [-1]) for v in args]
    places = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        places[:2] = [1, 0]
    sizes = [shape_of(vectors[places.index(axis)])[0] for axis in range(len(vectors))]
    out = []
    for vector, place in zip(vectors, places, strict=True):
        shaped = reshape(vector, [-1 if axis == place else 1 for axis in range(len(vectors))])
        out.append(broadcast_to(shaped, sizes))
    return out
