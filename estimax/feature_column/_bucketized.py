"""`bucketized_column`: numbers as categories, by the interval in which they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, final

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._dtypes import int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op
from estimax.feature_column._column import Categories, CrossableColumn, DenseColumn
from estimax.feature_column._numeric import NumericColumn
from estimax.feature_column._sharing import shared_node
from estimax.io._example_specs import ExampleSpec

# Comparing a large array with each boundary in turn takes a tenth of the time of binary searches, up to the largest
# count that a byte holds; a small array is not worth the calls.
_MOST_COMPARED = 100
_LEAST_VALUES = 200


@final
@dataclass(frozen=True)
class BucketizedColumn(DenseColumn, CrossableColumn):
    """A column of intervals; made by `bucketized_column`.

    The ids of a feature of several numbers are `position * (len(boundaries) + 1) + interval`.
    """

    source_column: NumericColumn
    boundaries: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.source_column.name}_bucketized"

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return self.source_column.parse_example_spec

    @property
    def num_buckets(self) -> int:
        return (len(self.boundaries) + 1) * self.source_column.width

    @property
    def width(self) -> int:
        return self.num_buckets

    @cached_property
    def _limits(self) -> np.ndarray:
        return np.array(self.boundaries, np.float32)

    def cross_ids(self, features: Mapping[str, Any]) -> Any:
        """Builds the nodes to ids; every number has one."""
        return shared_node(_BUCKETS, self.source_column.numbers(features), boundaries=self._limits)

    def categories(self, features: Mapping[str, Any]) -> Categories:
        """Builds the nodes to ids [batch, numbers of an example]."""
        return Categories(self.cross_ids(features))

    def host(self, features: Mapping[str, Any]) -> tuple[Any, ...]:
        """Builds the nodes to ids."""
        return self.categories(features).parts

    def device(self, arrays: Sequence[Any], trainable: bool = True) -> Any:
        """Computes one 1 for each number, at its interval, one number's intervals after the other's."""
        each = len(self.boundaries) + 1
        numbers = self.source_column.width
        intervals = arrays[0] - jnp.arange(numbers) * each
        return jax.nn.one_hot(intervals, each).reshape(-1, self.width)


def _infer(x: TensorSpec, *, boundaries: np.ndarray) -> TensorSpec:
    return TensorSpec(x.shape, int32)


def _host(x: np.ndarray, *, boundaries: np.ndarray) -> np.ndarray:
    each = len(boundaries) + 1
    if each > _MOST_COMPARED or x.size < _LEAST_VALUES * each:
        intervals = np.searchsorted(boundaries, x, side="right").astype(np.int32)
    else:
        below = np.zeros(x.shape, np.uint8)
        for boundary in boundaries:
            below += x < boundary  # nothing is below a boundary in NaN, which so gets the last interval
        intervals = len(boundaries) - below.astype(np.int32)
    if x.shape[-1] > 1:
        intervals += np.arange(x.shape[-1], dtype=np.int32) * each
    return intervals


def device_buckets(x: Any, *, boundaries: np.ndarray) -> Any:
    """Does on the device what the op does on the host, for features that a model function computed."""
    below = (x[..., None] < boundaries).sum(-1, dtype=jnp.int32)
    return len(boundaries) - below + jnp.arange(x.shape[-1], dtype=jnp.int32) * (len(boundaries) + 1)


_BUCKETS = Op(
    "ColumnBuckets",
    infer=_infer,
    host=_host,
    lift=leading_axis(_host),
    device="estimax.feature_column._bucketized:device_buckets",
)


def bucketized_column(source_column: NumericColumn, boundaries: Any) -> BucketizedColumn:
    """Describes the intervals in which the numbers of a feature lie.

    Boundaries [0, 10] make the categories (-inf, 0), [0, 10) and [10, inf). Given to
    an input layer it is one-hot, to a linear model a weight for each interval.

    Args:
        source_column: a `numeric_column`.
        boundaries: limits of the intervals, ascending.

    Raises:
        InvalidArgumentError: another column, or boundaries that do not ascend.

    Example:
        >>> import estimax as tf
        >>> year = tf.feature_column.bucketized_column(tf.feature_column.numeric_column("year"), [1960, 1980])
        >>> tf.compat.v1.feature_column.input_layer({"year": [1959.0, 1960.0, 2001.0]}, [year]).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if not isinstance(source_column, NumericColumn):
        raise InvalidArgumentError(f"bucketized_column needs a numeric_column; got {source_column!r}")
    if len(source_column.shape) > 1:
        raise InvalidArgumentError(
            f"bucketized_column needs a numeric_column of one dimension; {source_column.name!r} has shape "
            f"{source_column.shape}"
        )
    name = source_column.name
    if not isinstance(boundaries, Sequence | np.ndarray) or isinstance(boundaries, str):
        raise InvalidArgumentError(f"boundaries of column {name!r} must be a list of numbers; got {boundaries!r}")
    limits = tuple(boundaries.tolist() if isinstance(boundaries, np.ndarray) else boundaries)
    if np.array(limits or 0).dtype.kind not in "iuf" or np.ndim(limits) != 1:
        raise InvalidArgumentError(f"boundaries of column {name!r} must be a list of numbers; got {boundaries!r}")
    if not limits:
        raise InvalidArgumentError(f"bucketized_column of {name!r} needs at least one boundary; got none")
    for low, high in pairwise(limits):
        if not low < high:
            raise InvalidArgumentError(f"boundaries of column {name!r} must ascend; got {low!r} before {high!r}")
    return BucketizedColumn(source_column, limits)
