"""`make_csv_dataset`: batches of dictionaries of columns, from CSV files of which little need be said."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from estimax._base._compression import check_compression
from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._files import matching_files
from estimax._base._lazy import did_you_mean
from estimax._graph._op import as_tensor
from estimax.data._csv_decoding import CsvFormat
from estimax.data._csv_files import csv_rows
from estimax.data._csv_inference import column_names as names_in_headers
from estimax.data._csv_inference import infer_defaults
from estimax.data._dataset import Dataset
from estimax.data._file_names import step_over_files


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[str | int] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: str | None = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> Dataset:
    """Reads CSV files into batches: dictionaries from the name of a column to its values.

    Args:
        file_pattern: a name or glob pattern, or several.
        batch_size: rows in a batch.
        column_names: of all columns; those of the header where it is None.
        column_defaults: for each column that is read a default, such as `[0.0]`, or a type
            where a value is required. Inferred from the first rows where it is None.
        label_name: a column that is not put among the features but beside them.
        select_columns: names or positions of the columns to read.
        field_delim: the character between fields.
        use_quote_delim: whether double quotes enclose fields.
        na_value: a text that stands for a missing value, beside the empty one.
        header: whether the first record of every file has the names of the columns.
        num_epochs: how often the rows are repeated; without end where it is None, and then
            every batch is full.
        shuffle: whether files and rows are shuffled.
        shuffle_buffer_size: from how many rows each is drawn.
        shuffle_seed: of the random order.
        prefetch_buffer_size: of no effect.
        num_parallel_reads: how many files take turns, one row each.
        sloppy: of no effect: the order is always the same.
        num_rows_for_inference: how many rows the types are inferred from; all where it is None.
        compression_type: '', 'GZIP' or 'ZLIB'.
        ignore_errors: whether rows that cannot be read are left out.
        encoding: of the names of columns. Strings in the elements are the bytes of the file.

    Returns:
        A dataset of dictionaries of Tensors [batch], in the order of the columns in the
        file; of pairs (dictionary, Tensor [batch]) with a label.

    Raises:
        NotFoundError: no file matches.
        InvalidArgumentError: files have different headers, columns are not there or twice, or rows
            have more or fewer fields than there are columns.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.csv")
        >>> _ = file.write_text("size,kind,price\\n1000,house,2.5\\n800,,1.5\\n")
        >>> d = tf.data.experimental.make_csv_dataset(
        ...     file, batch_size=2, label_name="price", num_epochs=1, shuffle=False
        ... )
        >>> [(features["size"].tolist(), label.tolist()) for features, label in d.as_numpy_iterator()]
        [([1000, 800], [2.5, 1.5])]
    """
    files = matching_files(file_pattern)
    form = CsvFormat(
        field_delim, use_quote_delim, header, check_compression(compression_type), ignore_errors=ignore_errors
    )
    names = _checked_names(column_names, files, form, encoding)
    columns = list(range(len(names))) if select_columns is None else _positions(select_columns, names)
    if column_defaults is None:
        column_defaults = infer_defaults(files, names, columns, form, na_value, encoding, num_rows_for_inference)
    elif len(column_defaults) != len(columns):
        raise InvalidArgumentError(
            f"column_defaults must have one entry for each of the {len(columns)} columns that are read, "
            f"{[names[c] for c in columns]}; got {len(column_defaults)}"
        )
    structure = _structure([names[c] for c in columns], label_name)
    form = dataclasses.replace(form, names=tuple(names))
    select = None if select_columns is None else columns
    dataset = Dataset.from_tensor_slices(as_tensor(files, string))
    if shuffle:
        dataset = dataset.shuffle(len(files), shuffle_seed)
    dataset = Dataset(
        step_over_files(
            dataset,
            lambda file: csv_rows(file, column_defaults, form, na_value, select, structure),
            num_parallel_reads,
        )
    )
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    return dataset.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None)


def _checked_names(given: Sequence[str] | None, files: Sequence[str], form: CsvFormat, encoding: str) -> list[str]:
    if given is None and not form.header:
        raise InvalidArgumentError("the names of the columns must be in a header or in column_names; there is neither")
    names = names_in_headers(files, form, encoding) if given is None else list(given)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidArgumentError(f"the names of columns must differ; {twice} occur more than once in {names}")
    return names


def _structure(columns: Sequence[str], label: str | None) -> Any:
    """Returns the structure of an element, with the number of its column in each leaf."""
    features = {name: i for i, name in enumerate(columns)}
    if label is None:
        return features
    if label not in features:
        raise InvalidArgumentError(
            f"label_name must be one of {list(columns)}; got {label!r}{did_you_mean(label, columns)}"
        )
    position = features.pop(label)
    return features, position


def _positions(wanted: Sequence[str | int], names: Sequence[str]) -> list[int]:
    """Returns the positions of columns given by name or position, in the order of the file."""
    found = []
    for column in wanted:
        if isinstance(column, str):
            if column not in names:
                raise InvalidArgumentError(
                    f"select_columns must name columns of {list(names)}; got {column!r}{did_you_mean(column, names)}"
                )
            found.append(names.index(column))
        elif 0 <= int(column) < len(names):
            found.append(int(column))
        else:
            raise InvalidArgumentError(f"select_columns must lie in [0, {len(names)}); got {column}")
    if len(set(found)) < len(found):
        raise InvalidArgumentError(f"select_columns must name each column once; got {list(wanted)}")
    return sorted(found)
