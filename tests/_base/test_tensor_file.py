import json

import ml_dtypes
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError
from estimax._base._tensor_file import open_tensors, write_tensors

DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
]
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
contents = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), arrays, max_size=4)


def write(path, contents, **metadata):
    with open(path, "wb") as file:
        write_tensors(file, contents, metadata)
    return path


def read(path, **options):
    with open_tensors(path, **options) as file:
        return {name: file.read(name) for name in file.entries}


def identical(a, b):
    return a.keys() == b.keys() and all(
        a[k].dtype == b[k].dtype and a[k].shape == b[k].shape and a[k].tobytes() == b[k].tobytes() for k in a
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("tensors") / "x.safetensors"


@given(contents)
def test_arrays_come_back_as_they_were(path, contents):
    assert identical(read(write(path, contents), is_sealed=True), contents)


@given(contents)
def test_other_readers_of_the_format_read_the_same(path, contents):
    write(path, contents, step="3")
    assert identical(safetensors.numpy.load_file(path), contents)
    with safetensors.safe_open(path, "np") as file:
        assert file.metadata()["step"] == "3"


@given(contents)
def test_what_other_writers_write_is_read(path, contents):
    safetensors.numpy.save_file(contents, path)
    assert identical(read(path), contents)


def test_sixteen_bit_brain_floats_are_kept(path):
    contents = {"x": np.array([1.5, -2], ml_dtypes.bfloat16)}
    assert identical(read(write(path, contents)), contents)


def test_foreign_byte_order_and_strides_are_normalised(path):
    values = np.arange(12, dtype=">i4").reshape(3, 4)
    assert identical(read(write(path, {"x": values.T})), {"x": values.T.astype("i4")})


@pytest.mark.parametrize(
    ("contents", "message"),
    [({"a": np.array(["x"])}, "'a' must be of one of the types"), ({"__metadata__": np.zeros(1)}, "must not have")],
)
def test_what_the_format_cannot_hold_is_refused(path, contents, message):
    with pytest.raises(InvalidArgumentError, match=message):
        write(path, contents)


def test_a_missing_name_is_answered_with_the_nearest(path):
    with (
        open_tensors(write(path, {"dense/kernel": np.zeros(1)})) as file,
        pytest.raises(NotFoundError, match="did you mean 'dense/kernel'"),
    ):
        file.read("dense/kernels")


def test_every_truncation_is_seen_before_an_array_is_read(path):
    data = write(path, {"a": np.arange(3), "b": np.ones((2, 2), "f")}, step="3").read_bytes()
    for size in range(len(data)):
        path.write_bytes(data[:size])
        with pytest.raises(DataLossError, match=r"x\.safetensors' is truncated or damaged"), open_tensors(path):
            pass


def test_a_flipped_bit_is_seen_or_without_effect(path):
    contents = {"a": np.arange(3, dtype=np.int16), "b": np.float32(0.5)}
    data = write(path, contents, step="3").read_bytes()
    unseen = 0
    for bit in range(0, 8 * len(data), 3):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        try:
            found = read(path, is_sealed=True)
        except DataLossError:
            continue
        unseen += 1
        assert identical(found, {k: np.asarray(v) for k, v in contents.items()})
    assert unseen < 30  # blanks and the like


def file_of(header, data=b""):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        (1 << 60).to_bytes(8, "little"),
        file_of([]),
        file_of({"__metadata__": 3}),
        file_of({"a": 3}),
        file_of({"a": {"dtype": "F99", "shape": [], "data_offsets": [0, 4]}}, b"1234"),
        file_of({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]}}),
        file_of({"a": {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]}}, b"1234"),
        file_of({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, b"1234"),
        file_of({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, b"1234"),
        file_of({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}, b"1234"),
        file_of({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"12345"),
        b"".join([(200_000).to_bytes(8, "little"), b"[" * 200_000]),
    ],
)
def test_what_is_no_such_file_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(DataLossError, match="truncated or damaged"):
        read(path)


def test_a_file_without_checksums_is_refused_where_they_are_required(path):
    safetensors.numpy.save_file({"a": np.zeros(1)}, path)
    with pytest.raises(DataLossError, match="checksum"):
        read(path, is_sealed=True)
