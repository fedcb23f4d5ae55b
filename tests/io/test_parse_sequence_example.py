"""Parsing of examples with steps: what the original finds in them, at once as one by one."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._wire_format import delimited
from estimax._graph._column import rows_of, spec_of
from estimax._graph._function import trace
from estimax._graph._saving import function_from_json, function_to_json
from estimax.io import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature
from estimax.io._example_message import SequenceExample
from estimax.io._example_specs import RaggedFeature
from estimax.io._parse_sequence_example import parse_sequence_example, parse_single_sequence_example
from tests.io.examples import LISTS, VALUES, column_of, entry, floats, integers, shown, values_of


def fill(feature, kind, values):
    getattr(feature, LISTS[kind]).SetInParent()
    getattr(feature, LISTS[kind]).value.extend(values)


def sequence_of(context, steps):
    """Makes an example: by name a type and values, and by name a type and a list of values for each step."""
    made = SequenceExample()
    for name, (kind, values) in context.items():
        fill(made.context.feature[name], kind, values)
    for name, (kind, lists) in steps.items():
        made.feature_lists.feature_list[name].SetInParent()
        for values in lists:
            fill(made.feature_lists.feature_list[name].feature.add(), kind, values)
    return made.SerializeToString()


# Recorded from the original, by these specs.
ROWS = [
    sequence_of(
        {"c": ("int64", [5]), "v": ("string", [b"p", b"q"])},
        {"x": ("float32", [[1], [2], [3]]), "w": ("string", [[b"a", b"b"], [], [b"c"]])},
    ),
    sequence_of({"c": ("int64", [6])}, {"x": ("float32", [[4]])}),
    sequence_of({"c": ("int64", [7])}, {"x": ("float32", []), "w": ("string", [])}),
]
CONTEXT = {"c": FixedLenFeature([], tf.int64), "v": VarLenFeature(tf.string)}
STEPS = {"x": FixedLenSequenceFeature([], tf.float32), "w": VarLenFeature(tf.string)}
RAGGED = {"x": RaggedFeature(tf.float32), "w": RaggedFeature(tf.string)}


def sparse(indices, values, shape):
    return {"indices": indices, "values": values, "shape": shape}


def test_single_examples_are_read_as_by_the_original():
    found = [tuple(map(values_of, parse_single_sequence_example(row, CONTEXT, STEPS))) for row in ROWS]
    assert found == [
        (
            {"c": 5, "v": sparse([[0], [1]], [b"p", b"q"], [2])},
            {"x": [1, 2, 3], "w": sparse([[0, 0], [0, 1], [2, 0]], [b"a", b"b", b"c"], [3, 2])},
        ),
        ({"c": 6, "v": sparse([], [], [0])}, {"x": [4], "w": sparse([], [], [0, 0])}),
        ({"c": 7, "v": sparse([], [], [0])}, {"x": [], "w": sparse([], [], [0, 0])}),
    ]
    _, ragged = parse_single_sequence_example(ROWS[0], sequence_features=RAGGED)
    assert values_of(ragged) == {"x": {"lists": [[1], [2], [3]]}, "w": {"lists": [[b"a", b"b"], [], [b"c"]]}}
    context, _ = parse_single_sequence_example(ROWS[0], {"v": RaggedFeature(tf.string)})
    assert values_of(context) == {"v": [b"p", b"q"]}


def test_batches_are_read_as_by_the_original():
    assert tuple(map(values_of, parse_sequence_example(ROWS, CONTEXT, STEPS))) == (
        {"c": [5, 6, 7], "v": sparse([[0, 0], [0, 1]], [b"p", b"q"], [3, 2])},
        {
            "x": [[1, 2, 3], [4, 0, 0], [0, 0, 0]],
            "w": sparse([[0, 0, 0], [0, 0, 1], [0, 2, 0]], [b"a", b"b", b"c"], [3, 3, 2]),
        },
        {"x": [3, 1, 0]},
    )
    _, ragged, lengths = parse_sequence_example(ROWS, None, RAGGED)
    assert values_of(ragged) == {
        "x": {"lists": [[[1], [2], [3]], [[4]], []]},
        "w": {"lists": [[[b"a", b"b"], [], [b"c"]], [], []]},
    }
    assert lengths == {}


def test_steps_of_several_values_are_filled_up():
    rows = [sequence_of({}, {"x": ("float32", [[1, 2], [3, 4]])}), sequence_of({}, {"x": ("float32", [[5, 6]])})]
    specs = {"x": FixedLenSequenceFeature([2], tf.float32)}
    assert values_of(parse_single_sequence_example(rows[0], None, specs)[1])["x"] == [[1, 2], [3, 4]]
    assert values_of(parse_sequence_example(rows, None, specs)[1])["x"] == [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]
    specs = {"x": FixedLenSequenceFeature([2], tf.float32, default_value=9.0)}
    assert values_of(parse_sequence_example(rows, None, specs)[1])["x"][1] == [[5, 6], [9, 9]]


def test_lists_may_lack_where_that_is_said():
    lacking = sequence_of({}, {})
    assert lacking == b""
    may = {"x": FixedLenSequenceFeature([], tf.float32, allow_missing=True), "w": VarLenFeature(tf.string)}
    assert values_of(parse_sequence_example([ROWS[1], lacking], None, may)[1])["x"] == [[4], [0]]
    with pytest.raises(InvalidArgumentError, match=r"example 1: the list of features 'x' is missing.*allow_missing"):
        parse_sequence_example([ROWS[1], lacking], None, STEPS)
    with pytest.raises(InvalidArgumentError, match="feature 'c' is missing or empty; there is nothing else"):
        parse_single_sequence_example(lacking, CONTEXT)


def parse_batch(serialized):
    context, steps, lengths = parse_sequence_example(
        serialized,
        {"v": VarLenFeature(tf.int64), "d": FixedLenFeature([], tf.float32, 0.5)},
        {
            "x": FixedLenSequenceFeature([2], tf.float32, allow_missing=True),
            "w": VarLenFeature(tf.string),
            "n": RaggedFeature(tf.int64),
        },
    )
    return {**context, **steps, **{f"{name} lengths": n for name, n in lengths.items()}}


def parse_one(serialized):
    context, steps = parse_single_sequence_example(
        serialized,
        {"v": RaggedFeature(tf.int64)},
        {
            "x": FixedLenSequenceFeature([2], tf.float32, allow_missing=True),
            "w": RaggedFeature(tf.string),
            "n": VarLenFeature(tf.int64),
        },
    )
    return {**context, **steps}


def lists_of(kind, least=0, most=3):
    return st.lists(st.lists(VALUES[kind], min_size=least, max_size=most), max_size=4).map(lambda v: (kind, v))


rows_of_steps = st.tuples(
    st.fixed_dictionaries({}, optional={"v": st.lists(VALUES["int64"], max_size=3).map(lambda v: ("int64", v))}),
    st.fixed_dictionaries(
        {}, optional={"x": lists_of("float32", 2, 2), "w": lists_of("string"), "n": lists_of("int64")}
    ),
)


def lifted(function, column):
    graph, structure = trace(function, TensorSpec([None] * (column.ndim - 1), tf.string))
    columns = graph.over_rows([column], len(column))
    for tensor, made in zip(graph.outputs, columns):
        assert all(tensor.spec.is_compatible_with(spec_of(row)) for row in rows_of(made))
    return [dict(zip(sorted(structure), map(shown, row))) for row in zip(*map(rows_of, columns))]


@settings(max_examples=50)
@given(st.lists(rows_of_steps, min_size=1, max_size=5), st.integers(1, 3))
def test_a_column_is_parsed_as_one_by_one(rows, size):
    serialized = [sequence_of(*row) for row in rows]
    wanted = [values_of(parse_one(s)) for s in serialized]
    assert lifted(parse_one, column_of(serialized)) == wanted
    for row, found in zip(rows, wanted):
        assert found["w"]["lists"] == row[1].get("w", (None, []))[1]
        assert found["x"] == row[1].get("x", (None, []))[1]
        assert found["n"]["values"] == list(itertools.chain(*row[1].get("n", (None, []))[1]))
    batches = column_of(serialized * size).reshape(len(rows), size)
    assert lifted(parse_batch, batches) == [values_of(parse_batch(batches[i])) for i in range(len(rows))]


@pytest.mark.parametrize(
    ("steps", "specs", "message"),
    [
        (
            {"x": ("float32", [[1], [2, 3]])},
            STEPS,
            r"'x' must hold float32 values, 1 in each step .* it has 2 in step 1",
        ),
        ({"x": ("int64", [[1]])}, STEPS, "it has int64 values in step 0"),
        ({"x": ("float32", [[1], []])}, STEPS, "it has 0 in step 1"),
        ({"w": ("int64", [[1], [2]])}, {"w": VarLenFeature(tf.string)}, "'w' must hold string values; it has int64"),
    ],
)
def test_steps_that_are_not_as_asked_for_are_named(steps, specs, message):
    with pytest.raises(InvalidArgumentError, match=f"the example: the list of features {message}|{message}"):
        parse_single_sequence_example(sequence_of({}, steps), None, specs)
    with pytest.raises(InvalidArgumentError, match="example 'bad'"):
        parse_sequence_example([ROWS[1], sequence_of({}, steps)], None, specs, example_names=["good", "bad"])


def test_fields_in_another_order_are_read():
    lists = delimited(2, entry(b"x", delimited(1, floats(1.5))))
    context = delimited(1, entry(b"c", integers(8)))
    usual = lists + context
    for serialized in (context + lists, usual, b"\x18\x05" + usual):
        found = [
            values_of(part)
            for part in parse_single_sequence_example(serialized, {"c": CONTEXT["c"]}, {"x": STEPS["x"]})
        ]
        assert found == [{"c": 8}, {"x": [1.5]}]
    rows = [context + lists, usual, context + lists]
    assert values_of(parse_sequence_example(rows, {"c": CONTEXT["c"]})[0]) == {"c": [8, 8, 8]}


def test_damaged_examples_are_refused():
    whole = ROWS[0]
    for size in range(1, len(whole)):
        if size != len(SequenceExample.FromString(whole).context.SerializeToString()) + 2:  # the context alone
            with pytest.raises(InvalidArgumentError, match=r"is no serialized tf\.train\.SequenceExample"):
                parse_single_sequence_example(whole[:size], {"v": CONTEXT["v"]})


def test_a_graph_that_parses_is_saved_and_loaded():
    graph, _ = trace(parse_batch, TensorSpec([None], tf.string))
    document, arrays = function_to_json(graph)
    loaded = function_from_json(json.loads(json.dumps(document)), arrays)
    column = column_of([sequence_of({}, {"x": ("float32", [[1, 2]]), "n": ("int64", [[1], []])}), b""])
    assert [shown(v) for v in loaded([column])] == [shown(v) for v in graph([column])]


def test_what_nothing_needs_is_not_read():
    bad = sequence_of({"c": ("string", [])}, {"x": ("int64", [[1]]), "w": ("string", [[b"a"]])})

    def words(serialized):
        return parse_single_sequence_example(serialized, CONTEXT, STEPS)[1]["w"]

    graph, _ = trace(words, TensorSpec([], tf.string))
    assert shown(graph([column_of([bad]).reshape(())])[0])["values"] == [b"a"]

    def lengths(serialized):
        return parse_sequence_example(serialized, CONTEXT, STEPS)[2]["x"]

    graph, _ = trace(lengths, TensorSpec([None], tf.string))
    assert graph([column_of(ROWS)])[0].tolist() == [3, 1, 0]


def test_what_comes_out_is_known_before():
    steps = {**STEPS, "m": FixedLenSequenceFeature([2], tf.float32), "r": RaggedFeature(tf.int64)}
    _, (context, found) = trace(lambda s: parse_single_sequence_example(s, CONTEXT, steps), TensorSpec([], tf.string))
    assert context["v"].spec == SparseTensorSpec([None], tf.string)
    assert found["w"].spec == SparseTensorSpec([None, None], tf.string)
    assert found["m"].spec == TensorSpec([None, 2], tf.float32)
    assert found["r"].spec == RaggedTensorSpec([None, None], tf.int64, 1)
    _, (_, found, lengths) = trace(lambda s: parse_sequence_example(s, CONTEXT, steps), TensorSpec([4], tf.string))
    assert found["w"].spec == SparseTensorSpec([4, None, None], tf.string)
    assert found["m"].spec == TensorSpec([4, None, 2], tf.float32)
    assert found["r"].spec == RaggedTensorSpec([4, None, None], tf.int64, 2)
    assert lengths["x"].spec == TensorSpec([4], tf.int64)


def test_specs_that_no_steps_have_are_refused():
    with pytest.raises(ValueError, match="give context_features or sequence_features"):
        parse_single_sequence_example(ROWS[0])
    with pytest.raises(ValueError, match=r"sequence_features\['x'\] must be a FixedLenSequenceFeature"):
        parse_single_sequence_example(ROWS[0], None, {"x": FixedLenFeature([], tf.float32)})
    with pytest.raises(InvalidArgumentError, match=r"takes one string; got strings of shape \(3,\)"):
        parse_single_sequence_example(ROWS, CONTEXT)
    assert np.shape(parse_sequence_example(ROWS[0], CONTEXT)[0]["c"].numpy()) == ()
