"""Sorted tables: files of keys in order, each with a value, as LevelDB lays them out.

TensorFlow writes them as the index of a checkpoint, and wrote whole checkpoints so
before 1.0. A table is a row of blocks, each with a checksum; the last but one lists
the last key and the place of each of them, and 48 bytes at the end say where that is.
Within a block, a key leaves out what it has in common with the one before it.

The format: https://github.com/google/leveldb/blob/main/doc/table_format.md
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from estimax._base._crc32c import crc32c, masked
from estimax._base._errors import DataLossError
from estimax._base._files import Path, as_path, open_read
from estimax._base._wire_format import WireError, read_varint

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48  # bytes: two places, zeros, and the magic number
_TRAILER = 5  # bytes behind a block: how it is compressed, and its checksum
_PLAIN, _SNAPPY = 0, 1
_MOST_EXPANSION = 64  # one snappy element of three bytes stands for as many at most
_MOST_KEY_BYTES = 1 << 28  # of all keys of one block; a crafted block could make more of few bytes


@dataclass(frozen=True)
class _Block:
    last_key: bytes
    offset: int
    size: int


@dataclass(frozen=True)
class SortedTable:
    """A table, open for reading; `open_sorted_table` makes one.

    Attributes:
        path: of the file.
    """

    path: str
    _file: BinaryIO
    _blocks: tuple[_Block, ...]

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Yields all keys with their values, in order.

        Raises:
            DataLossError: a block is not what was written.
        """
        for block in self._blocks:
            yield from self._entries(block)

    def get(self, key: bytes) -> bytes | None:
        """Returns the value of a key, or None if there is no such key.

        Raises:
            DataLossError: the block that would have it is not what was written.
        """
        number = bisect.bisect_left(self._blocks, key, key=lambda block: block.last_key)
        if number == len(self._blocks):
            return None
        return next((value for found, value in self._entries(self._blocks[number]) if found == key), None)

    def _entries(self, block: _Block) -> Iterator[tuple[bytes, bytes]]:
        yield from _entries(self.path, _read_block(self.path, self._file, block.offset, block.size))


def is_sorted_table(path: Path) -> bool:
    """Tells whether a file ends as tables do."""
    with open_read(path) as file:
        size = file.seek(0, 2)
        file.seek(max(size - 8, 0))
        return int.from_bytes(file.read(8), "little") == _MAGIC


@contextmanager
def open_sorted_table(path: Path) -> Iterator[SortedTable]:
    """Opens a table and reads where its blocks are.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is truncated or changed, or is no table.
    """
    name = as_path(path)
    with open_read(path) as file:
        size = file.seek(0, 2)
        if size < _FOOTER:
            raise damaged(name, f"it has {size} bytes; the shortest table has {_FOOTER}")
        file.seek(size - _FOOTER)
        footer = file.read(_FOOTER)
        if int.from_bytes(footer[-8:], "little") != _MAGIC:
            raise damaged(name, "it does not end as a sorted table does")
        try:
            _, _, at = _place(footer, 0)
            offset, length, _ = _place(footer, at)
        except WireError:
            raise damaged(name, "it does not say where its index is") from None
        blocks = tuple(_listed(name, _read_block(name, file, offset, length), size))
        yield SortedTable(name, file, blocks)


def damaged(path: str, how: str) -> DataLossError:
    """Returns the error of a file that is not what was written."""
    return DataLossError(f"{path!r} is truncated or damaged: {how}. Use another copy, or an earlier checkpoint")


def _place(data: bytes, at: int) -> tuple[int, int, int]:
    """Returns the offset and the size of a block, and where they end."""
    offset, at = read_varint(data, at)
    size, at = read_varint(data, at)
    return offset, size, at


def _listed(path: str, index: bytes, file_size: int) -> Iterator[_Block]:
    """Yields the blocks that an index lists; they follow each other, so that all of them are no more than the file."""
    end = 0
    for key, value in _entries(path, index):
        try:
            offset, size, _ = _place(value, 0)
        except WireError:
            raise damaged(path, "its index does not say where a block is") from None
        if offset < end or offset + size + _TRAILER > file_size:
            raise damaged(path, f"its index places a block of {size} bytes at byte {offset}")
        end = offset + size + _TRAILER
        yield _Block(key, offset, size)


def _read_block(path: str, file: BinaryIO, offset: int, size: int) -> bytes:
    """Reads a block, checks it and takes it out of its compression."""
    if offset + size + _TRAILER > file.seek(0, 2):
        raise damaged(path, f"it ends within a block of {size} bytes at byte {offset}")
    file.seek(offset)
    data = file.read(size + _TRAILER)
    if len(data) < size + _TRAILER:
        raise damaged(path, f"it ends within a block of {size} bytes at byte {offset}")
    if int(masked(crc32c(data[: size + 1]))) != int.from_bytes(data[size + 1 :], "little"):
        raise damaged(path, f"the checksum of the block at byte {offset} does not match its contents")
    content, kind = data[:size], data[size]
    if kind == _PLAIN:
        return content
    if kind != _SNAPPY:
        raise damaged(path, f"the block at byte {offset} is compressed in a way that is not known ({kind})")
    return _expanded(path, content, offset)


def _expanded(path: str, content: bytes, offset: int) -> bytes:
    try:
        size, _ = read_varint(content, 0)
        if size > _MOST_EXPANSION * len(content):
            raise WireError(f"{len(content)} bytes cannot hold {size}")
        expanded: bytes = pa.Codec("snappy").decompress(content, size, asbytes=True)
        return expanded
    except (WireError, pa.ArrowException, OSError, ValueError) as error:
        raise damaged(path, f"the block at byte {offset} cannot be decompressed ({error})") from None


def _entries(path: str, block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the keys and values of a block."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if len(block) < 4 or end < 0:
        raise damaged(path, f"a block of {len(block)} bytes announces {restarts} places within it")
    at, key, total = 0, b"", 0
    while at < end:
        try:
            shared, at = read_varint(block, at)
            own, at = read_varint(block, at)
            length, at = read_varint(block, at)
        except WireError:
            raise damaged(path, "a block ends within a key") from None
        if shared > len(key) or at + own + length > end:
            raise damaged(path, "a key or a value goes beyond its block")
        key = key[:shared] + block[at : at + own]
        total += len(key)
        if total > _MOST_KEY_BYTES:
            raise damaged(path, "the keys of a block are longer than any that were written")
        yield key, block[at + own : at + own + length]
        at += own + length
