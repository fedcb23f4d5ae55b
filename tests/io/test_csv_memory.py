"""Blocks that were decoded before are not parsed again, and nothing can tell."""

import numpy as np
import pytest

import estimax as tf
from estimax.data._iterators import Reader
from estimax.io import _csv, _csv_memory

ROWS = 600


@pytest.fixture
def parses(monkeypatch):
    """Counts how often a block is parsed."""
    calls = []
    parse = _csv._parse

    def counted(*arguments):
        calls.append(1)
        return parse(*arguments)

    monkeypatch.setattr(_csv, "_parse", counted)
    return calls


def write(path, factor):
    path.write_text("".join(f"{i * factor},town{i % 7}\n" for i in range(1000, 1000 + ROWS)))


def decoded(path, epochs):
    lines = tf.data.TextLineDataset(str(path)).map(lambda line: tuple(tf.decode_csv(line, [[0], [""]])))
    batches = lines.repeat(epochs).batch(ROWS).as_numpy_iterator()
    return [row for numbers, towns in batches for row in zip(numbers.tolist(), towns.tolist())]


def test_the_epochs_after_the_first_give_the_same_rows_without_parsing(tmp_path, parses):
    write(tmp_path / "a.csv", 1)
    rows = decoded(tmp_path / "a.csv", 3)
    assert len(parses) == 1
    assert rows[:ROWS] == rows[ROWS : 2 * ROWS] == rows[2 * ROWS :]
    assert rows[0] == (1000, b"town6")


def test_a_file_that_changes_between_epochs_is_parsed_again(tmp_path, parses):
    path = tmp_path / "a.csv"
    write(path, 1)
    lines = tf.data.TextLineDataset(str(path)).map(lambda line: tuple(tf.decode_csv(line, [[0], [""]])))
    assert next(iter(lines.as_numpy_iterator()))[0] == 1000
    write(path, 2)  # as many bytes as before
    assert next(iter(lines.as_numpy_iterator()))[0] == 2000
    assert len(parses) == 2


def test_what_is_remembered_has_a_bound(tmp_path, parses, monkeypatch):
    monkeypatch.setattr(_csv_memory, "MOST_BYTES", 100)
    write(tmp_path / "a.csv", 1)
    rows = decoded(tmp_path / "a.csv", 2)
    assert len(parses) == 2
    assert rows[:ROWS] == rows[ROWS:]


def test_lines_that_are_shuffled_and_batched_are_parsed_block_by_block(tmp_path, parses):
    write(tmp_path / "a.csv", 1)
    write(tmp_path / "b.csv", 2)
    lines = tf.data.TextLineDataset([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    batches = lines.shuffle(100).batch(7).map(lambda line: tuple(tf.decode_csv(line, [[0], [""]])))
    reader, rows = Reader(batches.step), []
    while chunk := reader.next(40):
        rows += zip(*(np.asarray(column).ravel().tolist() for column in chunk.columns))
    expected = [(i * factor, b"town%d" % (i % 7)) for factor in (1, 2) for i in range(1000, 1000 + ROWS)]
    assert sorted(rows) == sorted(expected)
    assert len(parses) == 2


def test_of_a_shard_of_the_lines_only_its_own_are_parsed(tmp_path, parses):
    write(tmp_path / "a.csv", 1)
    lines = tf.data.TextLineDataset(str(tmp_path / "a.csv")).shard(10, 3)
    numbers = lines.map(lambda line: tf.decode_csv(line, [[0], [""]])[0])
    assert Reader(numbers.step).next(ROWS).columns[0].tolist() == list(range(1003, 1000 + ROWS, 10))
    assert len(parses) == 1


def test_a_bad_row_that_is_not_chosen_does_no_harm(tmp_path):
    (tmp_path / "a.csv").write_text("1,x\n2\n3,z\n4,a\n")
    rows = tf.data.TextLineDataset(str(tmp_path / "a.csv")).filter(lambda line: tf.strings.length(line) > 1)
    numbers = rows.shuffle(3).map(lambda line: tf.decode_csv(line, [[0], [""]])[0])
    assert sorted(numbers.as_numpy_iterator()) == [1, 3, 4]
