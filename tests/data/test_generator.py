"""What a Python generator yields: how it becomes Tensors, when it is called, and what is said of what does not fit."""

import itertools

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._shapes import TensorShape
from estimax.data import Dataset
from estimax.data._generator import generator_step
from estimax.data._iterators import Reader
from tests.data.reading import read


def generated(*args, **options):
    return Dataset(generator_step(*args, **options))


def test_a_generator_is_called_anew_in_each_pass():
    calls = []

    def numbers():
        calls.append(1)
        yield from range(3)

    dataset = generated(numbers, tf.int64)
    assert calls == []
    assert dataset.element_spec == tf.TensorSpec(None, tf.int64)
    assert read(dataset.repeat(2)) == [0, 1, 2, 0, 1, 2]
    assert len(calls) == 2


def test_the_structure_and_the_shapes_are_those_that_are_said():
    dataset = generated(
        lambda: iter([({"b": "x", "a": [1, 2]}, 3.5)]),
        ({"b": tf.string, "a": tf.int32}, tf.float32),
        ({"b": (), "a": [None]}, TensorShape([])),
    )
    spec = ({"b": tf.TensorSpec([], tf.string), "a": tf.TensorSpec([None], tf.int32)}, tf.TensorSpec([], tf.float32))
    assert dataset.element_spec == spec
    assert read(dataset) == [({"b": b"x", "a": [1, 2]}, 3.5)]
    assert read(generated(lambda: iter([({"b": "x", "a": [1, 2]}, 3.5)]), output_signature=spec)) == read(dataset)


@pytest.mark.parametrize(
    ("value", "dtype", "found"),
    [
        (5, tf.float32, 5.0),
        (True, tf.int32, 1),
        (np.int32(5), tf.int64, 5),
        (np.float64(2.5), tf.float32, 2.5),
        ("é", tf.string, "é".encode()),
        (b"\0", tf.string, b"\0"),
        (np.array([["a"]]), tf.string, [[b"a"]]),
        (tf.constant([1, 2]), tf.int32, [1, 2]),
        (np.eye(2), tf.float64, [[1, 0], [0, 1]]),
        ([True], tf.bool, [True]),
    ],
)
def test_values_become_tensors_of_the_type_that_is_said(value, dtype, found):
    assert read(generated(lambda: iter([value]), dtype)) == [found]


BAD_ELEMENTS = {
    "float for an integer": (1.5, tf.int64, None, r"must be .*int64.*; got 1.5"),
    "text for a number": ("a", tf.int64, None, "got 'a'"),
    "number for text": (1, tf.string, None, "every element must be str or bytes"),
    "too large": (2**40, tf.int32, None, "int32 values lie between"),
    "number for a truth value": (1, tf.bool, None, "only True and False are truth values"),
    "tensor of another type": (tf.constant(1), tf.int64, None, "must be .*int64"),
    "another shape": ([1], tf.int32, [2], r"must be of shape \(2,\); got shape \(1,\)"),
    "another rank": ([[1]], tf.int32, [None], r"got shape \(1, 1\)"),
    "too many": ((1, 2, 3), (tf.int32, tf.int32), None, r"must have the structure .*; got \(1, 2, 3\)"),
    "list for a tuple": ([1, 2], (tf.int32, tf.int32), None, r"got \[1, 2\]"),
    "another key": ({"a": 1, "c": 2}, {"a": tf.int32, "b": tf.int32}, None, "must have the structure"),
}


@pytest.mark.parametrize("case", BAD_ELEMENTS)
def test_an_element_that_does_not_fit_is_named_after_those_before_it(case):
    value, types, shapes, said = BAD_ELEMENTS[case]
    good = {"another shape": [1, 2], "another rank": [1], "too many": (1, 2), "list for a tuple": (1, 2)}.get(
        case,
        {"a": 1, "b": 2}
        if isinstance(types, dict)
        else {"string": "x", "bool": True}.get(getattr(types, "name", ""), 1),
    )
    reader = Reader(generated(lambda: iter([good] * 5 + [value, good]), types, shapes).step, 1)
    before = 0
    with pytest.raises(InvalidArgumentError, match=f"element 5 of the generator .*{said}"):
        before = count_until_error(reader)
    assert reader.next(10).size == 1
    assert before == 0


