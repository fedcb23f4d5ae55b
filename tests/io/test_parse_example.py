"""Parsing of examples: what the original finds in them, however they are written, and at once as one by one."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._string_array import Origin, StringArray
from estimax._graph._column import rows_of, spec_of
from estimax._graph._function import trace
from estimax._graph._saving import function_from_json, function_to_json
from estimax._graph._varying import RaggedValue, Rows, SparseColumn
from estimax.io import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature
from estimax.io._example_message import Example
from estimax.io._example_specs import RaggedFeature, SparseFeature
from estimax.io._parse_example import parse_example, parse_single_example
from tests.io.examples import (
    LISTS,
    NAMES,
    column_of,
    entry,
    example_of,
    examples,
    floats,
    integers,
    message,
    shown,
    single_floats,
    single_integers,
    values_of,
)

DTYPES = {"float32": tf.float32, "int64": tf.int64, "string": tf.string}
KINDS = {"x": "float32", "y": "int64", NAMES[2]: "string", NAMES[3]: "int64", "é": "float32"}
PARSE = {
    "sparse": VarLenFeature,
    "padded": lambda dtype: FixedLenSequenceFeature([], dtype, allow_missing=True),
    "ragged": RaggedFeature,
}


def found_in(serialized, name):
    """Says in plain Python which values an example has under a name; None where it has none."""
    feature = Example.FromString(serialized).features.feature
    kind = feature[name].WhichOneof("kind") if name in feature else None
    return None if kind is None else list(getattr(feature[name], kind).value)


def plain_single(kind, values):
    values = values or []
    if kind == "sparse":
        return {"indices": [[i] for i in range(len(values))], "values": values, "shape": [len(values)]}
    return values


def plain_batch(kind, lists, filling):
    lists = [v or [] for v in lists]
    longest = max(map(len, lists), default=0)
    if kind == "sparse":
        places = [[row, i] for row, values in enumerate(lists) for i in range(len(values))]
        return {"indices": places, "values": list(itertools.chain(*lists)), "shape": [len(lists), longest]}
    if kind == "ragged":
        return {"lists": lists}
    return [values + [filling] * (longest - len(values)) for values in lists]


def lifted(function, column):
    """Calls a traced function with a column, and returns the rows of its results."""
    shape = column.shapes[0] if isinstance(column, Rows) else column.shape[1:]
    spec = TensorSpec([None] * len(shape), tf.string)
    graph, structure = trace(function, spec)
    columns = graph.over_rows([column], len(column))
    for tensor, made in zip(graph.outputs, columns):
        for row in rows_of(made):
            assert tensor.spec.is_compatible_with(spec_of(row)), (tensor.spec, spec_of(row))
    names = sorted(structure)
    return [dict(zip(names, map(shown, row))) for row in zip(*map(rows_of, columns))]


@given(st.lists(examples(KINDS), max_size=9), st.sampled_from(list(PARSE)))
def test_values_are_those_that_the_library_reads(rows, kind):
    serialized = [example_of(row) for row in rows]
    specs = {name: PARSE[kind](DTYPES[dtype]) for name, dtype in KINDS.items()}
    wanted = [{name: plain_single(kind, found_in(s, name)) for name in KINDS} for s in serialized]
    column = column_of(serialized)
    assert [values_of(parse_single_example(s, specs)) for s in serialized] == wanted
    if rows:
        assert lifted(lambda s: parse_single_example(s, specs), column) == wanted
    batch = {
        name: plain_batch(kind, [found_in(s, name) for s in serialized], b"" if dtype == "string" else 0)
        for name, dtype in KINDS.items()
    }
    assert values_of(parse_example(column, specs)) == batch


@settings(max_examples=40)
@given(st.lists(examples(KINDS), min_size=1, max_size=6), st.integers(1, 4))
def test_a_column_of_batches_is_parsed_as_each_batch_is(rows, size):
    serialized = [example_of(row) for row in rows] * size
    specs = {
        f"{name} {kind}": RaggedFeature(DTYPES[dtype], value_key=name)
        if kind == "ragged"
        else PARSE[kind](DTYPES[dtype])
        for name, dtype in KINDS.items()
        for kind in PARSE
    } | {name: PARSE["sparse"](DTYPES[dtype]) for name, dtype in KINDS.items()}
    batches = column_of(serialized).reshape(len(rows), size)
    wanted = [values_of(parse_example(batches[i], specs)) for i in range(len(batches))]
    assert lifted(lambda s: parse_example(s, specs), batches) == wanted


def test_batches_may_differ_in_size():
    serialized = [example_of({"x": ("float32", [float(i)] * i)}) for i in range(6)]
    specs = {"x": PARSE["padded"](tf.float32), "y": FixedLenFeature([2], tf.int64, [7, 8])}
    batches = Rows(column_of(serialized), np.array([[1], [0], [3], [2]]))
    wanted = [values_of(parse_example(row, specs)) for row in rows_of(batches)]
    assert lifted(lambda s: parse_example(s, specs), batches) == wanted
    assert wanted[2]["x"] == [[1, 0, 0], [2, 2, 0], [3, 3, 3]]
    assert wanted[2]["y"] == [[7, 8]] * 3


fixed_shapes = st.sampled_from([[], [1], [2], [2, 3], [0], [40]])


@given(st.sampled_from(list(DTYPES)), fixed_shapes, st.integers(1, 9), st.data())
def test_values_of_fixed_number_are_dense_and_may_have_a_default(kind, shape, count, data):
    size = int(np.prod(shape, dtype=int))
    values = st.lists(examples({"x": kind}, most=0), min_size=count, max_size=count)
    rows = data.draw(values)
    drawn = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    one = {"float32": 2.5, "int64": 300, "string": b"abc"}[kind]
    for row, is_there in zip(rows, drawn):
        if is_there:
            row["x"] = (kind, [one] * size)
        elif row.get("x", (None,))[0] is not None and size:
            del row["x"]
    serialized = [example_of(row) for row in rows]
    default = [{"float32": -1.0, "int64": -1, "string": b"-"}[kind]] * size
    specs = {"x": FixedLenFeature(shape, DTYPES[kind], np.reshape(np.array(default, object), shape).tolist() or None)}
    if not size and not all(found_in(s, "x") is not None for s in serialized):
        return
    wanted = [np.reshape(np.array(found_in(s, "x") or default, object), shape).tolist() for s in serialized]
    assert [values_of(parse_single_example(s, specs))["x"] for s in serialized] == wanted
    assert lifted(lambda s: parse_single_example(s, specs), column_of(serialized)) == [{"x": w} for w in wanted]
    assert values_of(parse_example(serialized, specs))["x"] == wanted


# Recorded: what the original makes of messages that no library writes. None where it raises an error.
X = {"x": FixedLenFeature([], tf.float32)}
X2 = {"x": FixedLenFeature([2], tf.float32)}
N = {"n": VarLenFeature(tf.int64)}
DEFAULT = {"x": FixedLenFeature([], tf.float32, 3.0)}
VAR = {"x": VarLenFeature(tf.float32)}
ODD = {
    "as it should be": (message(entry(b"x", floats(1.5))), X, 1.5),
    "missing": (message(entry(b"y", floats(1.5))), X, None),
    "missing with a default": (message(entry(b"y", floats(1.5))), DEFAULT, 3.0),
    "another type": (message(entry(b"x", integers(1))), X, None),
    "another type with a default": (message(entry(b"x", integers(1))), DEFAULT, None),
    "another type of any number": (message(entry(b"x", integers(1))), VAR, None),
    "too many values": (message(entry(b"x", floats(1, 2, 3))), X2, None),
    "an empty list": (message(entry(b"x", floats())), X, None),
    "an empty list with a default": (message(entry(b"x", floats())), DEFAULT, None),
    "no kind": (message(entry(b"x", b"")), X, None),
    "no kind with a default": (message(entry(b"x", b"")), DEFAULT, 3.0),
    "no kind of any number": (message(entry(b"x", b"")), VAR, []),
    "no feature in an entry": (message(b"\x0a\x03\x0a\x01x"), DEFAULT, None),
    "a list of nothing": (message(entry(b"x", b"\x12\x00")), DEFAULT, None),
    "a list of nothing of any number": (message(entry(b"x", b"\x12\x00")), VAR, []),
    "a name twice": (message(entry(b"x", floats(1)), entry(b"x", floats(2))), X, 2.0),
    "a name twice, of several values": (message(entry(b"x", floats(1)), entry(b"x", floats(2, 3))), VAR, [2.0, 3.0]),
    "a name twice, the first wrong": (message(entry(b"x", integers(1)), entry(b"x", floats(2))), X, 2.0),
    "a name twice, the last wrong": (message(entry(b"x", floats(1)), entry(b"x", integers(2))), X, None),
    "a name twice, the last empty": (message(entry(b"x", floats(1)), entry(b"x", b"")), X, 1.0),
    "two lists of features": (message(entry(b"x", floats(1))) + message(entry(b"y", floats(2))), X, 1.0),
    "numbers in fields of their own": (message(entry(b"x", single_floats(1, 2))), X2, [1.0, 2.0]),
    "integers in fields of their own": (message(entry(b"n", single_integers(5, -6))), N, [5, -6]),
    "packed, then not": (message(entry(b"n", b"\x1a\x05\x0a\x01\x05\x08\x06")), N, [5]),
    "packed twice": (message(entry(b"x", b"\x12\x0c" + floats(1)[2:] + floats(2)[2:])), X2, None),
    "two lists in a feature": (message(entry(b"x", floats(1) + floats(2))), X2, None),
    "two kinds in a feature": (message(entry(b"x", integers(1) + floats(2))), X, None),
    "two kinds in a feature, the first right": (message(entry(b"x", floats(2) + integers(1))), X, 2.0),
    "a feature before its name": (message(b"\x0a\x0d\x12\x08" + floats(1) + b"\x0a\x01x"), X, 1.0),
    "two names in an entry": (message(b"\x0a\x10\x0a\x01y\x0a\x01x\x12\x08" + floats(1)), X, None),
    "two features in an entry": (message(b"\x0a\x17\x0a\x01x\x12\x08" + floats(1) + b"\x12\x08" + floats(2)), X, None),
    "an unknown field in an example": (b"\x10\x05" + message(entry(b"x", floats(1))), X, 1.0),
    "an unknown field of eight bytes": (b"\x1112345678" + message(entry(b"x", floats(1))), X, 1.0),
    "an unknown field among features": (message(b"\x10\x05", entry(b"x", floats(1))), X, None),
    "an unknown field in an entry": (message(b"\x0a\x10\x0a\x01x\x12\x08" + floats(1) + b"\x1a\x01z"), X, None),
    "an unknown field in a feature": (message(entry(b"x", b"\x4a\x01z" + floats(1))), X, None),
    "an unknown field at the end of a feature": (message(entry(b"x", floats(1) + b"\x4a\x01z")), X, 1.0),
    "an unknown field in a list": (message(entry(b"x", b"\x12\x09" + floats(1)[2:] + b"\x4a\x01z")), X, 1.0),
    "an unknown field in a list of texts": (
        message(entry(b"s", b"\x0a\x05\x0a\x01a\x10\x01")),
        {"s": RaggedFeature(tf.string)},
        None,
    ),
    "a group": (b"\x13\x14" + message(entry(b"x", floats(1))), X, None),
    "nothing": (b"", DEFAULT, 3.0),
    "no message": (b"hello", DEFAULT, None),
    "cut off": (message(entry(b"x", floats(1)))[:-2], DEFAULT, None),
    "a byte too much": (message(entry(b"x", floats(1))) + b"\0", X, None),
    "a number that does not end": (message(entry(b"n", b"\x1a\x03\x0a\x01\xff")), N, None),
    "a number of ten bytes": (message(entry(b"n", b"\x1a\x0c\x0a\x0a" + b"\xff" * 9 + b"\x01")), N, [-1]),
    "a number with bits too many": (message(entry(b"n", b"\x1a\x0c\x0a\x0a" + b"\xff" * 9 + b"\x7f")), N, [-1]),
    "a number of eleven bytes": (message(entry(b"n", b"\x1a\x0d\x0a\x0b" + b"\xff" * 10 + b"\x01")), N, None),
    "a length in more bytes than needed": (b"\x0a\x8f\x00" + message(entry(b"x", floats(1)))[2:], X, 1.0),
    "another feature that is damaged": (message(entry(b"x", floats(1)), entry(b"z", b"\x0a\xff")), X, 1.0),
    "another entry that is damaged": (message(entry(b"x", floats(1)), b"\x0a\x05\x0a\x01z\x12\x50"), X, None),
    "a name that is no text": (message(entry(b"\xff", floats(1)), entry(b"x", floats(1))), X, 1.0),
    "no values wanted": (message(entry(b"x", floats())), {"x": FixedLenFeature([0], tf.float32)}, []),
    "no values wanted, no feature": (message(), {"x": FixedLenFeature([0], tf.float32)}, None),
}


def value_of(results):
    (value,) = values_of(results).values()
    return value["values"] if isinstance(value, dict) else value


@pytest.mark.parametrize("case", ODD)
def test_odd_messages_are_read_as_by_the_original(case):
    serialized, specs, wanted = ODD[case]
    usual = [example_of({"x": ("float32", [0.5] * n), "n": ("int64", [1]), "s": ("string", [])}) for n in (1, 2)]
    usual = next((u for u in usual if can_parse(u, specs)), None)
    if wanted is None:
        with pytest.raises(InvalidArgumentError, match="the example"):
            parse_single_example(serialized, specs)
        if usual is not None:
            with pytest.raises(InvalidArgumentError, match="example 2"):
                parse_example([usual, usual, serialized, usual], specs)
        return
    assert value_of(parse_single_example(serialized, specs)) == wanted
    if usual is not None:
        parsed = lifted(lambda s: parse_single_example(s, specs), column_of([usual, serialized, usual]))
        assert parsed[1] == values_of(parse_single_example(serialized, specs))
        assert parsed[0] == parsed[2] == values_of(parse_single_example(usual, specs))


def can_parse(serialized, specs):
    try:
        parse_single_example(serialized, specs)
    except InvalidArgumentError:
        return False
    return True


def test_floats_that_are_no_whole_number_of_them_are_damaged():  # the original drops the bytes that are left
    with pytest.raises(InvalidArgumentError, match=r"feature 'x' must hold 1 float32 value .* it is damaged"):
        parse_single_example(message(entry(b"x", b"\x12\x07\x0a\x0512345")), X)


@given(st.binary(max_size=40))
def test_bytes_that_are_no_example_are_refused_or_hold_nothing(data):
    for specs in (DEFAULT, N, {"s": VarLenFeature(tf.string)}):
        try:
            parse_example([data], specs)
        except InvalidArgumentError:
            assert not can_parse(data, specs)
        else:
            assert can_parse(data, specs)


def test_an_example_that_is_cut_off_anywhere_is_refused():
    whole = example_of({"x": ("float32", [1.0]), "n": ("int64", [1, 300]), "s": ("string", [b"abc", b""])})
    specs = {"x": VAR["x"], "n": N["n"], "s": VarLenFeature(tf.string)}
    for size in range(1, len(whole)):
        with pytest.raises(InvalidArgumentError, match=r"the example is no serialized tf\.train\.Example: .* it is b'"):
            parse_single_example(whole[:size], specs)


def test_changed_bytes_are_refused_or_read_alike_by_itself_and_in_a_column():
    whole = example_of({"x": ("float32", [1.0]), "n": ("int64", [1, 300]), "s": ("string", [b"abc", b""])})
    specs = {"x": VAR["x"], "n": N["n"], "s": VarLenFeature(tf.string)}
    good = values_of(parse_single_example(whole, specs))
    for position in range(len(whole)):
        for change in (1, 8, 128, 255):
            changed = bytearray(whole)
            changed[position] ^= change
            column = column_of([whole, bytes(changed), whole])
            try:
                wanted = values_of(parse_single_example(bytes(changed), specs))
            except InvalidArgumentError:
                with pytest.raises(InvalidArgumentError, match="example 1"):
                    lifted(lambda s: parse_single_example(s, specs), column)
            else:
                assert lifted(lambda s: parse_single_example(s, specs), column) == [good, wanted, good]


@given(st.permutations(range(12)), st.integers(0, 2**12 - 1))
def test_names_may_come_in_any_order_and_be_left_out(order, present):
    entries = [entry(b"%d" % i * (i + 1), integers(i, 200 * i)) for i in range(12)]
    orders = [list(range(12)), order, [i for i in order if present >> i & 1], list(reversed(order))]
    serialized = [message(*(entries[i] for i in chosen)) for chosen in orders] * 2
    specs = {str(i) * (i + 1): VarLenFeature(tf.int64) for i in range(0, 12, 2)}
    parsed = lifted(lambda s: parse_single_example(s, specs), column_of(serialized))
    for row, chosen in zip(parsed, orders * 2):
        assert [row[str(i) * (i + 1)]["values"] for i in range(0, 12, 2)] == [
            [i, 200 * i] if i in chosen else [] for i in range(0, 12, 2)
        ]


def test_long_lists_stand_beside_short_ones():
    rows = [{"s": ("string", [b"a"] * n), "n": ("int64", [n] * n)} for n in (0, 3000, 1, 2)] + [{}] * 20
    specs = {"s": VarLenFeature(tf.string), "n": VarLenFeature(tf.int64)}
    parsed = parse_example([example_of(row) for row in rows], specs)
    assert parsed["s"].value.values.tolist() == [b"a"] * 3003
    assert parsed["n"].value.values.tolist() == [3000] * 3000 + [1] + [2] * 2
    assert parsed["s"].value.shape == (24, 3000)


def test_sequences_of_items_are_filled_up_with_a_default():
    serialized = [example_of({"x": ("float32", list(range(n)))}) for n in (4, 0, 2)]
    specs = {"x": FixedLenSequenceFeature([2], tf.float32, True, -1.0)}
    assert values_of(parse_example(serialized, specs))["x"] == [
        [[0, 1], [2, 3]],
        [[-1, -1], [-1, -1]],
        [[0, 1], [-1, -1]],
    ]
    assert values_of(parse_single_example(serialized[0], specs))["x"] == [[0, 1], [2, 3]]
    texts_of = {"s": FixedLenSequenceFeature([], tf.string, True, "none")}
    serialized = [example_of({"s": ("string", [b"a"] * n)}) for n in (2, 1)]
    assert values_of(parse_example(serialized, texts_of))["s"] == [[b"a", b"a"], [b"a", b"none"]]
    with pytest.raises(InvalidArgumentError, match=r"example 1: feature 'x' must hold .* items of 2 .*; it has 3"):
        parse_example([example_of({"x": ("float32", [1.0] * n)}) for n in (2, 3)], specs)


PLACES = {"i": ("int64", [3, 0]), "v": ("float32", [7.0, 8.0])}


def test_values_may_be_placed_by_other_features():
    rows = [example_of(PLACES), example_of({"i": ("int64", [2]), "v": ("float32", [9.0])}), example_of({})]
    specs = {
        "one": SparseFeature("i", "v", tf.float32, 4),
        "two": SparseFeature(["i", "i"], "v", tf.float32, [4, 5]),
        "as they come": SparseFeature("i", "v", tf.float32, 4, already_sorted=True),
        "v": VarLenFeature(tf.float32),
    }
    found = values_of(parse_example(rows, specs))
    assert found["one"] == {"indices": [[0, 0], [0, 3], [1, 2]], "values": [8, 7, 9], "shape": [3, 4]}
    assert found["two"] == {"indices": [[0, 0, 0], [0, 3, 3], [1, 2, 2]], "values": [8, 7, 9], "shape": [3, 4, 5]}
    assert found["as they come"]["indices"] == [[0, 3], [0, 0], [1, 2]]
    assert found["v"]["values"] == [7, 8, 9]
    single = [values_of(parse_single_example(row, specs)) for row in rows]
    assert single[0]["two"] == {"indices": [[0, 0], [3, 3]], "values": [8, 7], "shape": [4, 5]}
    assert lifted(lambda s: parse_single_example(s, specs), column_of(rows)) == single


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ([3, 4], "feature 'i' must hold one position from 0 to 3 for each value of 'v'; it has 4"),
        ([-1, 0], "it has -1"),
        ([3], "it has 1 for 2 values"),
    ],
)
def test_places_that_are_none_are_refused(places, message):
    rows = [example_of(PLACES), example_of({**PLACES, "i": ("int64", places)})]
    with pytest.raises(InvalidArgumentError, match=message):
        parse_example(rows, {"s": SparseFeature("i", "v", tf.float32, 4)})


def test_the_file_and_record_of_a_bad_example_are_named():
    good, bad = example_of({"x": ("float32", [1.0])}), example_of({"y": ("float32", [1.0]), "z": ("int64", [])})
    origin = Origin(("a.tfrecord", "b.tfrecord"), np.array([0, 1, 1], np.int32), np.array([7, 1, 2]), "record")
    column = StringArray(column_of([good, good, bad]).flat, (3,), origin)
    wanted = r"b\.tfrecord, record 2: feature 'x' is missing or empty; there are 'y', 'z'\. Give the FixedLenFeature a"
    with pytest.raises(InvalidArgumentError, match=wanted):
        lifted(lambda s: parse_single_example(s, X), column)
    with pytest.raises(InvalidArgumentError, match=wanted):
        lifted(lambda s: parse_example(s, X), column.reshape(1, 3))
    with pytest.raises(InvalidArgumentError, match="example 'last': feature 'x' is missing"):
        parse_example([good, bad], X, example_names=["first", "last"])
    with pytest.raises(InvalidArgumentError, match=r"it has int64 values"):
        parse_example([good, example_of({"x": ("int64", [1])})], X)


def test_what_nothing_needs_is_not_read():
    bad = message(entry(b"x", floats(1)), entry(b"n", b"\x1a\xff"))
    graph, _ = trace(lambda s: parse_single_example(s, {**X, **N})["x"], TensorSpec([], tf.string))
    assert graph.over_rows([column_of([bad] * 3)], 3)[0].tolist() == [1, 1, 1]
    assert graph([StringArray.of(bad)])[0].tolist() == 1
    with pytest.raises(InvalidArgumentError, match="feature 'n' must hold int64 values; it is damaged"):
        parse_single_example(bad, {**X, **N})


def test_a_graph_that_parses_is_saved_and_loaded():
    specs = {
        **X2,
        "d": FixedLenFeature([2], tf.string, ["a", "\x00"]),
        **N,
        "p": FixedLenSequenceFeature([], tf.int64, True, 5),
        "r": RaggedFeature(tf.float32, value_key="x"),
        "s": SparseFeature("n", "x", tf.float32, 400),
    }
    graph, structure = trace(lambda s: parse_example(s, specs), TensorSpec([None], tf.string))
    document, arrays = function_to_json(graph)
    loaded = function_from_json(json.loads(json.dumps(document)), arrays)
    column = column_of(
        [
            example_of({"x": ("float32", [1, 2]), "n": ("int64", [300, 1])}),
            example_of({"x": ("float32", [3, 4]), "n": ("int64", [7, 8])}),
        ]
    )
    assert [shown(v) for v in loaded([column])] == [shown(v) for v in graph([column])]
    assert [t.spec for t in loaded.outputs] == [t.spec for t in graph.outputs]
    assert values_of(parse_example(column, specs)) == dict(zip(sorted(structure), map(shown, graph([column]))))


@pytest.mark.parametrize("leading", [[], [5], [None]])
def test_what_comes_out_is_known_before(leading):
    specs = {
        "f": FixedLenFeature([2, 3], tf.float32),
        "v": VarLenFeature(tf.int64),
        "p": FixedLenSequenceFeature([2], tf.string, True),
        "r": RaggedFeature(tf.float32),
        "s": SparseFeature("i", "w", tf.float32, 4),
    }
    _, found = trace(lambda s: parse_example(s, specs), TensorSpec(leading, tf.string))
    assert found["f"].spec == TensorSpec([*leading, 2, 3], tf.float32)
    assert found["v"].spec == SparseTensorSpec([*leading, None], tf.int64)
    assert found["p"].spec == TensorSpec([*leading, None, 2], tf.string)
    assert found["s"].spec == SparseTensorSpec([*leading, 4], tf.float32)
    ragged = RaggedTensorSpec([*leading, None], tf.float32, 1) if leading else TensorSpec([None], tf.float32)
    assert found["r"].spec == ragged


def test_columns_are_of_the_kinds_that_are_quick():
    serialized = column_of([example_of({"x": ("float32", [1.0] * n), "n": ("int64", [n])}) for n in (1, 2)])
    specs = {"x": PARSE["padded"](tf.float32), "n": FixedLenFeature([], tf.int64), "v": VarLenFeature(tf.string)}
    graph, _ = trace(lambda s: parse_single_example(s, specs), TensorSpec([], tf.string))
    number, sparse, padded = graph.over_rows([serialized], 2)
    assert isinstance(number, np.ndarray)
    assert isinstance(sparse, SparseColumn)
    assert isinstance(padded, Rows)
    graph, _ = trace(lambda s: parse_example(s, {"x": RaggedFeature(tf.float32)}), TensorSpec([None], tf.string))
    assert isinstance(graph.over_rows([serialized.reshape(1, 2)], 1)[0], RaggedValue)


@pytest.mark.parametrize(
    ("features", "error", "message"),
    [
        ({}, ValueError, "features must be a dictionary of at least one feature"),
        (None, ValueError, "features must be a dictionary of at least one feature"),
        ({"x": 5}, TypeError, r"features\['x'\] must be one of FixedLenFeature, .*; got 5"),
        ({5: VAR["x"]}, TypeError, "the keys of features must be names; got 5"),
        ({"x": VarLenFeature(tf.int32)}, ValueError, "hold float32, int64 and string values; got dtype int32"),
        ({"x": FixedLenFeature([None], tf.float32)}, ValueError, "'x': the shape must be known"),
        ({"x": FixedLenFeature([2], tf.float32, [1.0])}, InvalidArgumentError, "'x': default_value must have 2 values"),
        ({"x": FixedLenFeature([2], tf.float32, 1.0)}, InvalidArgumentError, "'x': default_value must have 2 values"),
        ({"x": FixedLenFeature([], tf.float32, "a")}, TypeError, "expected float32 values"),
        ({"x": FixedLenFeature([], tf.int64, 1.5)}, TypeError, "expected int64 values"),
        ({"x": FixedLenSequenceFeature([], tf.int64)}, ValueError, "needs allow_missing=True"),
        ({"x": FixedLenSequenceFeature([0], tf.int64, True)}, ValueError, "the items of a sequence must have values"),
        ({"x": SparseFeature(["i"], "v", tf.int64, [3, 4])}, ValueError, "'x' needs one size for each index_key"),
    ],
)
def test_specs_that_cannot_be_parsed_are_refused_at_once(features, error, message):
    with pytest.raises(error, match=message):
        trace(lambda s: parse_example(s, features), TensorSpec([None], tf.string))


def test_partitions_of_ragged_features_are_refused():
    with pytest.raises(UnimplementedError, match="leave out partitions"):
        RaggedFeature(tf.int64, partitions=[5])


def test_batches_and_single_examples_are_not_mistaken():
    data = example_of({"x": ("float32", [1.0])})
    with pytest.raises(InvalidArgumentError, match=r"takes one string; got strings of shape \(2,\)"):
        parse_single_example([data, data], X)
    with pytest.raises(InvalidArgumentError, match="one or a vector of them"):
        parse_example([[data, data]], X)
    assert values_of(parse_example(data, X)) == {"x": 1.0}
    assert values_of(parse_example(column_of([]), {**X, **N})) == {
        "x": [],
        "n": {"indices": [], "values": [], "shape": [0, 0]},
    }


def test_kinds_of_lists_have_the_names_of_the_library():
    assert [f.name for f in Example.DESCRIPTOR.file.message_types_by_name["Feature"].fields] == [
        LISTS["string"],
        LISTS["float32"],
        LISTS["int64"],
    ]
