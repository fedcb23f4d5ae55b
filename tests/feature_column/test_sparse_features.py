"""Categorical columns of sparse and ragged features: the values that there are, nothing of the filling around them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax import feature_column as fc
from estimax._base._string_array import StringArray
from estimax._graph._column import spec_of, stack_rows
from estimax._graph._function import trace
from estimax._graph._tensor import as_concrete
from estimax._graph._varying import RaggedValue, SparseValue
from tests.feature_column import reference
from tests.feature_column.columns import CATEGORICAL

NOTHING = ("", -1)
# A cross takes the features that a batch holds as numbers densely, beside sparse ones.
COLUMNS = {name: entry for name, entry in CATEGORICAL.items() if any(f.width for f in entry[1].values())}
every_column = pytest.mark.parametrize(("column", "features"), COLUMNS.values(), ids=COLUMNS)
kinds = pytest.mark.parametrize("kind", ["sparse", "ragged"])
few = settings(max_examples=8)


def is_listed(key, feature):
    return key == "w" or not isinstance(feature.values[0], float)


@st.composite
def batches(draw, features, rows=4):
    """Draws for each row a list of values of each feature; weights get as many as there are values."""
    drawn = []
    for _ in range(rows):
        row = {}
        for key, feature in sorted(features.items()):
            values = [v for v in feature.values if v not in NOTHING]
            lengths = {"min_size": feature.width or 1, "max_size": feature.width or 1}
            if is_listed(key, feature):
                lengths = {"min_size": 0, "max_size": 5}
            row[key] = draw(st.lists(st.sampled_from(values), **lengths))
        if "w" in row:
            count = int(np.prod([len(v) for k, v in row.items() if k != "w"]))
            row["w"] = draw(st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=count, max_size=count))
        drawn.append(row)
    return drawn


def flat(lists, like):
    values = [v for row in lists for v in row]
    if isinstance(like, str):
        return StringArray.of(values)
    return np.array(values, np.float32 if isinstance(like, float) else np.int64)


def as_value(lists, kind, like):
    counts = [len(row) for row in lists]
    if kind == "ragged":
        return RaggedValue(flat(lists, like), [np.cumsum([0, *counts])])
    indices = [[r, c] for r, row in enumerate(lists) for c in range(len(row))]
    return SparseValue(
        np.array(indices, np.int64).reshape(-1, 2), flat(lists, like), np.array([len(lists), max(counts, default=0)])
    )


def given_features(features, batch, kind):
    given = {}
    for key, feature in features.items():
        lists = [row[key] for row in batch]
        like = feature.values[0]
        given[key] = as_value(lists, kind, like) if is_listed(key, feature) else np.array(lists, np.float32)
    return given


def pairs(parts):
    """Returns, for each row, its ids in any order, with their weights."""
    ids, *weights = parts
    weights = weights[0] if weights else np.ones(ids.shape)
    return [sorted((i, w) for i, w in zip(*row) if i >= 0) for row in zip(ids.tolist(), weights.tolist())]


def expected(column, batch):
    result = []
    for row in batch:
        ids = reference.ids_of(column, row)
        weights = row.get("w", [1.0] * len(ids))
        result.append(sorted((i, w) for i, w in zip(ids, weights) if i >= 0))
    return result


def opened(spec):
    """Returns the spec with its sizes unknown."""
    shape = (None,) * spec.shape.ndims if not spec.is_dense else (None, *spec.shape[1:])
    return spec.with_shape(shape)


def traced(column, given):
    specs = {key: opened(spec_of(value)) for key, value in given.items()}
    return trace(lambda features: column.categories(features).parts, specs)[0]


@every_column
@kinds
@few
@given(data=st.data())
def test_ids_are_those_of_the_row_by_row_reference(column, features, kind, data):
    batch = data.draw(batches(features))
    given_ = given_features(features, batch, kind)
    tensors = {key: as_concrete(value) for key, value in given_.items()}
    assert pairs([t.value for t in column.categories(tensors).parts]) == expected(column, batch)
    function = traced(column, given_)
    assert pairs(function([given_[key] for key in sorted(given_)])) == expected(column, batch)


@every_column
@kinds
@few
@given(data=st.data())
def test_several_batches_at_once_give_what_each_gives_alone(column, features, kind, data):
    drawn = [data.draw(batches(features)) for _ in range(3)]
    columns = []
    values = [given_features(features, batch, kind) for batch in drawn]
    for key in sorted(features):
        columns.append(stack_rows([v[key] for v in values], spec_of(values[0][key]).dtype))
    function = traced(column, values[0])
    parts = function.over_rows(columns, len(drawn))
    assert all(isinstance(p, np.ndarray) for p in parts), "one width serves all batches of a chunk"
    for number, batch in enumerate(drawn):
        assert pairs([p[number] for p in parts]) == expected(column, batch)


@given(counts=st.lists(st.integers(0, 9), min_size=2, max_size=6))
def test_the_width_is_the_next_power_of_two(counts):
    feature = as_concrete(as_value([[3] * n for n in counts], "sparse", 0))
    ids = fc.categorical_column_with_identity("i", 5).categories({"i": feature}).parts[0].numpy()
    assert ids.shape == (len(counts), 1 << (max(*counts, 1) - 1).bit_length())
    assert (ids == 3).sum(1).tolist() == counts


def test_elements_of_a_sparse_tensor_may_stand_in_any_order():
    feature = tf.SparseTensor([[1, 7], [0, 2], [1, 0]], ["a", "b", "c"], [2, 9])
    letters = fc.categorical_column_with_vocabulary_list("t", ["a", "b", "c"])
    dense = tf.compat.v1.feature_column.input_layer({"t": feature}, [fc.indicator_column(letters)])
    assert dense.tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]


def test_weights_of_a_dense_feature_go_with_sparse_values_by_position():
    feature = tf.SparseTensor([[0, 1], [1, 0]], ["a", "b"], [2, 2])
    letters = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
    column = fc.indicator_column(fc.weighted_categorical_column(letters, "w"))
    given_ = {"t": feature, "w": [[5.0, 2.0], [3.0, 7.0]]}
    assert tf.compat.v1.feature_column.input_layer(given_, [column]).tolist() == [[2.0, 0.0], [0.0, 3.0]]


def test_weights_must_be_as_many_as_values():
    values = tf.SparseTensor([[0, 0], [1, 0]], ["a", "b"], [2, 2])
    weights = tf.SparseTensor([[0, 0], [0, 1]], [1.0, 2.0], [2, 2])
    letters = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
    column = fc.indicator_column(fc.weighted_categorical_column(letters, "w"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="row 0 of the input has 1 values and 2 weights"):
        tf.compat.v1.feature_column.input_layer({"t": values, "w": weights}, [column])


def test_a_numeric_column_refuses_a_sparse_feature():
    feature = tf.SparseTensor([[0, 0]], [1.0], [2, 1])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"column 'n'.*feature 'n' is a SparseTensor.*to_dense"):
        tf.compat.v1.feature_column.input_layer({"n": feature}, [fc.numeric_column("n")])
