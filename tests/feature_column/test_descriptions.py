"""What programs read from columns: names, fields, specs for parsing."""

import numpy as np
import pytest

from estimax import feature_column as fc
from estimax import io
from estimax._base import _nest as nest
from estimax._base._dtypes import float32, float64, int64, string
from tests.feature_column import reference

NUMBER = fc.numeric_column("n")
WORDS = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
BUCKETS = fc.bucketized_column(NUMBER, (1, 2))

NAMES = [
    (NUMBER, "n"),
    (BUCKETS, "n_bucketized"),
    (fc.crossed_column(["z", "a"], 10), "a_X_z"),
    (fc.crossed_column([WORDS, BUCKETS, "q"], 10), "n_bucketized_X_q_X_t"),
    (fc.crossed_column(["c", fc.crossed_column(["b", "a"], 10)], 10), "a_X_b_X_c"),
    (fc.weighted_categorical_column(WORDS, "w"), "t_weighted_by_w"),
    (fc.indicator_column(WORDS), "t_indicator"),
    (fc.embedding_column(WORDS, 3), "t_embedding"),
    (fc.embedding_column(fc.crossed_column(["a", "b"], 10), 3), "a_X_b_embedding"),
]


@pytest.mark.parametrize(("column", "name"), NAMES)
def test_columns_are_named_as_in_the_original(column, name):
    assert column.name == name


def test_columns_tell_what_they_were_made_of():
    assert (NUMBER.key, NUMBER.shape, NUMBER.dtype, NUMBER.default_value) == ("n", (1,), float32, None)
    assert (BUCKETS.source_column, BUCKETS.boundaries, BUCKETS.num_buckets) == (NUMBER, (1, 2), 3)
    assert (WORDS.vocabulary_list, WORDS.dtype, WORDS.num_buckets, WORDS.default_value) == (("a", "b"), string, 2, -1)
    assert fc.categorical_column_with_vocabulary_list("t", np.array([3, 4])).dtype == int64
    assert fc.categorical_column_with_vocabulary_list("t", ["a"], num_oov_buckets=4).num_buckets == 5
    assert fc.categorical_column_with_hash_bucket("t", 9).num_buckets == 9
    assert fc.categorical_column_with_identity("t", 9).num_buckets == 9
    embedding = fc.embedding_column(WORDS, 3)
    assert (embedding.categorical_column, embedding.dimension, embedding.combiner) == (WORDS, 3, "mean")
    assert fc.indicator_column(WORDS).raw_keys == ("t",)


def test_columns_of_one_description_are_one_column():
    again = fc.categorical_column_with_vocabulary_list("t", ["a", "b"])
    assert again == WORDS and hash(again) == hash(WORDS)
    assert {fc.indicator_column(WORDS): 1}[fc.indicator_column(again)] == 1


def test_columns_can_be_used_like_the_named_tuples_that_they_were():
    assert NUMBER._fields == ("key", "shape", "default_value", "dtype", "normalizer_fn")
    assert WORDS._asdict()["vocabulary_list"] == ("a", "b")
    assert NUMBER._replace(key="m") == fc.numeric_column("m")
    assert sorted([WORDS, NUMBER, BUCKETS]) == [BUCKETS, NUMBER, WORDS]
    shown = "NumericColumn(key='n', shape=(1,), default_value=None, dtype=tf.float32, normalizer_fn=None)"
    assert repr(NUMBER) == shown
    assert repr(BUCKETS) == f"BucketizedColumn(source_column={shown}, boundaries=(1, 2))"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (3, ((3, 3), (3, 3))),
        ([[1, 2], [3, 4.5]], ((1.0, 2.0), (3.0, 4.5))),
        (np.ones((2, 2)), ((1.0, 1.0), (1.0, 1.0))),
    ],
)
def test_a_default_is_kept_in_the_shape_of_the_feature(given, kept):
    assert fc.numeric_column("n", shape=[2, 2], default_value=given).default_value == kept


def test_boundaries_may_be_an_array():
    assert fc.bucketized_column(NUMBER, np.linspace(1, 2, 3)).boundaries == (1.0, 1.5, 2.0)


def test_the_spec_for_parsing_has_every_raw_feature():
    columns = [
        fc.numeric_column("area", shape=2, default_value=0.0, dtype="float64"),
        fc.indicator_column(WORDS),
        fc.crossed_column(["t", "town", BUCKETS], 10),
        fc.embedding_column(fc.weighted_categorical_column(fc.categorical_column_with_identity("i", 3), "w"), 2),
    ]
    assert fc.make_parse_example_spec(columns) == {
        "area": io.FixedLenFeature((2,), float64, (0.0, 0.0)),
        "t": io.VarLenFeature(string),
        "town": io.VarLenFeature(string),
        "n": io.FixedLenFeature((1,), float32),
        "i": io.VarLenFeature(int64),
        "w": io.VarLenFeature(float32),
    }
    assert fc.make_parse_example_spec([]) == {}


def test_one_feature_cannot_be_parsed_in_two_ways():
    with pytest.raises(ValueError, match=r"column 'n' reads the feature 'n' as VarLenFeature.*reads it as FixedLen"):
        fc.make_parse_example_spec([NUMBER, fc.categorical_column_with_hash_bucket("n", 3)])
    with pytest.raises(ValueError, match="must be columns"):
        fc.make_parse_example_spec(["n"])


def test_specs_for_parsing_are_named_tuples_and_leaves_of_structures():
    spec = io.FixedLenFeature([], "float32", 1.0)
    assert spec.dtype is float32 and tuple(spec) == ([], float32, 1.0)
    assert spec._replace(shape=[2]) == io.FixedLenFeature([2], float32, 1.0)
    assert io.FixedLenSequenceFeature([], int64, allow_missing=True).allow_missing
    assert nest.flatten({"a": spec, "b": io.VarLenFeature(str)}) == [spec, io.VarLenFeature(string)]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("house\nflat\ntent\n", {"num_oov_buckets": 2}),
        ("house\nflat\ntent", {"vocabulary_size": 2, "default_value": 0}),
        ("house\r\nflat\r\n東京 \r\n", {}),
    ],
)
def test_a_file_is_read_as_a_list_of_its_lines(tmp_path, text, options):
    path = tmp_path / "words.txt"
    path.write_bytes(text.encode())
    column = fc.categorical_column_with_vocabulary_file("t", str(path), **options)
    assert column.num_buckets == len(text.split()[: options.get("vocabulary_size")]) + options.get("num_oov_buckets", 0)
    given = ["tent", "flat", "", "house", "shed", "東京 "]
    made = column.categories({"t": given}).ids.numpy()
    assert made.tolist() == [reference.ids_of(column, {"t": word}) for word in given]


def test_a_file_of_integers_is_read_as_integers(tmp_path):
    (tmp_path / "codes.txt").write_text("30\n-5\n7\n")
    column = fc.categorical_column_with_vocabulary_file("i", tmp_path / "codes.txt", dtype="int64")
    assert column.categories({"i": [7, 30, -5, 0]}).ids.numpy().ravel().tolist() == [2, 0, 1, -1]
    cross = fc.crossed_column([column, "i"], 1000)
    assert cross.categories({"i": [7]}).ids.shape == (1, 1)


def test_a_file_with_a_size_need_not_be_there_before_it_is_used(tmp_path):
    path = tmp_path / "words.txt"
    column = fc.categorical_column_with_vocabulary_file("t", path, vocabulary_size=1)
    path.write_text("a\nb\n")
    assert column.categories({"t": ["b", "a"]}).ids.numpy().tolist() == [[-1], [0]]
