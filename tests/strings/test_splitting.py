"""Splitting against Python's own, against the original's results, and over the rows of a dataset."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax import sparse, strings
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import Origin, StringArray
from estimax._graph._function import trace
from estimax.data import Dataset

TEXT = st.text("ab,| \t", max_size=12).map(str.encode)
TEXTS = st.lists(TEXT, max_size=6)


def parts(tensor):
    """A sparse Tensor as lists of its indices, values and shape."""
    return [np.asarray(p).tolist() for p in tensor.eval()]


def lists(texts, *args, **options):
    return strings.split(tf.constant(StringArray.of(texts)), *args, **options).to_list()


@given(TEXTS)
def test_splitting_at_white_space_is_pythons(texts):
    assert lists(texts) == [t.split() for t in texts]


@given(TEXTS, st.sampled_from([",", "|", "ab", ",|", " "]))
def test_splitting_at_a_separator_is_pythons(texts, separator):
    assert lists(texts, separator) == [t.split(separator.encode()) for t in texts]


@given(TEXTS, st.sampled_from([None, ",", "ab"]), st.integers(1, 4))
def test_splitting_so_often_is_pythons(texts, separator, count):
    wanted = [t.split(separator and separator.encode(), count) for t in texts]
    assert lists(texts, separator, count) == wanted


@given(TEXTS, st.sets(st.sampled_from(b",| a"), min_size=1))
def test_each_of_several_characters_separates(texts, characters):
    def pieces(text):
        for character in characters:
            text = text.replace(bytes([character]), b"\0")
        return [p for p in text.split(b"\0") if p]

    split = strings.string_split(tf.constant(StringArray.of(texts)), bytes(characters))
    wanted = [pieces(t) for t in texts]
    assert parts(split) == [
        [[i, j] for i, row in enumerate(wanted) for j in range(len(row))],
        [p for row in wanted for p in row],
        [len(texts), max(map(len, wanted), default=0)],
    ]


@given(TEXTS)
def test_bytes_are_split_off_and_joined_again(texts):
    pieces = strings.bytes_split(tf.constant(StringArray.of(texts)))
    assert pieces.to_list() == [[bytes([b]) for b in t] for t in texts]
    assert strings.reduce_join(pieces, axis=1).numpy().tolist() == texts


RECORDED = {
    "white space": (
        lambda: strings.string_split(["a b  c", "", " x"]),
        [[0, 0], [0, 1], [0, 2], [2, 0]],
        b"abcx",
        [3, 3],
    ),
    "empty pieces": (
        lambda: strings.string_split(["a,b;c;,d"], ",;", skip_empty=False),
        [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4]],
        [b"a", b"b", b"c", b"", b"d"],
        [1, 5],
    ),
    "no piece of an empty string": (lambda: strings.string_split([""], ",", skip_empty=False), [], [], [1, 0]),
    "bytes": (
        lambda: strings.string_split(["abc", "", "é"], ""),
        [[0, 0], [0, 1], [0, 2], [2, 0], [2, 1]],
        [b"a", b"b", b"c", b"\xc3", b"\xa9"],
        [3, 3],
    ),
    "nothing": (lambda: strings.string_split([], ","), [], [], [0, 0]),
    "two axes": (
        lambda: strings.split_v1([["a b  c", "d"], ["e", ""]]),
        [[0, 0, 0], [0, 0, 1], [0, 0, 2], [0, 1, 0], [1, 0, 0]],
        b"abcde",
        [2, 2, 3],
    ),
    "a single string": (lambda: strings.split_v1("a b"), [[0, 0], [0, 1]], b"ab", [1, 2]),
}


@pytest.mark.parametrize("what", RECORDED)
def test_sparse_pieces_are_the_originals(what):
    call, indices, values, shape = RECORDED[what]
    assert parts(call()) == [indices, [v if isinstance(v, bytes) else bytes([v]) for v in values], shape]


def test_ragged_pieces_are_the_originals():
    texts = ["a b  c ", "", " x\n\v\f\r\ty\x1cz"]
    assert lists(texts) == [[b"a", b"b", b"c"], [], [b"x", b"y\x1cz"]]
    assert lists(texts, maxsplit=1) == [[b"a", b"b  c "], [], [b"x", b"y\x1cz"]]
    assert lists([" x  y "], maxsplit=0) == [[b" x  y "]]
    assert lists(["a,,b,,,c"], ",,") == [[b"a", b"b", b",c"]]
    assert strings.split("").numpy().tolist() == []
    assert strings.split("", ",").numpy().tolist() == [b""]
    assert strings.split(strings.split(["a-b c", "", "d"]), "-").to_list() == [[[b"a", b"b"], [b"c"]], [], [[b"d"]]]


def test_a_row_of_a_dataset_is_split_and_filled_up():
    def one(line):
        words = strings.string_split([line], "|")
        return words.values, sparse.to_dense(words, default_value="")

    rows = list(Dataset.from_tensor_slices(["a|b", "c", "", "d||e|f"]).map(one).as_numpy_iterator())
    assert [values.tolist() for values, _ in rows] == [[b"a", b"b"], [b"c"], [], [b"d", b"e", b"f"]]
    assert [dense.tolist() for _, dense in rows] == [[[b"a", b"b"]], [[b"c"]], [[]], [[b"d", b"e", b"f"]]]


def test_batches_are_split_and_filled_up_each_by_itself():
    def dense(lines):
        return sparse.to_dense(strings.string_split(lines, "|"), default_value="-")

    batches = Dataset.from_tensor_slices(["a|b", "c", "d", "", "e|f|g"]).batch(2).map(dense)
    assert [b.tolist() for b in batches.as_numpy_iterator()] == [
        [[b"a", b"b"], [b"c", b"-"]],
        [[b"d"], [b"-"]],
        [[b"e", b"f", b"g"]],
    ]


def test_pieces_know_the_line_they_are_of():
    lines = StringArray.of(["1|2", "3|x|5"])
    lines = StringArray(lines.flat, lines.shape, Origin(("data.txt",), np.zeros(2, np.int32), np.array([7, 8])))
    function, _ = trace(
        lambda x: strings.to_number(strings.string_split([x], "|").values), tf.TensorSpec([], tf.string)
    )
    with pytest.raises(InvalidArgumentError, match=r"b'x' at data\.txt, line 8"):
        function.over_rows([lines], 2)


@pytest.mark.parametrize("count", [1, 5000])
def test_many_rows_are_split_as_one_is(count):
    lines = StringArray.of([b"%d|%s" % (i, b"x|" * (i % 4)) for i in range(count)])
    function, _ = trace(lambda x: strings.string_split([x], "|"), tf.TensorSpec([], tf.string))
    (column,) = function.over_rows([lines], count)
    for i in (0, count // 2, count - 1):
        assert column.row(i).values.tolist() == [p for p in lines[i].split(b"|") if p]


def test_slices_of_arrays_are_split():
    words = StringArray.of(["no", "a b", "c", "no"])
    part = StringArray(words.flat[1:3])
    assert lists(part) == [[b"a", b"b"], [b"c"]]
    assert lists(part, "b", 1) == [[b"a ", b""], [b"c"]]
    assert strings.length(part, unit="UTF8_CHAR").numpy().tolist() == [3, 1]


REFUSED = {
    "a single string": (lambda: strings.string_split("a b"), "takes a vector of strings; got shape ()"),
    "an unknown kind": (lambda: strings.split(["a"], result_type="list"), "result_type must be"),
    "lists kept when joined": (lambda: strings.reduce_join(strings.split(["a"]), 1, True), "keeps none"),
    "an axis that is not there": (lambda: strings.reduce_join(["a"], 1), "axis must be from -1 to 0"),
    "an axis twice": (lambda: strings.reduce_join([["a"]], [0, -2]), "each axis once"),
    "segments that are not there": (lambda: strings.unsorted_segment_join(["a"], [3], 2), "from 0 to 1; got 3"),
    "segments of another shape": (lambda: strings.unsorted_segment_join(["a"], [0, 1], 2), "need a shape"),
    "no strings in an n-gram": (lambda: strings.ngrams(["a"], 0), "at least one string"),
    "n-grams of a single string": (lambda: strings.ngrams("a", 1), "takes lists"),
    "less than no padding": (lambda: strings.ngrams(["a"], 2, padding_width=-1), "0 or more"),
    "too few values": (lambda: strings.format("{} {}", 1), "2 placeholders for 1 values"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_split_or_joined_is_refused_with_advice(what):
    program, message = REFUSED[what]
    with pytest.raises(InvalidArgumentError) as error:
        program()
    assert message in str(error.value)


def test_numbers_are_not_split():
    with pytest.raises(TypeError, match=r"needs strings; got int32.*as_string"):
        strings.split([1])
