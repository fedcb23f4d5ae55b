"""Sequence columns: recorded numbers of the original, kinds of features, laws, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from tests.feature_column.sequences import cases

fc = tf.feature_column

RECORDED = json.loads((Path(__file__).parent / "recorded" / "sequences.json").read_text())
CASES = cases(tf)


def read(columns, features):
    numbers, lengths = fc.sequence_input_layer(features, columns)
    assert (numbers.dtype, lengths.dtype) == (jnp.float32, jnp.int32)
    return np.asarray(numbers), np.asarray(lengths)


def words(**options):
    return fc.sequence_categorical_column_with_vocabulary_list("words", ["a", "b", "c"], **options)


def indicator():
    return [fc.indicator_column(words())]


@pytest.mark.parametrize("name", CASES)
def test_a_layer_gives_the_recorded_numbers_and_lengths(name):
    numbers, lengths = read(*CASES[name])
    np.testing.assert_allclose(numbers, RECORDED[name]["numbers"], rtol=1e-6)
    assert lengths.tolist() == RECORDED[name]["lengths"]


@pytest.mark.parametrize("name", CASES)
def test_a_layer_object_gives_what_the_function_gives(name):
    columns, features = CASES[name]
    layer = tf.keras.experimental.SequenceFeatures(columns)
    assert layer.name.startswith("sequence_features")
    for ours, theirs in zip(layer(features), read(columns, features), strict=True):
        np.testing.assert_array_equal(ours, theirs)


WORDS = st.sampled_from(["a", "b", "c", "x"])


@settings(max_examples=25, deadline=None)
@given(lists=st.lists(st.lists(WORDS, max_size=4), min_size=1, max_size=4))
def test_sparse_ragged_and_dense_features_of_the_same_words_give_the_same(lists):
    width = max(map(len, lists))
    dense = [[*row, *[""] * (width - len(row))] for row in lists]
    places = [[i, j] for i, row in enumerate(lists) for j in range(len(row))]
    sparse = tf.SparseTensor(places, tf.constant([w for row in lists for w in row], tf.string), [len(lists), width])
    ragged = tf.RaggedTensor.from_row_lengths(
        tf.constant([w for row in lists for w in row], tf.string), [len(row) for row in lists]
    )
    numbers, lengths = read(indicator(), {"words": ragged})
    assert lengths.tolist() == [len(row) for row in lists]
    others = [sparse] + ([tf.constant(dense)] if width else [])
    for other in others:
        its, its_lengths = read(indicator(), {"words": other})
        np.testing.assert_array_equal(its, numbers)
        np.testing.assert_array_equal(its_lengths, lengths)


def test_ragged_steps_of_several_values_are_combined_by_step():
    features = {"words": tf.ragged.constant([[["a", "b"], [], ["c", "c"]], [["c"]]])}
    numbers, lengths = read(indicator(), features)
    assert numbers.tolist() == [[[1, 1, 0], [0, 0, 0], [0, 0, 2]], [[0, 0, 1], [0, 0, 0], [0, 0, 0]]]
    assert lengths.tolist() == [3, 1]


def test_dense_steps_of_several_values_end_with_the_last_step_that_has_one():
    features = {"words": [[["a", "b"], ["", ""], ["c", ""]], [["", "a"], ["", ""], ["", ""]]]}
    numbers, lengths = read(indicator(), features)
    assert numbers.tolist() == [[[1, 1, 0], [0, 0, 0], [0, 0, 1]], [[1, 0, 0], [0, 0, 0], [0, 0, 0]]]
    assert lengths.tolist() == [3, 1]


@pytest.mark.parametrize(
    ("feature", "shape", "expected"),
    [
        (tf.ragged.constant([[1.0, 2.0], [3.0]]), 1, [[[1], [2]], [[3], [0]]]),
        (tf.ragged.constant([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0]]), 2, [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]),
        (tf.ragged.constant([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]]), 2, [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]),
        (
            tf.ragged.constant([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]], ragged_rank=1),
            2,
            [[[1, 2], [3, 4]], [[5, 6], [0, 0]]],
        ),
        (tf.constant([[1.0, 2.0], [3.0, -1.0]]), 1, [[[1], [2]], [[3], [-1]]]),
        (tf.constant([[[1, 2], [3, -1]]]), (2,), [[[1, 2], [3, -1]]]),
        (tf.constant([[[[1.0, 2.0], [3.0, 4.0]]]]), (2, 2), [[[1, 2, 3, 4]]]),
    ],
)
def test_numbers_come_ragged_and_dense_too(feature, shape, expected):
    numbers, lengths = read([fc.sequence_numeric_column("x", shape=shape)], {"x": feature})
    assert numbers.tolist() == expected
    assert lengths.tolist() == ([2, 1] if not feature.spec.is_dense else [len(row) for row in expected])


def test_dense_numbers_end_where_the_words_beside_them_do():
    columns = [fc.sequence_numeric_column("a"), *indicator()]
    numbers, lengths = read(columns, {"a": [[1.0, 2.0], [3.0, 9.0]], "words": [["a", "b"], ["c", ""]]})
    assert lengths.tolist() == [2, 1]
    assert numbers[0].tolist() == [[1, 1, 0, 0], [2, 0, 1, 0]]
    with pytest.raises(InvalidArgumentError, match="'words_indicator' has 2 steps and column 'a' has 1"):
        read(columns, {"a": [[1.0], [3.0]], "words": [["a", "b"], ["c", ""]]})


def test_a_normalizer_sees_the_numbers_and_not_what_is_filled_in():
    feature = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [10, 20, 30], [2, 2])
    column = fc.sequence_numeric_column("x", default_value=7.0, normalizer_fn=lambda x: tf.to_float(x) / 10.0)
    assert read([column], {"x": feature})[0].tolist() == [[[1], [2]], [[3], [7]]]


def test_embeddings_share_a_table_between_sequences():
    pages = [fc.sequence_categorical_column_with_identity(key, 3) for key in ("seen", "bought")]
    rows = tf.constant_initializer([[1.0], [2.0], [3.0]])
    columns = fc.shared_embeddings(pages, 1, initializer=rows)
    features = {"seen": [[0, 1]], "bought": [[2, 2]]}
    assert read(columns, features)[0].tolist() == [[[3, 1], [3, 2]]]


def test_columns_have_the_names_and_parse_specs_of_the_original():
    columns = [*indicator(), fc.sequence_numeric_column("x", shape=(2,))]
    assert [c.name for c in columns] == ["words_indicator", "x"]
    assert fc.make_parse_example_spec(columns) == {
        "words": tf.VarLenFeature(tf.string),
        "x": tf.VarLenFeature(tf.float32),
    }
    assert fc.sequence_numeric_column("x", shape=3) == fc.sequence_numeric_column("x", shape=(3,))
    assert words().key == "words"
    assert words().num_buckets == 3


def test_a_vocabulary_file_names_the_words_of_a_sequence(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("a\nb\n")
    column = fc.sequence_categorical_column_with_vocabulary_file("words", str(file), 2, 1)
    numbers, _ = read([fc.indicator_column(column)], {"words": [["b", "x"]]})
    assert numbers.tolist() == [[[0, 1, 0], [0, 0, 1]]]


def test_context_is_put_behind_each_step():
    context = [[1.0, 2.0], [3.0, 4.0]]
    joined = fc.concatenate_context_input(context, np.zeros((2, 2, 1)))
    assert joined.tolist() == [[[0, 1, 2], [0, 1, 2]], [[0, 3, 4], [0, 3, 4]]]


TWO = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], ["a", "b", "c"], [2, 2])
ONE = tf.SparseTensor([[0, 0], [1, 0]], [1.0, 2.0], [2, 1])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: read([words()], {"words": TWO}), "'words' is categorical. Wrap it in an indicator_column"),
        (lambda: read([fc.numeric_column("x")], {"x": ONE}), "must read sequences; 'x' does not"),
        (
            lambda: read([fc.indicator_column(fc.categorical_column_with_identity("ids", 3))], {"ids": [[1]]}),
            "must read sequences; 'ids_indicator' does not",
        ),
        (
            lambda: fc.input_layer({"words": TWO}, indicator()),
            "column 'words' reads sequences, which an input layer .* cannot take",
        ),
        (lambda: fc.input_layer({"x": ONE}, [fc.sequence_numeric_column("x")]), "column 'x' reads sequences"),
        (lambda: fc.linear_model({"words": TWO}, [words()]), "column 'words' reads sequences"),
        (lambda: fc.linear_model({"x": ONE}, [fc.sequence_numeric_column("x")]), "column 'x' reads sequences"),
        (lambda: fc.crossed_column([words(), "x"], 10), "words"),
        (lambda: fc.bucketized_column(fc.sequence_numeric_column("x"), [1.0]), "x"),
        (
            lambda: read(
                [fc.indicator_column(fc.weighted_categorical_column(words(), "weights"))],
                {"words": TWO, "weights": ONE},
            ),
            "must read sequences; 'words_weighted_by_weights_indicator' does not",
        ),
        (lambda: read(indicator(), {"word": TWO}), "column 'words' reads the feature 'words', which is not there"),
        (
            lambda: read([*indicator(), fc.sequence_numeric_column("x")], {"words": TWO, "x": ONE}),
            "in row 0 of a batch, column 'words_indicator' has 2 steps and column 'x' has 1",
        ),
        (
            lambda: read([*indicator(), fc.sequence_numeric_column("x")], {"words": TWO, "x": [[1.0, 2.0]]}),
            "columns 'words_indicator' and 'x' have 2 and 1 rows",
        ),
        (lambda: read([fc.sequence_numeric_column("words")], {"words": TWO}), "'words' holds strings"),
        (
            lambda: read([fc.indicator_column(fc.sequence_categorical_column_with_identity("x", 3))], {"x": ONE}),
            "column 'x' takes integers; the feature 'x' holds float32",
        ),
        (lambda: read(indicator(), {"words": "a"}), "shape"),
        (lambda: read(indicator(), {"words": [[[["a"]]]]}), r"'words' has shape \(1, 1, 1, 1\)"),
        (
            lambda: read([fc.sequence_numeric_column("x", shape=3)], {"x": [[[1.0, 2.0]]]}),
            "sequence column 'x' takes 3 numbers for each step; the feature has 2",
        ),
        (
            lambda: read([fc.sequence_numeric_column("x")], {"x": tf.ragged.constant([[[1.0, 2.0]]])}),
            "sequence column 'x' takes 1 number for each step; the feature has 2",
        ),
        (lambda: fc.sequence_numeric_column("x", shape=0), "1 or more"),
        (lambda: fc.sequence_numeric_column("x", dtype=tf.string), "dtype of numbers"),
        (lambda: fc.sequence_numeric_column("x", default_value="a"), "must be one number; got 'a'"),
        (lambda: fc.sequence_categorical_column_with_identity("x", 0), "num_buckets of column 'x'"),
        (lambda: fc.sequence_categorical_column_with_vocabulary_list("x", []), "vocabulary_list of column 'x'"),
        (lambda: fc.sequence_categorical_column_with_hash_bucket("x", 0), "hash_bucket_size of column 'x'"),
        (lambda: read([], {}), "at least one column"),
        (lambda: fc.concatenate_context_input([1.0], [[[1.0]]]), "context_input must have 2 axes"),
        (lambda: fc.concatenate_context_input([[1.0]], [[1.0]]), "sequence_input must have 3 axes"),
    ],
)
def test_what_cannot_be_read_is_refused(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make()


def test_a_normalizer_that_cannot_be_called_is_refused():
    with pytest.raises(TypeError, match="normalizer_fn of numeric column 'x'"):
        fc.sequence_numeric_column("x", normalizer_fn=3)


def test_sequence_columns_have_the_names_of_contrib_too():
    assert tf.contrib.feature_column.sequence_input_layer is fc.sequence_input_layer
    assert tf.contrib.feature_column.sequence_numeric_column is fc.sequence_numeric_column
    assert tf.contrib.estimator.RNNClassifier is tf.estimator.experimental.RNNClassifier


def test_a_saved_model_finds_the_ops_of_steps_with_those_of_columns():
    code = "import estimax.feature_column, estimax._graph._op as o; print({'StepMask', 'SequenceIds'} <= set(o.OPS))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"
