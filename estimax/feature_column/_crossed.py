"""`crossed_column`: the combinations of several categories, by a hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, final

import numpy as np

from estimax._base._dtypes import int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op
from estimax.feature_column import _features
from estimax.feature_column._checks import check_count, is_whole
from estimax.feature_column._column import MISSING, CategoricalColumn, Categories, CrossableColumn
from estimax.feature_column._fingerprints import fingerprints
from estimax.feature_column._hashed import HashedCategoricalColumn
from estimax.feature_column._numeric import NumericColumn
from estimax.feature_column._padding import padded
from estimax.feature_column._sharing import shared_node
from estimax.feature_column._weighted import WeightedCategoricalColumn
from estimax.io._example_specs import ExampleSpec, VarLenFeature
from estimax.math._casting import cast
from estimax.strings._fingerprint import fingerprint_cat64

DEFAULT_HASH_KEY = 0xDECAFCAFFE
_64_BITS = 2**64 - 1


@final
@dataclass(frozen=True)
class CrossedColumn(CategoricalColumn):
    """A column of combinations; made by `crossed_column`.

    The hash takes in first the columns, then the raw features, each in the order of
    `keys`: the order in which the original hashes dense features. (It hashes raw
    features that a parser made sparse in the order of `keys`, so that there a model
    may see other categories when it is served than when it was trained.)
    """

    keys: tuple[Any, ...]
    hash_bucket_size: int
    hash_key: int | None

    @property
    def name(self) -> str:
        return "_X_".join(sorted(leaf if isinstance(leaf, str) else leaf.name for leaf in self.leaves))

    @property
    def leaves(self) -> tuple[str | CrossableColumn, ...]:
        """The features and columns it combines, with crosses of crosses taken apart."""
        return tuple(_leaves(self.keys))

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        spec: dict[str, ExampleSpec] = {}
        for leaf in self.leaves:
            spec.update({leaf: VarLenFeature(string)} if isinstance(leaf, str) else leaf.parse_example_spec)
        return spec

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the node to hashes of all combinations of the values of an example."""
        columns = [leaf.cross_ids(features) for leaf in self.leaves if not isinstance(leaf, str)]
        raw = [self._raw(features, leaf) for leaf in self.leaves if isinstance(leaf, str)]
        inputs = [*columns, *raw]
        gaps = [number < len(columns) or not x.spec.is_dense for number, x in enumerate(inputs)]
        key = self.hash_key or DEFAULT_HASH_KEY
        dense = [padded(x, MISSING) for x in inputs]
        crossed = shared_node(
            _CROSS, *dense, gaps=tuple(gaps), buckets=self.hash_bucket_size, key=key, column=self.name
        )
        return Categories(crossed if all(x.spec.is_dense for x in inputs) else shared_node(_MOVED_UP, crossed))

    def _raw(self, features: Mapping[str, Any], key: str) -> Any:
        """Builds the node to what a raw feature adds to the hash: fingerprints of strings, numbers as they are."""
        tensor = _features.values(features, key, self.name)
        return fingerprints(tensor) if tensor.dtype.is_string else cast(tensor, int64)


def _leaves(keys: Sequence[Any]) -> Iterator[Any]:
    for key in keys:
        if isinstance(key, CrossedColumn):
            yield from _leaves(key.keys)
        else:
            yield key


def _infer(*inputs: TensorSpec, gaps: tuple[bool, ...], buckets: int, key: int, column: str) -> TensorSpec:
    _check_batch([x.shape[0] for x in inputs if x.shape[0] is not None], column)
    counts = [x.shape[1] for x in inputs]
    combinations = None if None in counts else prod(c for c in counts if c is not None)
    return TensorSpec((inputs[0].shape[0], combinations), int64)


