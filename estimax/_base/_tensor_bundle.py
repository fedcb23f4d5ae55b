"""Checkpoints of TensorFlow since 1.0: `prefix.index` and the shards `prefix.data-00000-of-00001`.

The index is a sorted table: under the empty key how many shards there are, under
each name the type and shape of an array and where its bytes stand, with a checksum.
An array that was stored in parts (a partitioned variable) has an entry without bytes
that lists them, and one for each part under a key made of the name and the place.
No bytes are read before they are asked for, and none are believed before they are checked.

The messages: `tensor_bundle.proto` of TensorFlow's public interface.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from estimax._base._checkpoint_index import ORIGINAL_SUFFIX as INDEX_SUFFIX
from estimax._base._crc32c import crc32c, crc32c_of_both, masked
from estimax._base._errors import NotFoundError, UnimplementedError
from estimax._base._files import Path, as_path, open_read
from estimax._base._parted_arrays import PartedArrays, dtype_of
from estimax._base._slice_names import encoded_slice_name
from estimax._base._sorted_table import damaged, open_sorted_table
from estimax._base._tensor_messages import (
    STRING,
    TYPES,
    Array,
    Place,
    Slice,
    by_number,
    content,
    contents,
    fixed32,
    shape_of,
    slice_of,
    text,
    whole_number,
)
from estimax._base._wire_format import WireError, read_varint

_MOST_SHARDS = 100_000  # five digits
_READ_AT_ONCE = 1 << 22
_CRC = 4  # bytes


@dataclass(frozen=True)
class BundleEntry:
    """What the index says of an array or of one part of it.

    Attributes:
        kind: the number of its type.
        shape: of the array; of a part, the part's.
        shard: in which file its bytes stand.
        offset: where they begin there.
        size: how many there are.
        crc: their checksum, masked.
        parts: where the parts stand in an array that was stored in parts.
    """

    kind: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int
    parts: tuple[Slice, ...] = ()

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy type of its elements, object for strings and whatever has no type of its own."""
        return dtype_of(self.kind)


@dataclass(frozen=True)
class TensorBundle(PartedArrays):
    """A checkpoint, open for reading; `open_bundle` makes one.

    Attributes:
        path: of the index.
        entries: of all arrays, by name.
        shards: how many files of data there are.
    """

    path: str
    entries: dict[str, BundleEntry]
    shards: int
    _parts: dict[bytes, BundleEntry]
    _is_swapped: bool
    _files: ExitStack
    _open: dict[int, BinaryIO] = field(default_factory=dict)

    def read_whole(self, name: str) -> Array:
        return self._array(name, self.entries[name])

    def read_part(self, name: str, part: Slice, place: Place) -> Array:
        stored = self._parts.get(encoded_slice_name(name, part))
        if stored is None or stored.shape != place.shape or stored.kind != self.entries[name].kind:
            raise damaged(self.path, f"it has no part {part} of {name!r}")
        return self._array(name, stored)

    def _array(self, name: str, entry: BundleEntry) -> Array:
        if entry.kind == STRING:
            return self._strings(name, entry)
        if entry.kind not in TYPES:
            raise UnimplementedError(
                f"{name!r} in {self.path!r} is of a type (number {entry.kind}) that is no array of numbers or strings"
            )
        if entry.size != math.prod(entry.shape) * entry.dtype.itemsize:
            raise damaged(self.path, f"it gives {entry.size} bytes to {name!r}, {entry.dtype} {list(entry.shape)}")
        raw = np.frombuffer(self._bytes(name, entry), np.uint8)
        if self._is_swapped:
            raw = raw.view(f"u{_word_size(entry.dtype)}").byteswap()
        return raw.view(entry.dtype).reshape(entry.shape)

    def _bytes(self, name: str, entry: BundleEntry) -> bytearray:
        """Reads the bytes of an array and checks them."""
        file, path = self._shard(entry.shard)
        if entry.offset + entry.size > file.seek(0, 2):
            raise damaged(path, f"it ends within {name!r}, {entry.size} bytes at byte {entry.offset}")
        file.seek(entry.offset)
        data, crc = bytearray(entry.size), 0
        left = memoryview(data)
        while left:
            count = file.readinto(left[:_READ_AT_ONCE])  # type: ignore[attr-defined]  # BinaryIO does not name it
            if not count:
                raise damaged(path, f"it ends within {name!r}")
            if entry.kind != STRING:
                own = crc32c(bytes(left[:count]))
                crc = crc32c_of_both(crc, own, count) if len(left) < len(data) else own
            left = left[count:]
        if entry.kind != STRING and int(masked(crc)) != entry.crc:
            raise damaged(path, f"the checksum of {name!r} does not match its contents")
        return data

    def _strings(self, name: str, entry: BundleEntry) -> Array:
        """Reads strings: all lengths, a checksum of these, and then all bytes."""
        _, path = self._shard(entry.shard)
        count = math.prod(entry.shape)
        if count > entry.size:
            raise damaged(self.path, f"it gives {entry.size} bytes to {name!r}, {count} strings")
        data = bytes(self._bytes(name, entry))
        lengths, at = [], 0
        try:
            for _ in range(count):
                length, at = read_varint(data, at)
                lengths.append(length)
        except WireError:
            raise damaged(path, f"it ends within {name!r}") from None
        said = b"".join(n.to_bytes(4 if n < 2**32 else 8, "little") for n in lengths)
        start = at + _CRC
        if start + sum(lengths) != len(data) or data[at:start] != masked(crc32c(said)).tobytes():
            raise damaged(path, f"the lengths of the strings in {name!r} are not those that were written")
        if int(masked(crc32c(said + data[at:]))) != entry.crc:
            raise damaged(path, f"the checksum of {name!r} does not match its contents")
        out = np.empty(count, object)
        for number, length in enumerate(lengths):
            out[number] = data[start : start + length]
            start += length
        return out.reshape(entry.shape)

    def _shard(self, number: int) -> tuple[BinaryIO, str]:
        path = f"{self.path.removesuffix(INDEX_SUFFIX)}.data-{number:05d}-of-{self.shards:05d}"
        if not 0 <= number < self.shards:
            raise damaged(self.path, f"it names a file of data {number} of {self.shards}")
        if number not in self._open:
            try:
                self._open[number] = self._files.enter_context(open_read(path))
            except NotFoundError:
                raise NotFoundError(
                    f"{path!r} is missing, which {self.path!r} belongs to; copy all files of the checkpoint"
                ) from None
        return self._open[number], path


