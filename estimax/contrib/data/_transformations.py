"""Steps, as functions for `Dataset.apply`, that only `tf.contrib.data` has names for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax._base import _nest as nest
from estimax._graph._tensor import Tensor
from estimax.data import Dataset
from estimax.data._padded_batch import padded_shapes

Transformation = Callable[[Dataset], Dataset]


def batch_and_drop_remainder(batch_size: Any) -> Transformation:
    """Makes batches of one size, without what is left over.

    Example:
        >>> from estimax.contrib.data import Dataset, batch_and_drop_remainder
        >>> [b.tolist() for b in Dataset.range(5).apply(batch_and_drop_remainder(2)).as_numpy_iterator()]
        [[0, 1], [2, 3]]
    """
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size: Any, padded_shapes: Any, padding_values: Any = None) -> Transformation:
    """Makes padded batches of one size, without what is left over; see `Dataset.padded_batch`."""
    return lambda dataset: dataset.padded_batch(batch_size, padded_shapes, padding_values, drop_remainder=True)


def sliding_window_batch(
    window_size: Any, stride: Any = None, window_shift: Any = None, window_stride: Any = 1
) -> Transformation:
    """Makes a batch of each window of `window_size` elements.

    Args:
        window_size: number of elements in a window; windows with fewer are left out.
        stride: an older name of window_shift.
        window_shift: how far a window begins after the one before; 1 where it is None.
        window_stride: from one element of a window to its next.

    Raises:
        ValueError: both stride and window_shift are given.

    Example:
        >>> from estimax.contrib.data import Dataset, sliding_window_batch
        >>> [b.tolist() for b in Dataset.range(4).apply(sliding_window_batch(3)).as_numpy_iterator()]
        [[0, 1, 2], [1, 2, 3]]
    """
    if stride is not None and window_shift is not None:
        raise ValueError("give stride or window_shift, which say the same, not both")
    shift = next((s for s in (stride, window_shift) if s is not None), 1)

    def batches(*leaves: Any) -> Dataset:
        structure = leaves if len(leaves) > 1 else leaves[0]
        return Dataset.zip(nest.map_leaves(lambda window: window.batch(window_size, drop_remainder=True), structure))

    return lambda dataset: dataset.window(window_size, shift, window_stride, drop_remainder=True).flat_map(batches)


def assert_element_shape(expected_shapes: Any) -> Transformation:
    """Says more of the shapes of elements than is known of them.

    Args:
        expected_shapes: a structure like an element with a shape in each leaf.

    Raises:
        ValueError: a shape contradicts what is known.
    """

    def transformed(dataset: Dataset) -> Dataset:
        shapes = iter(padded_shapes(dataset.element_spec, expected_shapes))

        def said(tensor: Tensor) -> Tensor:
            tensor.set_shape(next(shapes))
            return tensor

        def shaped(*parts: Any) -> Any:
            return nest.map_leaves(said, parts if len(parts) > 1 else parts[0])

        return dataset.map(shaped)

    return transformed
