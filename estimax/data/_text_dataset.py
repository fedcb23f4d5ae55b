"""`TextLineDataset`: the lines of text files."""

from __future__ import annotations

from typing import Any

from estimax.data._dataset import Dataset
from estimax.data._file_iterator import BLOCK_BYTES
from estimax.data._file_names import step_over_files
from estimax.data._text import TextLines


class TextLineDataset(Dataset):
    """The lines of text files, without their line ends.

    Args:
        filenames: a name, a list of names, a Tensor of them, or a Dataset of names.
        compression_type: '', 'GZIP' or 'ZLIB'.
        buffer_size: bytes to read at a time.
        num_parallel_reads: how many files take turns, one line each; one after the other where it is
            None or AUTOTUNE.
        name: changes nothing.

    Raises:
        NotFoundError: when it is read, a file that does not exist.
        DataLossError: when it is read, a file that is not compressed as said, or damaged.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.csv")
        >>> _ = file.write_text("1000,house\\n800,apt\\n")
        >>> list(tf.data.TextLineDataset(file).as_numpy_iterator())
        [b'1000,house', b'800,apt']
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        compression, block_bytes = compression_type or "", buffer_size or BLOCK_BYTES
        super().__init__(
            step_over_files(filenames, lambda names: TextLines(names, compression, block_bytes), num_parallel_reads)
        )
