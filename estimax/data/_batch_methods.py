"""The methods of `Dataset` that put elements together and take them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._function import Function
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.data._arguments import positive, positive_or_symbolic
from estimax.data._batch import Batch, RaggedBatch, SparseBatch
from estimax.data._calling import call, one_number
from estimax.data._chain import Chain
from estimax.data._flat_map import FlatMap
from estimax.data._grouping import Buckets, Groups
from estimax.data._padded_batch import PaddedBatch, padded_shapes, padding_values
from estimax.data._unbatch import Unbatch
from estimax.data._window import Window
from estimax.math import bucketize, cast

if TYPE_CHECKING:
    from estimax.data._dataset import Dataset


class BatchMethods(Chain):
    """Batches, windows and groups."""

    def batch(
        self,
        batch_size: Any,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Stacks every `batch_size` elements into one; the last batch may be smaller.

        Raises:
            InvalidArgumentError: when it is read, elements of one batch that differ in shape.

        Example:
            >>> import estimax as tf
            >>> [b.tolist() for b in tf.data.Dataset.range(5).batch(2).as_numpy_iterator()]
            [[0, 1], [2, 3], [4]]
        """
        return self.then(Batch(self._step, positive_or_symbolic("batch_size", batch_size), bool(drop_remainder)))

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Stacks elements that differ in shape, filled up at their ends.

        Args:
            batch_size: number of elements in a batch.
            padded_shapes: a structure like an element with the shape of each value: None or -1 for
                the size of the largest in the batch. None for all of them so.
            padding_values: a structure like an element with what to fill up with, or one value for
                all; None for 0, '' and False.
            drop_remainder: whether a last, smaller batch is left out.
            name: changes nothing.

        Raises:
            TypeError: a value to pad with is of another type; elements are sparse or ragged.
            ValueError: shapes do not fit the elements.
            DataLossError: when it is read, an element larger than its padded shape.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(1, 4).map(lambda i: tf.fill([i], i)).padded_batch(2)
            >>> [b.tolist() for b in d.as_numpy_iterator()]
            [[[1, 0], [2, 2]], [[3, 3, 3]]]
        """
        size = positive_or_symbolic("batch_size", batch_size)
        shapes, values = _padding(self.element_spec, padded_shapes, padding_values)
        return self.then(PaddedBatch(self._step, size, bool(drop_remainder), shapes, values))

    def ragged_batch(
        self, batch_size: Any, drop_remainder: bool = False, row_splits_dtype: Any = int64, name: str | None = None
    ) -> Dataset:
        """Puts elements that differ in shape together as ragged values; those of one known shape are stacked.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(1, 3).map(lambda i: tf.fill([i], i)).ragged_batch(2)
            >>> next(iter(d)).to_list()
            [[1], [2, 2]]
        """
        return self.then(RaggedBatch(self._step, positive("batch_size", batch_size), bool(drop_remainder)))

    def sparse_batch(self, batch_size: Any, row_shape: Any, name: str | None = None) -> Dataset:
        """Puts dense elements together as the rows of sparse values.

        Args:
            batch_size: number of elements in a batch.
            row_shape: of each row; None for the size of the largest in the batch.
            name: changes nothing.

        Raises:
            TypeError: elements are not one dense value.
            DataLossError: when it is read, an element larger than the shape.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(1, 3).map(lambda i: tf.fill([i], i)).sparse_batch(2, [4])
            >>> next(d.as_numpy_iterator()).indices.tolist()
            [[0, 0], [1, 0], [1, 1]]
        """
        leaves = self._step.leaves
        if len(leaves) != 1 or not leaves[0].is_dense:
            raise TypeError(f"sparse_batch takes elements that are one dense value; got {self.element_spec}")
        shape = TensorShape(row_shape.numpy() if isinstance(row_shape, Tensor) else row_shape)
        if leaves[0].shape.ndims not in (None, len(shape)):
            raise InvalidArgumentError(f"row_shape {tuple(shape)} does not fit elements {self.element_spec}")
        return self.then(SparseBatch(self._step, positive("batch_size", batch_size), False, shape))

    def unbatch(self, name: str | None = None) -> Dataset:
        """Makes an element of each entry along the first axis of every element.

        Raises:
            ValueError: a value has no first axis, or theirs differ in size.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(3).batch(2).unbatch().as_numpy_iterator()]
            [0, 1, 2]
        """
        return self.then(Unbatch(self._step))

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: str | None = None) -> Dataset:
        """Makes batches of another size of batches.

        Example:
            >>> import estimax as tf
            >>> [b.tolist() for b in tf.data.Dataset.range(5).batch(3).rebatch(2).as_numpy_iterator()]
            [[0, 1], [2, 3], [4]]
        """
        return self.unbatch().batch(batch_size, drop_remainder)

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False, name: str | None = None
    ) -> Dataset:
        """Makes datasets of successive elements; each value of an element becomes a dataset of its own.

        Args:
            size: number of elements in a window; the last may have fewer.
            shift: how far a window begins after the one before; `size` where it is None.
            stride: from one element of a window to its next.
            drop_remainder: whether windows with fewer elements are left out.
            name: changes nothing.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(5).window(3, shift=1, drop_remainder=True)
            >>> [w.tolist() for w in d.flat_map(lambda window: window.batch(3)).as_numpy_iterator()]
            [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        """
        count = positive("size", size)
        step = positive("shift", count if shift is None else shift)
        return self.then(Window(self._step, count, step, positive("stride", stride), bool(drop_remainder)))

    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[..., Any],
        window_size: Any = None,
        window_size_func: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Gathers elements with one key, and joins the datasets that a function makes of every so many.

        Args:
            key_func: makes the key, one int64, of an element.
            reduce_func: makes a dataset of a key and the dataset of the elements gathered for it.
            window_size: how many are gathered; at the end there may be fewer.
            window_size_func: says how many for a key, instead.
            name: changes nothing.

        Raises:
            ValueError: not one of window_size and window_size_func is given.
            TypeError: a function returns something else.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(7).group_by_window(lambda i: i % 2, lambda key, w: w.batch(2), 2)
            >>> [b.tolist() for b in d.as_numpy_iterator()]
            [[0, 2], [1, 3], [4, 6], [5]]
        """
        if (window_size is None) == (window_size_func is None):
            raise ValueError("give one of window_size and window_size_func")
        groups = self.then(Groups(self._step, self._key(key_func), self._sizes(window_size, window_size_func)))
        made = call(reduce_func, self, *groups.element_spec, name="group_by_window", makes_dataset=True)
        return self.then(FlatMap(groups.step, made.arguments, made.result.step))

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Sequence[int],
        bucket_batch_sizes: Sequence[int],
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Makes padded batches of elements of similar length.

        Args:
            element_length_func: says how long an element is.
            bucket_boundaries: lengths at which another bucket begins, in increasing order.
            bucket_batch_sizes: for each bucket, one more than boundaries, the size of its batches.
            padded_shapes: see `padded_batch`.
            padding_values: see `padded_batch`.
            pad_to_bucket_boundary: whether sizes that are not known are filled up to the longest that
                a bucket may hold, instead of the longest in the batch.
            no_padding: whether elements are of one shape, and only to be stacked.
            drop_remainder: whether batches that are not full at the end are left out.
            name: changes nothing.

        Raises:
            ValueError: there is not one size more than boundaries.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.from_tensor_slices([1, 4, 2, 5]).map(lambda n: tf.fill([n], n))
            >>> d = d.bucket_by_sequence_length(lambda words: tf.size(words), [3], [2, 2])
            >>> [b.tolist() for b in d.as_numpy_iterator()]
            [[[1, 0], [2, 2]], [[4, 4, 4, 4, 0], [5, 5, 5, 5, 5]]]
        """
        boundaries = tuple(int(b) for b in bucket_boundaries)
        sizes = tuple(positive("bucket_batch_sizes", s) for s in bucket_batch_sizes)
        if len(sizes) != len(boundaries) + 1 or any(a >= b for a, b in pairwise(boundaries)):
            raise ValueError(
                f"bucket_boundaries must rise, and bucket_batch_sizes have one entry more; got {boundaries} and {sizes}"
            )
        key = self._key(lambda *parts: cast(bucketize(element_length_func(*parts), boundaries), int64))
        groups = Groups(self._step, key, self._sizes(None, lambda bucket: as_tensor(sizes, int64)[bucket]))
        shapes, values = (None, ()) if no_padding else _padding(self.element_spec, padded_shapes, padding_values)
        ends = boundaries if pad_to_bucket_boundary and not no_padding else None
        return self.then(Buckets(groups, sizes, shapes, values, ends, bool(drop_remainder)))

    def _key(self, key_func: Callable[..., Any]) -> Function:
        return one_number(call(key_func, self, name="key_func"), "key_func")

    def _sizes(self, size: Any, function: Callable[..., Any] | None) -> Function:
        constant = None if function is not None else positive("window_size", size)
        made = call(
            function or (lambda key: as_tensor(constant, int64)), self, TensorSpec((), int64), name="window_size_func"
        )
        return one_number(made, "window_size_func")


def _padding(spec: Any, shapes: Any, values: Any) -> tuple[tuple[TensorShape, ...], tuple[Any, ...]]:
    return padded_shapes(spec, shapes), padding_values(spec, values)
