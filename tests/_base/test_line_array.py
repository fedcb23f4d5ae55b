"""Lines in a block of bytes behave as any array of strings, and stay lines as long as they can."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
