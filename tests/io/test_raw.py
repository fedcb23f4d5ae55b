"""Numbers out of bytes, base64, whole files and serialized Tensors: as the original has them."""

import os
import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError, NotFoundError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import Origin, StringArray
from estimax._graph._column import rows_of
from estimax._graph._function import trace
from estimax._graph._varying import Rows
from estimax.io._base64 import decode_base64, encode_base64
from estimax.io._file_ops import matching_files, read_file, write_file
from estimax.io._raw import decode_raw
from estimax.io._serialize_tensor import parse_tensor, serialize_tensor
from tests.io.examples import column_of


def lifted(function, column, rank=0):
    graph, _ = trace(function, TensorSpec([None] * rank, tf.string))
    return graph.over_rows([column], len(column))[0]


@pytest.mark.parametrize(
    ("given_bytes", "dtype", "numbers"),
    [  # recorded from the original
        ([b"abcd", b"efgh"], tf.int16, [[25185, 25699], [26213, 26727]]),
        (b"abcd", tf.uint8, [97, 98, 99, 100]),
        (b"\1\0", tf.bool, [True, False]),
        ([b"", b""], tf.int16, [[], []]),
        (b"\0\x3c", tf.float16, [1.0]),
        (b"\xff\xff", tf.int8, [-1, -1]),
        (b"\xff\xff", tf.uint16, [65535]),
        ([[b"\0\0\x80\x3f"], [b"\0\0\0\x40"]], tf.float32, [[[1.0]], [[2.0]]]),
    ],
)
def test_bytes_are_numbers(given_bytes, dtype, numbers):
    found = decode_raw(given_bytes, dtype)
    assert found.numpy().tolist() == numbers
    assert found.dtype == dtype
    assert decode_raw(bytes=given_bytes, out_type=dtype).numpy().tolist() == numbers


def test_the_highest_byte_may_come_first():
    assert decode_raw(b"\1\2", tf.int16, little_endian=False).numpy().tolist() == [258]
    assert decode_raw([], tf.int16).numpy().shape == (0, 0)


@given(st.lists(st.lists(st.integers(0, 255), max_size=6), min_size=1, max_size=6))
def test_rows_may_differ_in_length(rows):
    column = column_of([bytes(row) * 2 for row in rows])
    found = lifted(lambda s: decode_raw(s, tf.uint8), column)
    assert [row.tolist() for row in rows_of(found)] == [row * 2 for row in rows]
    assert isinstance(found, Rows) == (len({len(row) for row in rows}) > 1)
    wide = lifted(lambda s: decode_raw(s, tf.uint16, False), column)
    assert [row.tolist() for row in rows_of(wide)] == [decode_raw(s, tf.uint16, False).numpy().tolist() for s in column]


def test_strings_of_one_row_agree_in_length():
    column = column_of([b"ab", b"cd", b"e", b"f"]).reshape(2, 2)
    found = lifted(lambda s: decode_raw(s, tf.int8), column, 1)
    assert [row.tolist() for row in rows_of(found)] == [[[97, 98], [99, 100]], [[101], [102]]]
    ragged = Rows(column_of([b"ab", b"c", b"d"]), np.array([[0], [1], [2]]))
    found = lifted(lambda s: decode_raw(s, tf.int8), ragged, 1)
    assert [row.tolist() for row in rows_of(found)] == [[], [[97, 98]], [[99], [100]]]


def test_bytes_that_are_no_numbers_are_refused():
    with pytest.raises(InvalidArgumentError, match="string 0 must hold whole int16 numbers of 2 bytes; it has 3 bytes"):
        decode_raw(b"abc", tf.int16)
    with pytest.raises(InvalidArgumentError, match="strings of one length; string 1 has 4 bytes and another 2"):
        decode_raw([b"ab", b"abcd"], tf.uint8)
    with pytest.raises(InvalidArgumentError, match="string 3 has 2 bytes and another 1"):
        lifted(lambda s: decode_raw(s, tf.int8), column_of([b"ab", b"cd", b"e", b"fg"]).reshape(2, 2), 1)
    with pytest.raises(TypeError, match="out_type must be a type of numbers"):
        decode_raw(b"abc", tf.string)
    origin = Origin(("a.tfrecord",), np.zeros(2, np.int32), np.array([1, 2]), "record")
    column = StringArray(column_of([b"ab", b"abc"]).flat, (2,), origin)
    with pytest.raises(InvalidArgumentError, match=r"a\.tfrecord, record 2 must hold whole int16 numbers"):
        lifted(lambda s: decode_raw(s, tf.int16), column)


@given(st.lists(st.binary(max_size=9), min_size=1), st.booleans())
def test_base64_is_decoded_as_it_was_encoded(texts, pad):
    encoded = encode_base64(column_of(texts), pad=pad)
    assert decode_base64(encoded).value.tolist() == texts
    assert lifted(decode_base64, encoded.value).tolist() == texts
    assert all(len(e) % 4 == 0 for e in encoded.value.tolist()) or not pad


