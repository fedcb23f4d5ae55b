"""`ArrowDataset`: the rows of Arrow IPC files and streams (Feather), mapped into memory as they are."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import ipc

from estimax._base._errors import DataLossError, OpError
from estimax._base._files import as_path, is_remote, named_errors, open_for_arrow
from estimax._base._shapes import TensorSpec
from estimax.data._dataset import Dataset
from estimax.data._file_iterator import Block
from estimax.data._file_names import step_over_files
from estimax.data._step import State
from estimax.data._table_files import TableFiles, TableIterator, table_step

_MAGIC = b"ARROW1"  # of the file format; streams have none
_BATCH_ROWS = 65536


class ArrowDataset(Dataset):
    """The rows of Arrow IPC files, each a dictionary from the name of a column to its value.

    Reads files (Feather, version 2) and streams. An uncompressed local file is mapped
    into memory, and its numbers and strings are used where they stand. For the types of
    columns see `ParquetDataset`.

    Args:
        filenames: a name, a list of names, a Tensor of them, or a Dataset of names.
        columns: the names of those to read; all where it is None.
        nulls: what stands for missing values. 'default': 0, '', False and NaN. 'error':
            nothing does. A dictionary from columns to values: these, else the default.
        element_spec: from column to `TensorSpec`, in place of what the first file says;
            needed where its name is not known yet, in a `flat_map`.
        batch_rows: how many rows to hand on at a time, at most.
        num_parallel_reads: how many files take turns, one row each; one after the other where it is None.

    Raises:
        InvalidArgumentError: there are no such columns, or of a type that no Tensor can
            hold; or, when it is read, a file with other columns than the first.
        NotFoundError: a file that does not exist.
        DataLossError: a file that is no Arrow IPC file, or damaged.

    Example:
        >>> import pathlib, tempfile
        >>> import pyarrow as pa, pyarrow.feather
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.arrow")
        >>> pa.feather.write_feather(pa.table({"size": [1000, 800], "kind": ["house", None]}), str(file))
        >>> d = tf.data.experimental.ArrowDataset(file, columns=["kind"])
        >>> list(d.as_numpy_iterator())
        [{'kind': b'house'}, {'kind': b''}]
    """

    def __init__(
        self,
        filenames: Any,
        columns: Sequence[str] | None = None,
        nulls: str | Mapping[str, Any] = "default",
        element_spec: Mapping[str, TensorSpec] | None = None,
        batch_rows: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        read = table_step(filenames, columns, element_spec, nulls, batch_rows or _BATCH_ROWS, _schema, _ArrowIterator)
        super().__init__(step_over_files(filenames, read, num_parallel_reads))


class _OpenFile:
    """An open file or stream; the batches of a stream are only passed one after the other."""

    def __init__(self, name: str, columns: Sequence[str] | None = None) -> None:
        self.name = name
        self.source = _source(name)
        try:
            self.is_stream = self.source.read(len(_MAGIC)) != _MAGIC
            self.source.seek(0)
            self.schema: pa.Schema = self._reader().schema
            self.reader = self._reader(columns)
        except (pa.ArrowException, OSError) as error:
            self.source.close()
            raise DataLossError(f"{name} is no Arrow IPC file or stream, or damaged: {error}") from None

    def _reader(self, columns: Sequence[str] | None = None) -> Any:
        self.source.seek(0)
        fields = None if columns is None else [i for i, name in enumerate(self.schema.names) if name in columns]
        options = ipc.IpcReadOptions(included_fields=fields)
        if self.is_stream:
            return ipc.open_stream(self.source, options=options)
        return ipc.open_file(self.source, options=options)

    def batches(self, first: int) -> Iterator[pa.RecordBatch]:
        """Yields the batches from the given one on; a stream must be read up to there."""
        if not self.is_stream:
            return (self.reader.get_batch(i) for i in range(first, self.reader.num_record_batches))
        return itertools.islice(self.reader, first, None)

    def close(self) -> None:
        self.source.close()


def _source(name: str) -> Any:
    if is_remote(name):
        return open_for_arrow(name)
    with open_for_arrow(name), named_errors(name):  # which says what is wrong with a name
        try:
            return pa.memory_map(as_path(name))
        except (pa.ArrowInvalid, OSError) as error:  # an empty file cannot be mapped
            if isinstance(error, OpError):
                raise
            raise DataLossError(f"{name} is no Arrow IPC file or stream: {error}") from None


def _schema(name: str) -> pa.Schema:
    file = _OpenFile(name)
    file.close()
    return file.schema


class _ArrowIterator(TableIterator):
    """Reads one record batch after the other, in parts; offsets are numbers of rows.

    The position also names the batch that the last block is of, and its first row,
    so that the batches before need not be read again.
    """

    _file: _OpenFile | None = None

    def __init__(self, step: TableFiles) -> None:
        super().__init__(step)
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._batch: pa.RecordBatch | None = None
        self._batch_number, self._batch_start = 0, 0

    def _read_block(self) -> Block | None:
        if self._file is None:
            opened = _OpenFile(self.name, self.names)
            self._check_columns(opened.schema)
            self._file, self._batches = opened, opened.batches(self._batch_number)
            self._batch = self._next_batch()
        while self._batch is not None and self.offset - self._batch_start >= self._batch.num_rows:
            self._batch_start += self._batch.num_rows
            self._batch_number += 1
            self._batch = self._next_batch()
        if self._batch is None:
            if self.offset > self._batch_start:
                raise self._is_shorter(self.name, self.line)
            return None
        part = self._batch.slice(self.offset - self._batch_start, self.step.batch_rows)
        return Block(self._columns(part), part.num_rows, part.num_rows)

    def _next_batch(self) -> pa.RecordBatch | None:
        with self._damage():
            return next(self._batches, None)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._batches, self._batch = None, iter(()), None

    def _next_file(self) -> None:
        super()._next_file()
        self._batch_number, self._batch_start = 0, 0

    def state(self) -> State:
        return super().state() | {"batch": self._batch_number, "batch_start": self._batch_start}

    def restore(self, state: State) -> None:
        self._batch_number, self._batch_start = state["batch"], state["batch_start"]
        super().restore(state)
