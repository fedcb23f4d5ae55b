"""`input_layer`: every dense column against plain Python, and what the layer makes of several."""

import gc

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimax import feature_column as fc
from estimax import math
from estimax._base._string_array import StringArray
from estimax._graph._function import Function
from estimax.feature_column import _sharing
from estimax.initializers import constant_initializer
from tests.feature_column import reference
from tests.feature_column.columns import CATEGORICAL, Feature, arrays, batches, buckets, numbers, rows, words
from tests.feature_column.model import counting, run

INDICATED = ("vocabulary, several values", "vocabulary with buckets", "identity", "weighted hash of integers")
EMBEDDED = (
    "buckets",
    "vocabulary, several values",
    "weighted vocabulary, several values",
    "weighted cross of features",
)


def table(column):
    return counting((column.num_buckets, 2)) / column.num_buckets - 0.5


def embedding(column, **options):
    return fc.embedding_column(column, 2, initializer=constant_initializer(table(column)), **options)


DENSE = {
    "number": (fc.numeric_column("x"), {"x": numbers()}),
    "numbers": (fc.numeric_column("x", shape=(3,)), {"x": numbers(3)}),
    "normalized": (fc.numeric_column("x", normalizer_fn=lambda x: x * 2.0 - 1.0), {"x": numbers()}),
    "integer": (fc.numeric_column("i", dtype="int64"), {"i": Feature([-3, 0, 7])}),
    "buckets": (buckets(shape=(3,)), {"x": numbers(3)}),
}
for name in INDICATED:
    column, features = CATEGORICAL[name]
    DENSE[f"indicator of {name}"] = (fc.indicator_column(column), features)
for name in EMBEDDED:
    column, features = CATEGORICAL[name]
    for options in ({"combiner": "mean"}, {"combiner": "sum"}, {"combiner": "sqrtn"}, {"max_norm": 0.4}):
        DENSE[f"embedding of {name}, {options}"] = (embedding(column, **options), features)


@pytest.mark.parametrize(("column", "features"), DENSE.values(), ids=DENSE)
@settings(max_examples=3)
@given(data=st.data())
def test_a_column_alone_is_the_row_by_row_reference(column, features, data):
    batch = data.draw(batches(features, 4))
    tables = {}
    if isinstance(column, fc.EmbeddingColumn):
        tables = {column.name: table(column.categorical_column).tolist()}
    expected = [reference.numbers_of(column, row, tables) for row in rows(batch)]
    made = fc.input_layer(arrays(features, batch), [column])
    assert made.dtype == np.float32 and made.shape == (4, column.width)
    np.testing.assert_allclose(made, np.float32(expected), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("column", "features"), DENSE.values(), ids=DENSE)
def test_traced_is_eager(column, features):
    batch = {key: [feature.values[i % len(feature.values)] for i in range(6)] for key, feature in features.items()}
    batch = {key: [[v] * features[key].width if features[key].width else v for v in vs] for key, vs in batch.items()}
    given = arrays(features, batch)
    eager = fc.input_layer(given, [column])
    variables = {}
    if isinstance(column, fc.EmbeddingColumn):
        variables = {f"input_layer/{column.name}/embedding_weights": table(column.categorical_column)}
    traced = run(lambda features: fc.input_layer(features, [column]), given, variables)
    assert set(traced.program.specs) == set(variables)
    np.testing.assert_allclose(traced.result, eager, rtol=1e-6)


def kind(name="kind", **options):
    return fc.categorical_column_with_vocabulary_list(name, ["a", "b"], **options)


FEATURES = {
    "z": np.float32([1, 2]),
    "age": np.float32([17, 70]),
    "kind": StringArray.of(["b", "q"]),
    "zone": np.array([2**40, 1]),
    "size": np.array([3, 4], np.int32),
}
COLUMNS = [
    fc.numeric_column("z"),
    fc.bucketized_column(fc.numeric_column("age"), [18, 65]),
    fc.indicator_column(kind()),
    fc.embedding_column(kind(), 2),
    fc.indicator_column(fc.categorical_column_with_vocabulary_list("zone", [1, 2**40])),
    fc.numeric_column("size"),
]