def _host(*inputs: np.ndarray, gaps: tuple[bool, ...], buckets: int, key: int, column: str) -> np.ndarray:
    _check_batch([x.shape[-2] for x in inputs], column)
    mixed: Any = np.uint64(key & _64_BITS)
    absent = None
    for position, values in enumerate(inputs):
        number = _along_own_axis(values.astype(np.int64, copy=False), position, len(inputs))
        if gaps[position] and number.min(initial=0) == MISSING:
            gap = number == MISSING
            absent = gap if absent is None else absent | gap
        mixed = fingerprint_cat64(mixed, number)
    ids: np.ndarray = (mixed % np.uint64(buckets)).astype(np.int64)
    if absent is not None:
        ids[np.broadcast_to(absent, ids.shape)] = -1
    outer = ids.shape[: ids.ndim - len(inputs)]
    combinations: np.ndarray = ids.reshape(*outer, prod(ids.shape[ids.ndim - len(inputs) :]))
    return combinations


def _check_batch(sizes: Sequence[int], column: str) -> None:
    if len(set(sizes)) > 1:
        raise InvalidArgumentError(
            f"the features that column {column!r} crosses must have the same batch size; "
            f"got {', '.join(map(str, sizes))}"
        )


def _along_own_axis(values: np.ndarray, position: int, count: int) -> np.ndarray:
    """Moves the last axis to the given one of `count` last axes, the others of size 1."""
    return values.reshape(*values.shape[:-1], *(1,) * position, values.shape[-1], *(1,) * (count - position - 1))


def _move_up(ids: np.ndarray) -> np.ndarray:
    """Moves the ids before the gaps, where the n-th of an example belongs to its n-th weight."""
    return np.take_along_axis(ids, np.argsort(ids < 0, axis=-1, kind="stable"), axis=-1)


_CROSS = Op("CrossIds", infer=_infer, host=_host, lift=leading_axis(_host))
_MOVED_UP = Op("MoveIdsUp", infer=lambda ids: ids, host=_move_up, lift=leading_axis(_move_up))


def crossed_column(keys: Any, hash_bucket_size: int, hash_key: int | None = None) -> CrossedColumn:
    """Describes the combinations of the categories of several features.

    An example with several values of a feature has all combinations. A raw feature
    is crossed with all its values, '' and -1 too; a column without its missing ones.

    Args:
        keys: names of features, or categorical columns: bucketized, vocabulary,
            identity or crossed ones. At least two.
        hash_bucket_size: number of categories; combinations are hashed into them.
        hash_key: where the hash starts; None or 0 for the original's default.

    Raises:
        InvalidArgumentError: fewer than two keys, a column that cannot be crossed, or no buckets.

    Example:
        >>> import estimax as tf
        >>> cross = tf.feature_column.crossed_column(["town", "kind"], 1000)
        >>> cross.name, cross.num_buckets
        ('kind_X_town', 1000)
    """
    if isinstance(keys, str) or not isinstance(keys, Sequence) or len(keys) < 2:
        raise InvalidArgumentError(f"crossed_column needs a list of at least two features or columns; got {keys!r}")
    for key in keys:
        _check_crossable(key)
    column = CrossedColumn(tuple(keys), 1, None)
    size = check_count(hash_bucket_size, "hash_bucket_size", column.name)
    if hash_key is not None and not is_whole(hash_key):
        raise InvalidArgumentError(
            f"hash_key of column {column.name!r} must be a whole number or None; got {hash_key!r}"
        )
    return CrossedColumn(column.keys, size, None if hash_key is None else int(hash_key))


def _check_crossable(key: Any) -> None:
    if isinstance(key, str | CrossableColumn | CrossedColumn):
        return
    if isinstance(key, HashedCategoricalColumn):
        advice = f"it would be hashed twice. Give the name of its feature instead, {key.key!r}"
    elif isinstance(key, WeightedCategoricalColumn):
        advice = f"a cross has no weights. Give the column without them, {key.categorical_column.name!r}"
    elif isinstance(key, NumericColumn):
        advice = "numbers have no categories before they are bucketized"
    else:
        advice = "it is none of these"
    name = repr(key.name) if hasattr(key, "name") else repr(key)
    raise InvalidArgumentError(
        f"crossed_column takes names of features and bucketized, vocabulary, identity or crossed columns; "
        f"got {type(key).__name__} {name}: {advice}"
    )
