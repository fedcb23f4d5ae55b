"""What columns refuse, where the user stands, and what they say."""

import numpy as np
import pytest

from estimax import feature_column as fc
from estimax._base._errors import NotFoundError
from estimax._base._shapes import TensorSpec
from estimax._graph._composite import SparseTensor
from estimax._graph._function import placeholder_for
from estimax._graph._op import as_tensor

NUMBER = fc.numeric_column("n")
WORDS = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
HASHED = fc.categorical_column_with_hash_bucket("t", 10)
WEIGHTED = fc.weighted_categorical_column(WORDS, "w")
INDICATOR = fc.indicator_column(WORDS)
IDENTITY = fc.categorical_column_with_identity("i", 3)
vocabulary = fc.categorical_column_with_vocabulary_list
from_file = fc.categorical_column_with_vocabulary_file

CONSTRUCTIONS = [
    (lambda: fc.numeric_column(3), "the name of a feature, a string; got 3"),
    (lambda: fc.numeric_column("n", shape=(0,)), "'n' must be 1 or more; got (0,)"),
    (lambda: fc.numeric_column("n", dtype="string"), "'n' needs a dtype of numbers; got string"),
    (lambda: fc.numeric_column("n", shape=2, default_value=[1.0]), "one number or have shape (2,); got shape (1,)"),
    (lambda: fc.bucketized_column(WORDS, [1]), "bucketized_column needs a numeric_column; got"),
    (lambda: fc.bucketized_column(NUMBER, [1, 3, 2]), "must ascend; got 3 before 2"),
    (lambda: fc.bucketized_column(NUMBER, [1, 1]), "must ascend; got 1 before 1"),
    (lambda: fc.bucketized_column(NUMBER, []), "at least one boundary"),
    (lambda: fc.bucketized_column(NUMBER, 3), "must be a list of numbers; got 3"),
    (lambda: fc.bucketized_column(NUMBER, ["a"]), "must be a list of numbers; got ['a']"),
    (lambda: fc.bucketized_column(NUMBER, [[1, 2]]), "must be a list of numbers; got [[1, 2]]"),
    (lambda: fc.bucketized_column(NUMBER, [1, float("nan")]), "must ascend; got 1 before nan"),
    (lambda: fc.bucketized_column("n", [1]), "needs a numeric_column; got 'n'"),
    (lambda: fc.bucketized_column(fc.numeric_column("m", shape=(2, 2)), [1]), "of one dimension"),
    (lambda: vocabulary("t", []), "must have words"),
    (lambda: vocabulary("t", None), "must have words"),
    (lambda: vocabulary("t", ["a", "b", "a"]), "'a' is at positions 0 and 2"),
    (lambda: vocabulary("t", ["a", b"a"]), "b'a' is at positions 0 and 1"),
    (lambda: vocabulary("t", 3), "the vocabulary_list of column 't' must be a list; got 3"),
    (lambda: vocabulary("t", ["a", None]), "all strings or all integers; got 'a', None"),
    (lambda: vocabulary("t", ["a"], default_value=0.5), "is the number of a category, or None; got 0.5"),
    (lambda: vocabulary("t", ["a"], num_oov_buckets=1.5), "num_oov_buckets of column 't' must be 0 or more; got 1.5"),
    (lambda: vocabulary("t", [1.5]), "all strings or all integers; got 1.5"),
    (lambda: vocabulary("t", [True]), "all strings or all integers; got True"),
    (lambda: vocabulary("t", ["a"], dtype="int64"), "has dtype int64; its vocabulary_list holds string"),
    (lambda: vocabulary("t", ["a"], dtype="float32"), "takes strings or integers; got dtype float32"),
    (lambda: vocabulary("t", ["a"], default_value=0, num_oov_buckets=1), "default_value or num_oov_buckets"),
    (lambda: vocabulary("t", ["a"], num_oov_buckets=-1), "num_oov_buckets of column 't' must be 0 or more; got -1"),
    (lambda: fc.categorical_column_with_hash_bucket("t", 0), "must be a whole number, 1 or more; got 0"),
    (lambda: fc.categorical_column_with_hash_bucket("t", 10.5), "must be a whole number, 1 or more; got 10.5"),
    (lambda: fc.categorical_column_with_hash_bucket("t", 10, dtype="float32"), "got dtype float32"),
    (lambda: fc.categorical_column_with_identity("i", 0), "num_buckets of column 'i' must be a whole number"),
    (lambda: fc.categorical_column_with_identity("i", 3, default_value=3), "must be in [0, 3), or None; got 3"),
    (lambda: fc.categorical_column_with_identity("i", 3, default_value="x"), "or None; got 'x'"),
    (lambda: fc.crossed_column(["a"], 10), "at least two"),
    (lambda: fc.crossed_column(["a", 3], 10), "got int 3: it is none of these"),
    (lambda: fc.crossed_column(["a", INDICATOR], 10), "got IndicatorColumn 't_indicator'"),
    (lambda: fc.crossed_column(["a", "b"], 10, hash_key="x"), "hash_key of column 'a_X_b' must be a whole"),
    (lambda: fc.crossed_column("ab", 10), "at least two"),
    (lambda: fc.crossed_column(["a", "b"], 0), "hash_bucket_size of column 'a_X_b' must be"),
    (lambda: fc.crossed_column(["a", HASHED], 10), "Give the name of its feature instead, 't'"),
    (lambda: fc.crossed_column(["a", NUMBER], 10), "got NumericColumn 'n'"),
    (lambda: fc.crossed_column(["a", WEIGHTED], 10), "a cross has no weights"),
    (lambda: fc.weighted_categorical_column(NUMBER, "w"), "needs a categorical column"),
    (lambda: fc.weighted_categorical_column(WORDS, "w", dtype="string"), "must be numbers"),
    (lambda: fc.weighted_categorical_column(WEIGHTED, "w"), "has weights already"),
    (lambda: fc.indicator_column(NUMBER), "needs a categorical column"),
    (lambda: fc.embedding_column(NUMBER, 2), "needs a categorical column"),
    (lambda: fc.embedding_column(WORDS, 0), "dimension of column 't_embedding' must be"),
    (lambda: fc.embedding_column(WORDS, 2, combiner="max"), "must be one of 'mean', 'sqrtn', 'sum'; got 'max'"),
    (lambda: fc.embedding_column(WORDS, 2, initializer=3), "must be a function"),
    (lambda: fc.embedding_column(WORDS, 2, ckpt_to_load_from="x"), "both ckpt_to_load_from and tensor_name_in_ckpt"),
    (lambda: fc.embedding_column(WORDS, True), "dimension of column 't_embedding' must be"),
    (lambda: fc.embedding_column(WORDS, 2, max_norm=0), "must be a number above 0; got 0"),
    (lambda: fc.embedding_column(WORDS, 2, max_norm="x"), "must be a number above 0; got 'x'"),
    (lambda: from_file("t", ""), "needs the path"),
    (lambda: from_file("t", 3), "column 't' needs the path of a vocabulary_file; got 3"),
    (lambda: from_file("t", "/"), "column 't' cannot be used: '/' must be a file"),
    (lambda: from_file("t", "x", 2, file_format="tfrecord_gzip"), "is read as text; got 'tfrecord_gzip'"),
    (lambda: from_file("t", "x", 0), "vocabulary_size of column 't' must be"),
    (lambda: from_file("t", "x", 2, default_value=0, num_oov_buckets=1), "default_value or num_oov_buckets"),
]