def count_until_error(reader):
    while chunk := reader.next(100):
        assert chunk.size
    raise AssertionError("no error")


def test_an_error_of_the_generator_itself_comes_after_what_it_yielded():
    def failing():
        yield from range(5)
        raise KeyError("boom")

    reader = Reader(generated(failing, tf.int64).step, 1)
    assert sum(reader.next(100).size for _ in range(3)) == 5
    with pytest.raises(KeyError, match="boom"):
        reader.next(100)
    assert reader.next(100) is None


@pytest.mark.parametrize(
    ("arguments", "options", "error", "said"),
    [
        (([1, 2], tf.int32), {}, TypeError, "generator must be a function"),
        ((list,), {}, TypeError, "give output_signature, or output_types"),
        ((list, tf.int32), {"output_signature": tf.TensorSpec([], tf.int32)}, TypeError, "not both"),
        ((list,), {"output_signature": tf.int32}, TypeError, "must have a TensorSpec in each leaf"),
        ((list, (tf.int32, tf.int32), ([],)), {}, ValueError, "must have the structure of output_types"),
        ((list, {"a": tf.int32}, {"b": []}), {}, ValueError, "must have the structure of output_types"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused_at_once(arguments, options, error, said):
    with pytest.raises(error, match=said):
        generated(*arguments, **options)


def test_a_function_that_returns_no_iterator_is_an_error():
    with pytest.raises(TypeError, match="must return something to iterate over; it returned 5"):
        read(generated(lambda: 5, tf.int32))
    assert read(generated(lambda: [1, 2], tf.int32)) == [1, 2]


def test_arguments_arrive_as_numpy_values():
    def texts(*args):
        yield [f"{type(a).__name__} {a!r}" for a in args]

    (found,) = read(generated(texts, tf.string, args=(3, "x", [1.5])))
    assert found == [b"int32 np.int32(3)", b"bytes b'x'", b"ndarray array([1.5], dtype=float32)"]


def test_arguments_may_depend_on_an_element_around():
    def some(count):
        return iter(range(count))

    dataset = Dataset.range(4).flat_map(lambda n: generated(some, tf.int64, args=(n,)))
    assert read(dataset) == [0, 0, 1, 0, 1, 2]


def test_values_may_differ_in_shape_and_even_in_rank():
    values = [[1], [2, 3], [[4]], 5, [6]]
    assert read(generated(lambda: iter(values), tf.int32)) == values
    assert read(generated(lambda: iter(values), tf.int32), (2, 1)) == values


def test_a_generator_is_not_asked_for_much_more_than_what_is_used():
    asked = itertools.count()
    dataset = generated(lambda: (next(asked) for _ in itertools.repeat(None)), tf.int64)
    iterator = dataset.as_numpy_iterator()
    for used in range(1, 200):
        next(iterator)
        ahead = next(asked) - used  # asking counts, too
        assert ahead < 2 * used + 1 + used
        assert ahead <= 64 + used


def test_an_endless_generator_can_be_taken_from():
    assert read(generated(itertools.count, tf.int64).take(100)) == list(range(100))
    assert read(generated(itertools.count, tf.int64, []).batch(3).take(2)) == [[0, 1, 2], [3, 4, 5]]


def test_a_generator_that_yields_less_than_before_cannot_be_continued():
    count = [9]
    dataset = generated(lambda: iter(range(count[0])), tf.int64)
    reader = Reader(dataset.step, 1)
    for _ in range(7):
        reader.next(1)
    state = reader.state()
    count[0] = 8
    reader.restore(state)
    assert reader.next(5).columns[0].tolist() == [7]
    count[0] = 5
    with pytest.raises(
        DataLossError, match="yielded 7 elements or more when the checkpoint was written, and now only 5"
    ):
        reader.restore(state)
