"""Files that are compressed as a whole: GZIP and ZLIB streams, read as if they were plain.

Text, CSV, fixed-length and TFRecord files name their compression alike, and open
their files here. A file may hold several compressed streams, one after the other,
as `cat a.gz b.gz` makes them. What stands before damaged bytes can be read.
"""

from __future__ import annotations

import io
import os
import zlib
from typing import BinaryIO, cast

from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._files import Path, as_path, open_read

COMPRESSIONS = ("", "GZIP", "ZLIB")
_WINDOW_BITS = {"GZIP": 16 + zlib.MAX_WBITS, "ZLIB": zlib.MAX_WBITS}
_GZIP_MAGIC = b"\x1f\x8b"
_READ_AT_ONCE = 1 << 18  # compressed bytes
_SKIPPED_AT_ONCE = 1 << 22


def check_compression(compression: str | None) -> str:
    """Returns a name of a compression, '' for None.

    Raises:
        InvalidArgumentError: nothing is known of such a compression.

    Example:
        >>> from estimax._base._compression import check_compression
        >>> check_compression(None), check_compression("ZLIB")
        ('', 'ZLIB')
    """
    name = "" if compression is None else compression
    if name not in COMPRESSIONS:
        raise InvalidArgumentError(f"compression_type must be '', 'GZIP' or 'ZLIB'; got {compression!r}")
    return name


def open_decompressed(path: Path, compression: str = "") -> BinaryIO:
    """Opens a file for reading what it holds once it is decompressed.

    The result can `read(count)` and `close`; only without compression can it also
    `seek`. `read` returns fewer bytes than asked for only at the end, or where the
    bytes after them are damaged. Then the next `read` raises OSError: the caller
    knows which line or record that is, and says so in a DataLossError.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: the file does not begin as one of this compression does. An empty file has no contents.
        InvalidArgumentError: nothing is known of such a compression.
    """
    check_compression(compression)
    file = open_read(path)
    if not compression:
        return file
    start = file.read(2)
    if start and not _begins(start, compression):
        file.close()
        raise DataLossError(
            f"{as_path(path)} is not compressed as {compression}: it begins with {start!r}; "
            "give the compression_type that it was written with, or none"
        )
    file.seek(0)
    return cast(BinaryIO, _Decompressed(file, _WINDOW_BITS[compression]))


def _begins(start: bytes, compression: str) -> bool:
    if compression == "GZIP":
        return start == _GZIP_MAGIC[: len(start)]
    # A ZLIB stream names its method, 8, and its first two bytes are a multiple of 31 (RFC 1950, section 2.2).
    return start[0] & 15 == 8 and (len(start) < 2 or int.from_bytes(start, "big") % 31 == 0)


class _Decompressed(io.RawIOBase):
    """The contents of a compressed file, from front to back."""

    def __init__(self, file: BinaryIO, window_bits: int) -> None:
        self._file = file
        self._window_bits = window_bits
        self._stream = zlib.decompressobj(window_bits)
        self._input = b""  # compressed bytes that were read but not used yet
        self._started = False  # whether the stream has had any of its bytes
        self._damage: OSError | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = size if size is not None and size >= 0 else None
        parts: list[bytes] = []
        while wanted is None or wanted > 0:
            try:
                data = self._some(wanted or _SKIPPED_AT_ONCE)
            except OSError as error:
                if not parts:
                    raise
                self._damage = error
                break
            if not data:
                break
            parts.append(data)
            wanted = None if wanted is None else wanted - len(data)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _some(self, most: int) -> bytes:
        """Returns 1 to `most` bytes, none at the end."""
        if self._damage is not None:
            raise self._damage
        data = b""
        while not data:
            self._input = self._input or self._file.read(_READ_AT_ONCE)
            is_end = not self._input
            if is_end and not self._started:
                return b""
            data = self._decompress(most)  # at the end, too: some of what is known may not have come out yet
            if is_end and not data and self._started:
                raise OSError("the compressed data ends too early")
        return data

    def _decompress(self, most: int) -> bytes:
        self._started = True
        try:
            data = self._stream.decompress(self._input, most)
        except zlib.error as error:
            raise OSError(f"the compressed data is damaged: {error}") from None
        self._input = self._stream.unconsumed_tail
        if self._stream.eof:
            self._input = self._stream.unused_data
            self._stream, self._started = zlib.decompressobj(self._window_bits), False
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


def skip_bytes(file: BinaryIO, count: int) -> int:
    """Goes `count` bytes on in a file just opened by `open_decompressed`; returns how many of them it did not have.

    Plain files are not read for it; compressed ones must be.
    """
    if file.seekable():
        size = file.seek(0, os.SEEK_END)
        file.seek(min(count, size))
        return max(count - size, 0)
    while count and (data := file.read(min(count, _SKIPPED_AT_ONCE))):
        count -= len(data)
    return count
