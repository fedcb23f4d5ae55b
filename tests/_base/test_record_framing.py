"""How records stand in files: against bytes that the original wrote, and damaged in every way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._record_framing import RecordFinder, framed

# Written by the original: b"abc", b"abc", b"x", b"x".
RECORDED = bytes.fromhex("0300000000000000b099490e6162636e57f121" * 2 + "01000000000000000175de4178503daa61" * 2)


def found_in(data):
    block = np.frombuffer(data, np.uint8)
    found = RecordFinder().find(block)
    return [block[s:e].tobytes() for s, e in zip(found.starts, found.ends)], found


def test_records_are_framed_as_by_the_original():
    assert framed([b"abc", b"abc", b"x", b"x"]) == RECORDED
    assert found_in(RECORDED)[0] == [b"abc", b"abc", b"x", b"x"]


@given(st.lists(st.binary(max_size=40), max_size=40))
def test_records_are_found_as_they_were_framed(records):
    data = framed(records)
    assert data == b"".join(framed([r]) for r in records)
    read, found = found_in(data)
    assert read == records
    assert (found.length, found.damage) == (len(data), "")


def test_what_is_cut_off_is_left_for_later():
    whole = [0, 19, 38, 55, 72]
    for size in range(len(RECORDED) + 1):
        read, found = found_in(RECORDED[:size])
        assert len(read) == sum(size >= end for end in whole[1:])
        assert found.length == max(start for start in whole if start <= size)
        assert found.damage == ""
        assert found.missing > 0
        assert size + found.missing <= (len(RECORDED) if size < len(RECORDED) else size + 12)


def test_no_changed_bit_goes_unseen():
    for position in range(len(RECORDED)):
        for bit in range(8):
            changed = bytearray(RECORDED)
            changed[position] ^= 1 << bit
            read, found = found_in(bytes(changed))
            record = position // 19 if position < 38 else 2 + (position - 38) // 17
            within = position - (record * 19 if record < 2 else 38 + (record - 2) * 17)
            assert read == [b"abc", b"abc", b"x", b"x"][:record]
            assert found.damage == f"its {'length has' if within < 12 else 'data have'} a wrong checksum"


def test_records_that_hold_records_are_found_once():
    inner = framed([b"inner"] * 3)
    assert found_in(framed([inner, bytes(100), inner]))[0] == [inner, bytes(100), inner]


@pytest.mark.parametrize("size", [0, 1, 300, 70_000])
def test_many_records_of_a_size_are_framed_together(size):
    records = [bytes([i % 256]) * size for i in range(40)]
    assert found_in(framed(records))[0] == records