def test_columns_stand_in_the_order_of_their_names():
    def model(features):
        outputs = {}
        whole = fc.input_layer(features, COLUMNS, cols_to_output_tensors=outputs)
        parts = [outputs[c] for c in sorted(COLUMNS, key=lambda c: c.name)]
        assert [p.shape[1] for p in parts] == [3, 2, 2, 1, 1, 2]
        return whole - jnp.concatenate(parts, 1)

    assert not run(model, FEATURES).result.any()
    made = run(lambda features: fc.input_layer(features, COLUMNS), FEATURES)
    np.testing.assert_array_equal(made.result, [[1, 0, 0, 3, 4, 0, 1, 3, 1, 0, 1], [0, 0, 1, 0, 0, 0, 0, 4, 2, 1, 0]])


def test_all_columns_cross_to_the_device_in_two_arrays():
    made = run(lambda features: fc.input_layer(features, COLUMNS), FEATURES)
    assert sorted((str(e.dtype), e.shape) for e in made.entries) == [("float32", (2, 2)), ("int32", (2, 4))]


def test_columns_may_come_as_the_values_of_a_dictionary_or_alone():
    by_name = {c.name: c for c in COLUMNS}
    assert fc.input_layer(FEATURES, by_name.values()).shape == (2, 11)
    assert fc.input_layer(FEATURES, iter(COLUMNS)).shape == (2, 11)
    assert fc.input_layer(FEATURES, COLUMNS[0]).tolist() == [[1], [2]]


def test_tables_have_the_names_of_the_original_and_each_layer_its_own():
    def model(features):
        names = {}
        first = fc.input_layer(features, COLUMNS[3:4], cols_to_vars=names)
        assert [v.op.name for v in names[COLUMNS[3]]] == ["input_layer/kind_embedding/embedding_weights"]
        return first + fc.input_layer(features, COLUMNS[3:4])

    specs = run(model, FEATURES).program.specs
    assert list(specs) == [
        "input_layer/kind_embedding/embedding_weights",
        "input_layer_1/kind_embedding/embedding_weights",
    ]
    assert all(s.is_table and s.is_trainable and s.shape == (2, 2) for s in specs.values())


def test_a_space_in_a_name_becomes_an_underscore_in_the_names_of_variables():
    column = fc.embedding_column(kind("native country"), 2)
    made = run(lambda features: fc.input_layer(features, [column]), {"native country": StringArray.of(["a"])})
    assert list(made.program.specs) == ["input_layer/native_country_embedding/embedding_weights"]


