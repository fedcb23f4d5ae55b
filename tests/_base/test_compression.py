"""Compressed files: what is read is what was written, in whatever pieces, and damage is found where it is."""

import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._compression import check_compression, open_decompressed, skip_bytes
from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError

COMPRESS = {"": bytes, "GZIP": lambda data: gzip.compress(data, mtime=0), "ZLIB": zlib.compress}
contents = st.lists(st.sampled_from([b"", b"a", b"xyz" * 400, bytes(range(256))]), max_size=4).map(b"".join)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("compressed") / "file"


def read_in_pieces(file, sizes):
    return b"".join(iter(map(file.read, itertools.cycle(sizes)).__next__, b""))


@given(
    st.sampled_from(list(COMPRESS)),
    st.lists(contents, min_size=1, max_size=3),
    st.lists(st.integers(1, 3000), min_size=1, max_size=3),
)
def test_what_is_read_is_what_was_written_in_one_stream_or_several(path, kind, streams, sizes):
    path.write_bytes(b"".join(map(COMPRESS[kind], streams)))
    whole = b"".join(streams)
    with open_decompressed(path, kind) as file:
        assert read_in_pieces(file, sizes) == whole
        assert file.read(5) == b""
    with open_decompressed(path, kind) as file:
        assert file.read() == whole


@given(st.sampled_from(list(COMPRESS)), contents, st.integers(0, 4000))
def test_skipping_goes_on_in_a_file_or_tells_what_is_missing(path, kind, data, count):
    path.write_bytes(COMPRESS[kind](data))
    with open_decompressed(path, kind) as file:
        assert skip_bytes(file, count) == max(count - len(data), 0)
        assert file.read() == data[count:]


@given(st.sampled_from(["GZIP", "ZLIB"]), contents, st.data())
def test_a_file_that_is_cut_short_gives_what_is_before_the_cut_and_then_an_error(path, kind, data, draw):
    whole = COMPRESS[kind](data)
    path.write_bytes(whole[: draw.draw(st.integers(2, len(whole) - 1))])
    with open_decompressed(path, kind) as file:
        found = []
        with pytest.raises(OSError, match="the compressed data ends too early"):
            found.extend(iter(lambda: file.read(100), b""))
        assert data.startswith(b"".join(found))
        with pytest.raises(OSError, match="ends too early"):
            file.read(100)


def test_a_file_of_zeros_is_not_held_in_memory_at_once(path):
    path.write_bytes(gzip.compress(bytes(10_000_000), mtime=0))
    with open_decompressed(path, "GZIP") as file:
        assert len(file.read(1000)) == 1000
        assert sum(len(piece) for piece in iter(lambda: file.read(1 << 16), b"")) == 10_000_000 - 1000


def test_an_empty_file_is_empty_however_it_is_compressed(path):
    path.write_bytes(b"")
    for kind in COMPRESS:
        with open_decompressed(path, kind) as file:
            assert file.read() == b""


def test_what_is_wrong_is_said_at_once(path):
    assert check_compression(None) == ""
    with pytest.raises(InvalidArgumentError, match="compression_type must be '', 'GZIP' or 'ZLIB'; got 'gzip'"):
        open_decompressed(path, "gzip")
    with pytest.raises(NotFoundError, match="nope"):
        open_decompressed(path.parent / "nope", "GZIP")
    for kind, other in [("GZIP", "ZLIB"), ("ZLIB", "GZIP"), ("GZIP", "")]:
        path.write_bytes(COMPRESS[other](b"plain text"))
        with pytest.raises(DataLossError, match=rf"file is not compressed as {kind}: it begins with b'"):
            open_decompressed(path, kind)
