"""`ParquetDataset`: the rows of Parquet files, from their columns to ours without a detour by rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from estimax._base._errors import DataLossError
from estimax._base._files import is_remote, open_for_arrow
from estimax._base._shapes import TensorSpec
from estimax.data._dataset import Dataset
from estimax.data._file_iterator import Block
from estimax.data._file_names import step_over_files
from estimax.data._table_files import TableFiles, TableIterator, table_step

_BATCH_ROWS = 65536
_BATCH_BYTES = 16 << 20
_BATCHES_AHEAD = 3
_PAGE_BUFFER = 1 << 20


class ParquetDataset(Dataset):
    """The rows of Parquet files, each a dictionary from the name of a column to its value.

    Only the columns that something needs are read and decoded, and only a part of a
    row group is in memory at a time. Lists are vectors, [None], lists of lists
    ragged; dates and times are int64 numbers in the unit of their type, counted from
    1970-01-01 UTC or midnight; decimals are float64. Columns that hold the index of a
    pandas data frame are left out unless `columns` names them.

    Args:
        filenames: a name, a list of names, a Tensor of them, or a Dataset of names.
        columns: the names of those to read; all where it is None.
        nulls: what stands for missing values. 'default': 0, '', False and NaN. 'error':
            nothing does. A dictionary from columns to values: these, else the default.
        element_spec: from column to `TensorSpec`, in place of what the first file says;
            needed where its name is not known yet, in a `flat_map`.
        batch_rows: how many rows to decode at a time, at most; the fewer, the less memory.
        num_parallel_reads: how many files take turns, one row each; one after the other where it is None.

    Raises:
        InvalidArgumentError: there are no such columns, or of a type that no Tensor can
            hold; or, when it is read, a file with other columns than the first.
        NotFoundError: a file that does not exist.
        DataLossError: a file that is no Parquet file, or damaged.

    Example:
        >>> import pathlib, tempfile
        >>> import pyarrow as pa, pyarrow.parquet
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.parquet")
        >>> pa.parquet.write_table(pa.table({"size": [1000, 800], "kind": ["house", None]}), file)
        >>> d = tf.data.experimental.ParquetDataset(file)
        >>> [(row["size"].item(), row["kind"]) for row in d.as_numpy_iterator()]
        [(1000, b'house'), (800, b'')]
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
        read = table_step(filenames, columns, element_spec, nulls, batch_rows or _BATCH_ROWS, _schema, _ParquetIterator)
        super().__init__(step_over_files(filenames, read, num_parallel_reads))


class _OpenFile:
    """An open file, and what it says of itself."""

    def __init__(self, name: str) -> None:
        remote = is_remote(name)
        self._source = open_for_arrow(name)
        try:
            # From a local disk the bytes of a column are read page by page; from a server, all of a row group at once.
            self.reader = parquet.ParquetFile(
                self._source, buffer_size=0 if remote else _PAGE_BUFFER, pre_buffer=remote
            )
        except (pa.ArrowException, OSError) as error:
            self._source.close()
            raise DataLossError(f"{name} is no Parquet file, or damaged: {error}") from None

    @property
    def schema(self) -> pa.Schema:
        return self.reader.schema_arrow

    def batches(self, row: int, columns: Sequence[str], most_rows: int) -> Iterator[pa.RecordBatch]:
        """Yields the rows from the given one on, in batches that belong to one row group each."""
        for number in range(self.reader.metadata.num_row_groups):
            group = self.reader.metadata.row_group(number)
            if row >= group.num_rows:
                row -= group.num_rows
                continue
            average = max(group.total_byte_size // max(group.num_rows, 1), 1)
            rows = max(min(most_rows, _BATCH_BYTES // average), 1)
            for batch in self.reader.iter_batches(rows, row_groups=[number], columns=columns):
                if row < batch.num_rows:
                    yield batch.slice(row)
                row = max(row - batch.num_rows, 0)

    def close(self) -> None:
        self.reader.close()
        self._source.close()


def _schema(name: str) -> pa.Schema:
    file = _OpenFile(name)
    file.close()
    return file.schema


class _ParquetIterator(TableIterator):
    """Reads one row group after the other, in batches; offsets are numbers of rows.

    While a batch is used, a thread reads the next ones.
    """

    _file: _OpenFile | None = None
    _thread: ThreadPoolExecutor | None = None

    def __init__(self, step: TableFiles) -> None:
        super().__init__(step)
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._ahead: deque[Future[pa.RecordBatch | None]] = deque()

    def _read_block(self) -> Block | None:
        if self._file is None:
            self._file = _OpenFile(self.name)
            self._check_columns(self._file.schema)
            if self.offset > self._file.reader.metadata.num_rows:
                raise self._is_shorter(self.name, self.line)
            self._batches = self._file.batches(self.offset, self.names, self.step.batch_rows)
            self._thread = ThreadPoolExecutor(1, "estimax-parquet")
        assert self._thread is not None
        while len(self._ahead) < _BATCHES_AHEAD:
            self._ahead.append(self._thread.submit(next, self._batches, None))
        with self._damage():
            batch = self._ahead.popleft().result()
        if batch is None:
            return None
        return Block(self._columns(batch), batch.num_rows, batch.num_rows)

    def _close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown()  # the file is not closed under what reads it
        if self._file is not None:
            self._file.close()
        self._file, self._thread, self._batches = None, None, iter(())
        self._ahead.clear()
