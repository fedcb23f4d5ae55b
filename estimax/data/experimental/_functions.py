"""Functions of whole datasets, as programs wrote them before they were methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estimax._base import _nest as nest
from estimax._base._dtypes import int64
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.data._chain import Chain
from estimax.data._dataset import Dataset


def Counter(start: Any = 0, step: Any = 1, dtype: Any = int64) -> Dataset:  # a name of the original
    """Counts without end; see `Dataset.counter`."""
    return Dataset.counter(start, step, dtype)


def RandomDataset(  # as above
    seed: Any = None, rerandomize_each_iteration: bool | None = None, name: str | None = None
) -> Dataset:
    """Makes random numbers without end; see `Dataset.random`."""
    return Dataset.random(seed, rerandomize_each_iteration)


def at(dataset: Dataset, index: Any) -> Any:
    """Returns the element at a position, reading all before it.

    Example:
        >>> import estimax as tf
        >>> int(tf.data.experimental.at(tf.data.Dataset.range(10, 20), 3))
        13
    """
    return dataset.skip(index).take(1).get_single_element()


def cardinality(dataset: Chain) -> Tensor:
    """Returns how many elements a dataset has, as far as it is known; see `Dataset.cardinality`."""
    return dataset.cardinality()


def choose_from_datasets(
    datasets: Sequence[Chain], choice_dataset: Chain, stop_on_empty_dataset: bool = False
) -> Dataset:
    """Takes each element from the dataset that another one says; see `Dataset.choose_from_datasets`."""
    return Dataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def from_list(elements: Sequence[Any], name: str | None = None) -> Dataset:
    """Makes a dataset of the elements of a list, which must be of one structure.

    Example:
        >>> import estimax as tf
        >>> d = tf.data.experimental.from_list([(1, "a"), (2, "b")])
        >>> [(int(number), word) for number, word in d.as_numpy_iterator()]
        [(1, b'a'), (2, b'b')]
    """
    if not elements:
        raise ValueError("from_list needs at least one element")
    return Dataset.from_tensor_slices(nest.map_leaves(lambda *values: as_tensor(list(values)), *elements))


def get_single_element(dataset: Dataset) -> Any:
    """Returns the only element of a dataset; see `Dataset.get_single_element`."""
    return dataset.get_single_element()


def get_structure(dataset_or_iterator: Any) -> Any:
    """Returns the structure of an element, with its spec in each leaf."""
    return dataset_or_iterator.element_spec


def sample_from_datasets(
    datasets: Sequence[Chain], weights: Any = None, seed: Any = None, stop_on_empty_dataset: bool = False
) -> Dataset:
    """Takes each element from a dataset that chance chooses; see `Dataset.sample_from_datasets`."""
    return Dataset.sample_from_datasets(datasets, weights, seed, stop_on_empty_dataset)


def save(
    dataset: Dataset, path: Any, compression: Any = None, shard_func: Any = None, checkpoint_args: Any = None
) -> None:
    """Writes the elements of a dataset to a folder; see `Dataset.save`."""
    dataset.save(path)


def load(path: Any, element_spec: Any = None, compression: Any = None, reader_func: Any = None) -> Dataset:
    """Makes the elements that `save` has written to a folder; see `Dataset.load`."""
    return Dataset.load(path, element_spec)
