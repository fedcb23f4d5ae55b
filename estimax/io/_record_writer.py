"""`TFRecordWriter`: TFRecord files, written with their checksums."""

from __future__ import annotations

import zlib
from typing import Any, ClassVar

from estimax._base._errors import FailedPreconditionError
from estimax._base._files import Path
from estimax._base._record_framing import framed
from estimax.gfile import GFile

_WRITTEN_AT_ONCE = 1 << 18  # bytes: checksums are made for many records together
_WINDOW_BITS = {"GZIP": 16 + zlib.MAX_WBITS, "ZLIB": zlib.MAX_WBITS}


class TFRecordCompressionType:
    """The ways to compress a TFRecord file, as numbers; their names do as well."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


_NAMES = {None: "", "": "", 0: "", 1: "ZLIB", "ZLIB": "ZLIB", 2: "GZIP", "GZIP": "GZIP"}


class TFRecordOptions:
    """How a TFRecord file is written.

    Args:
        compression_type: '', 'GZIP' or 'ZLIB', or one of `TFRecordCompressionType`.
        compression_level: from 0, fastest, to 9, smallest; None for zlib's default.
        options: those of the original for zlib's inner workings; of no effect.

    Raises:
        ValueError: nothing is known of such a compression.

    Example:
        >>> from estimax.io._record_writer import TFRecordOptions
        >>> TFRecordOptions.get_compression_type_string(TFRecordOptions(2))
        'GZIP'
    """

    compression_type_map: ClassVar = {0: "", 1: "ZLIB", 2: "GZIP"}

    def __init__(self, compression_type: Any = None, compression_level: int | None = None, **options: Any) -> None:
        _name_of(compression_type)
        self.compression_type = compression_type
        self.compression_level = compression_level

    @classmethod
    def get_compression_type_string(cls, options: Any) -> str:
        """Returns the name of the compression that options, or a name or number, stand for; '' for None."""
        return _name_of(options.compression_type if isinstance(options, TFRecordOptions) else options)


def _name_of(compression_type: Any) -> str:
    if not isinstance(compression_type, str | int | None) or compression_type not in _NAMES:
        raise ValueError(f"compression_type must be '', 'GZIP' or 'ZLIB'; got {compression_type!r}")
    return _NAMES[compression_type]


class TFRecordWriter:
    """Writes records to a TFRecord file; what the file held before is lost.

    Records are complete in the file after `flush` or `close`, which a `with` block calls.

    Args:
        path: the file, local or remote.
        options: `TFRecordOptions`, or '', 'GZIP' or 'ZLIB'.

    Raises:
        NotFoundError: there is no such folder.
        ValueError: nothing is known of such a compression.

    Example:
        >>> import pathlib, tempfile
        >>> from estimax.io._record_writer import TFRecordWriter
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.tfrecord")
        >>> with TFRecordWriter(file) as writer:
        ...     writer.write(b"house")
        >>> file.stat().st_size
        21
    """

    def __init__(self, path: Path, options: Any = None) -> None:
        compression = TFRecordOptions.get_compression_type_string(options)
        level = options.compression_level if isinstance(options, TFRecordOptions) else None
        self._records: list[bytes] = []
        self._size = 0
        self._stream: Any = None
        if compression:
            self._stream = zlib.compressobj(-1 if level is None else level, zlib.DEFLATED, _WINDOW_BITS[compression])
        self._file: GFile | None = GFile(path, "wb")

    def write(self, record: bytes | str) -> None:
        """Appends a record.

        Raises:
            FailedPreconditionError: the writer is closed.
            TypeError: the record is neither bytes nor str.
        """
        self._opened()
        if isinstance(record, str):
            record = record.encode()
        elif not isinstance(record, bytes | bytearray | memoryview):
            raise TypeError(
                f"a record must be bytes, such as example.SerializeToString() returns; got {type(record).__name__}"
            )
        self._records.append(bytes(record))
        self._size += len(record)
        if self._size >= _WRITTEN_AT_ONCE:
            self._write_records()

    def flush(self) -> None:
        """Writes all records to the file.

        Raises:
            FailedPreconditionError: the writer is closed.
        """
        file = self._opened()
        self._write_records()
        if self._stream is not None:
            file.write(self._stream.flush(zlib.Z_SYNC_FLUSH))
        file.flush()

    def close(self) -> None:
        """Writes all records to the file and closes it."""
        if self._file is None:
            return
        file = self._file
        try:
            self._write_records()
            if self._stream is not None:
                file.write(self._stream.flush())
        finally:
            self._file = None
            file.close()

    def _opened(self) -> GFile:
        if self._file is None:
            raise FailedPreconditionError("the writer is closed; make another one to write on")
        return self._file

    def _write_records(self) -> None:
        records, self._records, self._size = self._records, [], 0
        if records:
            data = framed(records)
            self._opened().write(data if self._stream is None else self._stream.compress(data))

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):  # the original closes in silence what a program leaves open
            self.close()