@pytest.mark.parametrize(("make", "message"), CONSTRUCTIONS)
def test_bad_descriptions_are_refused_where_they_are_made(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert message in str(error.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: fc.numeric_column("n", shape="x"),
        lambda: fc.numeric_column("n", shape=(1.5,)),
        lambda: fc.numeric_column("n", normalizer_fn=3),
        lambda: fc.numeric_column("n", default_value=1.5, dtype="int64"),
        lambda: fc.numeric_column("n", default_value="x"),
    ],
)
def test_arguments_of_another_type_are_type_errors(make):
    with pytest.raises(TypeError, match="'n'"):
        make()


def symbolic(*shape, dtype="float32"):
    return placeholder_for(TensorSpec(shape, dtype))


CROSS = fc.indicator_column(fc.crossed_column(["a", "b"], 10))


def sparse(indices, values, shape):
    return SparseTensor(indices, as_tensor(values), shape)


CODES = fc.indicator_column(vocabulary("t", [1, 2]))
CALLS = [
    (
        {"m": symbolic(None), "nn": symbolic(None)},
        NUMBER,
        "column 'n' reads the feature 'n', which is not there; the features are 'm', 'nn'; did you mean 'nn'?",
    ),
    ({}, NUMBER, "the features are none"),
    ([1, 2], NUMBER, "features must be a dictionary"),
    ({"n": symbolic(None, dtype="string")}, NUMBER, "'n' holds strings. Convert it with tf.strings.to_number"),
    ({"n": symbolic()}, NUMBER, "the feature 'n' is a single one"),
    ({"n": symbolic(None, 3)}, NUMBER, "takes 1 number for each example; the feature has 3"),
    ({"n": np.zeros((2, 3))}, NUMBER, "takes 1 number for each example; the feature has 3"),
    ({"t": symbolic(dtype="string")}, INDICATOR, "the feature 't' is a single one"),
    ({"t": symbolic(None, 1, 1, dtype="string")}, INDICATOR, "has shape (None, 1, 1)"),
    ({"t": symbolic(None)}, INDICATOR, "takes strings; the feature 't' holds float32 values"),
    ({"t": symbolic(None, dtype="int64")}, INDICATOR, "takes strings; the feature 't' holds int64 values"),
    ({"t": symbolic(None, dtype="string")}, CODES, "takes integers; the feature 't' holds string values"),
    ({"t": symbolic(None, dtype="bool")}, CODES, "takes integers; the feature 't' holds bool values"),
    (
        {"t": symbolic(None, 2, dtype="string"), "w": symbolic(None, 3)},
        fc.indicator_column(WEIGHTED),
        "needs a weight for each value",
    ),
    (
        {"t": symbolic(None, dtype="string"), "w": symbolic(None, dtype="string")},
        fc.indicator_column(WEIGHTED),
        "the feature 'w' holds strings",
    ),
    ({"t": ["a"], "w": [[1.0, 2.0]]}, fc.indicator_column(WEIGHTED), "needs a weight for each value"),
    ({"t": ["a"], "n": [[1.0, 2.0]]}, [INDICATOR, NUMBER], "takes 1 number for each example; the feature has 2"),
    ({"n": sparse([[0, 0]], [1.0], [2, 1])}, NUMBER, "the feature 'n' is a SparseTensor. Make it dense"),
    ({"n": sparse([[0, 0]], [1.0], [2, 1])}, fc.bucketized_column(NUMBER, [1]), "the feature 'n' is a SparseTensor"),
    ({"t": ["a"]}, fc.indicator_column(WEIGHTED), "'t_weighted_by_w' reads the feature 'w', which is not there"),
    (
        {"t": sparse([[0, 0], [0, 1]], ["a", "b"], [1, 2]), "w": sparse([[0, 0]], [1.0], [1, 2])},
        fc.indicator_column(WEIGHTED),
        "'t_weighted_by_w' needs one weight for each value; row 0 of the input has 2 values and 1 weights",
    ),
    (
        {"t": sparse([[0, 0]], ["a"], [1, 1]), "w": [[1.0, 2.0]]},
        fc.indicator_column(WEIGHTED),
        "'t_weighted_by_w' needs one weight for each value; there are at most 1 values in a row, and a weight at",
    ),
    ({"a": ["x", "y"], "b": ["z"]}, CROSS, "that column 'a_X_b' crosses must have the same batch size; got 2, 1"),
    ({"a": symbolic(2, dtype="string"), "b": symbolic(3, dtype="string")}, CROSS, "same batch size; got 2, 3"),
    ({"a": ["x", "y"], "b": sparse([[0, 0]], ["z"], [3, 1])}, CROSS, "same batch size; got 2, 3"),
    ({"a": ["x"]}, CROSS, "column 'a_X_b' reads the feature 'b', which is not there"),
    (
        {"i": [0, -7]},
        fc.indicator_column(IDENTITY),
        "column 'i' takes integers in [0, 3), and -1 where there is none",
    ),
    ({"i": [0, -7]}, fc.embedding_column(IDENTITY, 2), "the feature 'i' holds -7. Give the column a default_value"),
    ({"i": [0, 3]}, fc.embedding_column(IDENTITY, 2), "the feature 'i' holds 3. Give the column a default_value"),
    ({"i": [0, 3]}, fc.shared_embeddings([IDENTITY], 2), "the feature 'i' holds 3"),
    (
        {"i": [0, 3], "w": [1.0, 1.0]},
        fc.embedding_column(fc.weighted_categorical_column(IDENTITY, "w"), 2),
        "the feature 'i' holds 3",
    ),
    ({"i": [0.0]}, fc.indicator_column(IDENTITY), "takes integers; the feature 'i' holds float32 values"),
    ({"n": symbolic(None)}, WORDS, "Wrap it in an indicator_column or an embedding_column"),
    ({"n": symbolic(None)}, [], "at least one column"),
    ({"n": symbolic(None)}, {"n": NUMBER}, "must be a list of columns, as columns.values() is; got dict"),
    ({"n": symbolic(None)}, ["n"], "got 'n'"),
    ({"n": symbolic(None)}, [NUMBER, fc.numeric_column("n", shape=(2,))], "two with the name 'n'"),
    ({"n": [1.0, 2.0], "t": ["a"]}, [NUMBER, INDICATOR], "same batch size; got 1, 2"),
    ({"n": [1.0, 2.0], "m": [1.0]}, [NUMBER, fc.numeric_column("m")], "same batch size; got 1, 2"),
]


