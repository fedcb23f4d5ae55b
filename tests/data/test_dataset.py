"""What the methods of `Dataset` take and say, what its iterators give, and how bad elements are reported."""

import collections

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import InvalidArgumentError, NotFoundError, OutOfRangeError
from estimax._graph._function import trace
from estimax.data import Dataset, TextLineDataset, make_one_shot_iterator
from estimax.data._iterators import Reader, mapped_over_iterator
from tests.data.reading import read

Point = collections.namedtuple("Point", ["x", "y"])


def test_the_specs_of_a_dataset_are_those_of_its_elements():
    d = Dataset.from_tensor_slices({"n": np.arange(6), "s": list("abcdef")}).batch(4)
    assert d.element_spec == {"n": tf.TensorSpec([None], tf.int64), "s": tf.TensorSpec([None], tf.string)}
    assert d.output_types == {"n": tf.int64, "s": tf.string}
    assert d.output_shapes["n"].as_list() == [None]
    assert d.batch(2, drop_remainder=True).output_shapes["s"].as_list() == [2, None]
    assert "element_spec" in repr(d)


def test_elements_keep_their_structure():
    d = Dataset.from_tensor_slices(Point({"b": [1, 2], "a": [3, 4]}, [5, 6])).map(lambda p: Point(p.x, p.y))
    (first, _) = read(d)
    assert first == Point({"b": 1, "a": 3}, 5)
    assert list(first.x) == ["b", "a"]
    assert read(Dataset.range(2).map(lambda i: [i, i + 1])) == [(0, 1), (1, 2)]
    assert read(Dataset.range(2).map(lambda i: (i, 7, "x", [1.5, 2.5]))) == [(i, 7, b"x", [1.5, 2.5]) for i in range(2)]


def test_iterators_give_tensors_or_numpy_values():
    d = Dataset.from_tensor_slices({"n": [1, 2], "s": ["a", "b"]})
    assert [e["n"].numpy() for e in d] == [1, 2]
    first, _ = d.as_numpy_iterator()
    assert first == {"n": 1, "s": b"a"}
    assert isinstance(first["n"], np.int32)
    assert [e["s"].numpy() for e in make_one_shot_iterator(d)] == [b"a", b"b"]


def test_the_end_of_an_iterator_is_an_error_only_for_who_asks_on():
    iterator = Dataset.range(1).make_one_shot_iterator()
    assert iterator.element_spec == tf.TensorSpec([], tf.int64)
    assert iterator.get_next().numpy() == 0
    for _ in range(2):
        with pytest.raises(OutOfRangeError, match="the end of its dataset"):
            iterator.get_next()


def test_what_an_input_function_does_to_the_next_element_is_a_map():
    def input_fn():
        features, label = Dataset.zip((Dataset.range(3), Dataset.range(3))).make_one_shot_iterator().get_next()
        return {"x": features + 1}, label

    _, structure = trace(lambda _: input_fn(), ())
    assert read(Dataset(mapped_over_iterator(structure))) == [({"x": i + 1}, i) for i in range(3)]
    assert mapped_over_iterator(tf.constant(1)) is None


def test_two_iterators_in_one_input_function_must_be_zipped():
    def input_fn(_):
        return tuple(Dataset.range(3).make_one_shot_iterator().get_next() for _ in range(2))

    _, structure = trace(input_fn, ())
    with pytest.raises(ValueError, match=r"2 calls with tf\.data\.Dataset\.zip"):
        mapped_over_iterator(structure)


def test_datasets_are_zipped_in_any_structure():
    d = Dataset.range(3)
    assert read(Dataset.zip((d, d.skip(1)))) == read(Dataset.zip(d, d.skip(1))) == [(0, 1), (1, 2)]
    assert read(Dataset.zip({"a": d, "b": (d, d)}))[1] == {"a": 1, "b": (1, 1)}
    assert read(Dataset.zip(datasets=d)) == [0, 1, 2]


