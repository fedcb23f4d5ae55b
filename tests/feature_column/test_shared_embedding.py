"""`shared_embeddings`: one table for several columns, its name, its gradient, and what it is trained to."""

import jax
import numpy as np
import pytest

import estimax as tf
from estimax._base._string_array import StringArray
from estimax._scope._variables import variable_scope
from tests.feature_column.model import run

fc = tf.feature_column
v1 = tf.compat.v1
A, B = (fc.categorical_column_with_identity(key, 7) for key in "ab")
FEATURES = {"a": np.array([[0, 1], [2, -1]]), "b": np.array([[1, 1], [2, 0]]), "x": np.float32([[1], [2]])}
ROWS = np.arange(14, dtype=np.float32).reshape(7, 2) / 10 - 0.5
FAMILIES = {"TensorFlow 1.x": v1.feature_column.shared_embedding_columns, "TensorFlow 2": fc.shared_embeddings}


def layer(features, columns):
    return v1.feature_column.input_layer(features, columns)


def dense_features(features, columns):
    return tf.keras.layers.DenseFeatures(columns)(features)


def linear(features, columns):
    return v1.feature_column.linear_model(features, columns)


# The names that the original gives.
NAMES = [
    ("TensorFlow 1.x", layer, {}, ["input_layer/a_b_shared_embedding/embedding_weights"]),
    ("TensorFlow 1.x", layer, {"shared_embedding_collection_name": "towns"}, ["input_layer/towns/embedding_weights"]),
    (
        "TensorFlow 1.x",
        linear,
        {},
        [
            "linear_model/a_b_shared_embedding/weights",
            "linear_model/a_b_shared_embedding/embedding_weights",
            "linear_model/a_b_shared_embedding_1/weights",
            "linear_model/bias_weights",
        ],
    ),
    ("TensorFlow 2", dense_features, {}, ["a_b_shared_embedding"]),
    ("TensorFlow 2", dense_features, {"shared_embedding_collection_name": "towns"}, ["towns"]),
]


@pytest.mark.parametrize(("family", "of_layer", "options", "names"), NAMES)
def test_the_table_has_the_name_that_it_has_in_the_original(family, of_layer, options, names):
    columns = FAMILIES[family]([B, A], 2, **options)
    assert [c.name for c in columns] == ["b_shared_embedding", "a_shared_embedding"]
    assert list(run(lambda features: of_layer(features, columns), FEATURES).program.specs) == names


@pytest.mark.parametrize("family", FAMILIES)
def test_columns_and_layers_read_one_table(family):
    columns = FAMILIES[family]([A, B], 2, combiner="sum")

    def model(features):
        with variable_scope("first"):
            first = layer(features, columns[:1])
        with variable_scope("second"):
            return layer(features, columns) + first.sum()

    made = run(model, FEATURES)
    (name,) = made.program.specs
    assert name.startswith("first/")
    table = made.variables[name]
    alone = table[0] + table[1] + table[2]
    whole = np.stack(
        [np.concatenate([table[0] + table[1], 2 * table[1]]), np.concatenate([table[2], table[2] + table[0]])]
    )
    np.testing.assert_allclose(made.result, whole + alone.sum())


@pytest.mark.parametrize("family", FAMILIES)
def test_the_gradients_of_all_columns_are_summed(family):
    columns = FAMILIES[family]([A, B], 2, combiner="sum")
    made = run(lambda features: layer(features, columns).sum(), FEATURES)
    (name,) = made.program.specs
    gradient = jax.grad(lambda v: made.program.run(v, made.entries).result)({name: ROWS})[name]
    np.testing.assert_allclose(gradient[:, 0], [2, 3, 2, 0, 0, 0, 0])


def test_columns_that_differ_in_their_description_of_the_table_are_told_apart():
    one, other = (fc.shared_embeddings([A], 2) for _ in range(2))
    with pytest.raises(ValueError, match=r"two shared embeddings with the name 'a_shared_embedding'"):
        run(lambda features: layer(features, one) + layer(features, other), FEATURES)
    narrow, wide = (v1.feature_column.shared_embedding_columns([A], size) for size in (2, 3))
    with pytest.raises(ValueError, match=r"'a_shared_embedding' has a table of shape \(7, 3\).*with shape \(7, 2\)"):
        run(lambda features: layer(features, narrow).sum() + layer(features, wide).sum(), FEATURES)


