"""The methods of `Dataset` that say in which order, how often and how many elements come, and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from estimax._base._dtypes import int64
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.data._arguments import positive, positive_or_symbolic, seed_of
from estimax.data._assertions import AssertCardinality
from estimax.data._cache import Cache
from estimax.data._cache_files import file_cache, folder_cache, save
from estimax.data._chain import Chain
from estimax.data._combine import Concatenate, Zip
from estimax.data._memory import Range
from estimax.data._options import Options
from estimax.data._prefetch import Prefetch
from estimax.data._repeat import Repeat
from estimax.data._shuffle import Shuffle
from estimax.data._take_skip import Shard, Skip, Take

if TYPE_CHECKING:
    from estimax.data._dataset import Dataset

_FOR_EVER = 2**62


class OrderMethods(Chain):
    """Order, number and keeping."""

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Puts the elements in a random order: each is drawn from a buffer of the next `buffer_size`.

        Args:
            buffer_size: number of elements in the buffer; as many as there are for an even shuffle.
            seed: says the order in every run; None for another one in each.
            reshuffle_each_iteration: whether each epoch has an order of its own; true where it is None.
            name: changes nothing.

        Example:
            >>> import estimax as tf
            >>> sorted(int(i) for i in tf.data.Dataset.range(5).shuffle(5).as_numpy_iterator())
            [0, 1, 2, 3, 4]
        """
        reshuffle = reshuffle_each_iteration is None or bool(reshuffle_each_iteration)
        return self.then(Shuffle(self._step, positive("buffer_size", buffer_size), seed_of(seed), reshuffle))

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """Repeats the elements `count` times; without end where it is None or -1.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(2).repeat(2).as_numpy_iterator()]
            [0, 1, 0, 1]
        """
        return self.then(Repeat(self._step, as_tensor(-1 if count is None else count, int64)))

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """Keeps the first `count` elements; all where it is -1.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(9).take(2).as_numpy_iterator()]
            [0, 1]
        """
        return self.then(Take(self._step, as_tensor(count, int64)))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """Leaves out the first `count` elements; all where it is -1.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(5).skip(3).as_numpy_iterator()]
            [3, 4]
        """
        return self.then(Skip(self._step, as_tensor(count, int64)))

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Keeps the elements at positions index, index + num_shards, ...

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(7).shard(3, 1).as_numpy_iterator()]
            [1, 4]
        """
        place = index if isinstance(index, Tensor) else int(index)
        return self.then(Shard(self._step, positive_or_symbolic("num_shards", num_shards), place))

    def concatenate(self, dataset: Chain, name: str | None = None) -> Dataset:
        """Appends the elements of another dataset.

        Raises:
            TypeError: its elements have another structure, other types or numbers of dimensions.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(2).concatenate(tf.data.Dataset.range(5, 7))
            >>> [int(i) for i in d.as_numpy_iterator()]
            [0, 1, 5, 6]
        """
        return self.then(Concatenate(self._step, dataset.step))

    def enumerate(self, start: Any = 0, name: str | None = None) -> Dataset:
        """Puts the number of each element, an int64, before it.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.from_tensor_slices(["a", "b"]).enumerate(start=5)
            >>> [(int(number), word) for number, word in d.as_numpy_iterator()]
            [(5, b'a'), (6, b'b')]
        """
        numbers = Range(as_tensor(start, int64), as_tensor(_FOR_EVER, int64), as_tensor(1, int64))
        return self.then(Zip((None, None), (numbers, self._step)))

    def cache(self, filename: Any = "", name: str | None = None) -> Dataset:
        """Keeps the elements of the first complete pass for the passes after it.

        Args:
            filename: what to call the file, which gets the ending `.elements`, on a local disk; ''
                to keep them in memory. A file is there from the end of the first pass on, also for
                other processes; remove it where what stands before `cache` has changed.
            name: changes nothing.

        Raises:
            InvalidArgumentError: when it is read, a file of elements of another kind.
            AlreadyExistsError: when it is read, another process that is writing the file.

        Example:
            >>> import pathlib, tempfile
            >>> import estimax as tf
            >>> file = pathlib.Path(tempfile.mkdtemp(), "numbers")
            >>> d = tf.data.Dataset.range(3).cache(file)
            >>> len(list(d)), [path.name for path in file.parent.iterdir()]
            (3, ['numbers.elements'])
        """
        has_name = isinstance(filename, str | bytes) and not filename
        return self.then(Cache(self._step) if has_name else file_cache(self._step, filename))

    def snapshot(
        self, path: Any, compression: Any = "AUTO", reader_func: Any = None, shard_func: Any = None
    ) -> Dataset:
        """Keeps the elements of the first complete pass in a folder; see `cache`.

        Example:
            >>> import tempfile
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(3).snapshot(tempfile.mkdtemp()).repeat(2)
            >>> len(list(d))
            6
        """
        return self.then(folder_cache(self._step, path))

    def save(self, path: Any, compression: Any = None, shard_func: Any = None, checkpoint_args: Any = None) -> None:
        """Writes the elements to a folder, which `Dataset.load` reads.

        Example:
            >>> import tempfile
            >>> import estimax as tf
            >>> folder = tempfile.mkdtemp()
            >>> tf.data.Dataset.range(3).save(folder)
            >>> [int(i) for i in tf.data.Dataset.load(folder).as_numpy_iterator()]
            [0, 1, 2]
        """
        save(self._reader().next, self.element_spec, path)

    def prefetch(self, buffer_size: Any = None, name: str | None = None) -> Dataset:
        """Reads ahead in a thread while the program uses the elements before.

        It is done around all steps, and some chunks ahead, whatever the size; by
        iterators of the program only, for Estimators always read ahead in a thread.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(3).prefetch(tf.data.AUTOTUNE).as_numpy_iterator()]
            [0, 1, 2]
        """
        return self.then(Prefetch(self._step))

    def assert_cardinality(self, expected_cardinality: Any) -> Dataset:
        """Says how many elements there are, -1 for no end, and holds that against those that come.

        Raises:
            FailedPreconditionError: when it is read, another number.

        Example:
            >>> import estimax as tf
            >>> len(tf.data.Dataset.range(9).filter(lambda i: i > 3).assert_cardinality(5))
            5
        """
        return self.then(AssertCardinality(self._step, int(expected_cardinality)))

    def with_options(self, options: Options, name: str | None = None) -> Dataset:
        """Returns the same dataset with options, which change nothing here but what `options()` returns.

        Example:
            >>> import estimax as tf
            >>> options = tf.data.Options()
            >>> options.deterministic = True
            >>> tf.data.Dataset.range(3).with_options(options).options().deterministic
            True
        """
        made = self.then(self._step)
        made._options = self.options().merge(options)
        return made

    def options(self) -> Options:
        """Returns the options that were given to `with_options`.

        Example:
            >>> import estimax as tf
            >>> tf.data.Dataset.range(3).options().deterministic is None
            True
        """
        return self._options or Options()
