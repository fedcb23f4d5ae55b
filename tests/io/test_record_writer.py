"""TFRecord files as they are written: byte for byte those of the original, compressed or not."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._errors import FailedPreconditionError, NotFoundError
from estimax._base._record_framing import framed
from estimax.data._tf_record_dataset import TFRecordDataset, tf_record_iterator
from estimax.io._record_writer import TFRecordCompressionType, TFRecordOptions, TFRecordWriter

# Written by the original: b"abc", b"abc", b"x", b"x".
RECORDED = "0300000000000000b099490e6162636e57f121" * 2 + "01000000000000000175de4178503daa61" * 2


def test_the_bytes_are_those_of_the_original(tmp_path):
    with TFRecordWriter(str(tmp_path / "a")) as writer:
        for record in (b"abc", "abc", bytearray(b"x"), memoryview(b"x")):
            writer.write(record)
    assert (tmp_path / "a").read_bytes().hex() == RECORDED


def test_records_are_in_the_file_after_a_flush(tmp_path):
    writer = TFRecordWriter(tmp_path / "a")
    writer.write(b"abc")
    writer.flush()
    assert (tmp_path / "a").read_bytes() == framed([b"abc"])
    writer.write(b"x")
    writer.close()
    writer.close()
    assert (tmp_path / "a").read_bytes() == framed([b"abc", b"x"])


def test_a_writer_that_is_dropped_has_written_its_records(tmp_path):
    writer = TFRecordWriter(tmp_path / "a")
    writer.write(b"abc")
    del writer
    assert list(tf_record_iterator(tmp_path / "a")) == [b"abc"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (None, ""),
        ("", ""),
        ("GZIP", "GZIP"),
        (TFRecordOptions("ZLIB"), "ZLIB"),
        (TFRecordOptions(compression_type=TFRecordCompressionType.GZIP), "GZIP"),
        (TFRecordOptions(TFRecordCompressionType.NONE), ""),
        (TFRecordOptions("GZIP", compression_level=9, window_bits=15), "GZIP"),
    ],
)
def test_files_are_compressed_as_asked_for(tmp_path, options, name):
    with TFRecordWriter(tmp_path / "a", options) as writer:
        writer.write(b"abc" * 100)
        writer.flush()
        writer.write(b"x")
    data = (tmp_path / "a").read_bytes()
    plain = {"": bytes, "GZIP": gzip.decompress, "ZLIB": zlib.decompress}[name](data)
    assert plain == framed([b"abc" * 100, b"x"])
    assert TFRecordOptions.get_compression_type_string(options) == name
    assert list(tf_record_iterator(tmp_path / "a", options)) == [b"abc" * 100, b"x"]


@given(st.lists(st.binary(max_size=300), max_size=50), st.sampled_from(["", "GZIP", "ZLIB"]))
def test_what_is_written_is_read(tmp_path_factory, records, compression):
    file = tmp_path_factory.mktemp("records") / "a"
    with TFRecordWriter(file, compression) as writer:
        for record in records:
            writer.write(record)
    assert list(TFRecordDataset(file, compression).as_numpy_iterator()) == records


def test_many_records_are_written_in_parts(tmp_path):
    records = [b"%d" % i * 50 for i in range(3000)]
    with TFRecordWriter(tmp_path / "a") as writer:
        for record in records:
            writer.write(record)
        assert (tmp_path / "a").stat().st_size > 0
    assert (tmp_path / "a").read_bytes() == framed(records)


@pytest.mark.parametrize("options", ["LZ4", 5, 1.5])
def test_a_compression_that_is_not_known_is_refused(tmp_path, options):
    with pytest.raises(ValueError, match="compression_type must be '', 'GZIP' or 'ZLIB'"):
        TFRecordWriter(tmp_path / "a", options)
    with pytest.raises(ValueError, match="compression_type must be '', 'GZIP' or 'ZLIB'"):
        TFRecordOptions(options)
    assert not (tmp_path / "a").exists()


def test_records_must_be_bytes(tmp_path):
    with TFRecordWriter(tmp_path / "a") as writer, pytest.raises(TypeError, match=r"SerializeToString.*got int"):
        writer.write(5)


def test_nothing_is_written_to_a_closed_writer(tmp_path):
    writer = TFRecordWriter(tmp_path / "a")
    writer.close()
    for use in (lambda: writer.write(b"a"), writer.flush):
        with pytest.raises(FailedPreconditionError, match="writer is closed"):
            use()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="nowhere"):
        TFRecordWriter(tmp_path / "nowhere" / "a")
