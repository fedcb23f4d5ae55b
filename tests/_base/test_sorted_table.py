import contextlib

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from estimax._base._errors import DataLossError, NotFoundError
from estimax._base._sorted_table import is_sorted_table, open_sorted_table
from estimax._base._wire_format import varint
from tests._base.tables import MAGIC, block_of, place_of, table_of

ENTRIES = [(f"scope_{n // 7:02d}/layer/kernel_{n:04d}".encode(), bytes([n % 256]) * (n % 50)) for n in range(300)]


def read(path):
    with open_sorted_table(path) as table:
        return list(table.items())


@pytest.fixture
def write(tmp_path):
    def write(data):
        path = tmp_path / "table"
        path.write_bytes(data)
        return str(path)

    return write


@pytest.mark.parametrize("snappy", [False, True])
@pytest.mark.parametrize("per_block", [1, 8, 1000])
def test_all_entries_come_in_order_and_each_is_found_by_its_key(write, per_block, snappy):
    path = write(table_of(ENTRIES, per_block, snappy))
    assert is_sorted_table(path)
    assert read(path) == ENTRIES
    with open_sorted_table(path) as table:
        assert all(table.get(key) == value for key, value in ENTRIES[::17])
        assert [table.get(key) for key in (b"", b"scope_03/layer", b"zzz")] == [None, None, None]


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.binary(max_size=9), st.binary(max_size=30)), st.integers(1, 5), st.booleans())
def test_any_keys_and_values_come_back(tmp_path_factory, entries, per_block, snappy):
    path = tmp_path_factory.mktemp("table") / "table"
    path.write_bytes(table_of(sorted(entries.items()), per_block, snappy))
    assert read(path) == sorted(entries.items())


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFoundError):
        read(tmp_path / "none")


@pytest.mark.parametrize("snappy", [False, True])
def test_every_truncated_file_is_damaged(write, snappy):
    data = table_of(ENTRIES[:30], 8, snappy)
    for size in range(0, len(data), 11):
        with pytest.raises(DataLossError, match=r"truncated or damaged.*Use another copy"):
            read(write(data[:size]))


@pytest.mark.parametrize("snappy", [False, True])
def test_a_changed_bit_is_found_or_changes_nothing(write, snappy):
    data = table_of(ENTRIES[:20], 8, snappy)
    for at in range(0, len(data), 3):
        changed = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
        with contextlib.suppress(DataLossError):
            assert read(write(changed)) == ENTRIES[:20]  # within the zeros before the magic number


def table_with(block):
    """Returns a table whose only block is this, with a right checksum."""
    out = bytearray()
    place = place_of(out, block)
    listed = place_of(out, block_of([(b"z", place)]))
    return bytes(out) + (varint(0) + varint(0) + listed).ljust(40, b"\0") + MAGIC


def test_blocks_that_make_no_sense_are_damaged_though_their_checksums_are_right(write):
    long_key = varint(0) + varint(60_000) + varint(0) + b"k" * 60_000
    bomb = long_key + (varint(60_000) + varint(0) + varint(0)) * 10_000
    for block in (
        b"",
        b"\xff" * 4,
        varint(3) + varint(1) + varint(0) + b"k" + bytes(8),  # shares more than there was before
        varint(0) + varint(9) + varint(0) + b"k" + bytes(8),
        b"\xff" * 12 + bytes(8),
        bomb + bytes(4) + (1).to_bytes(4, "little"),
    ):
        with pytest.raises(DataLossError):
            read(write(table_with(block)))


def test_an_index_that_places_blocks_over_each_other_is_damaged(write):
    out = bytearray()
    place = place_of(out, block_of([(b"a", b"1")]))
    listed = place_of(out, block_of([(b"a", place), (b"b", place)]))
    path = write(bytes(out) + (varint(0) + varint(0) + listed).ljust(40, b"\0") + MAGIC)
    with pytest.raises(DataLossError, match="places a block"):
        read(path)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2**20), st.integers(0, 2**20))
def test_bytes_of_any_kind_are_damaged_or_a_table(tmp_path_factory, data, offset, size):
    path = tmp_path_factory.mktemp("table") / "table"
    path.write_bytes(data + (varint(0) + varint(0) + varint(offset) + varint(size)).ljust(40, b"\0")[:40] + MAGIC)
    with contextlib.suppress(DataLossError):
        read(path)