@pytest.mark.parametrize("structure", [(), 5, (Dataset.range(3), 5), {}, None])
def test_only_datasets_can_be_zipped(structure):
    with pytest.raises(TypeError, match="zip needs Datasets"):
        Dataset.zip(structure)


def test_apply_and_prefetch_read_as_in_the_original():
    assert read(Dataset.range(6).apply(lambda d: d.skip(4)).prefetch(tf.data.AUTOTUNE)) == [4, 5]


def test_inner_datasets_see_the_elements_around_them():
    d = Dataset.range(4).flat_map(lambda i: Dataset.range(i).filter(lambda j: j < i - 1).map(lambda j: (i, j)))
    assert read(d) == [(2, 0), (3, 0), (3, 1)]
    d = Dataset.range(3).flat_map(lambda i: Dataset.range(9).skip(i).take(i).repeat(i).concatenate(Dataset.range(i)))
    assert read(d) == [1, 0, 2, 3, 2, 3, 0, 1]
    d = Dataset.range(3).flat_map(lambda i: Dataset.zip((Dataset.range(i), Dataset.from_tensors(i).repeat())))
    assert read(d) == [(0, 1), (0, 2), (1, 2)]


def test_a_cache_reads_its_input_once(tmp_path):
    file = tmp_path / "lines"
    file.write_text("a\nb\nc\n")
    d = TextLineDataset(file).cache()
    assert list(d.take(2).as_numpy_iterator()) == [b"a", b"b"]
    file.write_text("A\nB\nC\n")
    assert list(d.as_numpy_iterator()) == [b"A", b"B", b"C"]
    file.unlink()
    assert list(d.as_numpy_iterator()) == [b"A", b"B", b"C"]
    with pytest.raises(NotFoundError):
        list(TextLineDataset(file).cache().as_numpy_iterator())


def test_a_cache_that_another_run_has_filled_is_not_used(tmp_path):
    """A run that goes on in a new process cannot find the other run's order there."""
    d = Dataset.range(20).shuffle(20).cache()
    assert read(d, entropy=1) == read(d, entropy=1) != read(d, entropy=2)
    halfway = Reader(d.step, 2)
    halfway.next(5)
    read(d, entropy=1)
    rest = halfway.next(100).columns[0].tolist()
    assert rest == read(d, entropy=2)[5:]


def test_rows_that_come_from_nowhere_differ_in_each_run():
    d = Dataset.range(50).shuffle(50)
    assert read(d, entropy=None) != read(d, entropy=None)


BAD_CALLS = {
    "one bool": lambda d: d.filter(lambda i: i),
    "must return one bool": lambda d: d.filter(lambda i: tf.stack([i > 1, i > 2])),
    "must return a Dataset": lambda d: d.flat_map(lambda i: i),
    "must return Tensors": lambda d: d.map(lambda i: None),
    "it returned .*None": lambda d: d.map(lambda i: {"x": i, "y": None}),
    r"needs its truth .*tf\.cond.* tf\.where": lambda d: d.map(lambda i: 1 if i > 2 else 0),
    r"counts or indexes with it .* tf\.range": lambda d: d.map(lambda i: sum(range(i))),
    "NumPy function reads its value .* Tensor operations": lambda d: d.map(np.sqrt),
    "batch_size must be at least 1; got 0": lambda d: d.batch(0),
    "batch_size must be an integer; got 2.5": lambda d: d.batch(2.5),
    "batch_size must be an integer; got '8'": lambda d: d.batch("8"),
    "buffer_size must be at least 1": lambda d: d.shuffle(0),
    r"index must lie in \[0, 2\); got 2": lambda d: d.shard(2, 2),
    "num_shards must be at least 1": lambda d: d.shard(0, 0),
    "expected int64 values": lambda d: d.take(2.5),
    "numbers of dimensions": lambda d: d.concatenate(d.batch(2)),
    "same structure": lambda d: d.map(lambda i: {"a": i}).concatenate(d.map(lambda i: {"b": i})),
    "types": lambda d: d.concatenate(TextLineDataset("x")),
    "the same number of rows; got a: 3, b/0: 2": lambda d: Dataset.from_tensor_slices({"a": [1, 2, 3], "b": ([1, 2],)}),
    "a first axis; a is a scalar": lambda d: Dataset.from_tensor_slices({"a": 1}),
    "at least one value": lambda d: Dataset.from_tensor_slices({}),
    "the step of a range must not be 0": lambda d: Dataset.range(1, 5, 0),
    r"range takes \(stop\)": lambda d: Dataset.range(),
    "a path must be": lambda d: d.cache(5),
}


