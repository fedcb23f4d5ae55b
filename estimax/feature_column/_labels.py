"""What the categories of a column are called, in the order of their ids: the labels of the rows of its table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

from estimax.feature_column._bucketized import BucketizedColumn
from estimax.feature_column._crossed import CrossedColumn
from estimax.feature_column._hashed import HashedCategoricalColumn
from estimax.feature_column._vocabulary_file import VocabularyFileCategoricalColumn
from estimax.feature_column._vocabulary_list import VocabularyListCategoricalColumn


def category_labels(column: Any, most: int) -> list[str]:
    """Returns what the categories of a column are called.

    Words of a vocabulary are themselves, intervals are written as such, and what is only
    known by its number is called by it.

    Args:
        column: a categorical column, which may be weighted or one of sequences.
        most: how many labels at most.

    Example:
        >>> import estimax as tf
        >>> from estimax.feature_column._labels import category_labels
        >>> kind = tf.feature_column.categorical_column_with_vocabulary_list("kind", ["house", "flat"],
        ...                                                                  num_oov_buckets=1)
        >>> category_labels(kind, 10)
        ['house', 'flat', 'out of vocabulary 0']
        >>> age = tf.feature_column.bucketized_column(tf.feature_column.numeric_column("age"), [18, 65])
        >>> category_labels(age, 10)
        ['below 18', '18 to 65', 'from 65']
    """
    while hasattr(column, "categorical_column"):
        column = column.categorical_column
    return list(islice(_labels(column, most), min(most, column.num_buckets)))


def _labels(column: Any, most: int) -> Iterator[str]:
    if isinstance(column, VocabularyListCategoricalColumn | VocabularyFileCategoricalColumn):
        for word in column.words[:most].tolist():
            yield word.decode(errors="replace") if isinstance(word, bytes) else str(word)
        yield from (f"out of vocabulary {number}" for number in range(column.num_oov_buckets))
    elif isinstance(column, BucketizedColumn):
        yield from _intervals(column)
    else:
        prefix = "bucket " if isinstance(column, HashedCategoricalColumn | CrossedColumn) else ""
        yield from (f"{prefix}{number}" for number in range(column.num_buckets))


def _intervals(column: BucketizedColumn) -> Iterator[str]:
    """Yields the intervals of one number of the feature after those of the other."""
    limits = [str(limit) for limit in column.boundaries]
    middle = [f"{low} to {high}" for low, high in pairwise(limits)]
    for number in range(column.source_column.width):
        prefix = f"[{number}] " if column.source_column.width > 1 else ""
        for interval in (f"below {limits[0]}", *middle, f"from {limits[-1]}") if limits else ("any",):
            yield f"{prefix}{interval}"
