"""The wire format, against the library of protocol buffers and against reading message by message."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from estimax._base._wire_format import (
    PADDING,
    Spans,
    WireError,
    decode_varints,
    delimited,
    fields,
    joined,
    read_varint,
    split_delimited,
    varint,
    varints_at,
    windows,
)
from estimax.io._example_message import BytesList, Example, Int64List

numbers = st.one_of(st.integers(0, 300), st.integers(0, 2**64 - 1))


def spans_of(messages):
    ends = np.cumsum([len(m) for m in messages], dtype=np.int64)
    data = np.frombuffer(b"".join(messages) + bytes(PADDING), np.uint8)
    return Spans(data, np.append(0, ends[:-1]).astype(np.int64)[: len(messages)], ends)


@given(st.lists(numbers, min_size=1))
def test_numbers_are_written_and_read_back(values):
    data = b"".join(map(varint, values))
    at, read = 0, []
    while at < len(data):
        value, at = read_varint(data, at)
        read.append(value)
    assert read == values
    flat, ends = decode_varints(np.frombuffer(data, np.uint8))
    assert flat.view(np.uint64).tolist() == values
    padded = np.frombuffer(data + bytes(PADDING), np.uint8)
    short = [v for v in values if v < 2**63]
    starts = np.append(0, ends[:-1])[[v < 2**63 for v in values]]
    found, behind = varints_at(padded, starts)
    assert found.tolist() == short
    assert behind.tolist() == ends[[v < 2**63 for v in values]].tolist()


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_packed_numbers_are_those_of_the_library(values):
    message = Int64List(value=values).SerializeToString()
    packed = next(fields(message))[2] if values else b""
    assert decode_varints(np.frombuffer(packed, np.uint8))[0].tolist() == values
    if values:
        assert message == delimited(1, b"".join(varint(v % 2**64) for v in values))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 10, b"\xff" * 11 + b"\x01"])
def test_a_number_that_does_not_end_is_none(data):
    with pytest.raises(WireError, match="no whole number at byte 0"):
        read_varint(data, 0)
    if data[:1] != b"":
        found, behind = varints_at(np.frombuffer(data[:10] + b"\xff" * PADDING, np.uint8), np.zeros(1, np.int64))
        assert (found.tolist(), behind.tolist()) == ([-1], [0])


def test_fields_of_every_kind_are_passed_over():
    data = b"\x08\x96\x01" + b"\x11" + b"8" * 8 + b"\x1a\x02hi" + b"\x25" + b"4" * 4
    assert list(fields(data)) == [(1, 0, 150), (2, 1, b"8" * 8), (3, 2, b"hi"), (4, 5, b"4444")]
    for size in range(1, len(data)):
        if size not in (3, 12, 16):
            with pytest.raises(WireError):
                list(fields(data[:size]))


@pytest.mark.parametrize("data", [b"\x0b\x0c", b"\x00\x00", b"\x0f"])
def test_fields_of_kinds_that_are_no_longer_used_are_refused(data):
    with pytest.raises(WireError, match="no field at byte"):
        list(fields(data))


messages = st.lists(st.binary(max_size=200), max_size=12)


@given(st.lists(messages, max_size=12))
@example([[], [b"", b""]])
def test_messages_are_cut_into_their_values_as_the_library_does(lists):
    spans = spans_of([BytesList(value=values).SerializeToString() for values in lists])
    values, counts, is_other = split_delimited(spans)
    assert counts.tolist() == [len(v) for v in lists]
    assert [values.bytes_of(i) for i in range(len(values))] == [v for vs in lists for v in vs]
    assert not is_other.any()


@given(st.lists(st.binary(max_size=12), min_size=1, max_size=30))
def test_messages_that_hold_something_else_are_told_apart(given_messages):
    spans = spans_of(given_messages)
    values, counts, is_other = split_delimited(spans)
    wanted = []
    for i, message in enumerate(given_messages):
        try:
            parts = list(fields(message))
        except WireError:
            parts = None
        sound = parts is not None and all(f[:2] == (1, 2) for f in parts)
        assert is_other[i] == (not sound)
        assert counts[i] == (len(parts) if sound else 0)
        wanted += [f[2] for f in parts] if sound else []
    assert [values.bytes_of(i) for i in range(len(values))] == wanted


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=10), st.sampled_from([1, 4]))
def test_bytes_of_spans_are_joined(texts, item):
    texts = [t * item for t in texts]
    spans = spans_of(texts)
    assert spans.joined(item).tobytes() == b"".join(texts)
    backwards = joined(spans.data, spans.starts[::-1], spans.lengths[::-1], item)
    assert backwards.tobytes() == b"".join(reversed(texts))


def test_windows_may_reach_beyond_the_padding():
    spans = spans_of([b"abc", b"de"])
    assert windows(spans.data, spans.starts, 2).tobytes() == b"abde"
    assert windows(spans.data, spans.starts, 200)[:, :2].tobytes() == b"abde"
    assert windows(spans.data, spans.starts, 0).shape == (2, 0)
    assert windows(spans.data, spans.starts[:0], 3).shape == (0, 3)


def test_the_library_reads_what_is_written_field_by_field():
    entry = delimited(1, b"name") + delimited(2, delimited(3, delimited(1, varint(7))))
    example = Example.FromString(delimited(1, delimited(1, entry)))
    assert list(example.features.feature["name"].int64_list.value) == [7]
