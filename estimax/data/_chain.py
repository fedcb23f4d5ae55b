"""`Chain`: the last step of a dataset, and what can be known and read of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from estimax._base import _nest as nest
from estimax._base._dtypes import int64
from estimax._graph._op import as_tensor
from estimax._graph._tensor import TENSOR_CLASSES, Tensor
from estimax.data._cardinality import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, cardinality
from estimax.data._iterators import InitializableIterator, NumpyIterator, OneShotIterator, Reader, TensorIterator
from estimax.data._options import Options
from estimax.data._step import Step
from estimax.random._seed import next_entropy

if TYPE_CHECKING:
    from estimax.data._dataset import Dataset


class Chain(ABC):
    """A chain of steps.

    What is done to it gives another chain; nothing is read before an iterator
    asks for it.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._passes = 0
        self._entropy = next_entropy()
        self._options: Options | None = None

    @abstractmethod
    def then(self, step: Step) -> Dataset:
        """Makes a dataset of a step that follows on this one's."""

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
        return output_types(self)

    @property
    def output_shapes(self) -> Any:
        return output_shapes(self)

    @property
    def output_classes(self) -> Any:
        return output_classes(self)

    def cardinality(self) -> Tensor:
        """Returns how many elements there are, as far as it is known without reading any.

        An int64; `tf.data.INFINITE_CARDINALITY` or `tf.data.UNKNOWN_CARDINALITY` where it is no number.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(10)
            >>> [int(made.cardinality()) for made in (d.batch(4), d.repeat(), d.filter(lambda i: i > 3))]
            [3, -1, -2]
        """
        return as_tensor(cardinality(self._step), int64)

    def __len__(self) -> int:
        count = cardinality(self._step)
        if count == INFINITE_CARDINALITY:
            raise TypeError("the dataset has no end, and so no length")
        if count == UNKNOWN_CARDINALITY:
            raise TypeError(
                "the length of the dataset is not known before it is read; count with "
                "dataset.reduce(np.int64(0), lambda count, _: count + 1)"
            )
        return count

    def __bool__(self) -> bool:
        return True

    def as_numpy_iterator(self) -> NumpyIterator:
        """Returns an iterator over the elements as NumPy values; strings are `bytes`. Arrays cannot be written to.

        Example:
            >>> import estimax as tf
            >>> list(tf.data.Dataset.from_tensor_slices(["a", "b"]).as_numpy_iterator())
            [b'a', b'b']
        """
        return NumpyIterator(self._reader(), self.then)

    def make_one_shot_iterator(self) -> OneShotIterator:
        """Returns an iterator that goes through the elements once."""
        return OneShotIterator(self._step, self._reader(), self.then)

    def make_initializable_iterator(self, shared_name: str | None = None) -> InitializableIterator:
        """Returns an iterator whose `initializer` has nothing left to do: there are no sessions."""
        return InitializableIterator(self._step, self._reader(), self.then)

    def __iter__(self) -> Iterator[Any]:
        return TensorIterator(self._reader(), self.then)

    def _reader(self) -> Reader:
        self._passes += 1
        return Reader(self._step, self._entropy, self._passes - 1)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} element_spec={self.element_spec}>"


def make_one_shot_iterator(dataset: Chain) -> OneShotIterator:
    """Returns an iterator that goes through a dataset once."""
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset: Chain, shared_name: str | None = None) -> InitializableIterator:
    """Returns an iterator that goes through a dataset once and has an `initializer`, which does nothing."""
    return dataset.make_initializable_iterator(shared_name)


def output_types(dataset_or_iterator: Any) -> Any:
    """Returns the structure of an element, with its type in each leaf."""
    return nest.map_leaves(lambda s: s.dtype, dataset_or_iterator.element_spec)


def output_shapes(dataset_or_iterator: Any) -> Any:
    """Returns the structure of an element, with its shape in each leaf."""
    return nest.map_leaves(lambda s: s.shape, dataset_or_iterator.element_spec)


def output_classes(dataset_or_iterator: Any) -> Any:
    """Returns the structure of an element, with its kind of Tensor in each leaf."""
    return nest.map_leaves(lambda s: TENSOR_CLASSES[type(s)], dataset_or_iterator.element_spec)
