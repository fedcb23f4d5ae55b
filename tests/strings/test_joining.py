"""reduce_join, unsorted_segment_join, ngrams and format: the results of the original."""

import numpy as np
import pytest

import estimax as tf
from estimax import ragged, strings

TABLE = tf.constant([["a", "b", "c"], ["d", "e", "f"]])
LISTS = [["a", "b", "c"], ["d"], []]


@pytest.mark.parametrize(
    ("axis", "joined"),
    [
        (None, b"a-b-c-d-e-f"),
        (0, [b"a-d", b"b-e", b"c-f"]),
        (-1, [b"a-b-c", b"d-e-f"]),
        ([0, 1], b"a-d-b-e-c-f"),
        ([1, 0], b"a-b-c-d-e-f"),
        ([], [[b"a", b"b", b"c"], [b"d", b"e", b"f"]]),
    ],
)
def test_strings_are_joined_along_axes(axis, joined):
    assert np.asarray(strings.reduce_join(TABLE, axis=axis, separator="-").numpy()).tolist() == joined


def test_axes_are_kept_with_size_one():
    assert strings.reduce_join(TABLE, keep_dims=True).numpy().tolist() == [[b"abcdef"]]
    assert strings.reduce_join(TABLE, reduction_indices=1, keepdims=True).numpy().tolist() == [[b"abc"], [b"def"]]


def test_nothing_is_joined_to_the_empty_string():
    assert strings.reduce_join(tf.constant([], tf.string)).numpy() == b""
    assert strings.reduce_join(strings.split(["a b", ""]), -1, separator="+").numpy().tolist() == [b"a+b", b""]


def test_lists_are_joined_place_by_place():
    assert strings.reduce_join(ragged.constant(LISTS), 0, separator="+").numpy().tolist() == [b"a+d", b"b", b"c"]


@pytest.mark.parametrize(
    ("inputs", "ids", "count", "joined"),
    [
        (["a", "b", "c", "d"], [1, 0, 1, 3], 4, [b"b", b"a:c", b"", b"d"]),
        ([["a", "b"], ["c", "d"]], [1, 0], 3, [[b"c", b"d"], [b"a", b"b"], [b"", b""]]),
        ([["a", "b"], ["c", "d"]], [[1, 0], [1, 1]], 3, [b"b", b"a:c:d", b""]),
    ],
)
def test_segments_are_joined(inputs, ids, count, joined):
    assert strings.unsorted_segment_join(inputs, ids, count, ":").numpy().tolist() == joined


@pytest.mark.parametrize(
    ("arguments", "options", "found"),
    [
        ((2,), {}, [[b"a b", b"b c"], [], []]),
        (((1, 2),), {}, [[b"a", b"b", b"c", b"a b", b"b c"], [b"d"], []]),
        (
            (3,),
            {"pad_values": ("<", ">")},
            [
                [b"< < a", b"< a b", b"a b c", b"b c >", b"c > >"],
                [b"< < d", b"< d >", b"d > >"],
                [b"< < >", b"< > >"],
            ],
        ),
        ((3,), {"pad_values": "*", "padding_width": 1}, [[b"* a b", b"a b c", b"b c *"], [b"* d *"], []]),
        ((2,), {"preserve_short_sequences": True}, [[b"a b", b"b c"], [b"d"], []]),
        (
            (5,),
            {"pad_values": ("<", ">"), "padding_width": 1, "preserve_short_sequences": True},
            [[b"< a b c >"], [b"< d >"], []],
        ),
    ],
)
def test_n_grams_are_the_originals(arguments, options, found):
    assert strings.ngrams(ragged.constant(LISTS), *arguments, **options).to_list() == found


def test_n_grams_of_dense_strings_are_dense():
    found = strings.ngrams(TABLE, 2, separator="_").numpy().tolist()
    assert found == [[b"a_b", b"b_c"], [b"d_e", b"e_f"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1, 2, 3]), b"[1 2 3]"),
        ("x", b'"x"'),
        (["x", 'y"z'], b'["x" "y\\"z"]'),
        (1.5, b"1.5"),
        ([[1.0, 2.5], [3.0, 4.0]], b"[[1 2.5]\n [3 4]]"),
        (np.arange(10), b"[0 1 2 ... 7 8 9]"),
        (np.arange(8).reshape(2, 2, 2), b"[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]"),
        (True, b"1"),
        (np.array([], np.float32), b"[]"),
        (1e-8, b"1e-08"),
        (1 / 3, b"0.333333343"),
        (np.float64(0.1), b"0.1"),
        (float("nan"), b"nan"),
        (1234567.0, b"1234567"),
    ],
)
def test_values_are_written_as_the_original_writes_them(value, text):
    assert strings.format("{}", tf.constant(value)).numpy() == text


def test_texts_have_values_in_the_places_of_placeholders():
    assert strings.format("%t and {}", tf.constant(1), placeholder="%t").numpy() == b"1 and {}"
    assert strings.format("{}{}", (np.arange(10), "a"), summarize=-1).numpy() == b'[0 1 2 3 4 5 6 7 8 9]"a"'
    assert strings.format("plain").numpy() == b"plain"
