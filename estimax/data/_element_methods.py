"""The methods of `Dataset` that apply a program's function to elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from estimax._base import _nest as nest
from estimax._base._eager import runs_eagerly
from estimax._graph._draws import Draws
from estimax._graph._function import as_structure
from estimax.data._arguments import positive
from estimax.data._calling import call, call_predicate, call_with_state
from estimax.data._chain import Chain
from estimax.data._eager_map import eager_map
from estimax.data._flat_map import FlatMap
from estimax.data._group_reduce import GroupReduce, Reducer
from estimax.data._ignoring_errors import ignoring_errors
from estimax.data._interleave import Interleave
from estimax.data._map import Filter, Map
from estimax.data._reduce import as_tensors, depends_on_trace, reduce_in_trace, reduced, single_element, single_in_trace
from estimax.data._resampling import resampled
from estimax.data._scan import Scan
from estimax.data._take_while import TakeWhile
from estimax.data._unique import Unique

if TYPE_CHECKING:
    from estimax.data._dataset import Dataset

_CYCLE_LENGTH = 2  # where a program leaves it open: the same on every machine, so that a run can go on on another


class ElementMethods(Chain):
    """What is made of each element, and which are kept."""

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

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(3).map(lambda i: {"number": i, "square": i * i})
            >>> [int(e["square"]) for e in d.as_numpy_iterator()]
            [0, 1, 4]
        """
        if runs_eagerly():
            return self.then(eager_map(self._step, map_func))
        made = call(map_func, self, name="map")
        return self.then(Map(self._step, made.function, made.structure))

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """Joins the datasets that a function makes of each element.

        Raises:
            TypeError: the function returns something else.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(1, 4).flat_map(lambda i: tf.data.Dataset.from_tensors(i).repeat(i))
            >>> [int(i) for i in d.as_numpy_iterator()]
            [1, 2, 2, 3, 3, 3]
        """
        made = call(map_func, self, name="flat_map", makes_dataset=True)
        return self.then(FlatMap(self._step, made.arguments, made.result.step))

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: int | None = None,
        block_length: int | None = None,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Takes turns between the datasets that a function makes of each element.

        Args:
            map_func: makes a dataset of an element, such as of the name of a file.
            cycle_length: how many datasets take turns; 2 where it is None or AUTOTUNE.
            block_length: how many elements each gives in its turn; 1 where it is None.
            num_parallel_calls: changes nothing.
            deterministic: changes nothing: the order is always the one of one after the other.
            name: changes nothing.

        Raises:
            TypeError: the function returns something else.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(2)
            >>> d = d.interleave(lambda i: tf.data.Dataset.from_tensors(i).repeat(3), cycle_length=2, block_length=2)
            >>> [int(i) for i in d.as_numpy_iterator()]
            [0, 0, 1, 1, 0, 1]
        """
        cycle = _CYCLE_LENGTH if cycle_length in (None, -1) else positive("cycle_length", cycle_length)
        block = 1 if block_length in (None, -1) else positive("block_length", block_length)
        made = call(map_func, self, name="interleave", makes_dataset=True)
        return self.then(Interleave(self._step, made.arguments, made.result.step, cycle, block))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keeps the elements for which a function is true.

        Raises:
            TypeError: the function does not return one bool.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(6).filter(lambda i: i % 2 > 0).as_numpy_iterator()]
            [1, 3, 5]
        """
        return self.then(Filter(self._step, call_predicate(predicate, self, "filter")))

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keeps the elements before the first for which a function is false.

        Raises:
            TypeError: the function does not return one bool.

        Example:
            >>> import estimax as tf
            >>> [int(i) for i in tf.data.Dataset.range(9).take_while(lambda i: i < 3).as_numpy_iterator()]
            [0, 1, 2]
        """
        return self.then(TakeWhile(self._step, call_predicate(predicate, self, "take_while")))

    def scan(self, initial_state: Any, scan_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """Applies a function to each element and a state, which it hands on from element to element.

        Args:
            initial_state: the structure of Tensors or data that the state is at first.
            scan_func: (state, element) -> (the next state, what the element becomes).
            name: changes nothing.

        Raises:
            TypeError: the function returns no pair, or a state of another structure or other types.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(5).scan(tf.constant(0, tf.int64), lambda total, i: (total + i, total + i))
            >>> [int(i) for i in d.as_numpy_iterator()]
            [0, 1, 3, 6, 10]
        """
        initial = as_structure(initial_state)
        made, _ = call_with_state(scan_func, self, initial, "scan", with_output=True)
        structure = nest.map_leaves(lambda _: None, made.result[1])
        return self.then(Scan(self._step, tuple(nest.flatten(initial)), made.function, structure))

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None) -> Any:
        """Returns what a function makes of all elements, one after the other.

        It reads the dataset at once; within a function given to `map` it does so for
        each element.

        Args:
            initial_state: the structure of Tensors or data that the state is at first.
            reduce_func: (state, element) -> the next state.
            name: changes nothing.

        Raises:
            TypeError: the function returns a state of another structure or other types.

        Example:
            >>> import estimax as tf
            >>> int(tf.data.Dataset.range(5).reduce(tf.constant(0, tf.int64), lambda total, i: total + i))
            10
        """
        initial = as_structure(initial_state)
        made, spec = call_with_state(reduce_func, self, initial, "reduce", with_output=False)
        if depends_on_trace(self._step, made.function, initial):
            return reduce_in_trace(self._step, made.function, initial, spec)
        values = [t.value for t in nest.flatten(initial)]
        return as_tensors(spec, reduced(self._reader().next, made.function, values, Draws.fresh()))

    def get_single_element(self, name: str | None = None) -> Any:
        """Returns the only element as a structure of Tensors.

        Raises:
            InvalidArgumentError: there is none, or more than one.

        Example:
            >>> import estimax as tf
            >>> tf.data.Dataset.range(4).batch(4).get_single_element().numpy().tolist()
            [0, 1, 2, 3]
        """
        if depends_on_trace(self._step):
            return single_in_trace(self._step)
        return as_tensors(self.element_spec, single_element(self._reader().next))

    def unique(self, name: str | None = None) -> Dataset:
        """Keeps each element the first time that it comes. What came is kept in memory.

        Raises:
            TypeError: elements are not one int32, int64 or string value.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.from_tensor_slices(["a", "b", "a"]).unique()
            >>> list(d.as_numpy_iterator())
            [b'a', b'b']
        """
        return self.then(Unique(self._step))

    def ignore_errors(self, log_warning: bool = False, name: str | None = None) -> Dataset:
        """Leaves out elements that cannot be computed, such as lines that cannot be decoded.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.from_tensor_slices(["1", "two", "3"])
            >>> d = d.map(tf.strings.to_number).ignore_errors()
            >>> [float(x) for x in d.as_numpy_iterator()]
            [1.0, 3.0]
        """
        return self.then(ignoring_errors(self._step, bool(log_warning)))

    def group_by_reducer(self, key_func: Callable[..., Any], reducer: Reducer) -> Dataset:
        """Reduces the elements of each key; gives the results in the order of the keys.

        Raises:
            TypeError: the key is not one int64, or the functions of the reducer do not fit together.

        Example:
            >>> import estimax as tf
            >>> count = tf.data.experimental.Reducer(lambda key: 0, lambda n, i: n + 1, lambda n: n)
            >>> d = tf.data.Dataset.range(5).group_by_reducer(lambda i: i % 2, count)
            >>> [int(n) for n in d.as_numpy_iterator()]
            [3, 2]
        """
        return self.then(GroupReduce.of(self, key_func, reducer))

    def rejection_resample(
        self,
        class_func: Callable[..., Any],
        target_dist: Any,
        initial_dist: Any = None,
        seed: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """Leaves out elements so that classes come as often as is wanted; makes pairs of class and element.

        Args:
            class_func: makes the number of the class, from 0, of an element.
            target_dist: how often each class is to come, in any unit.
            initial_dist: how often they come in this dataset; counted as it is read where it is None.
            seed: says the choice in every run.
            name: changes nothing.

        Raises:
            ValueError: a frequency is negative, or all are 0.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(400).rejection_resample(lambda i: i % 2, [0.0, 1.0], [0.5, 0.5])
            >>> {int(number) for number, _ in d.as_numpy_iterator()}
            {1}
        """
        return resampled(self.then(self._step), class_func, target_dist, initial_dist, seed)

    map_with_legacy_function = map
    filter_with_legacy_function = filter

    def apply(self, transformation_func: Callable[[Any], Dataset]) -> Dataset:
        """Returns what a function makes of this dataset.

        Example:
            >>> import estimax as tf
            >>> d = tf.data.Dataset.range(5).apply(tf.data.experimental.shuffle_and_repeat(5, count=2))
            >>> len(list(d))
            10
        """
        return transformation_func(self)
