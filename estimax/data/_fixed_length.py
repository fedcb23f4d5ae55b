"""`FixedLengthRecordDataset`: records of a fixed number of bytes, one after the other in files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base._compression import check_compression
from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import Origin, StringArray
from estimax._graph._tensor import Tensor
from estimax.data._dataset import Dataset
from estimax.data._file_iterator import BLOCK_BYTES, Block, StreamIterator, check_names, names_of
from estimax.data._file_names import step_over_files
from estimax.data._step import Chunk, ChunkIterator, Context, Step


class FixedLengthRecordDataset(Dataset):
    """The records of binary files, each a string of the same number of bytes.

    Args:
        filenames: a name, a list of names, a Tensor of them, or a Dataset of names.
        record_bytes: the length of a record.
        header_bytes: how many bytes to pass over at the start of each file.
        footer_bytes: how many bytes to leave out at its end.
        buffer_size: bytes to read at a time.
        compression_type: '', 'GZIP' or 'ZLIB'.
        num_parallel_reads: how many files take turns, one record each; one after the other where it is None.

    Raises:
        InvalidArgumentError: a length is negative, or 0 for records; or, when it is read, a file whose
            bytes between header and footer are no whole number of records. Those before are read.
        NotFoundError: when it is read, a file that does not exist.
        DataLossError: when it is read, a file that is not compressed as said, or damaged.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "numbers.bin")
        >>> _ = file.write_bytes(b"HEAD" + bytes([1, 0, 2, 0]))
        >>> d = tf.data.FixedLengthRecordDataset(file, record_bytes=2, header_bytes=4)
        >>> list(d.as_numpy_iterator())
        [b'\\x01\\x00', b'\\x02\\x00']
    """

    def __init__(
        self,
        filenames: Any,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        buffer_size: int | None = None,
        compression_type: str | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        compression, block_bytes = check_compression(compression_type), buffer_size or BLOCK_BYTES
        sizes = int(record_bytes), int(header_bytes or 0), int(footer_bytes or 0)
        super().__init__(
            step_over_files(
                filenames,
                lambda names: FixedLengthRecords(names, *sizes, compression, block_bytes),
                num_parallel_reads,
            )
        )


@dataclass(frozen=True, eq=False)
class FixedLengthRecords(Step):
    """The records of one or more files; sizes in bytes."""

    filenames: Tensor
    record_bytes: int
    header_bytes: int
    footer_bytes: int
    compression: str
    block_bytes: int

    def __post_init__(self) -> None:
        check_names(self.filenames)
        if self.record_bytes < 1:
            raise InvalidArgumentError(f"record_bytes must be at least 1; got {self.record_bytes}")
        if self.header_bytes < 0 or self.footer_bytes < 0:
            raise InvalidArgumentError(
                f"header_bytes and footer_bytes must not be negative; got {self.header_bytes} and {self.footer_bytes}"
            )

    @property
    def spec(self) -> Any:
        return TensorSpec((), string)

    def iterate(self, context: Context) -> ChunkIterator:
        return _RecordIterator(self)


class _RecordIterator(StreamIterator):
    """Cuts blocks after their last whole record; offsets count from the start of the file, header and all."""

    unit = "record"

    def __init__(self, step: FixedLengthRecords) -> None:
        super().__init__(names_of(step.filenames), step.compression, step.block_bytes)
        self.step = step

    def _read_block(self) -> Block | None:
        step = self.step
        header = 0 if self.offset else step.header_bytes
        least = header + step.record_bytes + step.footer_bytes
        parts = [self._rest]
        size = len(self._rest)
        while size < least and (data := self._read()):
            parts.append(data)
            size += len(data)
        data = b"".join(parts)
        if size < least:
            if size != header + step.footer_bytes:
                raise self._is_uneven(size - header - step.footer_bytes)
            return None
        count = (size - header - step.footer_bytes) // step.record_bytes
        end = header + count * step.record_bytes
        self._rest = data[end:]
        return Block(Chunk((self._records(data, header, count),), count), end, count)

    def _records(self, data: bytes, start: int, count: int) -> StringArray:
        offsets = np.arange(count + 1, dtype=np.int64) * self.step.record_bytes + start
        buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
        origin = Origin((self.name,), np.zeros(count, np.int32), np.arange(self.line, self.line + count), "record")
        return StringArray(pa.Array.from_buffers(pa.binary(), count, buffers), None, origin)

    def _is_uneven(self, left: int) -> InvalidArgumentError:
        step = self.step
        what = f"{left} bytes more" if left > 0 else f"{-left} bytes too few for header and footer"
        return InvalidArgumentError(
            f"{self.name} must hold a whole number of records of {step.record_bytes} bytes between its header of "
            f"{step.header_bytes} and its footer of {step.footer_bytes} bytes; it has {self.line - 1} and {what}"
        )
