"""`Dataset`: the fluent face of the steps.

Each method adds a step to an immutable chain; nothing is read before an iterator
asks for it.
"""

from __future__ import annotations

import operator
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import int64, string
from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._base._files import as_path, matching_files
from estimax._graph._function import as_structure, placeholder_for, trace
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._graph._tracing import tracing
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
        if not 1 <= len(args) <= 3:
            raise ValueError(f"range takes (stop), (start, stop) or (start, stop, step); got {args}")
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
            estimax.errors.NotFoundError: ...
        """
        patterns = np.ravel(_names(file_pattern).numpy()).tolist()
        names = matching_files(patterns)
        files = Dataset.from_tensor_slices(as_tensor(names, string))
        return files.shuffle(len(names), seed) if shuffle is None or shuffle else files

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Puts the elements of a structure of datasets, or of several, side by side, as long as each has one.

        Raises:
            TypeError: something in the structure is no Dataset.
        """
        structure = datasets if not args else args[0] if len(args) == 1 else args
        made = nest.flatten(structure)
        if not made or not all(isinstance(d, Dataset) for d in made):
            raise TypeError(f"zip needs Datasets, or a tuple or dictionary of them; got {structure!r}")
        return Dataset(Zip(nest.map_leaves(lambda _: None, structure), tuple(d.step for d in made)))

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

        Raises:
            TypeError: the function returns nothing, or something that no Tensor can hold.
        """

        def mapped(*parts: Any) -> Any:
            result = map_func(*parts)
            if any(leaf is None for leaf in nest.flatten(result)):
                raise TypeError(f"the function given to map must return Tensors or data; it returned {result!r}")
            return result

        function, structure = trace(mapped, self.element_spec, unpack=True)
        return Dataset(Map(self._step, function, nest.map_leaves(lambda _: None, structure)))

    def flat_map(self, map_func: Callable[..., Dataset], name: str | None = None) -> Dataset:
        """Joins the datasets that a function makes of each element.

        Raises:
            TypeError: the function returns something else.
        """
        arguments = nest.map_leaves(placeholder_for, self.element_spec)
        with tracing():
            made = map_func(*arguments) if isinstance(arguments, tuple) else map_func(arguments)
        if not isinstance(made, Dataset):
            raise TypeError(f"the function given to flat_map must return a Dataset; it returned {made!r}")
        return Dataset(FlatMap(self._step, tuple(nest.flatten(arguments)), made.step))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keeps the elements for which a function is true.

        Raises:
            TypeError: the function does not return one bool.
        """
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
        size = _positive("buffer_size", buffer_size)
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
        return Dataset(Batch(self._step, _positive("batch_size", batch_size), bool(drop_remainder)))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """Keeps the first `count` elements; all where it is -1."""
        return Dataset(Take(self._step, as_tensor(count, int64)))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """Leaves out the first `count` elements; all where it is -1."""
        return Dataset(Skip(self._step, as_tensor(count, int64)))

    def shard(self, num_shards: int, index: int, name: str | None = None) -> Dataset:
        """Keeps the elements at positions index, index + num_shards, ..."""
        shards = _positive("num_shards", num_shards)
        if not 0 <= int(index) < shards:
            raise InvalidArgumentError(f"index must lie in [0, {shards}); got {index}")
        return Dataset(Shard(self._step, shards, int(index)))

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Appends the elements of another dataset.

        Raises:
            TypeError: its elements have another structure, other types or numbers of dimensions.
        """
        return Dataset(Concatenate(self._step, dataset.step))

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Puts the number of each element, an int64, before it."""
        return Dataset.zip((Dataset.range(start, 2**62), self))

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Keeps the elements of the first complete pass in memory for the passes after it."""
        if filename:
            raise UnimplementedError(f"cache keeps elements in memory only; leave out the file name {filename!r}")
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
        filenames: a name, a list of names, a Tensor of them, or a Dataset of names.
        compression_type: '' or 'GZIP'.
        buffer_size: bytes to read at a time.

    Raises:
        NotFoundError: when it is read, a file that does not exist.
        DataLossError: when it is read, a file that is not compressed as said, or damaged.

    Example:
        >>> import pathlib, tempfile
        >>> import estimax as tf
        >>> file = pathlib.Path(tempfile.mkdtemp(), "houses.csv")
        >>> _ = file.write_text("1000,house\\n800,apt\\n")
        >>> list(tf.data.TextLineDataset(file).as_numpy_iterator())
        [b'1000,house', b'800,apt']
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        compression, block_bytes = compression_type or "", buffer_size or 1 << 20
        if isinstance(filenames, Dataset):
            step = filenames.flat_map(lambda file: Dataset(TextLines(file, compression, block_bytes))).step
        else:
            step = TextLines(_names(filenames), compression, block_bytes)
        super().__init__(step)


def _names(files: Any) -> Tensor:
    """Makes a Tensor of what a program writes for one or several files."""
    if isinstance(files, Tensor):
        return files
    several = isinstance(files, list | tuple | np.ndarray)
    return as_tensor([as_path(f) for f in files] if several else as_path(files), string)


def _positive(name: str, value: Any) -> int:
    try:
        number = operator.index(value)
    except TypeError as error:
        raise TypeError(f"{name} must be an integer; got {value!r}") from error
    if number < 1:
        raise InvalidArgumentError(f"{name} must be at least 1; got {number}")
    return number


def make_one_shot_iterator(dataset: Dataset) -> OneShotIterator:
    """Returns an iterator that goes through a dataset once."""
    return dataset.make_one_shot_iterator()
