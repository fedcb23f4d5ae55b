"""The steps as functions for `Dataset.apply`, as programs wrote them before they were methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax._base._dtypes import int64
from estimax.data._dataset import Dataset
from estimax.data._group_reduce import Reducer

Transformation = Callable[[Dataset], Dataset]


def assert_cardinality(expected_cardinality: int) -> Transformation:
    """Says how many elements a dataset has; see `Dataset.assert_cardinality`."""
    return lambda dataset: dataset.assert_cardinality(expected_cardinality)


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """Makes padded batches of elements of similar length; see `Dataset.bucket_by_sequence_length`."""
    return lambda dataset: dataset.bucket_by_sequence_length(
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes,
        padding_values,
        pad_to_bucket_boundary,
        no_padding,
        drop_remainder,
    )


def copy_to_device(target_device: Any, source_device: Any = "/cpu:0") -> Transformation:
    """Leaves a dataset as it is: what a model needs of it is put on its device in any case."""
    return lambda dataset: dataset


def dense_to_ragged_batch(
    batch_size: Any, drop_remainder: bool = False, row_splits_dtype: Any = int64
) -> Transformation:
    """Puts elements of different shape together as ragged values; see `Dataset.ragged_batch`."""
    return lambda dataset: dataset.ragged_batch(batch_size, drop_remainder)


def dense_to_sparse_batch(batch_size: Any, row_shape: Any) -> Transformation:
    """Puts dense elements together as the rows of sparse values; see `Dataset.sparse_batch`."""
    return lambda dataset: dataset.sparse_batch(batch_size, row_shape)


def enumerate_dataset(start: Any = 0) -> Transformation:
    """Puts the number of each element before it; see `Dataset.enumerate`."""
    return lambda dataset: dataset.enumerate(start)


def group_by_reducer(key_func: Callable[..., Any], reducer: Reducer) -> Transformation:
    """Reduces the elements of each key to one.

    Example:
        >>> import numpy as np
        >>> import estimax as tf
        >>> total = tf.data.experimental.Reducer(lambda key: np.int64(0), lambda s, i: s + i, lambda s: s)
        >>> d = tf.data.Dataset.range(6).apply(tf.data.experimental.group_by_reducer(lambda i: i % 2, total))
        >>> [int(i) for i in d.as_numpy_iterator()]
        [6, 9]
    """
    return lambda dataset: dataset.group_by_reducer(key_func, reducer)


def group_by_window(
    key_func: Callable[..., Any],
    reduce_func: Callable[..., Any],
    window_size: Any = None,
    window_size_func: Callable[..., Any] | None = None,
) -> Transformation:
    """Gathers elements with one key; see `Dataset.group_by_window`."""
    return lambda dataset: dataset.group_by_window(key_func, reduce_func, window_size, window_size_func)


def ignore_errors(log_warning: bool = False) -> Transformation:
    """Leaves out elements that cannot be computed; see `Dataset.ignore_errors`."""
    return lambda dataset: dataset.ignore_errors(log_warning)


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: int | None = None,
    drop_remainder: bool = False,
    num_parallel_calls: int | None = None,
) -> Transformation:
    """Applies a function to each element, and makes batches.

    Example:
        >>> import estimax as tf
        >>> d = tf.data.Dataset.range(4).apply(tf.data.experimental.map_and_batch(lambda i: i + 1, 2))
        >>> [b.tolist() for b in d.as_numpy_iterator()]
        [[1, 2], [3, 4]]
    """
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: int,
    block_length: int = 1,
    sloppy: bool = False,
    buffer_output_elements: int | None = None,
    prefetch_input_elements: int | None = None,
) -> Transformation:
    """Takes turns between the datasets that a function makes, always in order; see `Dataset.interleave`."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def prefetch_to_device(device: Any, buffer_size: int | None = None) -> Transformation:
    """Reads ahead; what a model needs is put on its device in any case."""
    return lambda dataset: dataset.prefetch(buffer_size)


def rejection_resample(
    class_func: Callable[..., Any], target_dist: Any, initial_dist: Any = None, seed: Any = None
) -> Transformation:
    """Leaves out elements so that classes come as often as is wanted; see `Dataset.rejection_resample`."""
    return lambda dataset: dataset.rejection_resample(class_func, target_dist, initial_dist, seed)


def scan(initial_state: Any, scan_func: Callable[..., Any]) -> Transformation:
    """Applies a function to each element and a state; see `Dataset.scan`."""
    return lambda dataset: dataset.scan(initial_state, scan_func)


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Transformation:
    """Shuffles, each time anew, and repeats.

    Example:
        >>> import estimax as tf
        >>> d = tf.data.Dataset.range(3).apply(tf.data.experimental.shuffle_and_repeat(3, count=2))
        >>> sorted(int(i) for i in d.as_numpy_iterator())
        [0, 0, 1, 1, 2, 2]
    """
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def snapshot(path: Any, compression: Any = "AUTO", reader_func: Any = None, shard_func: Any = None) -> Transformation:
    """Keeps the elements of the first complete pass in a folder; see `Dataset.cache`."""
    return lambda dataset: dataset.snapshot(path)


def take_while(predicate: Callable[..., Any]) -> Transformation:
    """Keeps the elements before the first for which a function is false; see `Dataset.take_while`."""
    return lambda dataset: dataset.take_while(predicate)


def unbatch() -> Transformation:
    """Makes an element of each entry along the first axis; see `Dataset.unbatch`."""
    return lambda dataset: dataset.unbatch()


def unique() -> Transformation:
    """Keeps each element the first time that it comes; see `Dataset.unique`."""
    return lambda dataset: dataset.unique()
