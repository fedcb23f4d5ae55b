"""Iterators of programs: what they give, when they read, and the thread that reads ahead."""

import collections
import gc
import threading
import time

import numpy as np
import pytest

import estimax as tf
from estimax import contrib
from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError, OutOfRangeError
from estimax.data import Dataset, DatasetSpec, experimental, make_initializable_iterator
from estimax.data._iterators import packer
from estimax.ragged import constant

Point = collections.namedtuple("Point", ["x", "y"])


def threads():
    return [t for t in threading.enumerate() if t.name == "estimax-prefetch"]


def no_thread_is_left():
    gc.collect()
    end = time.monotonic() + 5
    while threads() and time.monotonic() < end:
        time.sleep(0.01)
    return not threads()


@pytest.mark.parametrize("prefetch", [False, True])
def test_elements_are_what_programs_expect(prefetch):
    d = Dataset.from_tensor_slices(
        {"p": Point([1, 2], [[1.5], [2.5]]), "s": ["a", "b"], "t": [["c", ""], ["\0", "é"]], "z": ((), [True, False])}
    )
    d = d.prefetch(1) if prefetch else d
    first, second = d.as_numpy_iterator()
    assert list(first) == ["p", "s", "t", "z"]
    assert isinstance(first["p"], Point) and type(first["p"].x) is np.int32
    assert (second["p"].x, second["p"].y.tolist(), second["s"], second["z"]) == (2, [2.5], b"b", ((), False))
    assert second["t"].tolist() == [b"\0", "é".encode()]
    tensors, _ = d
    assert tensors["p"].y.dtype == tf.float32
    assert tensors["s"].numpy() == b"a"


def test_values_of_different_kinds_are_given_as_they_are():
    shapes = Dataset.range(3).map(lambda i: (tf.fill([i], i), tf.fill([i], "x")))
    assert [(n.tolist(), s.tolist()) for n, s in shapes.as_numpy_iterator()] == [
        ([], []),
        ([1], [b"x"]),
        ([2, 2], [b"x", b"x"]),
    ]
    (sparse,) = Dataset.range(2).sparse_batch(2, []).as_numpy_iterator()
    assert sparse.values.tolist() == [0, 1]
    (first, _) = Dataset.from_tensor_slices(constant([[[1], []], [[2, 3]]]))
    assert first.to_list() == [[1], []]
    (window,) = Dataset.range(2).window(2).as_numpy_iterator()
    assert list(window.as_numpy_iterator()) == [0, 1]
    assert Dataset.range(3).map(lambda i: ()).element_spec == ()
    assert list(Dataset.from_tensors(1).map(lambda i: ()).as_numpy_iterator()) == [()]


def test_what_an_iterator_gives_cannot_be_written_to():
    values = np.zeros((3, 2))
    for row in Dataset.from_tensor_slices(values).as_numpy_iterator():
        with pytest.raises(ValueError, match="read-only"):
            row += 1
    assert not values.any()
    values += 1  # what the program made itself, it may change


def test_packing_by_a_plan_is_packing():
    for structure in [0, (), {}, (0,), {"b": (0, {"d": 0, "c": 0}), "a": Point(0, (0,))}, [1, 2]]:
        leaves = tuple(range(len(nest.flatten(structure))))
        assert packer(structure)(leaves) == nest.pack(structure, leaves)


def test_the_first_element_does_not_wait_for_many_others():
    read = []

    def noted(i):
        read.append(int(i))
        return i

    d = Dataset.from_generator(lambda: map(noted, range(10_000)), output_types=tf.int64)
    iterator = d.batch(2).as_numpy_iterator()
    next(iterator)
    assert len(read) <= 64
    assert sum(len(b) for b in iterator) == 9998


def test_an_iterator_goes_on_after_an_error():
    d = Dataset.from_tensor_slices(["1", "x", "3"]).map(tf.strings.to_number)
    for made in (d, d.prefetch(1)):
        iterator = made.as_numpy_iterator()
        assert next(iterator) == 1
        with pytest.raises(InvalidArgumentError, match="x"):
            next(iterator)
        assert list(iterator) == []
        assert list(iterator) == []
    iterator = d.make_one_shot_iterator()
    assert iterator.get_next().numpy() == 1


def test_a_thread_reads_ahead_and_ends_with_its_iterator():
    d = Dataset.range(100_000).map(lambda i: i * 2).prefetch(tf.data.AUTOTUNE)
    assert [int(i) for i in d.take(5).as_numpy_iterator()] == [0, 2, 4, 6, 8]
    assert no_thread_is_left()
    iterator = d.batch(10).as_numpy_iterator()
    next(iterator)
    assert len(threads()) == 1
    del iterator
    assert no_thread_is_left()
    assert sum(1 for _ in d.as_numpy_iterator()) == 100_000
    assert sum(int(i) for i in d.repeat(2).take(5)) == 20
    assert no_thread_is_left()


def test_an_error_in_the_thread_comes_where_the_element_would_have():
    def failing():
        yield from range(100)
        raise ZeroDivisionError("in the generator")

    d = Dataset.from_generator(failing, output_types=tf.int64).prefetch(2)
    found = []
    with pytest.raises(Exception, match="in the generator"):
        found.extend(d.as_numpy_iterator())
    assert found == list(range(len(found)))
    assert no_thread_is_left()


def test_only_what_prefetches_has_a_thread():
    iterator = Dataset.range(10).as_numpy_iterator()
    next(iterator)
    assert threads() == []


def test_iterators_to_be_initialized_need_no_initializing():
    for iterator in (Dataset.range(1).make_initializable_iterator(), make_initializable_iterator(Dataset.range(1))):
        assert iterator.initializer.numpy() == 0
        assert iterator.get_next().numpy() == 0
        with pytest.raises(OutOfRangeError):
            iterator.get_next()


def test_types_shapes_and_classes_are_told():
    d = Dataset.from_tensor_slices(([1, 2], ["a", "b"])).batch(2)
    for given in (d, d.make_one_shot_iterator()):
        assert tf.data.get_output_types(given) == (tf.int32, tf.string)
        assert [s.as_list() for s in tf.data.get_output_shapes(given)] == [[None], [None]]
        assert tf.data.get_output_classes(given) == (tf.Tensor, tf.Tensor)
    assert d.output_classes == (tf.Tensor, tf.Tensor)
    assert DatasetSpec(tf.TensorSpec([], tf.int64)).is_compatible_with(Dataset.range(3).window(2).element_spec)
    assert not DatasetSpec(tf.TensorSpec([], tf.int32)).is_compatible_with(Dataset.range(3).window(2).element_spec)
    assert not DatasetSpec((tf.TensorSpec(),)).is_compatible_with(DatasetSpec(tf.TensorSpec()))


@pytest.mark.parametrize("namespace", [tf.data, experimental, contrib.data])
def test_every_name_of_a_namespace_is_there(namespace):
    missing = [name for name in namespace.__all__ if getattr(namespace, name, None) is None]
    assert missing == []
    with pytest.raises(AttributeError, match="did you mean"):
        _ = namespace.AUTOTUN
