"""`Dataset`: the fluent face of the steps, and where datasets begin.

Each method adds a step to an immutable chain; nothing is read before an iterator
asks for it. What is done to elements is in the classes that it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import as_dtype, int64, string
from estimax._base._files import as_path, matching_files
from estimax._graph._function import as_structure
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.data._arguments import seed_of
from estimax.data._batch_methods import BatchMethods
from estimax.data._cache_files import load
from estimax.data._chain import Chain
from estimax.data._choosing import Choose, Random, checked_weights
from estimax.data._combine import Zip
from estimax.data._element_methods import ElementMethods
from estimax.data._generator import generator_step
from estimax.data._memory import FromSlices, FromTensors, Range
from estimax.data._order_methods import OrderMethods
from estimax.data._step import Step
from estimax.data._tables import as_columns
from estimax.io import _file_ops as file_ops
from estimax.math import cast

_FOR_EVER = 2**62
_MOST_FILES = 1 << 16  # that are shuffled evenly where their number is not known


class Dataset(ElementMethods, BatchMethods, OrderMethods):
    """Elements, one after the other, each a structure of dictionaries, tuples and Tensors.

    Example:
        >>> import estimax as tf
        >>> d = tf.data.Dataset.from_tensor_slices({"size": [1.0, 2.0, 3.0]})
        >>> d = d.map(lambda row: {"size": row["size"] * 10.0}).batch(2)
        >>> [batch["size"].tolist() for batch in d.as_numpy_iterator()]
        [[10.0, 20.0], [30.0]]
    """

    def then(self, step: Step) -> Dataset:
        """Makes a dataset of a step that follows on this one's."""
        made = Dataset(step)
        made._options = self._options
        return made

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """Makes a dataset of one element.

        Example:
            >>> import estimax as tf
            >>> tf.data.Dataset.from_tensors({"n": [1, 2]}).get_single_element()["n"].numpy().tolist()
            [1, 2]
        """
        structure = as_structure(as_columns(tensors))
        return Dataset(FromTensors(nest.map_leaves(lambda _: None, structure), tuple(nest.flatten(structure))))

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """Makes an element of each position along the first axis of every value.

        Raises:
            InvalidArgumentError: the values differ in the size of their first axis.

        Example:
            >>> import estimax as tf
            >>> list(tf.data.Dataset.from_tensor_slices(["a", "b"]).as_numpy_iterator())
            [b'a', b'b']
        """
        structure = as_structure(as_columns(tensors))
        return Dataset(FromSlices(nest.map_leaves(lambda _: None, structure), tuple(nest.flatten(structure))))

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor: Any) -> Dataset:
        """Makes an element of each row of a SparseTensor: its indices, its values and its dense shape.

        Example:
            >>> import estimax as tf
            >>> from estimax.sparse import SparseTensor
            >>> d = tf.data.Dataset.from_sparse_tensor_slices(SparseTensor([[0, 2], [1, 0]], [5, 6], [2, 3]))
            >>> [(indices.tolist(), values.tolist()) for indices, values, _ in d.as_numpy_iterator()]
            [([[2]], [5]), ([[0]], [6])]
        """
        rows = Dataset.from_tensor_slices(sparse_tensor)
        return rows.map(lambda row: (row.indices, row.values, row.dense_shape))

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """Makes the elements that a Python generator yields, one at a time.

        Args:
            generator: is called at the start of each pass and returns something to iterate over. A
                run that goes on where another was interrupted calls it and passes over what was
                used before: it must yield the same elements again.
            output_types: the structure of an element, with a dtype in each leaf.
            output_shapes: the same with shapes; nothing is known of the shapes where it is None.
            args: Tensors or data to call the generator with, as NumPy values.
            output_signature: the structure with a `TensorSpec` in each leaf, in place of both.
            name: changes nothing.

        Raises:
            TypeError: the generator cannot be called, or neither or both of types and signature are given.
            ValueError: shapes and types differ in structure.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.from_generator(lambda: iter([1, 2]), output_types=tf.int64)
            >>> [int(i) for i in d.as_numpy_iterator()]
            [1, 2]
        """
        return Dataset(generator_step(generator, output_types, output_shapes, args, output_signature))

    @staticmethod
    def range(*args: Any, output_type: Any = int64, name: str | None = None) -> Dataset:
        """Makes numbers, as Python's `range` does: (stop), (start, stop) or (start, stop, step).

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(2, 9, 3).as_numpy_iterator()]
            [2, 5, 8]
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(f"range takes (stop), (start, stop) or (start, stop, step); got {args}")
        numbers = [as_tensor(a) for a in args]
        zero, one = as_tensor(0), as_tensor(1)
        start, stop, stride = {1: [zero, *numbers, one], 2: [*numbers, one]}.get(len(args), numbers)
        return _as_type(Dataset(Range(start, stop, stride)), output_type)

    @staticmethod
    def counter(start: Any = 0, step: Any = 1, dtype: Any = int64, name: str | None = None) -> Dataset:
        """Counts without end.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.counter(10, 5).take(3).as_numpy_iterator()]
            [10, 15, 20]
        """
        first, stride = as_tensor(start, int64), as_tensor(step, int64)
        end = as_tensor(-_FOR_EVER if not stride.is_symbolic and int(stride) < 0 else _FOR_EVER, int64)
        return _as_type(Dataset(Range(first, end, stride)), dtype)

    @staticmethod
    def random(seed: Any = None, rerandomize_each_iteration: bool | None = None, name: str | None = None) -> Dataset:
        """Makes random int64 numbers in [0, 2**32), without end; the same in each pass unless said otherwise.

        Example:
            >>> import estimax as tf
            >>> numbers = list(tf.data.Dataset.random(seed=1).take(5).as_numpy_iterator())
            >>> len(numbers), bool(min(numbers) >= 0)
            (5, True)
        """
        return Dataset(Random(seed_of(seed), not rerandomize_each_iteration))

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: Any = None, name: str | None = None
    ) -> Dataset:
        """Makes the names of the files that match a glob pattern or one of several, shuffled by default.

        Args:
            file_pattern: a pattern, a list of patterns, or a Tensor of them, which may depend on the
                element of a dataset around.
            shuffle: whether the names come in an order left to chance; true where it is None.
            seed: says the order in every run.
            name: changes nothing.

        Raises:
            NotFoundError: no file matches.

        Example:
            >>> import estimax as tf
            >>> tf.data.Dataset.list_files("nowhere-*.csv")
            Traceback (most recent call last):
            ...
            estimax.errors.NotFoundError: ...
        """
        patterns = file_pattern if isinstance(file_pattern, Tensor) else as_tensor(_paths(file_pattern), string)
        if patterns.is_symbolic:
            files, count = Dataset.from_tensor_slices(file_ops.matching_files(patterns)), _MOST_FILES
        else:
            names = matching_files(np.ravel(patterns.numpy()).tolist())
            files, count = Dataset.from_tensor_slices(as_tensor(names, string)), len(names)
        return files.shuffle(count, seed) if shuffle is None or shuffle else files

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Puts the elements of a structure of datasets, or of several, side by side, as long as each has one.

        Raises:
            TypeError: something in the structure is no Dataset.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.zip((tf.data.Dataset.range(2), tf.data.Dataset.range(5, 9)))
            >>> [(int(a), int(b)) for a, b in d.as_numpy_iterator()]
            [(0, 5), (1, 6)]
        """
        structure = datasets if not args else args[0] if len(args) == 1 else args
        made = nest.flatten(structure)
        if not made or not all(isinstance(d, Chain) for d in made):
            raise TypeError(f"zip needs Datasets, or a tuple or dictionary of them; got {structure!r}")
        return Dataset(Zip(nest.map_leaves(lambda _: None, structure), tuple(d.step for d in made)))

    @staticmethod
    def choose_from_datasets(
        datasets: Sequence[Chain], choice_dataset: Chain, stop_on_empty_dataset: bool = True
    ) -> Dataset:
        """Takes each element from the dataset whose position the next element of another one says.

        Args:
            datasets: to choose from.
            choice_dataset: of int64 positions.
            stop_on_empty_dataset: whether the end of one of the datasets is the end; else choices of
                it are passed over from then on.

        Raises:
            TypeError: the datasets differ in structure or types, or choices are not int64.
            InvalidArgumentError: when it is read, a choice of a dataset that there is not.

        Example:
            >>> import estimax as tf
            >>> words = [tf.data.Dataset.from_tensors(w).repeat() for w in ("a", "b", "c")]
            >>> d = tf.data.Dataset.choose_from_datasets(words, tf.data.Dataset.range(3).repeat(2))
            >>> list(d.as_numpy_iterator())
            [b'a', b'b', b'c', b'a', b'b', b'c']
        """
        return Dataset(Choose(tuple(d.step for d in datasets), choice_dataset.step, bool(stop_on_empty_dataset)))

    @staticmethod
    def sample_from_datasets(
        datasets: Sequence[Chain],
        weights: Any = None,
        seed: Any = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Takes each element from a dataset that chance chooses.

        Args:
            datasets: to choose from.
            weights: how likely each is, in any unit; None for equally.
            seed: says the choice in every run; None for another one in each.
            stop_on_empty_dataset: whether the end of one of the datasets is the end; else the others
                are chosen from.
            rerandomize_each_iteration: whether each epoch has a choice of its own.

        Raises:
            ValueError: there is not one weight for each dataset, or one is negative.

        Example:
            >>> import estimax as tf
            >>> words = [tf.data.Dataset.from_tensors(w).repeat(50) for w in ("a", "b")]
            >>> d = tf.data.Dataset.sample_from_datasets(words, weights=[0.9, 0.1])
            >>> sum(word == b"a" for word in d.as_numpy_iterator())
            50
        """
        given = checked_weights(weights, len(datasets))
        choices = Random(seed_of(seed), not rerandomize_each_iteration, given)
        return Dataset(Choose(tuple(d.step for d in datasets), choices, bool(stop_on_empty_dataset)))

    @staticmethod
    def load(path: Any, element_spec: Any = None, compression: Any = None, reader_func: Any = None) -> Dataset:
        """Makes the elements that `save` has written to a folder.

        Raises:
            NotFoundError: there are none.
            InvalidArgumentError: they are not of the given spec.

        Example:
            >>> import tempfile
            >>> import estimax as tf
            >>> folder = tempfile.mkdtemp()
            >>> tf.data.Dataset.from_tensors({"n": 1}).save(folder)
            >>> tf.data.Dataset.load(folder).element_spec
            {'n': TensorSpec(shape=(), dtype=tf.int32)}
        """
        return Dataset(load(path, element_spec))


def _paths(files: Any) -> Any:
    """Returns the path, or the list of paths, that a program has written for one or several files."""
    return [as_path(f) for f in files] if isinstance(files, list | tuple | np.ndarray) else as_path(files)


def _as_type(numbers: Dataset, output_type: Any) -> Dataset:
    dtype = as_dtype(output_type)
    return numbers if dtype == int64 else numbers.map(lambda number: cast(number, dtype))