def test_collections_of_one_name_are_one_where_tensorflow_1_has_them_so():
    one, other = (v1.feature_column.shared_embedding_columns([A], 2) for _ in range(2))
    specs = run(lambda features: layer(features, one) + layer(features, other), FEATURES).program.specs
    assert list(specs) == ["input_layer/a_shared_embedding/embedding_weights"]


@pytest.mark.parametrize(
    ("of_columns", "of_layer", "trained"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_a_table_is_trained_unless_the_columns_or_the_layer_say_not(of_columns, of_layer, trained):
    columns = fc.shared_embeddings([A, B], 2, trainable=of_columns)
    made = run(lambda features: v1.feature_column.input_layer(features, columns, trainable=of_layer), FEATURES)
    assert [s.is_trainable for s in made.program.specs.values()] == [trained]


def test_a_shared_embedding_can_be_tried_without_a_model_function():
    made = layer({"a": [3], "b": [3]}, fc.shared_embeddings([A, B], 2))
    assert made.shape == (1, 4) and made[0, :2].tolist() == made[0, 2:].tolist()


def test_columns_tell_what_they_share():
    column = fc.shared_embeddings([A, B], 2, combiner="sum", max_norm=1.5, trainable=False)[0]
    assert (column.categorical_column, column.dimension, column.combiner, column.max_norm) == (A, 2, "sum", 1.5)
    assert (column.shared_embedding_collection_name, column.trainable) == ("a_b_shared_embedding", False)
    assert (column.ckpt_to_load_from, column.tensor_name_in_ckpt) == (None, None)
    assert list(fc.make_parse_example_spec([column])) == ["a"] and column == column._replace() and {column: 1}[column]


def test_weighted_columns_may_share_with_others():
    weighted = fc.weighted_categorical_column(A, "x")
    columns = fc.shared_embeddings([weighted, B], 2, initializer=tf.constant_initializer(ROWS))
    assert columns[0].shared_embedding_collection_name == "a_weighted_by_x_b_shared_embedding"
    features = {"a": [[1]], "b": [[1]], "x": [[2.0]]}
    np.testing.assert_allclose(layer(features, columns), [[*ROWS[1], *ROWS[1]]])


WORDS = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
REFUSED = [
    (lambda: fc.shared_embeddings([], 2), "at least one categorical column"),
    (lambda: fc.shared_embeddings([A, "b"], 2), "needs a categorical column"),
    (lambda: fc.shared_embeddings([A, fc.numeric_column("n")], 2), "needs a categorical column"),
    (lambda: fc.shared_embeddings([A, WORDS], 2), "'t' a VocabularyListCategoricalColumn with 2"),
    (lambda: fc.shared_embeddings([A, fc.categorical_column_with_identity("c", 8)], 2), "'a' is a Identity"),
    (lambda: fc.shared_embeddings([A, B], 0), "dimension of column 'a_b_shared_embedding' must be"),
    (lambda: fc.shared_embeddings([A, B], 2, combiner="max"), "must be one of 'mean', 'sqrtn', 'sum'"),
    (lambda: fc.shared_embeddings([A, B], 2, max_norm=-1), "must be a number above 0; got -1"),
    (lambda: fc.shared_embeddings([A, B], 2, initializer=1), "must be a function"),
    (lambda: fc.shared_embeddings([A, B], 2, tensor_name_in_ckpt="x"), "both ckpt_to_load_from and"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_what_cannot_share_is_refused(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert message in str(error.value)


def test_words_share_a_table_too():
    origin, target = (fc.categorical_column_with_vocabulary_list(k, ["x", "y"]) for k in ("origin", "target"))
    columns = fc.shared_embeddings([origin, target], 2, initializer=tf.constant_initializer(ROWS[:2]))
    made = layer({"origin": StringArray.of(["y", "?"]), "target": StringArray.of(["x", "y"])}, columns)
    np.testing.assert_allclose(made, [[*ROWS[1], *ROWS[0]], [0, 0, *ROWS[1]]])
