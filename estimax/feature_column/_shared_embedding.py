"""`shared_embeddings`: several columns whose categories have one table of learned rows.

The table is one variable, whichever layers read it; every reading of rows counts
in its gradient. Where TensorFlow 2 made the table of a layer, it stands in the
scope around the layer, where TensorFlow 1.x did, in that of the first column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike, fspath
from typing import Any, final

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Initializer, VariableSpec, frame
from estimax.feature_column._checks import check_categorical, check_count
from estimax.feature_column._column import CategoricalColumn, DenseColumn
from estimax.feature_column._combining import check_combiner
from estimax.feature_column._embedding import check_max_norm, default_rows, embedded
from estimax.feature_column._labels import category_labels
from estimax.feature_column._loaded_rows import row_initializer
from estimax.io._example_specs import ExampleSpec


@final
@dataclass(frozen=True, eq=False)
class SharedTable:
    """The rows that several columns read; it is the initializer of their variable, by which they find it.

    Attributes:
        name: of the collection, after which the variable is named.
        rows: how many categories there are.
        dimension: how many numbers a row has.
        initializer: of the rows, before those of a checkpoint replace them.
        trainable: whether training changes the rows.
        ckpt_to_load_from: see `embedding_column`.
        tensor_name_in_ckpt: see `embedding_column`.
        in_layer: whether its variable is named as in TensorFlow 1.x, in the scope of the first column that reads it.
    """

    name: str
    rows: int
    dimension: int
    initializer: Initializer
    trainable: bool
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None
    in_layer: bool

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: np.random.Generator | None = None) -> np.ndarray:
        """Returns the first rows."""
        first = row_initializer(self.initializer, self.ckpt_to_load_from, self.tensor_name_in_ckpt, self.name)
        return np.asarray(first(shape, dtype, rng=rng))

    def variable(self, trainable: bool = True) -> VariableSpec:
        """Returns the variable, which is made in the current scope unless a layer has made it before.

        Raises:
            InvalidArgumentError: another table of the same name is there.
        """
        active = frame()
        for spec in active.specs.values():
            if self._is_of(spec):
                return self._checked(spec)
        name = active.full_name("embedding_weights" if self.in_layer else self.name)
        if name in active.specs:
            raise InvalidArgumentError(
                f"there are two shared embeddings with the name {name!r}. Make the columns once, outside of the model "
                f"function, or give each call of shared_embeddings a shared_embedding_collection_name of its own"
            )
        kind = np.dtype(np.float32)
        made = VariableSpec(name, (self.rows, self.dimension), kind, self, trainable and self.trainable, is_table=True)
        active.variable(made)
        return made

    def _is_of(self, spec: VariableSpec) -> bool:
        """Tells whether a variable holds this table; in TensorFlow 1.x, tables of one name are one."""
        made_by = spec.initializer
        if made_by is self or not (self.in_layer and isinstance(made_by, SharedTable)):
            return made_by is self
        return made_by.in_layer and made_by.name == self.name

    def _checked(self, spec: VariableSpec) -> VariableSpec:
        if spec.shape != (self.rows, self.dimension):
            raise InvalidArgumentError(
                f"the shared embedding {self.name!r} has a table of shape {(self.rows, self.dimension)}; {spec.name!r} "
                f"is there with shape {spec.shape}. Give one of them another shared_embedding_collection_name"
            )
        return spec


@final
@dataclass(frozen=True)
class SharedEmbeddingColumn(DenseColumn):
    """A column of learned rows that other columns read too; made by `shared_embeddings`."""

    categorical_column: CategoricalColumn
    shared_embedding_column_creator: SharedTable
    combiner: str
    max_norm: float | None
    use_safe_embedding_lookup: bool = True

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def table(self) -> SharedTable:
        """The rows that it shares."""
        return self.shared_embedding_column_creator

    @property
    def shared_embedding_collection_name(self) -> str:
        """The name that the table has."""
        return self.table.name

    @property
    def dimension(self) -> int:
        """How many numbers a row has."""
        return self.table.dimension

    @property
    def initializer(self) -> Initializer:
        """What the rows start with."""
        return self.table.initializer

    @property
    def trainable(self) -> bool:
        """Whether training changes the rows."""
        return self.table.trainable

    @property
    def ckpt_to_load_from(self) -> str | None:
        """The checkpoint from which the rows come, if any."""
        return self.table.ckpt_to_load_from

    @property
    def tensor_name_in_ckpt(self) -> str | None:
        """The name of the rows in that checkpoint."""
        return self.table.tensor_name_in_ckpt

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return self.categorical_column.parse_example_spec

    @property
    def width(self) -> int:
        return self.dimension

    def host(self, features: Mapping[str, Any]) -> tuple[Any, ...]:
        """Builds the nodes to ids and, where there are some, weights."""
        return self.categorical_column.row_ids(features).parts

    def device(self, arrays: Sequence[Any], trainable: bool = True) -> Any:
        """Looks up the rows in the table that it shares and combines them."""
        variable = self.table.variable(trainable)
        frame().embeddings.setdefault(variable.name, partial(category_labels, self.categorical_column))
        return embedded(partial(frame().look_up, variable), arrays, self.combiner, self.max_norm)


def make_shared_tables(columns: Iterable[Any], trainable: bool = True) -> None:
    """Makes the tables that columns share in the current scope, unless they are there: a layer calls it outside."""
    for column in columns:
        if isinstance(column, SharedEmbeddingColumn) and not column.table.in_layer:
            column.table.variable(trainable)


def shared_embeddings(
    categorical_columns: Iterable[CategoricalColumn],
    dimension: int,
    combiner: str = "mean",
    initializer: Initializer | None = None,
    shared_embedding_collection_name: str | None = None,
    ckpt_to_load_from: str | PathLike[str] | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> list[SharedEmbeddingColumn]:
    """Describes learned rows of numbers for categories that several features have in common.

    Args:
        categorical_columns: of one kind and with the same categories in the same
            order, such as two towns; some may be weighted.
        dimension: see `embedding_column`.
        combiner: see `embedding_column`.
        initializer: see `embedding_column`.
        shared_embedding_collection_name: of the table; the names of the columns,
            sorted, and `shared_embedding` where None.
        ckpt_to_load_from: see `embedding_column`.
        tensor_name_in_ckpt: see `embedding_column`.
        max_norm: see `embedding_column`.
        trainable: see `embedding_column`.
        use_safe_embedding_lookup: of no effect; missing categories are always allowed.

    Returns:
        A dense column for each categorical one, in their order.

    Raises:
        InvalidArgumentError: no columns, columns of different kinds or with different
            numbers of categories, or what `embedding_column` refuses.

    Example:
        >>> import estimax as tf
        >>> towns = [tf.feature_column.categorical_column_with_vocabulary_list(k, ["Bern", "Basel"])
        ...          for k in ("origin", "destination")]
        >>> rows = tf.constant_initializer([[1.0, 2.0], [3.0, 4.0]])
        >>> columns = tf.feature_column.shared_embeddings(towns, 2, initializer=rows)
        >>> columns[0].name, columns[0].shared_embedding_collection_name
        ('origin_shared_embedding', 'destination_origin_shared_embedding')
        >>> features = {"origin": ["Bern"], "destination": ["Basel"]}
        >>> tf.compat.v1.feature_column.input_layer(features, columns).tolist()
        [[3.0, 4.0, 1.0, 2.0]]
    """
    table = (initializer, shared_embedding_collection_name, ckpt_to_load_from, tensor_name_in_ckpt, trainable)
    return _shared(categorical_columns, dimension, combiner, max_norm, use_safe_embedding_lookup, False, *table)


def shared_embedding_columns(
    categorical_columns: Iterable[CategoricalColumn],
    dimension: int,
    combiner: str = "mean",
    initializer: Initializer | None = None,
    shared_embedding_collection_name: str | None = None,
    ckpt_to_load_from: str | PathLike[str] | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> list[SharedEmbeddingColumn]:
    """Describes what `shared_embeddings` does, with the variable named as in TensorFlow 1.x.

    The variable is `<layer>/<collection>/embedding_weights` in the first layer that
    reads it, and collections of one name are one. Arguments, results and errors are
    those of `shared_embeddings`.
    """
    table = (initializer, shared_embedding_collection_name, ckpt_to_load_from, tensor_name_in_ckpt, trainable)
    return _shared(categorical_columns, dimension, combiner, max_norm, use_safe_embedding_lookup, True, *table)


def _shared(
    categorical_columns: Iterable[CategoricalColumn],
    dimension: int,
    combiner: str,
    max_norm: float | None,
    use_safe_embedding_lookup: bool,
    in_layer: bool,
    initializer: Initializer | None,
    collection: str | None,
    checkpoint: str | PathLike[str] | None,
    tensor_name: str | None,
    trainable: bool,
) -> list[SharedEmbeddingColumn]:
    columns = [categorical_columns] if isinstance(categorical_columns, CategoricalColumn) else list(categorical_columns)
    _check_alike(columns)
    name = collection or "_".join([*sorted(c.name for c in columns), "shared_embedding"])
    size = check_count(dimension, "dimension", name)
    check_combiner(combiner, f"combiner of column {name!r}")
    check_max_norm(max_norm, name)
    row_initializer(initializer, checkpoint, tensor_name, name)
    path = None if checkpoint is None else fspath(checkpoint)
    rows, first = columns[0].num_buckets, initializer or default_rows(size)
    table = SharedTable(name, rows, size, first, bool(trainable), path, tensor_name, in_layer)
    return [SharedEmbeddingColumn(c, table, combiner, max_norm, use_safe_embedding_lookup) for c in columns]


def _check_alike(columns: Sequence[Any]) -> None:
    if not columns:
        raise InvalidArgumentError("shared_embeddings needs at least one categorical column; got none")
    for column in columns:
        check_categorical(column, "shared_embeddings")
        first, this = (_kind(c) for c in (columns[0], column))
        if type(first) is not type(this) or first.num_buckets != this.num_buckets:
            raise InvalidArgumentError(
                f"columns that share an embedding must be of one kind and have the same number of categories; "
                f"{columns[0].name!r} is a {type(first).__name__} with {first.num_buckets}, "
                f"{column.name!r} a {type(this).__name__} with {this.num_buckets}"
            )


def _kind(column: Any) -> Any:
    """Returns the column that a weighted one, or one of sequences, is made of."""
    while hasattr(column, "categorical_column"):
        column = column.categorical_column
    return column
