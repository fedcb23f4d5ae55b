"""`tf.nest`: what the original gives for the same structures."""

import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf

Point = collections.namedtuple("Point", ["x", "y"])


@pytest.mark.parametrize(
    ("structure", "leaves"),
    [
        ({"b": [1, (2, 3)], "a": None}, [None, 1, 2, 3]),
        (5, [5]),
        ("ab", ["ab"]),
        (None, [None]),
        ([], []),
        (Point(1, [2]), [1, 2]),
    ],
)
def test_leaves_come_in_the_order_of_sorted_keys(structure, leaves):
    assert tf.nest.flatten(structure) == leaves
    assert tf.nest.pack_sequence_as(structure, leaves) == structure


def test_structures_are_mapped_together():
    assert tf.nest.map_structure(lambda a, b: a + b, [1, (2,)], [3, (4,)]) == [4, (6,)]
    assert tf.nest.map_structure(str, {"b": 1, "a": Point(2, 3)}) == {"b": "1", "a": Point("2", "3")}
    sparse = tf.SparseTensor([[0]], [1], [2])
    assert tf.nest.flatten([sparse]) == [sparse]
    assert tf.nest.is_nested([1]) and tf.nest.is_nested({}) and not tf.nest.is_nested("ab")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: tf.nest.assert_same_structure([1], [1, 2]), ValueError),
        (lambda: tf.nest.assert_same_structure([1], (1,)), TypeError),
        (lambda: tf.nest.assert_same_structure([1], 1), ValueError),
        (lambda: tf.nest.assert_same_structure({"a": 1}, {"b": 1}), ValueError),
        (lambda: tf.nest.pack_sequence_as([1], [1, 2]), ValueError),
        (lambda: tf.nest.map_structure(3, [1]), TypeError),
        (lambda: tf.nest.map_structure(max, [1], [1, 2]), ValueError),
    ],
)
def test_structures_that_differ_are_refused(call, error):
    with pytest.raises(error):
        call()


def test_types_are_not_compared_where_they_need_not_agree():
    tf.nest.assert_same_structure([1], (1,), check_types=False)


structures = st.recursive(
    st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)


@given(structures)
def test_what_is_taken_apart_is_put_together_again(structure):
    assert tf.nest.pack_sequence_as(structure, tf.nest.flatten(structure)) == structure
    assert tf.nest.flatten(tf.nest.map_structure(lambda v: v + 1, structure)) == [
        v + 1 for v in tf.nest.flatten(structure)
    ]
