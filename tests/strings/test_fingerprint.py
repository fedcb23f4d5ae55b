"""Fingerprints against the published implementation, and the numbers that trained models depend on."""

import itertools
import random

import farmhash
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.strings._fingerprint import decimal_strings, fingerprint64, fingerprint_cat64, hash_buckets

HASH_KEY = 0xDECAFCAFFE


def expected(words):
    return [farmhash.fingerprint64(word) for word in words]


def random_bytes(length, seed=0):
    return random.Random(1000 * seed + length).randbytes(length)


def exactly(words):
    """Makes an array whose buffer ends with the last byte of the last string, as a slice of a file may."""
    offsets = np.cumsum([0, *map(len, words)]).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(words))]
    return StringArray(pa.Array.from_buffers(pa.binary(), len(words), buffers))


@pytest.mark.parametrize(
    ("word", "fingerprint"),
    [("house", 16975418193418657585), ("a", 12917804110809363939), ("", 0x9AE16A3B2F90404F)],
)
def test_known_words_have_their_known_fingerprints(word, fingerprint):
    assert fingerprint64(StringArray.of(word)).item() == fingerprint


@pytest.mark.parametrize(
    ("word", "bucket"),
    [("", 377723), ("a", 291400), ("house", 855637), ("Exec-managerial", 103795), ("0", 537292), ("-1", 285648)],
)
def test_known_words_fall_into_their_known_buckets(word, bucket):
    assert hash_buckets(StringArray.of([word]), 1000003).tolist() == [bucket]


@pytest.mark.parametrize("length", range(301))
def test_strings_of_one_length_match_the_published_implementation(length):
    words = [random_bytes(length, seed) for seed in range(5)]
    assert fingerprint64(StringArray.of(words)).tolist() == expected(words)


@given(st.lists(st.one_of(st.binary(max_size=20), st.binary(max_size=300)), max_size=40))
def test_columns_of_mixed_lengths_match_the_published_implementation(words):
    assert fingerprint64(exactly(words)).tolist() == expected(words)


def test_a_column_of_many_chunks_matches_the_published_implementation():
    lengths = itertools.islice(itertools.cycle([0, 1, 5, 12, 30, 3, 70, 16]), 20_000)
    words = [random_bytes(length, seed) for seed, length in enumerate(lengths)]
    assert fingerprint64(StringArray.of(words)).tolist() == expected(words)


def test_long_strings_among_short_ones_match_the_published_implementation():
    lengths = [1, 200_000, 0, 550_000, *range(50_000, 50_009)]
    words = [random_bytes(length) for length in lengths]
    assert fingerprint64(exactly(words)).tolist() == expected(words)


def test_a_part_of_a_column_has_the_fingerprints_of_the_part():
    words = [random_bytes(length) for length in range(100)]
    column = StringArray.of(words)
    assert fingerprint64(column[30:70]).tolist() == expected(words[30:70])
    assert fingerprint64(column[99:]).tolist() == expected(words[99:])


@pytest.mark.parametrize("shape", [(), (0,), (6,), (2, 3), (3, 0), (1, 2, 3)])
def test_the_shape_stays(shape):
    column = StringArray.of([b"x"] * int(np.prod(shape))).reshape(*shape)
    for numbers, dtype in (fingerprint64(column), np.uint64), (hash_buckets(column, 7), np.int64):
        assert numbers.shape == shape
        assert numbers.dtype == dtype


@pytest.mark.parametrize(
    ("left", "right", "bucket"),
    [("a", "x", 892), ("b", "y", 805), ("", "x", 262), (0, "x", 43), (1, "y", 725), (-1, "y", 808), (2**62, "", 247)],
)
def test_crosses_fall_into_their_known_buckets(left, right, bucket):
    first = fingerprint64(StringArray.of([left])) if isinstance(left, str) else np.array([left])
    crossed = fingerprint_cat64(fingerprint_cat64(HASH_KEY, first), fingerprint64(StringArray.of([right])))
    assert (crossed % 1000).tolist() == [bucket]


def test_a_cross_of_single_numbers_is_that_of_columns():
    ids = np.array([0, 1, -1, 2**63 - 1, -(2**63)])
    column = fingerprint_cat64(HASH_KEY, ids)
    assert column.dtype == np.uint64
    assert [int(fingerprint_cat64(HASH_KEY, int(i))) for i in ids] == column.tolist()


def test_a_cross_broadcasts():
    rows, columns = np.arange(3)[:, None], np.arange(4)[None, :]
    crossed = fingerprint_cat64(rows, columns)
    assert crossed.shape == (3, 4)
    assert crossed[2, 1] == fingerprint_cat64(2, 1) != fingerprint_cat64(1, 2)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint8, np.uint64])
def test_integers_are_written_as_in_python(dtype):
    limits = np.iinfo(dtype)
    integers = np.array([[0, 1, 10], [limits.min, limits.max, 42]], dtype)
    assert decimal_strings(integers).tolist() == [[b"%d" % i for i in row] for row in integers.tolist()]


def test_integers_in_any_layout_keep_their_places():
    integers = np.arange(12).reshape(3, 4)
    assert decimal_strings(integers.T).tolist() == [[b"%d" % i for i in row] for row in integers.T.tolist()]
    assert decimal_strings(integers[::2, 1]).tolist() == [b"1", b"9"]
    assert decimal_strings(np.array(7)).tolist() == b"7"
    assert decimal_strings(np.empty((0, 2), np.int64)).shape == (0, 2)


@pytest.mark.parametrize("n", [1, 2, 1000, 2**40])
def test_buckets_are_below_their_number(n):
    buckets = hash_buckets(decimal_strings(np.arange(1000)), n)
    assert buckets.min() >= 0
    assert buckets.max() < n


@pytest.mark.parametrize("n", [0, -5])
def test_there_must_be_a_bucket(n):
    with pytest.raises(InvalidArgumentError, match=f"at least 1; got {n}"):
        hash_buckets(StringArray.of(["a"]), n)
