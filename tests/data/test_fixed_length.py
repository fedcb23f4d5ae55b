"""Records of fixed length: what is between header and footer, and files that are no whole number of records."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.data import Dataset
from estimax.data._fixed_length import FixedLengthRecordDataset
from estimax.data._iterators import Reader
from tests.data.reading import read

COMPRESS = {"": bytes, "GZIP": lambda data: gzip.compress(data, mtime=0), "ZLIB": zlib.compress}


def written(folder, data, name="t"):
    (folder / name).write_bytes(data)
    return str(folder / name)


@given(
    st.lists(st.binary(min_size=3, max_size=3), max_size=8),
    st.binary(max_size=5),
    st.binary(max_size=5),
    st.sampled_from([1, 2, 7, 1000]),
    st.integers(0, 9),
    st.sampled_from(list(COMPRESS)),
)
def test_records_are_those_between_header_and_footer(tmp_path_factory, records, header, footer, block, taken, kind):
    data = header + b"".join(records) + footer
    file = written(tmp_path_factory.mktemp("records"), COMPRESS[kind](data))
    dataset = FixedLengthRecordDataset([file, file], 3, len(header), len(footer), block, kind)
    assert read(dataset, (2,)) == records * 2
    first = Reader(dataset.step, 1)
    for _ in range(taken):
        first.next(1)
    second = Reader(dataset.step, 1)
    second.restore(first.state())
    left = []
    while chunk := second.next(3):
        left += chunk.columns[0].tolist()
    assert left == (records * 2)[taken:]


def test_an_element_is_a_string_that_can_be_decoded(tmp_path):
    dataset = FixedLengthRecordDataset(written(tmp_path, bytes([1, 0, 2, 0])), 2)
    assert dataset.element_spec == tf.TensorSpec((), tf.string)
    assert read(dataset) == [b"\1\0", b"\2\0"]


@pytest.mark.parametrize(
    ("sizes", "before", "said"),
    [
        (
            (2, 2, 0),
            3,
            "records of 2 bytes between its header of 2 and its footer of 0 bytes; it has 3 and 1 bytes more",
        ),
        ((4, 2, 1), 1, "it has 1 and 2 bytes more"),
        ((4, 20, 1), 0, "it has 0 and 12 bytes too few for header and footer"),
    ],
)
def test_a_file_with_a_part_of_a_record_is_read_up_to_it_and_named(tmp_path, sizes, before, said):
    files = [written(tmp_path, b"HHaabbccF"), written(tmp_path, b"", "empty")]
    reader = Reader(FixedLengthRecordDataset(files[:1], *sizes).step, 1)
    if before:
        assert reader.next(100).size == before
    with pytest.raises(InvalidArgumentError, match=f"t must hold a whole number of .*{said}"):
        reader.next(100)
    assert reader.next(100) is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"record_bytes": 0}, "record_bytes must be at least 1; got 0"),
        ({"record_bytes": 1, "header_bytes": -1}, "header_bytes and footer_bytes must not be negative"),
        ({"record_bytes": 1, "compression_type": "LZ4"}, "compression_type must be"),
    ],
)
def test_sizes_that_cannot_be_meant_are_refused_at_once(options, said):
    with pytest.raises(InvalidArgumentError, match=said):
        FixedLengthRecordDataset("x", **options)


def test_files_may_be_a_dataset_of_names(tmp_path):
    files = [written(tmp_path, b"aabb", "1"), written(tmp_path, b"cc", "2")]
    assert read(FixedLengthRecordDataset(Dataset.from_tensor_slices(files), 2)) == [b"aa", b"bb", b"cc"]
