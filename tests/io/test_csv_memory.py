"""Blocks that were decoded before are not parsed again, and nothing can tell."""

import pytest

import estimax as tf
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
