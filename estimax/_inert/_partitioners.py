"""Partitioners: how TensorFlow cut large variables into parts for parameter servers.

Variables are whole here, and a partitioner that is given to one has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Partitioner = Callable[..., list[int]]


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Partitioner:
    """Returns a partitioner, which has no effect on the variables it is given to.

    Example:
        >>> import estimax as tf
        >>> partitioner = tf.fixed_size_partitioner(3)
        >>> tf.get_variable("w", [6], partitioner=partitioner, initializer=tf.zeros_initializer()).shape
        (6,)
    """
    return _whole


def variable_axis_size_partitioner(
    max_shard_bytes: int, axis: int = 0, bytes_per_string_element: int = 16, max_shards: int | None = None
) -> Partitioner:
    """Returns a partitioner, which has no effect on the variables it is given to."""
    return _whole


def min_max_variable_partitioner(
    max_partitions: int = 1, axis: int = 0, min_slice_size: int = 256 << 10, bytes_per_string_element: int = 16
) -> Partitioner:
    """Returns a partitioner, which has no effect on the variables it is given to."""
    return _whole


def _whole(shape: Sequence[Any], dtype: Any = None) -> list[int]:
    """Says that a variable has one part along each axis."""
    return [1] * len(shape)
