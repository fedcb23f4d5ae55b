"""`Dataset`: the fluent face of the steps.

Each method adds a step to an immutable chain; nothing is read before an iterator
asks for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

from estimax._base import _nest as nest
from estimax._base._dtypes import int64, string
from estimax._base._files import matching_files
from estimax._graph._function import as_structure, placeholder_for, trace, tracing
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.data._batch import Batch
from estimax.data._cache import Cache
from estimax.data._combine import Concatenate, Zip
from estimax.data._flat_map import FlatMap
from estimax.data._iterators import NumpyIterator, OneShotIterator, Reader, elements
from estimax.data._map import Filter, Map
from estimax.data._memory import FromSlices, FromTensors, Range
from estimax.data._repeat import Repeat
from estimax.data._shuffle import Shuffle
from estimax.data._step import Step
from estimax.data._take_skip import Shard, Skip, Take
from estimax.data._text import TextLines

AUTOTUNE = -1


class Dataset:
    """Elements, one after the other, each a structure of dictionaries, tuples and Tensors.

    Example:
        >>> import estimax as tf
        >>> d = tf.data.Dataset.from_tensor_slices({"size": [1.0, 2.0, 3.0]})
        >>> d = d.map(lambda row: {"size": row["size"] * 10.0}).batch(2)
        >>> [batch["size"].tolist() for batch in d.as_numpy_iterator()]
        [[10.0, 20.0], [30.0]]
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._passes = 0
        self._entropy = secrets.randbits(63)

    @property
    def step(self) -> Step:
        """The last step of the chain."""
        return self._step

    @property
    def element_spec(self) -> Any:
        """The structure of an element, with a `TensorSpec` in each leaf."""
        return self._step.spec

    @property
    def output_types(self) -> Any:
        return nest.map_leaves(lambda s: s.dtype, self.element_spec)

    @property
    def output_shapes(self) -> Any:
        return nest.map_leaves(lambda s: s.shape, self.element_spec)

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """Makes a dataset of one element."""
        structure = as_structure(tensors)
        return Dataset(FromTensors(nest.map_leaves(lambda _: None, structure), tuple(nest.flatten(structure))))

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """Makes an element of each position along the first axis of every value.

        Raises:
            InvalidArgumentError: the values differ in the size of their first axis.
        """
        structure = as_structure(tensors)
        return Dataset(FromSlices(nest.map_leaves(lambda _: None, structure), tuple(nest.flatten(structure))))

    @staticmethod
    def range(*args: Any, name: str | None = None) -> Dataset:
        """Makes int64 numbers, as Python's `range` does: (stop), (start, stop) or (start, stop, step)."""
        numbers = [as_tensor(a) for a in args]
        zero, one = as_tensor(0), as_tensor(1)
        start, stop, stride = {1: [zero, *numbers, one], 2: [*numbers, one]}.get(len(args), numbers)
        return Dataset(Range(start, stop, stride))

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: str | None = None
    ) -> Dataset:
        """Makes the names of the files that match a glob pattern or one of several, shuffled by default.

        Raises:
            NotFoundError: no file matches.

        Example:
            >>> import estimax as tf
            >>> tf.data.Dataset.list_files("nowhere-*.csv")
            Traceback (most recent call last):
            ...
            estimax._base._errors.NotFoundError: ...
        """
        patterns = as_tensor(file_pattern, string).numpy()
        names = matching_files([p.decode() for p in ([patterns] if isinstance(patterns, bytes) else patterns)])
        files = Dataset.from_tensor_slices(as_tensor(names, string))
        return files.shuffle(len(names), seed) if shuffle is None or shuffle else files

    @staticmethod
    def zip(datasets: Any, name: str | None = None) -> Dataset:
        """Puts the elements of a structure of datasets side by side, as long as each has one."""
        steps = tuple(d.step for d in nest.flatten(datasets))
        return Dataset(Zip(nest.map_leaves(lambda _: None, datasets), steps))

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Applies a function to each element.

        The function is called once, with symbolic Tensors, and what it builds runs on
        many elements at a time. A tuple arrives as several arguments.
        """
        function, structure = trace(map_func, self.element_spec, unpack=True)
        return Dataset(Map(self._step, function, nest.map_leaves(lambda _: None, structure)))

    def flat_map(self, map_func: Callable[..., Dataset], name: str | None = None) -> Dataset:
        """Joins the datasets that a function makes of each element."""
        arguments = nest.map_leaves(placeholder_for, self.element_spec)
        token = tracing.set(True)
        try:
            made = map_func(*arguments) if isinstance(arguments, tuple) else map_func(arguments)
        finally:
            tracing.reset(token)
        if not isinstance(made, Dataset):
            raise TypeError(f"the function given to flat_map must return a Dataset; it returned {made!r}")
        return Dataset(FlatMap(self._step, tuple(nest.flatten(arguments)), made.step))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keeps the elements for which a function is true."""
        function, structure = trace(predicate, self.element_spec, unpack=True)
        if not isinstance(structure, Tensor) or structure.dtype.name != "bool" or structure.shape.ndims:
            raise TypeError(f"the function given to filter must return one bool; it returned {structure!r}")
        return Dataset(Filter(self._step, function))

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Puts the elements in a random order: each is drawn from a buffer of the next `buffer_size`."""
        size = int(buffer_size)
        if size < 1:
            raise ValueError(f"buffer_size must be at least 1; got {buffer_size}")
        reshuffle = reshuffle_each_iteration is None or reshuffle_each_iteration
        return Dataset(Shuffle(self._step, size, None if seed is None else int(seed), reshuffle))

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """Repeats the elements `count` times; without end where it is None or -1."""
        return Dataset(Repeat(self._step, as_tensor(-1 if count is None else count, int64)))

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Stacks every `batch_size` elements into one; the last batch may be smaller.

        Raises:
            InvalidArgumentError: when it is read, elements of one batch that differ in shape.
        """
        size = int(batch_size)
        if size < 1:
            raise ValueError(f"batch_size must be at least 1; got {batch_size}")
        return Dataset(Batch(self._step, size, bool(drop_remainder)))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """Keeps the first `count` elements; all where it is -1."""
        return Dataset(Take(self._step, as_tensor(count, int64)))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """Leaves out the first `count` elements; all where it is -1."""
        return Dataset(Skip(self._step, as_tensor(count, int64)))

    def shard(self, num_shards: int, index: int, name: str | None = None) -> Dataset:
        """Keeps the elements at positions index, index + num_shards, ..."""
        if not 0 <= int(index) < int(num_shards):
            raise ValueError(f"index must lie in [0, {num_shards}); got {index}")
        return Dataset(Shard(self._step, int(num_shards), int(index)))

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Appends the elements of another dataset."""
        return Dataset(Concatenate(self._step, dataset.step))

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Puts the number of each element, an int64, before it."""
        return Dataset.zip((Dataset.range(start, 2**62), self))

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Keeps the elements of the first complete pass in memory for the passes after it."""
        if filename:
            raise NotImplementedError("cache keeps elements in memory only, so far; leave out the file name")
        return Dataset(Cache(self._step))

    def prefetch(self, buffer_size: int | None = None, name: str | None = None) -> Dataset:
        """Asks for elements ahead of time. Estimators always read ahead, in a thread: there is nothing to do."""
        return self

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """Returns what a function makes of this dataset."""
        return transformation_func(self)

    def as_numpy_iterator(self) -> NumpyIterator:
        """Returns an iterator over the elements as NumPy values; strings are `bytes`."""
        return NumpyIterator(self._reader(), self.element_spec)

    def make_one_shot_iterator(self) -> OneShotIterator:
        """Returns an iterator that goes through the elements once."""
        return OneShotIterator(self._step, self._reader())

    def _reader(self) -> Reader:
        self._passes += 1
        return Reader(self._step, self._entropy, self._passes - 1)

    def __iter__(self) -> Iterator[Any]:
        return (nest.map_leaves(as_tensor, e) for e in elements(self._reader(), self.element_spec))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} element_spec={self.element_spec}>"


class TextLineDataset(Dataset):
    """The lines of text files, without their line ends.

    Args:
        filenames: a name, a list of names, or a Tensor of them.
        compression_type: '' or 'GZIP'.
        buffer_size: bytes to read at a time.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        names = filenames if isinstance(filenames, Tensor) else as_tensor(_paths(filenames), string)
        super().__init__(TextLines(names, compression_type or "", buffer_size or 1 << 20))


def _paths(filenames: Any) -> Any:
    return [str(f) for f in filenames] if isinstance(filenames, list | tuple) else str(filenames)


def make_one_shot_iterator(dataset: Dataset) -> OneShotIterator:
    """Returns an iterator that goes through a dataset once."""
    return dataset.make_one_shot_iterator()
