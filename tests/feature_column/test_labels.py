"""What the rows of a column's table are called: as many labels as rows, in the order of the ids."""

import pytest

import estimax as tf
from estimax.feature_column._labels import category_labels

fc = tf.feature_column


def _words_in_file(folder, **options):
    path = folder / "towns.txt"
    path.write_bytes("Zürich\nBern\nParis\n".encode())
    return fc.categorical_column_with_vocabulary_file("town", path, **options)


def _interval(width, boundaries):
    return fc.bucketized_column(fc.numeric_column("x", shape=(width,)), boundaries)


NUMBERS = [f"bucket {n}" for n in range(5)]
COLUMNS = {
    "listed": (lambda _: fc.categorical_column_with_vocabulary_list("w", ["b", "ä"]), ["b", "ä"]),
    "listed, with others": (
        lambda _: fc.categorical_column_with_vocabulary_list("w", ["b"], num_oov_buckets=2),
        ["b", "out of vocabulary 0", "out of vocabulary 1"],
    ),
    "bytes": (lambda _: fc.categorical_column_with_vocabulary_list("w", [b"\xff", b"c"]), ["\ufffd", "c"]),
    "integers": (lambda _: fc.categorical_column_with_vocabulary_list("w", [7, -3]), ["7", "-3"]),
    "file": (_words_in_file, ["Zürich", "Bern", "Paris"]),
    "file, in part": (
        lambda folder: _words_in_file(folder, vocabulary_size=2, num_oov_buckets=1),
        ["Zürich", "Bern", "out of vocabulary 0"],
    ),
    "identity": (lambda _: fc.categorical_column_with_identity("n", 3), ["0", "1", "2"]),
    "hash": (lambda _: fc.categorical_column_with_hash_bucket("h", 5), NUMBERS),
    "cross": (lambda _: fc.crossed_column(["a", "b"], 5), NUMBERS),
    "intervals": (lambda _: _interval(1, [0.5, 10]), ["below 0.5", "0.5 to 10", "from 10"]),
    "one limit": (lambda _: _interval(1, [3]), ["below 3", "from 3"]),
    "intervals of two": (
        lambda _: _interval(2, [3]),
        ["[0] below 3", "[0] from 3", "[1] below 3", "[1] from 3"],
    ),
    "weighted": (
        lambda _: fc.weighted_categorical_column(fc.categorical_column_with_identity("n", 2), "weight"),
        ["0", "1"],
    ),
    "sequence": (lambda _: fc.sequence_categorical_column_with_vocabulary_list("s", ["x", "y"]), ["x", "y"]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_each_category_is_called_by_its_word_or_number_in_the_order_of_the_ids(name, tmp_path):
    make, expected = COLUMNS[name]
    column = make(tmp_path)
    assert category_labels(column, 1000) == expected
    assert len(expected) == column.num_buckets


@pytest.mark.parametrize("name", COLUMNS)
def test_fewer_labels_are_the_first_of_all(name, tmp_path):
    column = COLUMNS[name][0](tmp_path)
    for most in range(column.num_buckets + 1):
        assert category_labels(column, most) == category_labels(column, 1000)[:most]


def test_a_few_labels_of_a_great_many_cost_no_more_than_they_are():
    assert category_labels(fc.categorical_column_with_hash_bucket("h", 10**12), 2) == ["bucket 0", "bucket 1"]