@pytest.mark.parametrize("message", BAD_CALLS)
def test_a_bad_call_is_refused_where_it_stands(message):
    with pytest.raises((TypeError, ValueError, NotImplementedError), match=message):
        BAD_CALLS[message](Dataset.range(4))


BAD_ELEMENTS = {
    r"component 0 of the first element has shape \[0\] and of element 1 \[1\]": lambda d: d.map(
        lambda i: tf.fill([i], i)
    ).batch(2),
    "the same number of rows; got 0: 3, 1: 2": lambda d: d.skip(2).flat_map(
        lambda i: Dataset.from_tensor_slices((tf.fill([i], 1), tf.fill([2], 1)))
    ),
}


@pytest.mark.parametrize("message", BAD_ELEMENTS)
def test_bad_elements_are_reported_when_they_are_read(message):
    dataset = BAD_ELEMENTS[message](Dataset.range(4))
    with pytest.raises(InvalidArgumentError, match=message):
        read(dataset)


def decode(line):
    return tf.io.decode_csv(line, [[0], ["none"]])


WAYS = {
    "map": lambda d: d.map(decode),
    "filter": lambda d: d.filter(lambda line: tf.not_equal(line, "2,y")).map(decode),
    "shuffle": lambda d: d.shuffle(3).map(decode),
    "batch": lambda d: d.batch(2).map(decode),
    "skip and take": lambda d: d.skip(1).take(8).map(decode),
    "shuffle, repeat and batch": lambda d: d.shuffle(3).repeat().batch(2).map(decode),
    "cache": lambda d: d.cache().shuffle(9).map(decode),
    "zip": lambda d: Dataset.zip((d, Dataset.range(9))).map(lambda line, _: decode(line)),
    "shard": lambda d: d.shard(2, 1).map(decode),
    "concatenate": lambda d: d.take(2).concatenate(d).batch(4).map(decode),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sizes", [(1,), (100,)])
def test_a_bad_row_is_named_by_file_and_line_whatever_way_it_came(tmp_path, way, sizes):
    (tmp_path / "good.csv").write_text("1,x\n2,y\n")
    (tmp_path / "bad.csv").write_text("3,x\nfour,y\n5,z\n")
    d = WAYS[way](TextLineDataset([tmp_path / "good.csv", tmp_path / "bad.csv"]))
    with pytest.raises(InvalidArgumentError, match=r"bad\.csv, line 2: field 0 must be a number .* 'four,y'"):
        read(d, sizes)


def test_a_bad_row_is_named_after_an_interruption_too(tmp_path):
    (tmp_path / "bad.csv").write_text("1,x\n2,y\n3\n")
    d = TextLineDataset(tmp_path / "bad.csv").shuffle(3).batch(1)
    first = Reader(d.map(lambda line: line).step, 3)
    first.next(1)
    second = Reader(d.map(decode).step, 1)
    second.restore(first.state())
    with pytest.raises(InvalidArgumentError, match=r"bad\.csv, line 3: expected 2 fields, got 1; .* '3'"):
        list(iter(lambda: second.next(1), None))
