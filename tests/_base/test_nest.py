"""Structures are flattened in the order of their sorted keys and packed again as they were."""

import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base import _nest as nest
from estimax.io._example_specs import VarLenFeature

Point = collections.namedtuple("Point", ["x", "y"])

leaves = st.integers() | st.none() | st.lists(st.integers(), max_size=2)
structures = st.recursive(
    leaves,
    lambda inner: (
        st.dictionaries(st.text("abc", max_size=2), inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=8,
)


def by_hand(structure):
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in by_hand(structure[key])]
    return [leaf for item in structure for leaf in by_hand(item)] if isinstance(structure, tuple) else [structure]


@given(structures)
def test_leaves_come_in_the_order_of_sorted_keys(structure):
    assert nest.flatten(structure) == by_hand(structure)


@given(structures)
def test_what_is_flattened_can_be_packed_again(structure):
    packed = nest.pack(structure, nest.flatten(structure))
    assert packed == structure
    assert type(packed) is type(structure)


@given(structures)
def test_paths_lead_to_their_leaves(structure):
    for path, leaf in nest.flatten_with_paths(structure):
        found = structure
        for part in path:
            found = found[part] if isinstance(found, dict) else found[int(part)]
        assert found is leaf


@given(structures)
def test_mapping_changes_leaves_and_nothing_else(structure):
    mapped = nest.map_leaves(lambda a, b: (a, b) == (b, a) and [a], structure, structure)
    assert nest.flatten(mapped) == [[leaf] for leaf in nest.flatten(structure)]


def test_dictionaries_keep_the_order_of_their_keys():
    structure = {"b": 1, "a": {"d": 2, "c": 3}}
    mapped = nest.map_leaves(lambda leaf: leaf * 10, structure)
    assert (list(mapped), list(mapped["a"])) == (["b", "a"], ["d", "c"])
    assert nest.flatten(structure) == [3, 2, 1]


def test_keys_of_mixed_types_have_an_order_too():
    assert nest.flatten({2: "two", "1": "one"}) == ["one", "two"]


def test_named_tuples_stay_what_they_are():
    assert nest.map_leaves(str, Point(1, (2, 3))) == Point("1", ("2", "3"))


@pytest.mark.parametrize("leaf", [[1, 2], "text", None, VarLenFeature("int64")])
def test_lists_and_feature_descriptions_are_leaves(leaf):
    assert nest.flatten({"a": leaf}) == [leaf]
    assert not nest.is_nested(leaf)


@pytest.mark.parametrize("given_leaves", [[], [1], [1, 2, 3]])
def test_as_many_leaves_as_places_are_needed(given_leaves):
    with pytest.raises(ValueError, match=f"of 2 leaves cannot be made of {len(given_leaves)}"):
        nest.pack({"a": 0, "b": 0}, given_leaves)


@pytest.mark.parametrize("other", [{"a": 1, "c": 2}, {"a": 1}, (1, 2), {"a": 1, "b": (2,)}, 5])
def test_structures_that_differ_are_not_mapped_together(other):
    with pytest.raises(ValueError, match="structures must have the same form"):
        nest.map_leaves(max, {"a": 1, "b": 2}, other)
