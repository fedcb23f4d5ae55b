"""Strings into pieces: split at separators, into bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax._graph._op import OPS, as_tensor
from estimax._graph._stretches import splits_of
from estimax.strings._flat_bytes import bytes_of, strings_of
from estimax.strings._rule import bytes_of_text, pieces_op

Pieces = tuple[pa.Array, np.ndarray]

_SPACE = b" \t\n\v\f\r"


def split_at_bytes(flat: pa.Array, separators: bytes, skip_empty: bool) -> Pieces:
    """Splits at each of several bytes; returns the pieces, and how many each string has.

    The bytes between separators follow one another already: leaving out the
    separators is all that is done with them.

    Example:
        >>> import pyarrow as pa
        >>> from estimax.strings._splitting import split_at_bytes
        >>> pieces, counts = split_at_bytes(pa.array([b"a,b;", b"c"]), b",;", skip_empty=False)
        >>> pieces.to_pylist(), counts.tolist()
        ([b'a', b'b', b'', b'c'], [3, 1])
    """
    data, offsets = bytes_of(flat)
    if len(separators) == 1:
        marked = data == separators[0]
    else:
        among = np.zeros(256, bool)
        among[list(separators)] = True
        marked = among[data]
    at = np.flatnonzero(marked)
    first = np.searchsorted(at, offsets) + np.arange(len(offsets))  # the number of each string's first piece
    begins = np.zeros(first[-1], bool)
    begins[first[:-1]] = True
    starts, ends = np.empty((2, len(begins)), np.int64)
    starts[begins], starts[~begins] = offsets[:-1], at + 1
    last = np.zeros(len(begins), bool)
    last[first[1:] - 1] = True
    ends[last], ends[~last] = offsets[1:], at
    lengths, counts = ends - starts, np.diff(first)
    if skip_empty:
        there = lengths > 0
        lengths, counts = lengths[there], np.diff(splits_of(there)[first])
    return strings_of(data[~marked] if len(at) else data, lengths), counts


def _split_at(flat: pa.Array, separator: bytes, at_most: int) -> Pieces:
    if len(separator) == 1 and at_most < 0:
        return split_at_bytes(flat, separator, skip_empty=False)
    lists = pc.split_pattern(flat, separator, max_splits=None if at_most < 0 else at_most)
    return _flattened(lists)


def _flattened(lists: pa.Array) -> Pieces:
    offsets = np.frombuffer(lists.buffers()[1], np.int32, len(lists) + 1, lists.offset * 4) if len(lists) else [0]
    return lists.flatten(), np.diff(offsets).astype(np.int64)


def _split(flat: pa.Array, *, separator: bytes, how: str, skip_empty: bool, at_most: int) -> Pieces:
    if how == "bytes" and not separator:
        data, offsets = bytes_of(flat)
        return strings_of(data, np.ones(len(data), np.int64)), np.diff(offsets)
    if how == "bytes":
        pieces, counts = split_at_bytes(flat, separator, skip_empty)
        return (pieces, counts) if skip_empty else _without_pieces_of_nothing(flat, pieces, counts)
    if at_most == 0:
        return flat, np.ones(len(flat), np.int64)
    if how == "separator":
        return _split_at(flat, separator, at_most)
    if at_most < 0:
        return split_at_bytes(flat, _SPACE, skip_empty=True)
    return _flattened(pa.array([s.split(None, at_most) for s in flat.to_pylist()], pa.list_(pa.binary())))


def _without_pieces_of_nothing(flat: pa.Array, pieces: pa.Array, counts: np.ndarray) -> Pieces:
    """Gives empty strings no piece instead of an empty one."""
    _, offsets = bytes_of(flat)
    nothing = np.diff(offsets) == 0
    if not nothing.any():
        return pieces, counts
    keep = np.repeat(~nothing, counts)
    return StringArray(pieces).take(np.flatnonzero(keep)).flat, np.where(nothing, 0, counts)


def _split_bytes(flat: pa.Array) -> Pieces:
    return _split(flat, separator=b"", how="bytes", skip_empty=True, at_most=-1)


_SPLIT = pieces_op("StringSplit", _split)
_BYTES = pieces_op("StringBytesSplit", _split_bytes)


def string_split(
    source: Any,
    sep: Any = None,
    skip_empty: bool = True,
    delimiter: Any = None,
    result_type: str = "SparseTensor",
    name: str | None = None,
) -> Any:
    """Splits each of a vector of strings at any of several characters.

    Args:
        source: vector of strings.
        sep: the characters, each a separator by itself; a space where None; "" splits into bytes.
        skip_empty: whether to leave out empty pieces. A string that is empty has none anyway.
        delimiter: the same as `sep`.
        result_type: "SparseTensor" or "RaggedTensor".
        name: has no effect.

    Raises:
        InvalidArgumentError: the strings are not a vector.

    Example:
        >>> import estimax as tf
        >>> tf.string_split(["a|b", "", "c"], "|")
        SparseTensor(indices=[[0, 0], [0, 1], [2, 0]], values=[b'a', b'b', b'c'], dense_shape=[3, 2])
    """
    given = sep if delimiter is None else delimiter
    strings = as_tensor(source) if not isinstance(source, list) or source else as_tensor(StringArray.of([]))
    if strings.shape.ndims not in (1, None):
        raise InvalidArgumentError(
            f"string_split takes a vector of strings; got shape {strings.shape}. Give [{source!r}]"
        )
    separator = b" " if given is None else bytes_of_text(given)
    result = _result(result_type)
    return _SPLIT(strings, separator=separator, how="bytes", skip_empty=bool(skip_empty), at_most=-1, result=result)


def split(
    input: Any = None,
    sep: Any = None,
    maxsplit: Any = -1,
    result_type: str = "RaggedTensor",
    source: Any = None,
    name: str | None = None,
) -> Any:
    """Splits each string at a separator, as Python's `split` does.

    In the names of TensorFlow 1.x the pieces are sparse (`split_v1`); here they are
    ragged, as they were from TensorFlow 2 on, unless `result_type` says otherwise.

    Args:
        input: strings of any shape.
        sep: the separator; any white space where None or "", and then no piece is empty.
        maxsplit: at most so many splits; as many as there are if negative.
        result_type: "RaggedTensor" or "SparseTensor".
        source: the same as `input`.
        name: has no effect.

    Returns:
        Strings with one more axis; of a single string, a dense vector.

    Example:
        >>> import estimax as tf
        >>> tf.strings.split(["a b  c", ""])
        <tf.RaggedTensor [[b'a', b'b', b'c'], []]>
        >>> tf.strings.split("a,b,,c", sep=",", maxsplit=2).numpy().tolist()
        [b'a', b'b', b',c']
    """
    strings = as_tensor(source if input is None else input)
    separator = b"" if sep is None else bytes_of_text(sep)
    result = _result(result_type)
    if result == "sparse" and not strings.spec.is_dense:
        return OPS["RaggedToSparse"](split(strings, sep, maxsplit))
    if result == "sparse" and strings.shape.ndims == 0:
        strings = OPS["ExpandDims"](strings, axis=0)
    how = "separator" if separator else "space"
    return _SPLIT(
        strings, separator=separator, how=how, skip_empty=not separator, at_most=max(int(maxsplit), -1), result=result
    )


def split_v1(
    input: Any = None,
    sep: Any = None,
    maxsplit: Any = -1,
    result_type: str = "SparseTensor",
    source: Any = None,
    name: str | None = None,
) -> Any:
    """Does what `split` does, but gives a SparseTensor unless it is told otherwise."""
    return split(input, sep, maxsplit, result_type, source)


def bytes_split(input: Any, name: str | None = None) -> Any:
    """Splits each string into its bytes.

    Example:
        >>> import estimax as tf
        >>> tf.strings.bytes_split(["ab", "c"])
        <tf.RaggedTensor [[b'a', b'b'], [b'c']]>
    """
    return _BYTES(as_tensor(input))


def _result(result_type: str) -> str:
    kinds = {"SparseTensor": "sparse", "RaggedTensor": "ragged"}
    if result_type not in kinds:
        raise InvalidArgumentError(f"result_type must be 'SparseTensor' or 'RaggedTensor'; got {result_type!r}")
    return kinds[result_type]
