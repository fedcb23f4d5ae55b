"""Arrays by name in a file: the safetensors format, with checksums.

The format is eight bytes with the length of a header, the header as JSON, and
the arrays one after the other. Ours adds two entries to the header's metadata,
which other readers pass over: a CRC-32 for each array, and one of the header
itself, so that no changed bit goes unseen. Written in one pass without a second
copy in memory, and read without mapping the file: a map of a file that is
truncated meanwhile kills the process. Loading never executes anything.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import ml_dtypes
import numpy as np

from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax._base._files import Path, as_path, open_read
from estimax._base._lazy import did_you_mean

_DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype(np.float64),
    "I64": np.dtype(np.int64),
    "U64": np.dtype(np.uint64),
    "C64": np.dtype(np.complex64),
    "F32": np.dtype(np.float32),
    "I32": np.dtype(np.int32),
    "U32": np.dtype(np.uint32),
    "F16": np.dtype(np.float16),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "I16": np.dtype(np.int16),
    "U16": np.dtype(np.uint16),
    "I8": np.dtype(np.int8),
    "U8": np.dtype(np.uint8),
    "BOOL": np.dtype(np.bool_),
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}

_METADATA = "__metadata__"
_ARRAY_CRCS = "crc32"
_HEADER_CRC = "header_crc32"
_HEADER_LIMIT = 100_000_000
_BLOCK = 1 << 22


def can_hold(dtype: np.dtype[Any]) -> bool:
    """Tells whether arrays of this type, in this machine's byte order, can be written.

    Example:
        >>> import numpy as np
        >>> from estimax._base._tensor_file import can_hold
        >>> can_hold(np.dtype(bool)), can_hold(np.dtype("U3"))
        (True, False)
    """
    return dtype in _CODES and dtype.isnative


def write_tensors(file: BinaryIO, arrays: Mapping[str, Any], metadata: Mapping[str, str]) -> None:
    """Writes arrays and metadata with their checksums to an open file.

    Raises:
        InvalidArgumentError: an array's type is none of the format's, or its name is the format's own.
    """
    native = {name: _native(name, value) for name, value in arrays.items()}
    # Wide elements first, so that each array begins at a multiple of its element size.
    order = sorted(native, key=lambda name: (-native[name].dtype.itemsize, name))
    header: dict[str, Any] = {}
    start = 0
    for name in order:
        array = native[name]
        stop = start + array.nbytes
        header[name] = {"dtype": _CODES[array.dtype], "shape": list(array.shape), "data_offsets": [start, stop]}
        start = stop
    crcs = {name: zlib.crc32(_bytes_of(native[name])) for name in order}
    header[_METADATA] = {**metadata, _ARRAY_CRCS: json.dumps(crcs)}
    header[_METADATA][_HEADER_CRC] = _header_crc(header)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for name in order:
        file.write(_bytes_of(native[name]))


def _native(name: str, value: Any) -> np.ndarray:
    array = np.asarray(value, order="C")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype not in _CODES:
        raise InvalidArgumentError(
            f"{name!r} must be of one of the types {', '.join(str(d) for d in _CODES)}; got {array.dtype}"
        )
    if name == _METADATA:
        raise InvalidArgumentError(f"an array must not have the name {name!r}, which is the file format's own")
    return array


def _bytes_of(array: np.ndarray) -> memoryview:
    """Returns the bytes of a contiguous array without copying them."""
    return array.reshape(-1).view(np.uint8).data


def _header_crc(header: Mapping[str, Any]) -> str:
    """Returns the checksum of what a header says, but for its own checksum."""
    metadata = {k: v for k, v in header.get(_METADATA, {}).items() if k != _HEADER_CRC}
    said = json.dumps({**header, _METADATA: metadata}, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(said.encode()):08x}"


@dataclass(frozen=True)
class Entry:
    """What the header says of an array: its shape, its type, and where its bytes begin in the file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class TensorFile:
    """A file of arrays, open for reading. `crcs` is None if it was written without checksums."""

    path: str
    entries: dict[str, Entry]
    metadata: dict[str, str]
    crcs: dict[str, int] | None
    _file: BinaryIO

    def read(self, name: str) -> np.ndarray:
        """Reads one array.

        Raises:
            NotFoundError: there is none of this name.
            DataLossError: its bytes are not those that were written.
        """
        entry = self.entries.get(name)
        if entry is None:
            raise NotFoundError(f"{self.path!r} has no {name!r}{did_you_mean(name, self.entries)}")
        array = np.empty(entry.shape, entry.dtype)
        left = _bytes_of(array)
        crc = 0
        self._file.seek(entry.offset)
        while left:
            count = self._file.readinto(left[:_BLOCK])  # type: ignore[attr-defined]  # BinaryIO does not name it
            if not count:
                raise _damaged(self.path, f"it ends within {name!r}")
            crc = zlib.crc32(left[:count], crc)
            left = left[count:]
        if self.crcs is not None and crc != self.crcs.get(name):
            raise _damaged(self.path, f"the checksum of {name!r} does not match its contents")
        return array


@contextmanager
def open_tensors(path: Path, is_sealed: bool = False) -> Iterator[TensorFile]:
    """Opens a file of arrays; the header is read and checked, the arrays are not read yet.

    Args:
        path: the file, as `write_tensors` or any other writer of the format made it.
        is_sealed: whether it must have checksums; where it has some, they are checked in any case.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is truncated or changed, or is no such file at all.
    """
    name = as_path(path)
    with open_read(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(size - 8, _HEADER_LIMIT):
            raise _damaged(name, f"it has {size} bytes, fewer than its beginning announces")
        header = _parse(name, file.read(length))
        metadata = header.get(_METADATA, {})
        crcs = _check_header(name, header, is_sealed)
        entries = {k: _entry(name, k, v, 8 + length) for k, v in header.items() if k != _METADATA}
        end = 8 + length + sum(e.nbytes for e in entries.values())
        if end != size or any(not 0 <= e.offset <= size - e.nbytes for e in entries.values()):
            raise _damaged(name, f"it must have {end} bytes; it has {size}")
        yield TensorFile(name, entries, metadata, crcs, file)


def _parse(path: str, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or not isinstance(header.get(_METADATA, {}), dict):
        raise _damaged(path, "its header cannot be read")
    return header


def _check_header(path: str, header: Mapping[str, Any], is_sealed: bool) -> dict[str, int] | None:
    """Returns the arrays' checksums, once that of the header is found to be right."""
    metadata = header.get(_METADATA, {})
    if not is_sealed and _HEADER_CRC not in metadata:
        return None
    crcs = None
    if metadata.get(_HEADER_CRC) == _header_crc(header):
        with suppress(KeyError, TypeError, ValueError):
            crcs = json.loads(metadata[_ARRAY_CRCS])
    if not isinstance(crcs, dict):
        raise _damaged(path, "the checksum of its header does not match")
    return crcs


def _entry(path: str, name: str, said: Any, base: int) -> Entry:
    try:
        dtype = _DTYPES[said["dtype"]]
        shape = tuple(said["shape"])
        start, stop = said["data_offsets"]
        entry = Entry(shape, dtype, base + start)
        if all(type(n) is int and n >= 0 for n in (*shape, start)) and entry.nbytes == stop - start:
            return entry
    except (KeyError, TypeError, ValueError):
        pass
    raise _damaged(path, f"its header makes no sense for {name!r}: {str(said)[:200]}")


def _damaged(path: str, how: str) -> DataLossError:
    return DataLossError(f"{path!r} is truncated or damaged: {how}. Use another copy, or an earlier one")
