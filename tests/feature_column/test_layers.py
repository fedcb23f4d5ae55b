"""`DenseFeatures` and `LinearModel`: the layers as objects, and the places where programs find names."""

import subprocess
import sys

import numpy as np
import pytest

import estimax as tf
from estimax._scope._variables import variable_scope
from estimax.python.feature_column import feature_column, feature_column_lib, feature_column_v2
from tests.feature_column.model import run

fc = tf.feature_column
v1 = tf.compat.v1
A = fc.categorical_column_with_identity("a", 3)
EMBEDDING = fc.embedding_column(A, 2)
NUMBER = fc.numeric_column("x")
FEATURES = {"a": np.array([[0], [2]]), "x": np.float32([[1], [2]])}
DenseFeatures = tf.keras.layers.DenseFeatures
TABLE = "a_embedding/embedding_weights"


def names(model):
    return list(run(model, FEATURES).program.specs)


def test_a_layer_is_the_input_layer_under_another_name():
    made = run(DenseFeatures([NUMBER, EMBEDDING]), FEATURES)
    assert list(made.program.specs) == [f"dense_features/{TABLE}"]
    np.testing.assert_array_equal(made.result, [[1, 2, 1], [5, 6, 2]])
    assert DenseFeatures(NUMBER)(FEATURES).tolist() == [[1], [2]]


def test_layers_are_numbered_in_the_whole_model_and_called_again_are_the_same():
    def model(features):
        first = DenseFeatures([EMBEDDING])
        with variable_scope("x"):
            second = DenseFeatures([EMBEDDING])(features)
        return first(features) + first(features) + second + DenseFeatures([EMBEDDING], name="own")(features)

    assert names(model) == [f"x/dense_features_1/{TABLE}", f"dense_features/{TABLE}", f"own/{TABLE}"]


def test_a_layer_that_was_made_outside_has_variables_in_each_model():
    outside, other = DenseFeatures([EMBEDDING]), DenseFeatures([EMBEDDING])

    def model(features):
        return outside(features) + other(features) + outside(features)

    for _ in range(2):
        assert names(model) == [f"dense_features/{TABLE}", f"dense_features_1/{TABLE}"]
    assert outside.name == "dense_features"


def test_parts_are_told_and_nothing_is_trained_where_the_layer_says_so():
    outputs = {}
    assert DenseFeatures([NUMBER, EMBEDDING])(FEATURES, outputs).shape == (2, 3)
    assert {c: o.shape for c, o in outputs.items()} == {NUMBER: (2, 1), EMBEDDING: (2, 2)}
    specs = run(lambda f: DenseFeatures([EMBEDDING], trainable=False)(f, training=True), FEATURES).program.specs
    assert not any(s.is_trainable for s in specs.values())


def test_a_linear_model_is_a_layer_too():
    layer = feature_column_v2.LinearModel([A, NUMBER], units=2, sparse_combiner="mean")
    specs = run(lambda f: layer(f) + layer(f), FEATURES).program.specs
    assert {n: s.shape for n, s in specs.items()} == {
        "linear_model/a/weights": (3, 2),
        "linear_model/x/weights": (1, 2),
        "linear_model/bias_weights": (2,),
    }
    assert layer.name == "linear_model" and layer(FEATURES).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DenseFeatures([A]), "'a' is categorical. Wrap it in an indicator_column"),
        (lambda: DenseFeatures([]), "at least one column"),
        (lambda: DenseFeatures([NUMBER, fc.numeric_column("x", dtype="int64")]), "two with the name 'x'"),
        (lambda: feature_column_v2.LinearModel([A], units=0), "units must be 1 or more"),
        (lambda: feature_column_v2.LinearModel([A], sparse_combiner="max"), "sparse_combiner must be one of"),
    ],
)
def test_layers_refuse_where_they_are_made(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert message in str(error.value)


def test_names_that_become_one_in_variables_are_numbered():
    columns = [fc.embedding_column(fc.categorical_column_with_identity(k, 3), 2) for k in ("a b", "a_b")]
    given = {"a b": FEATURES["a"], "a_b": FEATURES["a"]}
    specs = run(lambda f: v1.feature_column.input_layer(f, columns), given).program.specs
    assert list(specs) == [
        "input_layer/a_b_embedding/embedding_weights",
        "input_layer/a_b_embedding_1/embedding_weights",
    ]


KINDS = {
    "Numeric": NUMBER,
    "Bucketized": fc.bucketized_column(NUMBER, [1]),
    "IdentityCategorical": A,
    "VocabularyListCategorical": fc.categorical_column_with_vocabulary_list("t", ["a"]),
    "HashedCategorical": fc.categorical_column_with_hash_bucket("t", 3),
    "Crossed": fc.crossed_column(["a", "t"], 3),
    "WeightedCategorical": fc.weighted_categorical_column(A, "x"),
    "Indicator": fc.indicator_column(A),
    "Embedding": EMBEDDING,
    "SharedEmbedding": fc.shared_embeddings([A], 2)[0],
}


@pytest.mark.parametrize("kind", KINDS)
def test_programs_can_test_what_a_column_is(kind):
    for of_kind, column in KINDS.items():
        for cls in (
            getattr(feature_column, f"_{kind}Column"),
            getattr(feature_column_v2, f"{kind}Column"),
            getattr(feature_column_lib, f"{kind}Column"),
            getattr(tf.python.feature_column.feature_column, f"_{kind}Column"),
        ):
            assert isinstance(column, cls) == (of_kind == kind)
        dense = of_kind in ("Numeric", "Bucketized", "Indicator", "Embedding", "SharedEmbedding")
        assert isinstance(column, feature_column._DenseColumn) == dense
        categorical = of_kind in ("Bucketized", "Crossed") or of_kind.endswith("Categorical")
        assert isinstance(column, feature_column._CategoricalColumn) == categorical


def test_a_vocabulary_file_has_the_order_of_arguments_of_each_version(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\nb\n")
    old = v1.feature_column.categorical_column_with_vocabulary_file("t", path, 2, 3)
    new = fc.categorical_column_with_vocabulary_file("t", path, 2, "string", None, 3)
    assert old == new and old.num_buckets == 5
    assert feature_column.categorical_column_with_vocabulary_file("t", path, 2, 3) == old
    assert feature_column_v2.categorical_column_with_vocabulary_file_v2("t", path, 2, "string", None, 3) == old
    assert isinstance(old, feature_column._VocabularyFileCategoricalColumn)


def test_what_both_versions_have_is_found_in_both():
    for name in ("numeric_column", "input_layer", "linear_model", "shared_embedding_columns", "shared_embeddings"):
        assert getattr(v1.feature_column, name) is getattr(fc, name)


def test_namespaces_are_found_from_the_root_without_an_import():
    code = (
        "import estimax as tf; print(tf.python.feature_column.feature_column._NumericColumn.__name__, "
        "tf.compat.v1.keras.layers.DenseFeatures.__name__, *(n for n in dir(tf.keras) if n == 'layers'))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout.split() == ["NumericColumn", "DenseFeatures", "layers"], result.stderr
