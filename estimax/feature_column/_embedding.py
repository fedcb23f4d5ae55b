"""`embedding_column`: a learned row of numbers for each category."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._scope._frame import Initializer
from estimax._scope._variables import Table
from estimax.feature_column._checks import check_categorical, check_count
from estimax.feature_column._column import CategoricalColumn, DenseColumn
from estimax.feature_column._combining import check_combiner, clipped, combine
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
        return self.categorical_column.categories(features).parts

    def device(self, arrays: Sequence[Any], trainable: bool = True) -> Any:
        """Looks up the rows, in the table `embedding_weights` of the current scope, and combines them."""
        ids, weights = arrays[0], arrays[1] if len(arrays) > 1 else None
        shape = (self.categorical_column.num_buckets, self.dimension)
        table = Table("embedding_weights", shape, self.initializer, trainable=trainable and self.trainable)
        rows = table.lookup(ids)
        if self.max_norm is not None:
            rows = clipped(rows, self.max_norm)
        return combine(rows, ids, weights, self.combiner)


def embedding_column(
    categorical_column: CategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Initializer | None = None,
    ckpt_to_load_from: str | None = None,
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
        ckpt_to_load_from: not there yet.
        tensor_name_in_ckpt: not there yet.
        max_norm: longer rows are scaled to this length before they are combined.
        trainable: whether training changes the rows.
        use_safe_embedding_lookup: of no effect; missing categories are always allowed.

    Raises:
        InvalidArgumentError: another kind of column, a dimension below 1, or another combiner.
        UnimplementedError: rows are to be loaded from a checkpoint.

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
    if initializer is not None and not callable(initializer):
        raise InvalidArgumentError(
            f"initializer of column {name!r} must be a function (shape, dtype, rng) -> array, as tf.initializers "
            f"has them; got {initializer!r}"
        )
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise InvalidArgumentError(f"column {name!r} needs both ckpt_to_load_from and tensor_name_in_ckpt, or neither")
    if ckpt_to_load_from is not None:
        raise UnimplementedError(
            f"column {name!r}: rows cannot be loaded from a checkpoint here yet. Use warm_start_from of the estimator"
        )
    if max_norm is not None and not max_norm > 0:
        raise InvalidArgumentError(f"max_norm of column {name!r} must be above 0; got {max_norm!r}")
    return EmbeddingColumn(
        categorical_column,
        size,
        combiner,
        initializer or truncated_normal_initializer(0.0, 1 / math.sqrt(size)),
        None,
        None,
        max_norm,
        trainable,
        use_safe_embedding_lookup,
    )
