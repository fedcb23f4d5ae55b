"""`numpy_input_fn`: batches of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from estimax.data import Dataset

InputFn = Callable[[], Dataset]


def numpy_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
) -> InputFn:
    """Returns an input function that feeds a dictionary of arrays, or one array.

    Args:
        x: name -> array [rows, ...], or one array.
        y: labels [rows, ...], a dictionary of labels, or None.
        batch_size: rows of a batch; batches go over the ends of epochs, the very last may be smaller.
        num_epochs: how often the rows are fed; None for ever.
        shuffle: whether in random order; must be given.
        queue_capacity: rows among which the order is random.
        num_threads: of no effect.

    Raises:
        ValueError: `shuffle` is not given, there are no features, or lengths differ.

    Example:
        >>> import numpy as np, estimax as tf
        >>> input_fn = tf.estimator.inputs.numpy_input_fn(
        ...     {"size": np.array([1.0, 2.0, 3.0])}, np.array([5, 6, 7]), batch_size=2, shuffle=False)
        >>> [labels.tolist() for _, labels in input_fn().as_numpy_iterator()]
        [[5, 6], [7]]
    """
    check_shuffle(shuffle)
    if isinstance(x, Mapping) and not x:
        raise ValueError("x has no features")
    features = {k: np.asarray(v) for k, v in x.items()} if isinstance(x, Mapping) else np.asarray(x)
    labels = {k: np.asarray(v) for k, v in y.items()} if isinstance(y, Mapping) else y
    columns = features if labels is None else (features, labels if isinstance(labels, dict) else np.asarray(labels))
    return lambda: batches(columns, batch_size, num_epochs, bool(shuffle), queue_capacity)


def check_shuffle(shuffle: Any) -> None:
    """Refuses a shuffle that is left to chance.

    Raises:
        ValueError: it is neither True nor False.
    """
    if not isinstance(shuffle, bool):
        raise ValueError(f"shuffle must be given as True or False (training wants True); got {shuffle!r}")


def batches(columns: Any, batch_size: int, num_epochs: int | None, shuffle: bool, capacity: int) -> Dataset:
    """Feeds slices of arrays for some epochs, in batches that go over the ends of epochs."""
    rows = Dataset.from_tensor_slices(columns)
    if shuffle:
        rows = rows.shuffle(max(capacity, batch_size))
    return rows.repeat(num_epochs).batch(batch_size)
