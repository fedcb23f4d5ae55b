"""`TFRecordDataset`, the records of TFRecord files, and the old `tf_record_iterator`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from estimax._base._compression import check_compression
from estimax.data._dataset import Dataset
from estimax.data._file_iterator import BLOCK_BYTES
from estimax.data._file_names import step_over_files
from estimax.data._tf_records import TFRecords
from estimax.io._record_writer import TFRecordOptions


class TFRecordDataset(Dataset):
    """The records of TFRecord files, each a string.

    Every record is checked against its checksums.

    Args:
        filenames: a name, a list of names, a Tensor of them, or a Dataset of names.
        compression_type: '', 'GZIP' or 'ZLIB'.
        buffer_size: bytes to read at a time.
        num_parallel_reads: how many files take turns, one record each; one after the other where it is None.

    Raises:
        NotFoundError: when it is read, a file that does not exist.
        DataLossError: when it is read, a file that is not compressed as said, damaged, or cut off; the
            message names the record and its first byte. The records before it are read.

    Example:
        >>> import pathlib, tempfile
        >>> from estimax.data._tf_record_dataset import TFRecordDataset
        >>> from estimax.io._record_writer import TFRecordWriter
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.tfrecord")
        >>> with TFRecordWriter(file) as writer:
        ...     writer.write(b"house")
        ...     writer.write(b"apt")
        >>> list(TFRecordDataset(file).as_numpy_iterator())
        [b'house', b'apt']
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        compression, block_bytes = check_compression(compression_type), buffer_size or BLOCK_BYTES
        super().__init__(
            step_over_files(filenames, lambda names: TFRecords(names, compression, block_bytes), num_parallel_reads)
        )


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """Yields the records of one TFRecord file.

    Args:
        path: the file.
        options: `TFRecordOptions`, or the name of a compression.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: a record is damaged or cut off; those before it are read.

    Example:
        >>> import pathlib, tempfile
        >>> from estimax.data._tf_record_dataset import tf_record_iterator
        >>> from estimax.io._record_writer import TFRecordWriter
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.tfrecord")
        >>> with TFRecordWriter(file) as writer:
        ...     writer.write(b"house")
        >>> list(tf_record_iterator(file))
        [b'house']
    """
    return TFRecordDataset(path, TFRecordOptions.get_compression_type_string(options)).as_numpy_iterator()
