"""Records that stand in a block are the strings that they are, however they are chosen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._record_array import RecordArray, spans_of, strings_of
from estimax._base._record_framing import RecordFinder, framed
from estimax._base._string_array import StringArray
from estimax._base._wire_format import PADDING, Spans

RECORDS = [b"one", b"", b"three" * 20, b"\0\xff", b"five"]


def array_of(records):
    block = np.frombuffer(framed(records) + bytes(PADDING), np.uint8)
    found = RecordFinder().find(block[: len(block) - PADDING])
    return RecordArray(Spans(block, found.starts, found.ends), "a.tfrecord", 11)


def test_records_are_strings():
    array = array_of(RECORDS)
    assert array.tolist() == RECORDS
    assert (array.shape, array.size, array.nbytes) == ((5,), 5, sum(map(len, RECORDS)))
    assert array[2] == RECORDS[2]
    assert array[-1] == b"five"


@pytest.mark.parametrize(
    "choose",
    [
        lambda a: a[1:4],
        lambda a: a[2:2],
        lambda a: a[1:4][1:],
        lambda a: a.take(np.array([4, 0, 0])),
        lambda a: a[::-1],
        lambda a: StringArray.concatenate([a[3:], a[:2]]),
        lambda a: a[:4].reshape(2, 2)[1],
        lambda a: a[np.array([True, False, False, True, True])],
    ],
)
def test_a_choice_of_records_is_that_of_the_strings_and_knows_where_they_came_from(choose):
    chosen, wanted = choose(array_of(RECORDS)), choose(StringArray.of(RECORDS))
    assert chosen.tolist() == wanted.tolist()
    assert chosen.shape == wanted.shape
    for i, record in enumerate(chosen.reshape(-1).tolist()):
        assert chosen.describe_origin(i) == f"a.tfrecord, record {11 + RECORDS.index(record)}"


def test_slices_share_the_block():
    array = array_of(RECORDS)
    part = array[1:3].reshape(1, 2)
    assert isinstance(part, RecordArray)
    assert part.spans.data is array.spans.data


@given(st.lists(st.binary(max_size=9), max_size=9), st.data())
def test_strings_are_seen_as_spans_and_made_of_spans(texts, data):
    strings = StringArray.of(np.array([*texts, b""], object)[:-1])
    start = data.draw(st.integers(0, len(texts)))
    spans = spans_of(strings[start:])
    assert [spans.bytes_of(i) for i in range(len(spans))] == texts[start:]
    assert len(spans.data) >= int(spans.ends.max(initial=0)) + PADDING
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1))) if texts else []
    chosen = spans_of(strings).take(np.array(rows, np.int64))
    assert strings_of(chosen).to_pylist() == [texts[i] for i in rows]