@pytest.mark.parametrize(("features", "columns", "message"), CALLS)
def test_features_that_do_not_fit_are_refused(features, columns, message):
    with pytest.raises(ValueError) as error:
        fc.input_layer(features, columns)
    assert message in str(error.value)


def test_a_linear_model_refuses_what_it_cannot_sum():
    with pytest.raises(ValueError, match="the feature 'i' holds 3"):
        fc.linear_model({"i": [3]}, [IDENTITY])
    with pytest.raises(ValueError, match="sparse_combiner must be one of"):
        fc.linear_model({"n": [1.0]}, [NUMBER], sparse_combiner="max")
    with pytest.raises(ValueError, match="units must be 1 or more, a whole number; got 0"):
        fc.linear_model({"n": [1.0]}, [NUMBER], units=0)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a\nb\n", {"vocabulary_size": 3}, "has 2 lines; vocab_size asks for 3"),
        ("a\n\nb\n", {"vocabulary_size": 2}, "line 2, is empty"),
        ("a\nb\na\n", {}, "line 3: 'a' is on line 1 already"),
        ("1\nx\n", {"dtype": "int64"}, "type int64; got b'x'"),
    ],
)
def test_bad_vocabulary_files_are_refused_with_file_and_line(tmp_path, text, options, message):
    path = tmp_path / "words.txt"
    path.write_text(text)
    column = from_file("t", path, **options)
    with pytest.raises(ValueError) as error:
        column.categories({"t": [1] if "dtype" in options else ["a"]})
    assert all(part in str(error.value) for part in (message, "words.txt", "column 't'"))


def test_a_vocabulary_file_must_be_there_and_hold_words(tmp_path):
    with pytest.raises(NotFoundError, match=r"column 't' does not exist: .*words.txt"):
        from_file("t", tmp_path / "words.txt")
    (tmp_path / "words.txt").write_text("a\n\nb\n")
    with pytest.raises(ValueError, match=r"column 't' cannot be used: .*words.txt, line 2, is empty"):
        from_file("t", tmp_path / "words.txt")
    (tmp_path / "words.txt").write_text("")
    with pytest.raises(ValueError, match=r"column 't' cannot be used: .*words.txt is empty"):
        from_file("t", tmp_path / "words.txt")