def _word_size(dtype: np.dtype[Any]) -> int:
    """Returns how many bytes of a number are in one order: a complex one has two parts."""
    return dtype.itemsize // 2 if dtype.kind == "c" else dtype.itemsize


@contextmanager
def open_bundle(prefix: Path) -> Iterator[TensorBundle]:
    """Opens a checkpoint; the index is read and checked, the arrays are not read yet.

    Args:
        prefix: the path without `.index`.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: the index is truncated or changed, or is none.
    """
    path = f"{as_path(prefix)}{INDEX_SUFFIX}"
    entries: dict[str, BundleEntry] = {}
    parts: dict[bytes, BundleEntry] = {}
    with ExitStack() as files:
        header = b""
        with open_sorted_table(path) as table:
            for key, value in table.items():
                if not key:
                    header = value
                    continue
                entry = _entry(path, key, value)
                if key.startswith(b"\0"):
                    parts[key] = entry
                else:
                    entries[text(key)] = entry
        shards, is_swapped = _header(path, header)
        yield TensorBundle(path, entries, shards, parts, is_swapped, files)


def _header(path: str, data: bytes) -> tuple[int, bool]:
    try:
        said = by_number(data)
        shards, endianness = whole_number(said, 1), whole_number(said, 2)
        if 0 < shards <= _MOST_SHARDS and endianness in (0, 1):
            return shards, endianness == 1
    except WireError:
        pass
    raise damaged(path, f"its header makes no sense: {data[:50]!r}")


def _entry(path: str, key: bytes, data: bytes) -> BundleEntry:
    try:
        said = by_number(data)
        shape = shape_of(content(said, 2))
        parts = tuple(slice_of(part) for part in contents(said, 7))
        shard, offset, size = (whole_number(said, number) for number in (3, 4, 5))
        if offset >= 0 and size >= 0:
            return BundleEntry(whole_number(said, 1), shape, shard, offset, size, fixed32(said, 6), parts)
    except WireError:
        pass
    raise damaged(path, f"its entry for {key[:200]!r} makes no sense")


_SHARD = re.compile(r"\.data-\d{5}-of-\d{5}$")


def bundle_prefix(path: str) -> str:
    """Returns the prefix of a checkpoint of which one file is named, or the path itself.

    Example:
        >>> from estimax._base._tensor_bundle import bundle_prefix
        >>> bundle_prefix("old/model.ckpt-7.data-00000-of-00001")
        'old/model.ckpt-7'
    """
    for suffix in (INDEX_SUFFIX, ".meta"):
        path = path.removesuffix(suffix)
    return _SHARD.sub("", path)
