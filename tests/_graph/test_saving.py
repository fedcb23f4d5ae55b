"""Functions as JSON and arrays: random graphs survive, and documents that are not graphs are refused."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax._array import cond, gather, placeholder, reshape, reverse, stack, unstack, where
from estimax._base._string_array import StringArray
from estimax._graph._function import Function, trace
from estimax._graph._op import OPS, Op
from estimax._graph._saving import function_from_json, function_to_json

FLOATS, INTEGERS, TRUTHS, TEXTS = "float32", "int32", "bool", "string"

# Name of the result's kind, kinds of the arguments, function: all of them on vectors of length 3.
STEPS = (
    (FLOATS, (FLOATS, FLOATS), lambda x, y: x + y * 2.0),
    (FLOATS, (FLOATS, FLOATS), lambda x, y: where(x > y, x, y - x)),
    (FLOATS, (TRUTHS, FLOATS, FLOATS), where),
    (FLOATS, (INTEGERS,), tf.math.to_float),
    (FLOATS, (FLOATS,), lambda x: tf.math.cumsum(x, reverse=True)),
    (FLOATS, (FLOATS,), lambda x: reshape(stack([x, x * np.float32(np.inf)], axis=1), [2, 3])[0]),
    (FLOATS, (FLOATS,), lambda x: x - unstack(x, num=3)[1]),
    (FLOATS, (FLOATS, FLOATS), lambda x, y: cond(tf.math.reduce_any(x > y), lambda: x, lambda: -y)),
    (INTEGERS, (FLOATS,), lambda x: tf.math.bucketize(x, [-1.0, 0.0, float("inf")])),
    (INTEGERS, (TEXTS,), tf.strings.length),
    (INTEGERS, (INTEGERS,), lambda n: n // 2 - n % 3),
    (TRUTHS, (FLOATS, FLOATS), lambda x, y: x <= y),
    (TRUTHS, (TEXTS, TEXTS), tf.math.equal),
    (TRUTHS, (TRUTHS, TRUTHS), lambda a, b: a ^ ~b),
    (TEXTS, (TEXTS, TEXTS), lambda s, t: tf.strings.join([s, t, "é"], separator="-")),
    (TEXTS, (INTEGERS,), tf.strings.as_string),
    (TEXTS, (TEXTS,), lambda s: tf.strings.regex_replace(s, "[a-c]", "_")),
    (TEXTS, (TEXTS, TRUTHS), lambda s, t: where(t, s, "no")),
    (TEXTS, (TEXTS, INTEGERS), lambda s, n: gather(reverse(s, [0]), n % 3)),
)
KINDS = (FLOATS, INTEGERS, TRUTHS, TEXTS)


@st.composite
def graphs(draw):
    """A function of one vector of each kind, of up to 12 random steps."""
    inputs = [placeholder(kind, [3]) for kind in KINDS]
    known = {kind: [tensor] for kind, tensor in zip(KINDS, inputs)}
    for kind, wanted, step in draw(st.lists(st.sampled_from(STEPS), max_size=12)):
        known[kind].append(step(*(draw(st.sampled_from(known[k])) for k in wanted)))
    outputs = draw(st.lists(st.sampled_from([t for tensors in known.values() for t in tensors]), min_size=1))
    return Function(inputs, outputs)


def values(length):
    return st.tuples(
        st.lists(st.floats(width=32), min_size=length, max_size=length).map(lambda v: np.array(v, np.float32)),
        st.lists(st.integers(-9, 9), min_size=length, max_size=length).map(lambda v: np.array(v, np.int32)),
        st.lists(st.booleans(), min_size=length, max_size=length).map(lambda v: np.array(v, bool)),
        st.lists(st.text("abcé ", max_size=4), min_size=length, max_size=length).map(StringArray.of),
    )


def reloaded(function):
    document, arrays = function_to_json(function)
    return function_from_json(json.loads(json.dumps(document, allow_nan=False)), arrays)


def plain(results):
    return [np.asarray(v) for v in results]


@given(graphs(), values(3))
def test_a_loaded_graph_computes_what_the_saved_one_did(function, given_values):
    loaded = reloaded(function)
    assert [t.spec for t in loaded.outputs] == [t.spec for t in function.outputs]
    with np.errstate(all="ignore"):
        for got, want in zip(plain(loaded(given_values)), plain(function(given_values))):
            np.testing.assert_array_equal(got, want)


@given(graphs())
def test_saving_what_was_loaded_gives_the_same_document(function):
    document, arrays = function_to_json(function)
    again, more = function_to_json(function_from_json(document, arrays))
    assert again == document
    assert list(more) == list(arrays)


@given(graphs(), values(6))
@settings(max_examples=50)
def test_a_loaded_graph_runs_over_rows_too(function, given_values):
    columns = [v.reshape((2, 3)) for v in given_values]
    with np.errstate(all="ignore"):
        for got, want in zip(plain(reloaded(function).over_rows(columns, 2)), plain(function.over_rows(columns, 2))):
            np.testing.assert_array_equal(got, want)


ECHO = Op("TestEcho", infer=lambda x, **params: x, host=lambda x, **params: x)

PARAMS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.sampled_from([tf.float32, tf.string, tf.bool]),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(PARAMS)
def test_parameters_of_every_kind_come_back_as_they_were(param):
    x = placeholder("float32", [])
    loaded = reloaded(Function([x], [ECHO(x, param=param)]))
    assert repr(loaded.order[0].params["param"]) == repr(param)


def test_arrays_as_parameters_are_stored_beside_the_document_once():
    words, numbers = StringArray.of(["a", "b"]), np.arange(3)
    x = placeholder("float32", [])
    function = Function([x], [ECHO(ECHO(x, words=words, numbers=numbers), words=words)])
    document, arrays = function_to_json(function)
    assert len(arrays) == 2
    first, second = function_from_json(document, arrays).order
    assert first.params["words"] is words
    assert second.params["words"] is words
    assert first.params["numbers"] is numbers


def test_an_output_may_be_an_input_or_a_constant():
    function, _ = trace(lambda x: (x, tf.constant(["a"])), tf.TensorSpec([None], tf.int32))
    out = reloaded(function)([np.array([1, 2], np.int32)])
    assert out[0].tolist() == [1, 2]
    assert out[1].tolist() == [b"a"]


def test_names_and_shapes_of_inputs_are_kept():
    x = placeholder("int64", [None, 2], name="ids")
    (loaded,) = reloaded(Function([x], [x + 1])).inputs
    assert (loaded.spec.name, loaded.spec.shape, loaded.spec.dtype) == ("ids", (None, 2), tf.int64)


def test_a_python_function_as_a_parameter_cannot_be_saved():
    x = placeholder("float32", [])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"'call' of TestEcho .* Use Tensor operations"):
        function_to_json(Function([x], [ECHO(x, call=print)]))


def document_of(function):
    document, arrays = function_to_json(function)
    return json.loads(json.dumps(document)), arrays


@pytest.fixture
def saved():
    function, _ = trace(lambda x: tf.math.to_float(x + 1) * 2.0, tf.TensorSpec([None], tf.int32))
    return document_of(function)


def test_an_unknown_op_is_named_with_the_nearest_known_one(saved):
    document, arrays = saved
    document["nodes"][0]["op"] = "Addd"
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"'Addd', which this version does not have; did you mean"):
        function_from_json(document, arrays)


def test_a_later_format_is_refused(saved):
    document, arrays = saved
    with pytest.raises(tf.errors.InvalidArgumentError, match="format 1; got format 2"):
        function_from_json(document | {"format": 2}, arrays)


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("format"),
        lambda d: d.update(format=True),
        lambda d: d.pop("nodes"),
        lambda d: d.update(outputs="x"),
        lambda d: d.update(outputs=[[9, 0]]),
        lambda d: d.update(outputs=[[0, 1]]),
        lambda d: d.update(outputs=[[True, 0]]),
        lambda d: d.update(outputs=[{"input": -1}]),
        lambda d: d.update(outputs=[{"constant": 0}]),
        lambda d: d.update(inputs=[{"dtype": "float33", "shape": [], "name": None}]),
        lambda d: d.update(inputs=[{"shape": []}]),
        lambda d: d["nodes"].reverse(),
        lambda d: d["nodes"][0].pop("op"),
        lambda d: d["nodes"][0].update(inputs=[]),
        lambda d: d["nodes"][0].update(params={"what": 1}),
        lambda d: d["nodes"][1].update(params={}),
        lambda d: d["nodes"][1].update(params={"dtype": {"dtype": "object"}}),
        lambda d: d["nodes"][1].update(params={"dtype": {"python": "os.system"}}),
        lambda d: d["nodes"][1].update(params={"dtype": {"dtype": "int32", "more": 1}}),
        lambda d: d["nodes"][1].update(params={"dtype": {"array": "none"}}),
        lambda d: d["nodes"][1].update(params={"dtype": {"bytes": "?"}}),
        lambda d: d["nodes"][1].update(params={"dtype": {"tuple": 3}}),
        lambda d: d["nodes"][1].update(params={"dtype": {"dict": [1]}}),
    ],
)
def test_a_damaged_document_is_data_loss(saved, damage):
    document, arrays = saved
    damage(document)
    with pytest.raises(tf.errors.DataLossError, match="the saved graph is damaged"):
        function_from_json(document, arrays)


def test_a_missing_array_is_data_loss(saved):
    document, _ = saved
    with pytest.raises(tf.errors.DataLossError, match=r"array 'constant/0', which is not there"):
        function_from_json(document, {})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_document_does_anything_but_fail_with_our_errors(document):
    with pytest.raises(tf.errors.OpError):
        function_from_json(document, {})


def teardown_module():
    del OPS["TestEcho"]
