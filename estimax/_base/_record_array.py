"""Records of a file as an array of strings that keeps the block of bytes they stand in.

Reading hands over blocks of whole records; a parser that gets such an array works
on the block as it is. Only who looks at single records pays for copying them.
Here also stands how any array of strings is seen as parts of a block, and made of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base._arrow import from_numpy
from estimax._base._string_array import Origin, StringArray
from estimax._base._wire_format import PADDING, Spans

_MOST_BYTES = 2**31 - 1  # that Arrow's offsets can count


class RecordArray(StringArray):
    """Successive records of one file.

    `spans` says where they stand in a block of bytes, rising; `first_record` is the
    number of the first of them, from 1.
    """

    __slots__ = ("_flat", "_origin", "file", "first_record", "spans")

    def __init__(self, spans: Spans, file: str, first_record: int, shape: tuple[int, ...] | None = None) -> None:
        self.spans = spans
        self.shape = (len(spans),) if shape is None else shape
        self.file = file
        self.first_record = first_record
        self._flat: pa.Array | None = None
        self._origin: Origin | None = None

    @property
    def size(self) -> int:
        return len(self.spans)

    @property
    def nbytes(self) -> int:
        return int(self.spans.lengths.sum())

    @property
    def flat(self) -> pa.Array:
        if self._flat is None:
            self._flat = strings_of(self.spans)
        return self._flat

    @property
    def origin(self) -> Origin | None:  # type: ignore[override]  # made when it is asked for
        if self._origin is None:
            numbers = np.arange(self.first_record, self.first_record + self.size)
            self._origin = Origin((self.file,), np.zeros(self.size, np.int32), numbers, "record")
        return self._origin

    def _rows(self, start: int, stop: int) -> StringArray:
        if start == 0 and stop == self.shape[0]:
            return self
        width = int(np.prod(self.shape[1:], dtype=np.int64))
        part = slice(start * width, stop * width)
        shape = (stop - start, *self.shape[1:])
        return RecordArray(self.spans.take(part), self.file, self.first_record + part.start, shape)

    def _with_shape(self, shape: tuple[int, ...]) -> StringArray:
        return RecordArray(self.spans, self.file, self.first_record, shape)


def spans_of(strings: StringArray) -> Spans:
    """Returns where the strings of an array, in row-major order, stand in a block of bytes."""
    if isinstance(strings, RecordArray):
        return strings.spans
    flat = strings.flat
    if not len(flat):
        return Spans(np.zeros(PADDING, np.uint8), np.empty(0, np.int64), np.empty(0, np.int64))
    _, offsets, data = flat.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(flat) + 1, flat.offset * 4).astype(np.int64)
    block = np.empty(int(bounds[-1] - bounds[0]) + PADDING, np.uint8)
    if data is not None:
        block[:-PADDING] = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]
    block[-PADDING:] = 0
    bounds -= bounds[0]
    return Spans(block, bounds[:-1], bounds[1:])


def strings_of(spans: Spans) -> pa.Array:
    """Returns copies of parts of a block as an Arrow array.

    Raises:
        ValueError: they have 2 GiB or more.
    """
    starts, ends = spans.starts, spans.ends
    if not len(spans):
        return pa.array([], pa.binary())
    if len(spans.data) <= _MOST_BYTES and (starts[1:] >= ends[:-1]).all():
        # What stands between the parts is taken for strings too, and left out.
        bounds = np.empty(2 * len(spans), np.int32)
        bounds[0::2], bounds[1::2] = starts, ends
        everything = _binary(bounds, spans.data)
        return everything.take(from_numpy(np.arange(0, len(bounds) - 1, 2)))
    bounds = np.zeros(len(spans) + 1, np.int64)
    np.cumsum(spans.lengths, out=bounds[1:])
    if bounds[-1] > _MOST_BYTES:
        raise ValueError(f"an array of strings holds less than 2 GiB; these have {bounds[-1]:,} bytes")
    return _binary(bounds.astype(np.int32), spans.joined())


def _binary(bounds: np.ndarray[Any, Any], data: np.ndarray[Any, Any]) -> pa.Array:
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(np.ascontiguousarray(data))]
    return pa.Array.from_buffers(pa.binary(), len(bounds) - 1, buffers)
