"""Every categorical column against plain Python, and run in every way a graph is run."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimax import feature_column as fc
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import spec_of
from estimax._graph._function import trace
from estimax._graph._saving import function_from_json, function_to_json
from estimax._graph._tensor import as_concrete
from tests.feature_column import reference
from tests.feature_column.columns import CATEGORICAL, arrays, batches, rows

every_column = pytest.mark.parametrize(("column", "features"), CATEGORICAL.values(), ids=CATEGORICAL)
few = settings(max_examples=8)


def eagerly(column, features, batch):
    tensors = {key: as_concrete(value) for key, value in arrays(features, batch).items()}
    return [t.value for t in column.categories(tensors).parts]


def traced(column, features, batch, open_batch=True):
    def spec(value):
        return TensorSpec((None if open_batch else value.shape[0], *value.shape[1:]), spec_of(value).dtype)

    specs = {key: spec(value) for key, value in arrays(features, batch).items()}
    return trace(lambda given: column.categories(given).parts, specs)[0]


def inputs(features, batch):
    given = arrays(features, batch)
    return [given[key] for key in sorted(given)]


def equal(results, expected):
    assert len(results) == len(expected)
    for a, b in zip(results, expected):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@every_column
@few
@given(data=st.data())
def test_ids_are_those_of_the_row_by_row_reference(column, features, data):
    batch = data.draw(batches(features, 4))
    ids, *weights = eagerly(column, features, batch)
    expected = [reference.ids_of(column, row) for row in rows(batch)]
    assert ids.tolist() == expected
    if weights:
        assert weights[0].reshape(4, -1).tolist() == [reference.weights_of(column, row) for row in rows(batch)]


@every_column
@few
@given(data=st.data())
def test_ids_lie_in_the_range_of_the_column(column, features, data):
    ids = eagerly(column, features, data.draw(batches(features, 4)))[0]
    assert ids.min() >= -1 and ids.max() < column.num_buckets


@every_column
@few
@given(data=st.data())
def test_traced_is_eager(column, features, data):
    batch = data.draw(batches(features, 3))
    for open_batch in (True, False):
        function = traced(column, features, batch, open_batch)
        results = function(inputs(features, batch))
        equal(results, eagerly(column, features, batch))
        for tensor, result in zip(function.outputs, results):
            assert tensor.shape.is_compatible_with(result.shape)
            assert tensor.shape[1] == result.shape[1]


@every_column
@few
@given(data=st.data())
def test_many_batches_at_once_are_one_batch_at_a_time(column, features, data):
    several = [data.draw(batches(features, 2)) for _ in range(3)]
    function = traced(column, features, several[0])
    # Joined and given a new first axis, as a dataset stacks batches.
    joined = {key: [v for batch in several for v in batch[key]] for key in features}
    columns = [a.reshape((3, 2, *a.shape[1:])) for a in inputs(features, joined)]
    results = function.over_rows(columns, 3)
    for i, batch in enumerate(several):
        equal([r[i] for r in results], function(inputs(features, batch)))


@every_column
def test_an_empty_batch_has_no_ids(column, features):
    batch = {key: feature.values[:1] * (feature.width or 1) for key, feature in features.items()}
    batch = {key: [values if features[key].width else values[0]] for key, values in batch.items()}
    function = traced(column, features, batch)
    results = function([a[:0] for a in inputs(features, batch)])
    assert [r.shape[0] for r in results] == [0] * len(results)
    over = function.over_rows([a.reshape((1, *a.shape))[:0] for a in inputs(features, batch)], 0)
    assert [r.shape[:2] for r in over] == [(0, 1)] * len(over)


@every_column
@few
@given(data=st.data())
def test_saved_is_loaded(column, features, data):
    batch = data.draw(batches(features, 3))
    function = traced(column, features, batch)
    document, saved = function_to_json(function)
    loaded = function_from_json(json.loads(json.dumps(document)), saved)
    equal(loaded(inputs(features, batch)), function(inputs(features, batch)))


def vocabulary(**options):
    return fc.categorical_column_with_vocabulary_list("v", ["x", "y"], **options)


def identity(**options):
    return fc.categorical_column_with_identity("v", 3, **options)


def pair():
    return fc.bucketized_column(fc.numeric_column("v", shape=(2,)), [1, 2])


# What the original (TensorFlow 2.15.1) made of these, the hash_key last.
RECORDED = [
    (["a", "b"], {"a": ["a", "b", ""], "b": ["x", "y", "x"]}, 1000, None, [[892], [805], [262]]),
    (["v", "b"], {"v": [0, 1, -1], "b": ["x", "y", "y"]}, 1000, None, [[], [], [808]]),
    ([identity(), "b"], {"v": [0, -1, 5, -7], "b": list("xyzw")}, 1000003, None, [[782970], [], [381238], [703233]]),
    (
        [identity(default_value=1), "b"],
        {"v": [0, -1, 5, -7], "b": list("xyzw")},
        1000003,
        None,
        [[782970], [], [37238], [595013]],
    ),
    ([vocabulary(), "b"], {"v": ["x", "", "q"], "b": list("xyz")}, 1000003, None, [[782970], [], [980]]),
    (
        [vocabulary(), "b"],
        {"v": [["x", "", "q"], ["", "y", ""]], "b": [["x", "y"], ["z", ""]]},
        1000003,
        None,
        [[782970, 368114, 184043, 480614], [37238, 630926]],
    ),
    (
        ["b", pair()],
        {"v": [[0.0, 1.5], [3.0, 1.0]], "b": ["x", "y"]},
        1000003,
        None,
        [[782970, 457694], [297558, 223488]],
    ),
    (["v", "b"], {"v": [0.2, 1.9, -1.9], "b": list("xyz")}, 1000003, None, [[782970], [157031], [980]]),
    (["a", "b"], {"a": ["p"], "b": ["x"]}, 1000003, 7, [[555653]]),
    ([identity(), "b"], {"v": [0, 1], "b": ["x", "y"]}, 1000, None, [[43], [725]]),
    ([identity(), "b"], {"v": [0, 1], "b": ["x", "y"]}, 1000, 0, [[43], [725]]),
]


@pytest.mark.parametrize(("keys", "features", "buckets", "hash_key", "expected"), RECORDED)
def test_crosses_are_those_of_the_original(keys, features, buckets, hash_key, expected):
    ids = fc.crossed_column(keys, buckets, hash_key).categories(features).ids.numpy()
    for made, recorded in zip(ids.tolist(), expected, strict=True):
        assert not recorded or [i for i in made if i >= 0] == recorded


def test_hashes_are_those_of_the_original():
    strings = fc.categorical_column_with_hash_bucket("t", 1000003)
    ids = strings.categories({"t": ["", "a", "house", "Exec-managerial", "0"]}).ids.numpy()
    assert ids.ravel().tolist() == [-1, 291400, 855637, 103795, 537292]
    integers = fc.categorical_column_with_hash_bucket("t", 1000003, dtype="int64")
    assert integers.categories({"t": [0, -1]}).ids.numpy().ravel().tolist() == [537292, -1]


def test_integers_keep_all_their_bits():
    column = fc.categorical_column_with_vocabulary_list("i", [2**40, 2**40 + 1])
    assert column.categories({"i": np.array([2**40 + 1, 2**40 + 2])}).ids.numpy().tolist() == [[1], [-1]]


def test_large_batches_fall_in_the_same_intervals_as_small_ones():
    column = fc.bucketized_column(fc.numeric_column("x"), [-1.0, 0.0, 0.5, 0.5000001])
    numbers = np.random.default_rng(0).choice(np.float32([-1, -0.5, 0, 0.5, 0.5000001, np.nan, np.inf]), 5000)
    large = column.categories({"x": numbers}).ids.numpy()
    small = [column.categories({"x": part}).ids.numpy() for part in np.split(numbers, 100)]
    np.testing.assert_array_equal(large, np.concatenate(small))


def test_a_feature_of_unknown_rank_may_have_one_value_or_several():
    column = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
    function = trace(lambda given: column.categories(given).parts, {"t": TensorSpec(None, "string")})[0]
    flat, square = (StringArray.of(values) for values in (["b", "a"], [["b", ""], ["a", "?"]]))
    assert [ids.tolist() for ids in function([flat])] == [[[1], [0]]]
    assert [ids.tolist() for ids in function([square])] == [[[1, -1], [0, -1]]]
    assert [ids.tolist() for ids in function.over_rows([square], 2)] == [[[[1], [-1]], [[0], [-1]]]]
    with pytest.raises(ValueError, match=r"column 't' takes a feature of shape .* has the shape \(1, 2, 2\)"):
        function([square.reshape((1, 2, 2))])
