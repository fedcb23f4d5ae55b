"""Lines in a block of bytes behave as any array of strings, and stay lines as long as they can."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base import _line_array
from estimax._base._line_array import LineArray
from estimax._base._string_array import StringArray

texts = st.lists(st.binary(max_size=4).map(lambda b: b.replace(b"\n", b"")), min_size=1, max_size=8)


def lines_of(words, is_closed=True, first_line=1):
    """Makes lines whose last one has a newline or not; without one it must not be empty."""
    text = b"\n".join(words) + (b"\n" if is_closed or not words[-1] else b"")
    return LineArray(np.frombuffer(text, np.uint8), len(words), "file", first_line)


@given(texts, st.booleans())
def test_lines_are_the_strings_between_newlines(words, is_closed):
    lines = lines_of(words, is_closed)
    assert lines.tolist() == words
    assert list(lines) == words
    assert (len(lines), lines.size, lines.shape, lines.ndim) == (len(words), len(words), (len(words),), 1)
    assert lines.equals(StringArray.of(words)).all()
    assert lines.nbytes == len(lines.block)


@given(texts, st.booleans(), st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=3))
def test_slices_of_slices_are_lines_of_the_same_block(words, is_closed, slices):
    lines = lines_of(words, is_closed, 100)
    numbers = list(range(100, 100 + len(words)))
    for start, stop in slices:
        words, numbers, part = words[start:stop], numbers[start:stop], lines[start:stop]
        assert isinstance(part, LineArray)
        assert part.tolist() == words
        assert not len(part.block) or np.shares_memory(part.block, lines.block)
        assert [part.describe_origin(i) for i in range(len(part))] == [f"file, line {n}" for n in numbers]
        lines = part


@given(texts, st.booleans(), st.data())
def test_rows_of_batches_are_lines_too(words, is_closed, data):
    words = words * 4
    rows = lines_of(words, is_closed).reshape(len(words) // 2, 2)
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows)))))
    part = rows[start:stop]
    assert isinstance(part, LineArray)
    assert part.shape == (stop - start, 2)
    assert part.tolist() == np.array(words, object).reshape(-1, 2)[start:stop].tolist()
    assert part.reshape(-1 if part.size else 0).tolist() == words[2 * start : 2 * stop]


@given(texts, st.booleans(), st.data())
def test_other_indices_give_plain_strings_that_know_their_lines(words, is_closed, data):
    lines = lines_of(words, is_closed, 5)
    rows = data.draw(st.lists(st.integers(0, len(words) - 1), min_size=1))
    taken = lines.take(np.array(rows))
    assert taken.tolist() == [words[i] for i in rows]
    assert [taken.describe_origin(i) for i in range(len(rows))] == [f"file, line {5 + i}" for i in rows]
    assert lines[rows[0]] == words[rows[0]]
    assert lines[::-1].tolist() == words[::-1]
    assert lines[np.array(words) == words[0]].tolist() == [w for w in words if w == words[0]]


@given(texts, texts)
def test_lines_of_several_files_are_joined(one, other):
    first, second = lines_of(one), LineArray(np.frombuffer(b"\n".join(other) + b"\n", np.uint8), len(other), "other", 3)
    both = StringArray.concatenate([first, second])
    assert both.tolist() == one + other
    assert both.describe_origin(len(one)) == "other, line 3"


def test_lines_are_not_cut_before_anyone_looks_at_one():
    lines = lines_of([b"a", b"bc", b"d"])
    part = lines[1:].reshape(2, 1)[:1].reshape(1)
    assert part._flat is None
    assert part._origin is None
    assert part[0] == b"bc"


def test_a_shape_of_another_size_is_refused():
    with pytest.raises(ValueError, match="cannot reshape strings"):
        lines_of([b"a", b"b"]).reshape(3)


@given(st.lists(st.tuples(texts, st.integers(1, 50)), min_size=1, max_size=4), st.data())
def test_any_choice_of_lines_of_any_blocks_is_the_choice_of_strings(files, data):
    lines = [
        LineArray(np.frombuffer(b"\n".join(w) + b"\n", np.uint8), len(w), f"f{i}", n) for i, (w, n) in enumerate(files)
    ]
    words = [word for w, _ in files for word in w]
    places = [f"f{i}, line {n + j}" for i, (w, n) in enumerate(files) for j in range(len(w))]
    chosen = StringArray.concatenate(lines)
    for _ in range(data.draw(st.integers(1, 3))):
        rows = data.draw(st.lists(st.integers(0, len(words) - 1), min_size=1, max_size=9)) if words else []
        words, places = [words[i] for i in rows], [places[i] for i in rows]
        chosen = chosen.take(np.array(rows, np.int64))
        start, stop = sorted(data.draw(st.tuples(st.integers(0, len(words)), st.integers(0, len(words)))))
        words, places, chosen = words[start:stop], places[start:stop], chosen[start:stop]
        chosen = StringArray.concatenate([chosen, chosen[:1]])
        words, places = words + words[:1], places + places[:1]
    assert chosen.tolist() == words
    assert [chosen.describe_origin(i) for i in range(len(words))] == places
    assert chosen.block.tobytes() == b"".join(w + b"\n" for w in words)
    lengths = [np.array([len(w) for w in block.flat.to_pylist()]) for block in chosen.blocks]
    upper = [StringArray(pa.array([w.upper() for w in block.flat.to_pylist()], pa.binary())) for block in chosen.blocks]
    found = chosen.gathered(list(zip(lengths, upper, [None] * len(upper))))
    assert found[0].tolist() == [len(w) for w in words]
    assert found[1].tolist() == [w.upper() for w in words]
    assert found[2] is None


def test_a_few_lines_do_not_keep_many_large_blocks(monkeypatch):
    monkeypatch.setattr(_line_array, "_MOST_BYTES_KEPT", 100)
    blocks = [LineArray(np.frombuffer(b"%04d\n" % i * 30, np.uint8), 30, "f", 30 * i) for i in range(5)]
    chosen = StringArray.concatenate(blocks).take(np.array([1, 40, 140]))
    assert sum(len(b.data) for b in chosen.blocks) == 15
    assert chosen.tolist() == [b"0000", b"0001", b"0004"]
    assert chosen.describe_origin(2) == "f, line 140"
