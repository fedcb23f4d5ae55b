"""Checksums: those of the standard, and of many texts at once as of each by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._crc32c import GAP, SpanChecksums, crc32c, crc32c_of_both, crc32c_of_numbers, masked


def bit_by_bit(data):
    """The checksum by its definition: RFC 3720, reflected, all bits set at first and turned over at the end."""
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(reversed(range(32))), 0x113FDB5C),
    ],
)
def test_checksums_are_those_of_the_standard(data, checksum):
    assert crc32c(data) == bit_by_bit(data) == checksum


def test_a_long_text_has_the_checksum_that_it_has_byte_by_byte():
    data = np.random.default_rng(1).integers(0, 256, 70_001, np.uint8).tobytes()
    state = 0
    for start in range(0, len(data), 1000):  # of pieces: the checksum of a text followed by another
        part = data[start : start + 1000]
        state = crc32c_after(state, part)
    assert crc32c(data) == state


def crc32c_after(checksum, data):
    state = checksum ^ 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


texts = st.binary(max_size=70)


@given(st.lists(st.tuples(st.integers(0, 9), texts), max_size=12), st.integers(0, 20))
def test_texts_in_a_block_have_the_checksums_that_they_have_alone(parts, before):
    block, starts, ends = b"\xaa" * before, [], []
    for more, text in parts:
        starts.append(len(block))
        block += text
        ends.append(len(block))
        block += b"\xbb" * (GAP + more)
    found = SpanChecksums().of(np.frombuffer(block, np.uint8), np.array(starts, np.int64), np.array(ends, np.int64))
    assert found.tolist() == [bit_by_bit(text) for _, text in parts]


def test_a_block_does_not_depend_on_the_blocks_before_it():
    checksums = SpanChecksums()
    rng = np.random.default_rng(2)
    for size in (100_000, 300, 50_000, 300_000):
        lengths = rng.integers(0, 400, size // 216)
        ends = np.cumsum(lengths + GAP)
        block = rng.integers(0, 256, int(ends[-1]), np.uint8)
        starts = ends - lengths
        found = checksums.of(block, starts, ends)
        for i in range(0, len(lengths), 50):
            assert found[i] == crc32c(block[starts[i] : ends[i]].tobytes())


def test_long_and_short_texts_stand_in_one_block():
    rng = np.random.default_rng(3)
    lengths = np.array([100_000, 3, 0, 20, 70_000, 1])
    ends = np.cumsum(lengths + GAP)
    block = rng.integers(0, 256, int(ends[-1]), np.uint8)
    found = SpanChecksums().of(block, ends - lengths, ends)
    assert found.tolist() == [crc32c(block[e - n : e].tobytes()) for n, e in zip(lengths, ends)]


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_numbers_have_the_checksums_of_their_bytes(numbers):
    found = crc32c_of_numbers(np.array(numbers, np.uint64))
    assert found.tolist() == [bit_by_bit(n.to_bytes(8, "little")) for n in numbers]


@pytest.mark.parametrize(("checksum", "stored"), [(0, 0xA282EAD8), (0x364B3FB7, 0x21F1576E)])
def test_checksums_are_masked_as_record_files_store_them(checksum, stored):
    assert int(masked(checksum)) == stored
    assert masked(np.array([checksum, 0], np.uint32)).tolist() == [stored, 0xA282EAD8]


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_the_checksum_of_two_texts_follows_from_those_of_each(first, second):
    assert crc32c_of_both(crc32c(first), crc32c(second), len(second)) == crc32c(first + second)
