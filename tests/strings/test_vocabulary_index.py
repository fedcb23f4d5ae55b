"""Vocabularies of every kind against a dict, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.strings._fingerprint import decimal_strings, fingerprint64
from estimax.strings._vocabulary_index import VocabularyIndex

INT64 = np.iinfo(np.int64)


def strings(count):
    """Makes different words of 1 to 40 bytes, of every range of lengths."""
    return StringArray.of([b"%d" % i + b"-" * (i % 35) for i in range(count)])


def shuffled(values, seed=0):
    return values[np.random.default_rng(seed).permutation(len(values))]


VOCABULARIES = {
    "one string": strings(1),
    "few strings": shuffled(strings(100)),
    "many strings": shuffled(strings(12_000)),
    "one integer": np.array([7]),
    "consecutive integers": np.arange(100),
    "close integers": shuffled(np.arange(-3000, 3000, 2)),
    "scattered integers": shuffled(np.arange(-5000, 5000) * 10**15),
    "multiples of a power of two": np.arange(5000) << 40,
    "the ends of the integers": np.array([INT64.max, 0, INT64.min, -1]),
}


def asked(words, count):
    """Picks values of which half are in the vocabulary, in no order, some of them repeatedly."""
    random = np.random.default_rng(1)
    inside = words[random.integers(0, len(words), count)]
    if isinstance(words, StringArray):
        outside = StringArray.of([b"%d?" % i + b"-" * (i % 35) for i in range(count)])
        return StringArray.concatenate([inside, outside])[random.permutation(2 * count)]
    outside = random.integers(INT64.min, INT64.max, count, endpoint=True)
    return np.concatenate([inside, outside, words[:1] + 1])[random.permutation(2 * count + 1)]


def by_dict(words, values, outside):
    ids = {word: i for i, word in enumerate(words.tolist())}
    return [ids[value] if value in ids else outside(value) for value in values.tolist()]


@pytest.mark.parametrize("name", VOCABULARIES)
@pytest.mark.parametrize("count", [1, 1000, 10_000])
def test_values_get_their_positions_and_others_the_default(name, count):
    words = VOCABULARIES[name]
    values = asked(words, count)
    for default in (-1, 0, 77):
        ids = VocabularyIndex(words, default_value=default).lookup(values)
        assert ids.dtype == np.int64
        assert ids.tolist() == by_dict(words, values, lambda value: default)  # noqa: B023


@pytest.mark.parametrize("name", VOCABULARIES)
def test_values_that_are_not_in_the_vocabulary_are_spread_over_buckets(name):
    words = VOCABULARIES[name]
    values = asked(words, 500)

    def bucket(value):
        text = value if isinstance(value, bytes) else str(value)
        return len(words) + int(fingerprint64(StringArray.of([text]))[0]) % 50

    assert VocabularyIndex(words, num_oov_buckets=50).lookup(values).tolist() == by_dict(words, values, bucket)


@pytest.mark.parametrize("name", VOCABULARIES)
@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3), (2, 0, 1)])
@pytest.mark.parametrize("buckets", [0, 5])
def test_ids_have_the_shape_of_the_values(name, shape, buckets):
    words = VOCABULARIES[name]
    size = int(np.prod(shape))
    values = asked(words, size + 1)[:size].reshape(shape)
    flat = values.reshape(-1)
    index = VocabularyIndex(words, buckets)
    ids = index.lookup(values)
    assert ids.shape == shape
    assert ids.ravel().tolist() == [index.lookup(flat[i : i + 1]).item() for i in range(size)]


def test_buckets_of_the_original():
    integers = VocabularyIndex(np.array([3, 10, -7]), num_oov_buckets=50)
    asked_integers = np.array([3, 10, -7, 0, 1, 2, -2, 123456789])
    assert integers.lookup(asked_integers).tolist() == [0, 1, 2, 38, 52, 12, 8, 9]
    words = VocabularyIndex(StringArray.of(["a", "b"]), num_oov_buckets=50)
    assert words.lookup(StringArray.of(["a", "b", "zz", "house"])).tolist() == [0, 1, 44, 37]


def test_the_ids_are_a_new_array_in_each_call():
    for words in VOCABULARIES.values():
        index = VocabularyIndex(words)
        index.lookup(words)[:] = -5
        assert index.lookup(words).tolist() == list(range(len(words)))


@given(
    st.lists(st.one_of(st.integers(-20, 20), st.integers(INT64.min, INT64.max)), min_size=1, unique=True),
    st.lists(st.one_of(st.integers(-20, 20), st.integers(INT64.min, INT64.max))),
)
def test_any_integers_are_found_as_in_a_dict(words, others):
    words, values = np.array(words), np.array(words + others)
    assert VocabularyIndex(words).lookup(values).tolist() == by_dict(words, values, lambda value: -1)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint32])
def test_integers_of_other_sizes_are_found(dtype):
    index = VocabularyIndex(np.array([5, 100, 3], dtype), num_oov_buckets=10)
    assert index.lookup(np.array([3, 5, 100], dtype)).tolist() == [2, 0, 1]
    outside = int(fingerprint64(decimal_strings(np.array([9])))[0]) % 10 + 3
    assert index.lookup(np.array([9], dtype)).tolist() == index.lookup(np.array([9])).tolist() == [outside]


def of_one_fingerprint(free):
    """Makes a string of 32 bytes; all of them, whatever `free` is, have the same fingerprint.

    The formula for 32 bytes folds four words to two before it mixes them, and
    each of its multiplications can be undone: two words are free.
    """
    size = 2**64
    k1, k2 = 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
    mul = (k2 + 2 * 32) % size

    def rotate(value, bits):
        value %= size
        return (value >> bits | value << (64 - bits)) % size

    u, v, b, c = 1, 2, free, 3
    a = v - rotate(b + k2, 18) - c
    d = u - rotate(a + b, 43) - rotate(c, 30)
    words = a * pow(k1, -1, size), b, d * pow(k2, -1, size), c * pow(mul, -1, size)
    return b"".join((word % size).to_bytes(8, "little") for word in words)


@pytest.mark.parametrize("fill", [10, 12_000])
def test_a_string_is_not_taken_for_a_word_of_its_fingerprint(fill):
    word, twin = of_one_fingerprint(1), of_one_fingerprint(2)
    assert len(set(fingerprint64(StringArray.of([word, twin])).tolist())) == 1
    words = StringArray.concatenate([strings(fill), StringArray.of([word])])
    values = StringArray.of([twin, word, twin])
    assert VocabularyIndex(words).lookup(values).tolist() == [-1, fill, -1]


@pytest.mark.parametrize("fill", [10, 12_000])
def test_words_of_one_fingerprint_are_told_apart(fill):
    twins = StringArray.of([of_one_fingerprint(i) for i in range(3)])
    words = StringArray.concatenate([strings(fill), twins[:2]])
    assert VocabularyIndex(words).lookup(twins).tolist() == [fill, fill + 1, -1]


def test_bytes_that_are_no_text_and_zeros_are_words():
    words = StringArray.of([b"", b"\x00", b"\x00\x00", b"\xff\xfe"])
    values = StringArray.of([b"\xff\xfe", b"\x00\x00", b"\x00", b"", b"\x00\x00\x00"])
    assert VocabularyIndex(words).lookup(values).tolist() == [3, 2, 1, 0, -1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (StringArray.of(["a", "b", "c", "b"]), r"'b' at positions 1, 3 \(from 0\)"),
        (StringArray.of([b"\xff", b"\xff"]), r"'\\\\xff' at positions 0, 1 "),
        (StringArray.of(["x"] * 10), r"'x' at positions 0, 1, 2, 3, 4, \.\.\. "),
        (np.array([4, 5, 4]), r"got 4 at positions 0, 2 "),
        (StringArray.of([]), "at least one word; got none"),
        (np.array([], np.int64), "at least one word; got none"),
        (np.array([1.5]), r"strings or integers in one dimension; got float64 of shape \(1,\)"),
        (np.array([[1]]), r"got int64 of shape \(1, 1\)"),
    ],
)
def test_a_vocabulary_says_what_is_wrong_with_its_words(words, message):
    with pytest.raises(InvalidArgumentError, match=message):
        VocabularyIndex(words)


def test_the_number_of_buckets_is_not_negative():
    with pytest.raises(InvalidArgumentError, match="0 or more; got -1"):
        VocabularyIndex(np.array([1]), num_oov_buckets=-1)


@pytest.mark.parametrize(
    ("words", "values", "message"),
    [
        (StringArray.of(["a"]), np.array([1]), "of strings takes strings; got integers"),
        (np.array([1]), StringArray.of(["a"]), "of integers takes integers; got strings"),
        (np.array([1]), np.array([1.0]), "got float64"),
        (np.array([1]), np.array([1], np.uint64), "got uint64"),
    ],
)
def test_values_are_of_the_type_of_the_words(words, values, message):
    with pytest.raises(InvalidArgumentError, match=message):
        VocabularyIndex(words).lookup(values)
