"""Hash buckets other than the fingerprint's: recorded numbers, and one string at a time against many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimax import strings
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.strings._murmur import murmur64
from estimax.strings._siphash import siphash

WORDS = ["", "a", "house", "Exec-managerial", "0", "-1", "naïve"]
LONGER = ["".join(chr(97 + (i * 7 + j * 3) % 26) for j in range(i)) for i in (7, 8, 9, 15, 16, 17, 39)]

# What the original gives modulo 2**62.
OLD = [
    105434511174508091,
    2996632905371535868,
    3546542385141117545,
    2752919560189409353,
    3746232019324229061,
    585573198988968271,
    3470157750201532419,
    2640477790823061621,
    3480354391619026207,
    3542332810650687105,
    3074767471994139041,
    2917304288959568672,
    556596055771677083,
    13133626934449138,
]
STRONG = [
    443797209252341627,
    546566331822570742,
    3814571176883204929,
    3115149610526864025,
    1680588212400975919,
    37143529972658948,
    3308309297371369065,
    1763748977634354454,
    2172836491241992486,
    4239327670696462198,
    1003017200062725891,
    88160813175628371,
    2165824371451580969,
    4106564635162930498,
]

# The published example: the key and the message are 0, 1, 2 and so on.
KEY = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
VECTORS = {0: 0x726FDB47DD0E0E31, 1: 0x74F839C593DC67FD, 8: 0x93F5F5799A932462, 15: 0xA129CA6149BE45E5}


def test_buckets_are_the_originals():
    words = WORDS + LONGER
    assert strings.to_hash_bucket(words, 2**62).numpy().tolist() == OLD
    assert strings.to_hash_bucket_strong(words, 2**62, [1, 2]).numpy().tolist() == STRONG
    assert strings.to_hash_bucket_strong(WORDS[:4], 1000, list(KEY)).numpy().tolist() == [353, 994, 710, 798]
    assert strings.to_hash_bucket_strong(WORDS[:4], 1000, [-1, 2]).numpy().tolist() == [210, 650, 407, 853]


def test_siphash_is_the_published_one():
    messages = StringArray.of([bytes(range(length)) for length in VECTORS])
    assert siphash(messages, KEY).tolist() == list(VECTORS.values())


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_each_string_is_hashed_by_itself(words):
    together = StringArray.of(words)
    assert siphash(together, (3, 4)).tolist() == [siphash(StringArray.of([w]), (3, 4))[0] for w in words]
    assert murmur64(together).tolist() == [murmur64(StringArray.of([w]))[0] for w in words]


def test_many_strings_are_hashed_in_parts():
    words = [b"%d" % i * (i % 9) for i in range(20_000)]
    picked = range(0, len(words), 997)
    column = StringArray.of(words)
    alone = StringArray.of([words[i] for i in picked])
    assert siphash(column, (1, 2))[list(picked)].tolist() == siphash(alone, (1, 2)).tolist()
    assert murmur64(column)[list(picked)].tolist() == murmur64(alone).tolist()


def test_buckets_need_a_number_and_a_key():
    with pytest.raises(InvalidArgumentError, match="at least 1; got 0"):
        strings.to_hash_bucket_strong(["a"], 0, [1, 2])
    with pytest.raises(InvalidArgumentError, match=r"two integers; got \[1\]"):
        strings.to_hash_bucket_strong(["a"], 10, [1])
    with pytest.raises(TypeError, match="num_buckets"):
        strings.to_hash_bucket(["a"])
