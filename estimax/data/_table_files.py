"""What Parquet and Arrow files have in common as sources: columns that are read as they are stored.

Elements are dictionaries of columns. Only the columns that something needs are
read from a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from estimax._base import _nest as nest
from estimax._base._errors import DataLossError, InvalidArgumentError, OpError
from estimax._base._lazy import did_you_mean
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column
from estimax._graph._tensor import Tensor
from estimax.data._arrow_columns import Nulls, column_of, spec_of_type
from estimax.data._dataset import Dataset
from estimax.data._file_iterator import FileIterator, check_names, names_of
from estimax.data._file_names import names_tensor
from estimax.data._step import Chunk, ChunkIterator, Context, Selected, Step
from estimax.data._tables import table_columns


@dataclass(frozen=True, eq=False)
class TableFiles(Step):
    """The rows of one or more files that hold tables.

    Attributes:
        filenames: strings of any shape.
        structure: of an element, with the name of a column in each leaf.
        specs: of the leaves.
        nulls: what stands for missing values.
        batch_rows: how many rows are decoded at a time, at most.
        reader: makes the iterator.
    """

    filenames: Tensor
    structure: Any
    specs: tuple[TensorSpec, ...]
    nulls: Nulls
    batch_rows: int
    reader: Callable[[TableFiles], ChunkIterator]

    def __post_init__(self) -> None:
        check_names(self.filenames)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of the leaves."""
        return nest.flatten(self.structure)

    @property
    def spec(self) -> Any:
        return nest.pack(self.structure, self.specs)

    def iterate(self, context: Context) -> ChunkIterator:
        return self.reader(self)

    def project(self, keep: tuple[int, ...]) -> Step:
        if not keep:
            return Selected(self.project((0,)), keep)
        columns = self.columns
        return replace(self, structure=tuple(columns[i] for i in keep), specs=tuple(self.specs[i] for i in keep))


class TableIterator(FileIterator):
    """Goes through tables, a batch of rows at a time."""

    unit = "row"

    def __init__(self, step: TableFiles) -> None:
        super().__init__(names_of(step.filenames))
        self.step = step
        self.names = list(dict.fromkeys(step.columns))  # each once: a projection may name a column twice

    def _columns(self, batch: pa.RecordBatch) -> Chunk:
        """Makes a chunk of the rows of a batch that has the columns of the step, in any order."""
        with self._damage():
            made = {name: self._column(batch.column(name), name) for name in self.names}
        return Chunk(tuple(made[name] for name in self.step.columns), batch.num_rows)

    def _column(self, array: pa.Array, name: str) -> Column:
        spec = self.step.specs[self.step.columns.index(name)]
        found = spec_of_type(array.type, name)
        if found != spec:
            array = _converted(array, found, spec, f"{self.name}: column {name!r}")
        try:
            return column_of(array, name, self.step.nulls)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"{self.name}: {error}") from None

    def _check_columns(self, schema: pa.Schema) -> None:
        missing = [name for name in self.names if name not in schema.names]
        if missing:
            raise InvalidArgumentError(f"{self.name} has no column {missing[0]!r}; it has {schema.names}")

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Says of errors in reading which file it is, and where."""
        try:
            yield
        except OpError:
            raise
        except (OSError, pa.ArrowException) as error:
            raise DataLossError(f"{self.name} cannot be read on from {self.unit} {self.line}: {error}") from None


def _converted(array: pa.Array, found: TensorSpec, wanted: TensorSpec, what: str) -> pa.Array:
    """Converts numbers of one file to the type of those of another, if none changes its value."""
    if found.shape == wanted.shape == () and found.dtype.is_numeric and wanted.dtype.is_numeric:
        try:
            return array.cast(pa.from_numpy_dtype(np.dtype(wanted.dtype.as_numpy_dtype)))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InvalidArgumentError(f"{what} must be of type {wanted.dtype.name}: {error}") from None
    raise InvalidArgumentError(f"{what} must be {wanted}, as in the first file; it is {found}")


def table_step(
    filenames: Any,
    columns: Sequence[str] | None,
    element_spec: Mapping[str, TensorSpec] | None,
    nulls: str | Mapping[str, Any],
    batch_rows: int,
    read_schema: Callable[[str], pa.Schema],
    reader: Callable[[TableFiles], ChunkIterator],
) -> Callable[[Tensor], Step]:
    """Returns a function that makes a step of names of files, once it is known what they hold.

    Raises:
        InvalidArgumentError: there are no such columns, or no Tensor can hold them, or nothing
            is known of the columns.
    """
    if element_spec is None:
        element_spec = _spec_in(read_schema(_first_name(filenames)), columns)
    elif columns is not None:
        element_spec = {name: element_spec[name] for name in columns}
    rule = Nulls(nulls)
    unknown = [name for name in nulls if name not in element_spec] if isinstance(nulls, Mapping) else []
    if unknown:
        near = did_you_mean(unknown[0], element_spec)
        raise InvalidArgumentError(
            f"nulls must name columns that are read, {list(element_spec)}; got {unknown[0]!r}{near}"
        )
    structure = {name: name for name in element_spec}
    specs = tuple(nest.flatten(dict(element_spec)))
    return lambda names: TableFiles(names, structure, specs, rule, batch_rows, reader)


def _spec_in(schema: pa.Schema, columns: Sequence[str] | None) -> dict[str, TensorSpec]:
    names = table_columns(schema) if columns is None else list(columns)
    for name in names:
        if schema.names.count(name) != 1:
            near = did_you_mean(name, schema.names)
            raise InvalidArgumentError(f"columns must name columns of the file, {schema.names}; got {name!r}{near}")
    return {name: spec_of_type(schema.field(name).type, name) for name in names}


def _first_name(filenames: Any) -> str:
    """Returns the name of a file, to see what all of them hold."""
    if isinstance(filenames, Dataset):
        name: bytes | None = next(iter(filenames.as_numpy_iterator()), None)
        names = [] if name is None else [name.decode()]
    else:
        tensor = names_tensor(filenames)
        check_names(tensor)
        if tensor.is_symbolic:
            raise InvalidArgumentError(
                "the columns of a file whose name is not known yet must be said: give element_spec, or make one "
                "dataset of a dataset of names in place of a flat_map"
            )
        names = names_of(tensor)
    if not names:
        raise InvalidArgumentError("give the name of at least one file, or say what the files hold by element_spec")
    return names[0]