def test_base64_is_that_of_the_original():
    assert encode_base64([b"\xff\xfe", b""]).numpy().tolist() == [b"__4", b""]
    assert encode_base64(b"\xff\xfe", pad=True).numpy() == b"__4="
    assert decode_base64(["__4", "__4=", "", "_-AA", "_w==", "__5"]).numpy().tolist() == [
        b"\xff\xfe",
        b"\xff\xfe",
        b"",
        b"\xff\xe0\x00",
        b"\xff",
        b"\xff\xfe",
    ]


@pytest.mark.parametrize("text", ["a", "+/4=", "__ 4", "__4=AAAA", "_w=", "====", "_w===", "é"])
def test_what_is_no_base64_is_refused(text):
    with pytest.raises(InvalidArgumentError, match="base64 for URLs consists of"):
        decode_base64(["YQ", text])


def test_files_are_read_and_written(tmp_path):
    name = str(tmp_path / "sub" / "deep" / "a.bin")
    write_file(name, b"\0abc\xff")
    assert read_file(name).numpy() == b"\0abc\xff"
    write_file(pathlib.Path(name), "text")
    assert read_file(pathlib.Path(name)).numpy() == b"text"
    write_file(str(tmp_path / "b.bin"), "")
    names = column_of([os.fsencode(name), os.fsencode(tmp_path / "b.bin")])
    assert lifted(read_file, names).tolist() == [b"text", b""]


def test_files_that_are_not_there_are_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"nothing\.bin"):
        read_file(str(tmp_path / "nothing.bin"))
    with pytest.raises(NotFoundError, match=r"nothing\.bin"):
        lifted(read_file, column_of([os.fsencode(tmp_path / "nothing.bin")]))
    with pytest.raises(InvalidArgumentError, match=r"the name of one file; got names of shape \(1,\)"):
        read_file(["a"])
    with pytest.raises(InvalidArgumentError, match="one name and one string"):
        write_file(["a"], "b")


def test_nothing_is_written_while_a_program_is_traced(tmp_path):
    def traced(contents):
        write_file(str(tmp_path / "a"), contents)
        return contents

    with pytest.raises(TypeError, match="while the program is only traced"):
        trace(traced, TensorSpec([], tf.string))
    assert not (tmp_path / "a").exists()


def test_files_are_listed_by_their_patterns(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    here = str(tmp_path)
    assert matching_files(f"{here}/*.csv").numpy().tolist() == [os.fsencode(f"{here}/{n}.csv") for n in "ab"]
    both = matching_files([f"{here}/*.csv", f"{here}/[a-c].*"]).numpy().tolist()
    assert [os.path.basename(n) for n in both] == [b"a.csv", b"a.csv", b"b.csv", b"b.csv", b"c.txt"]
    assert matching_files(f"{here}/*.png").numpy().tolist() == []
    patterns = column_of([os.fsencode(f"{here}/{p}") for p in ("*.csv", "*.png", "c.txt")])
    assert [len(row) for row in rows_of(lifted(matching_files, patterns))] == [2, 0, 1]
    with pytest.raises(InvalidArgumentError, match="one pattern or a vector"):
        matching_files([["a"]])


@pytest.mark.parametrize(
    ("value", "wire"),
    [  # written by the original
        (np.array([[1, 2], [3, 4]], np.int32), "08031208120208021202080222100100000002000000030000000400000 0"),
        (np.array(["a", "bc"]), "080712041202080242016142026263"),
        (np.float32(1.5), "0801120022040000c03f"),
        (np.array([True, False]), "080a1204120208022202 0100"),
    ],
)
def test_tensors_are_serialized_as_by_the_original(value, wire):
    made = serialize_tensor(value)
    assert made.numpy() == bytes.fromhex(wire.replace(" ", ""))
    dtype = tf.string if value.dtype.kind == "U" else value.dtype
    found = parse_tensor(made, dtype)
    assert found.numpy().tolist() == (np.char.encode(value) if value.dtype.kind == "U" else value).tolist()


def test_tensors_are_parsed_in_columns():
    column = column_of([serialize_tensor(np.arange(n)).numpy() for n in (2, 0, 3)])
    assert [row.tolist() for row in rows_of(lifted(lambda s: parse_tensor(s, tf.int64), column))] == [
        [0, 1],
        [],
        [0, 1, 2],
    ]


def test_strings_that_hold_no_such_tensor_are_refused():
    made = serialize_tensor([1.5]).numpy()
    with pytest.raises(InvalidArgumentError, match="the serialized Tensor must be int32; it is float32"):
        parse_tensor(made, tf.int32)
    for bad in (made[:-1], b"\xff", made[:-2] + b"\0"):
        with pytest.raises(InvalidArgumentError, match="parse_tensor takes what serialize_tensor wrote"):
            parse_tensor(bad, tf.float32)
