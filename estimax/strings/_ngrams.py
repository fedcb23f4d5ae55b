"""`ngrams`: successive strings of a list, joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._columnwise import column_op, dense_splits
from estimax._graph._op import as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, Rows, as_rows
from estimax.strings._flat_bytes import joined_groups
from estimax.strings._rule import bytes_of_text, check_strings


def _spec(x: TensorSpec, *, short: bool, **params: Any) -> TensorSpec:
    check_strings("ngrams", x)
    if isinstance(x, RaggedTensorSpec):
        return x
    if not x.shape.ndims:
        raise InvalidArgumentError(f"ngrams takes lists of strings; got shape {x.shape}")
    return TensorSpec([*x.shape[:-1], None], string)


def _ngrams(
    x: Any, *, widths: list[int], separator: bytes, left: bytes, right: bytes, padding: int | None, short: bool
) -> Any:
    if isinstance(x, RaggedValue):
        strings, splits = x.values, x.splits[-1]
        assert isinstance(strings, StringArray)
        found, counts = _of_lists(strings, splits, widths, separator, (left, right), padding, short)
        return RaggedValue(found, (*x.splits[:-1], splits_of(counts)))
    rows: Any = as_rows(x)
    splits = dense_splits(rows, rows.rank)[-1]
    found, counts = _of_lists(rows.flat, splits, widths, separator, (left, right), padding, short)
    lists = splits_of(rows.shapes[:, :-1].prod(1))
    shapes = rows.shapes.copy()
    there = lists[1:] > lists[:-1]
    shapes[there, -1] = counts[lists[:-1][there]]
    shapes[~there, -1] = 0
    return Rows.of(found, shapes)


def _of_lists(
    strings: StringArray,
    splits: np.ndarray,
    widths: list[int],
    separator: bytes,
    pads: tuple[bytes, bytes],
    padding: int | None,
    short: bool,
) -> tuple[StringArray, np.ndarray]:
    """Returns the n-grams of all lists, and how many each list has."""
    pool = StringArray.concatenate([strings, StringArray.of(list(pads))])
    lengths = np.diff(splits)
    parts, owners = [], []
    total = np.zeros(len(lengths), np.int64)
    for width in widths:
        pad = _padding(width, padding)
        counts = np.maximum(lengths + 2 * pad - width + 1, 0)
        parts.append(_windows(pool, splits, counts, np.full(len(lengths), width), pad, separator))
        owners.append(np.repeat(np.arange(len(lengths)), counts))
        total += counts
    if short:  # a list too short for any n-gram becomes one as it is; one without strings none
        pad = _padding(widths[0], padding)
        alone = ((total == 0) & (lengths > 0)).astype(np.int64)
        parts.append(_windows(pool, splits, alone, lengths + 2 * pad, pad, separator))
        owners.append(np.flatnonzero(alone))
        total += alone
    order = np.argsort(np.concatenate(owners), kind="stable")
    return StringArray.concatenate(parts).take(order), total


def _windows(
    pool: StringArray, splits: np.ndarray, counts: np.ndarray, widths: np.ndarray, pad: int, separator: bytes
) -> StringArray:
    """Joins, for each list, so many windows of so many strings.

    `pool` ends with what pads on the left, and on the right.
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(owner)) - np.repeat(splits_of(counts)[:-1], counts)
    sizes = widths[owner]
    groups = splits_of(sizes)
    position = np.arange(groups[-1]) - np.repeat(groups[:-1] - number + pad, sizes)
    length = np.repeat(np.diff(splits)[owner], sizes)
    index = np.repeat(splits[:-1][owner], sizes) + position
    index = np.where(position < 0, len(pool) - 2, np.where(position >= length, len(pool) - 1, index))
    return StringArray(joined_groups(pool.take(index).flat, groups, separator))


def _padding(width: int, padding: int | None) -> int:
    return width - 1 if padding is None else min(padding, width - 1)


_NGRAMS = column_op("StringNGrams", _spec, _ngrams, composite=True)


def ngrams(
    data: Any,
    ngram_width: int | Sequence[int],
    separator: Any = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """Joins every `ngram_width` successive strings of each innermost list.

    Args:
        data: strings, ragged or dense, of at least one dimension.
        ngram_width: how many strings make one, or several such numbers.
        separator: put between the strings.
        pad_values: what to put before and after each list: one string, or a pair; nothing where None.
        padding_width: how much of it; one less than the width where None, and never more.
        preserve_short_sequences: whether a list that is too short for any n-gram is joined as it is.
        name: has no effect.

    Raises:
        InvalidArgumentError: a width below 1, or a negative `padding_width`.

    Example:
        >>> import estimax as tf
        >>> tf.strings.ngrams(tf.strings.split(["a b c", "d"]), 2, separator="_")
        <tf.RaggedTensor [[b'a_b', b'b_c'], []]>
    """
    widths = [int(w) for w in np.atleast_1d(np.asarray(ngram_width)).tolist()]
    if not widths or min(widths) < 1:
        raise InvalidArgumentError(f"n-grams are of at least one string; got ngram_width={ngram_width!r}")
    if padding_width is not None and padding_width < 0:
        raise InvalidArgumentError(f"padding_width must be 0 or more; got {padding_width}")
    pads = ("", "") if pad_values is None else pad_values
    left, right = (pads, pads) if isinstance(pads, str | bytes) else pads
    return _NGRAMS(
        as_tensor(data),
        widths=widths,
        separator=bytes_of_text(separator),
        left=bytes_of_text(left),
        right=bytes_of_text(right),
        padding=0 if pad_values is None else padding_width,
        short=bool(preserve_short_sequences),
    )
