"""`embedding_column`: a learned row of numbers for each category."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike, fspath
from typing import Any, final

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Initializer, frame
from estimax._scope._variables import Table
from estimax.feature_column._checks import check_categorical, check_count
from estimax.feature_column._column import CategoricalColumn, DenseColumn
from estimax.feature_column._combining import check_combiner, clipped, combine, read_ids
from estimax.feature_column._labels import category_labels
from estimax.feature_column._loaded_rows import row_initializer
from estimax.initializers import truncated_normal_initializer
from estimax.io._example_specs import ExampleSpec


@final
@dataclass(frozen=True)
class EmbeddingColumn(DenseColumn):
    """A column of learned rows; made by `embedding_column`."""

    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Initializer
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None
    max_norm: float | None
    trainable: bool
    use_safe_embedding_lookup: bool = True

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_embedding"

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
        """Looks up the rows, in the table `embedding_weights` of the current scope, and combines them."""
        first = row_initializer(self.initializer, self.ckpt_to_load_from, self.tensor_name_in_ckpt, self.name)
        shape = (self.categorical_column.num_buckets, self.dimension)
        table = Table("embedding_weights", shape, first, trainable=trainable and self.trainable)
        frame().embeddings.setdefault(table.spec.name, partial(category_labels, self.categorical_column))
        return embedded(table.lookup, arrays, self.combiner, self.max_norm)


def embedded(look_up: Callable[[Any], Any], arrays: Sequence[Any], combiner: str, max_norm: float | None) -> Any:
    """Looks up the rows [batch, k, n] of ids and combines them, by weights where there are some."""
    ids, weights = arrays[0], arrays[1] if len(arrays) > 1 else None
    rows = look_up(read_ids(ids, weights, combiner))
    if max_norm is not None:
        rows = clipped(rows, max_norm)
    return combine(rows, ids, weights, combiner)


def embedding_column(
    categorical_column: CategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Initializer | None = None,
    ckpt_to_load_from: str | PathLike[str] | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> EmbeddingColumn:
    """Describes a learned row of numbers for each category.

    An example without a category gets zeros.

    Args:
        categorical_column: the categories.
        dimension: how many numbers a row has.
        combiner: how the rows of an example with several categories become one:
            'mean', 'sqrtn' or 'sum'.
        initializer: of the rows; a truncated normal distribution of standard
            deviation 1 / sqrt(dimension) where None.
        ckpt_to_load_from: the rows start as those of this checkpoint: its prefix, a
            folder of checkpoints, or a safetensors file.
        tensor_name_in_ckpt: name of the variable in that checkpoint.
        max_norm: longer rows are scaled to this length before they are combined.
        trainable: whether training changes the rows.
        use_safe_embedding_lookup: of no effect; missing categories are always allowed.

    Raises:
        InvalidArgumentError: another kind of column, a dimension below 1, another
            combiner, or a checkpoint without the name of a variable.

    Example:
        >>> import estimax as tf
        >>> kind = tf.feature_column.categorical_column_with_vocabulary_list("kind", ["house", "flat"])
        >>> rows = tf.constant_initializer([[1.0, 2.0], [3.0, 4.0]])
        >>> embedding = tf.feature_column.embedding_column(kind, 2, initializer=rows)
        >>> tf.compat.v1.feature_column.input_layer({"kind": [["flat"], ["tent"]]}, [embedding]).tolist()
        [[3.0, 4.0], [0.0, 0.0]]
    """
    check_categorical(categorical_column, "embedding_column")
    name = f"{categorical_column.name}_embedding"
    size = check_count(dimension, "dimension", name)
    check_combiner(combiner, f"combiner of column {name!r}")
    check_max_norm(max_norm, name)
    row_initializer(initializer, ckpt_to_load_from, tensor_name_in_ckpt, name)
    return EmbeddingColumn(
        categorical_column,
        size,
        combiner,
        initializer or default_rows(size),
        None if ckpt_to_load_from is None else fspath(ckpt_to_load_from),
        tensor_name_in_ckpt,
        max_norm,
        bool(trainable),
        use_safe_embedding_lookup,
    )


def default_rows(dimension: int) -> Initializer:
    """Returns the initializer of rows for which a program gives none."""
    return truncated_normal_initializer(0.0, 1 / math.sqrt(dimension))


def check_max_norm(max_norm: Any, column: str) -> None:
    """Raises InvalidArgumentError unless the greatest length of a row is above 0, or None."""
    if max_norm is not None and not (isinstance(max_norm, int | float | np.number) and max_norm > 0):
        raise InvalidArgumentError(f"max_norm of column {column!r} must be a number above 0; got {max_norm!r}")
