"""`CsvDataset`: the rows of CSV files as tuples of scalars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estimax._base._compression import check_compression
from estimax._base._errors import InvalidArgumentError
from estimax.data._csv_decoding import CsvFormat
from estimax.data._csv_files import csv_rows
from estimax.data._dataset import Dataset
from estimax.data._file_iterator import BLOCK_BYTES
from estimax.data._file_names import step_over_files


class CsvDataset(Dataset):
    """The rows of CSV files, each a tuple of scalars.

    Files are written as RFC 4180 has it: fields in double quotes may hold
    delimiters, doubled quotes and line ends. A line may end with LF, CR or both.

    Args:
        filenames: a name, a list of names, a Tensor of them, or a Dataset of names.
        record_defaults: for each column its default, such as `[0.0]`, or its type where a
            value is required: float32, float64, int32, int64 or string.
        compression_type: '', 'GZIP' or 'ZLIB'.
        buffer_size: bytes to read at a time.
        header: whether the first record of every file is to be passed over.
        field_delim: the character between fields.
        use_quote_delim: whether double quotes enclose fields; else they are like other characters.
        na_value: a text that stands for a missing value, beside the empty one.
        select_cols: positions of the columns to read, in increasing order.
        exclude_cols: positions of the columns to leave out, instead.

    Raises:
        InvalidArgumentError: the arguments contradict each other; or, when it is read, a row with too
            few or too many fields, a missing required value, or a number that cannot be read or does
            not fit. The message names file, line, column and value.
        NotFoundError: when it is read, a file that does not exist.
        DataLossError: when it is read, a file that is not compressed as said, or damaged.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.csv")
        >>> _ = file.write_text('size,kind\\n1000,"house,\\nold"\\n,apt\\n')
        >>> d = tf.data.experimental.CsvDataset(file, [[0.0], tf.string], header=True)
        >>> [(size.item(), kind) for size, kind in d.as_numpy_iterator()]
        [(1000.0, b'house,\\nold'), (0.0, b'apt')]
    """

    def __init__(
        self,
        filenames: Any,
        record_defaults: Sequence[Any],
        compression_type: str | None = None,
        buffer_size: int | None = None,
        header: bool = False,
        field_delim: str = ",",
        use_quote_delim: bool = True,
        na_value: str = "",
        select_cols: Sequence[int] | None = None,
        exclude_cols: Sequence[int] | None = None,
    ) -> None:
        form = CsvFormat(
            field_delim, use_quote_delim, header, check_compression(compression_type), buffer_size or BLOCK_BYTES
        )
        select = _selected(len(record_defaults), select_cols, exclude_cols)
        super().__init__(
            step_over_files(filenames, lambda names: csv_rows(names, record_defaults, form, na_value, select))
        )


def _selected(
    count: int, select_cols: Sequence[int] | None, exclude_cols: Sequence[int] | None
) -> Sequence[int] | None:
    """Returns the positions of `count` columns; None where they are all that there are."""
    if exclude_cols is None:
        return None if select_cols is None else [int(c) for c in select_cols]
    if select_cols is not None:
        raise InvalidArgumentError(
            "give the columns to read, select_cols, or those to leave out, exclude_cols; not both"
        )
    excluded = {int(c) for c in exclude_cols}
    width = count + len(excluded)
    if any(not 0 <= c < width for c in excluded):
        raise InvalidArgumentError(
            f"exclude_cols must lie in [0, {width}): record_defaults has {count} columns, and {len(excluded)} "
            f"are left out; got {list(exclude_cols)}"
        )
    return [c for c in range(width) if c not in excluded]