@pytest.mark.parametrize(
    ("of_column", "of_layer", "trained"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_tables_are_trained_unless_the_column_or_the_layer_says_not(of_column, of_layer, trained):
    column = fc.embedding_column(kind(), 2, trainable=of_column)
    made = run(lambda features: fc.input_layer(features, [column], trainable=of_layer), FEATURES)
    assert [s.is_trainable for s in made.program.specs.values()] == [trained]


def test_rows_start_in_a_truncated_normal_distribution():
    column = fc.embedding_column(fc.categorical_column_with_identity("size", 5000), 4)
    spec = run(lambda features: fc.input_layer(features, [column]), FEATURES).program.specs
    rows = spec["input_layer/size_embedding/embedding_weights"].initial_value(np.random.default_rng(0))
    assert abs(rows).max() <= 2 * 0.5
    # A normal distribution of deviation 0.5, cut at two deviations, has deviation 0.44.
    assert abs(rows.std() - 0.44) < 0.01 and abs(rows.mean()) < 0.02


def test_only_the_rows_that_were_read_have_gradients():
    column = fc.embedding_column(words_of_two(), 2, max_norm=3.0)

    def loss(features):
        return fc.input_layer(features, [column]).sum()

    given = {"words": StringArray.of([["b", "a"], ["", "q"], ["b", "b"]])}
    made = run(loss, given)
    name = "input_layer/words_embedding/embedding_weights"
    values = {name: np.zeros((3, 2), np.float32)}
    gradient = jax.grad(lambda v: made.program.run(v, made.entries).result)(values)[name]
    # The mean over a and b, nothing, the mean over b twice; a row of zeros has no length but a gradient.
    np.testing.assert_allclose(gradient, [[0.5, 0.5], [1.5, 1.5], [0, 0]])


def words_of_two():
    return fc.categorical_column_with_vocabulary_list("words", ["a", "b", "c"])


def test_a_feature_that_the_model_function_computed_stays_on_the_device():
    columns = [
        fc.numeric_column("double", normalizer_fn=lambda x: x + 1.0),
        fc.bucketized_column(fc.numeric_column("double"), [3.0]),
        fc.numeric_column("age"),
    ]

    def model(features):
        return fc.input_layer({**features, "double": features["z"] * 2}, columns)

    made = run(model, FEATURES)
    np.testing.assert_array_equal(made.result, [[17, 3, 1, 0], [70, 5, 0, 1]])
    assert len(made.entries) == 2


def test_a_normalizer_gets_the_feature_with_all_its_bits_and_two_axes():
    seen = []

    def normalize(x):
        seen.append((x.dtype.name, len(x.shape)))
        return math.to_float(x - 2**40)

    column = fc.numeric_column("zone", normalizer_fn=normalize)
    made = run(lambda features: fc.input_layer(features, [column]), {"zone": np.array([2**40 + 1, 2**40 + 3])})
    assert made.result.tolist() == [[1], [3]]
    assert set(seen) == {("int64", 2)}


def test_numbers_of_several_dimensions_are_laid_out_in_rows():
    column = fc.numeric_column("m", shape=(2, 3))
    given = np.arange(12, dtype=np.float64).reshape(2, 2, 3)
    assert fc.input_layer({"m": given}, [column]).tolist() == given.reshape(2, 6).tolist()
    assert fc.input_layer({"m": [1.0, 2.0]}, [fc.numeric_column("m", shape=())]).tolist() == [[1.0], [2.0]]


def test_an_example_may_have_many_values():
    column = fc.categorical_column_with_hash_bucket("t", 3)
    given = {"t": Feature(words().values).array([["a", "b", "", "house"] * 20])}
    ids = column.categories(given).ids.numpy()[0]
    made = fc.input_layer(given, [fc.indicator_column(column)])
    assert made.tolist() == [np.bincount(ids[ids >= 0], minlength=3).tolist()]


def test_what_several_columns_need_is_computed_once():
    cross = fc.crossed_column(["kind", "zone"], 10)
    other = fc.crossed_column(["kind", COLUMNS[1]], 10)
    word = kind()
    dense = [fc.embedding_column(word, 2), fc.indicator_column(cross), fc.numeric_column("age")]

    def model(features):
        return fc.linear_model(features, [word, cross, other, COLUMNS[1]]) + fc.input_layer(features, dense).sum()

    traced = run(model, FEATURES).program
    ops = [node.op.name for node in Function([], traced.entries).order]
    shared = ("ExpandDims", "VocabularyIds", "Fingerprints", "CrossIds", "ColumnNumbers", "ColumnBuckets")
    assert [ops.count(name) for name in shared] == [3, 1, 1, 2, 1, 1]


def test_nothing_of_a_call_is_kept_after_it():
    gc.collect()
    before = len(_sharing._nodes)
    made = run(lambda features: fc.input_layer(features, COLUMNS), FEATURES)
    gc.collect()
    assert made.result.shape[0] and len(_sharing._nodes) == before


@pytest.mark.parametrize("combiner", ["mean", "sqrtn", "sum"])
def test_a_batch_may_have_no_values_at_all(combiner):
    column = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
    given = {"t": StringArray.of([]).reshape((2, 0)), "w": np.zeros((2, 0), np.float32)}
    weighted = fc.weighted_categorical_column(column, "w")
    columns = [fc.embedding_column(c, 2, combiner=combiner) for c in (column, weighted)] + [fc.indicator_column(column)]
    assert fc.input_layer(given, columns).tolist() == [[0] * 6] * 2
    assert fc.linear_model(given, [column, weighted], sparse_combiner=combiner).tolist() == [[0], [0]]
