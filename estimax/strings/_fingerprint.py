"""FarmHash Fingerprint64 of whole columns of strings: hash buckets and crosses.

Hash-bucket columns, out-of-vocabulary buckets and crosses number their
categories by this function, so trained weights mean something only as long as
every bit of it stays as the published algorithm (Google's FarmHash,
`farmhashna::Hash64`) has it. Four formulas serve four ranges of length; here
each runs once over all strings of its range, as NumPy arithmetic modulo 2**64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from estimax._base._arrow import from_numpy
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.strings._string_words import StringWords, Words, chunks_of_words

Integers = int | npt.NDArray[np.int64] | npt.NDArray[np.uint64]

_K0 = np.uint64(0xC3A5C85C97CB3127)
_K1 = np.uint64(0xB492B66FBE98F273)
_K2 = np.uint64(0x9AE16A3B2F90404F)
_1, _3, _47 = np.uint64(1), np.uint64(3), np.uint64(47)
_BYTE, _HALF = np.uint64(0xFF), np.uint64(0xFFFFFFFF)
_CROSS = np.uint64(0xC6A4A7935BD1E995)


def fingerprint64(strings: StringArray) -> Words:
    """Computes FarmHash Fingerprint64 of every string.

    Returns uint64 of the same shape. A string of up to 16, 32, 64 or 100 bytes
    takes about 27, 40, 62 or 160 ns in a long column, 30 to 260 ns in one of a
    thousand. Every string is hashed, also where a column has few different ones:
    to find those takes Arrow 16 to 30 ns a string, and 120 to 900 if there are many.

    Example:
        >>> from estimax._base._string_array import StringArray
        >>> from estimax.strings._fingerprint import fingerprint64
        >>> fingerprint64(StringArray.of(["a", "house"]))
        array([12917804110809363939, 16975418193418657585], dtype=uint64)
    """
    result = np.empty(strings.size, np.uint64)
    for rows, chunk in chunks_of_words(strings.flat):
        result[rows] = _hash_chunk(chunk)
    return result.reshape(strings.shape)


def _hash_chunk(chunk: StringWords) -> Words:
    shortest, longest = int(chunk.length.min()), int(chunk.length.max())
    result = np.full(len(chunk.start), _K2)  # the fingerprint of the empty string
    low = 1
    for high, formula in _FORMULAS:
        if low <= shortest and longest <= high:
            return formula(chunk)
        if shortest <= high and low <= longest:
            rows = np.flatnonzero((chunk.length >= low) & (chunk.length <= high))
            if len(rows):
                result[rows] = formula(chunk.take(rows))
        low = high + 1
    return result


def _hash_1_to_3(s: StringWords) -> Words:
    length = s.length.view(np.uint64)
    word = s.fetch(0)
    first = word & _BYTE
    middle = (word >> ((length >> _1) << _3)) & _BYTE
    last = (word >> ((length - _1) << _3)) & _BYTE
    y = first + (middle << np.uint64(8))
    z = length + (last << np.uint64(2))
    return _shift_mix(y * _K2 ^ z * _K0) * _K2


def _hash_4_to_7(s: StringWords) -> Words:
    length = s.length.view(np.uint64)
    first = s.fetch(0) & _HALF
    last = s.fetch_from_end(4) & _HALF
    return _mix(length + (first << _3), last, _multiplier(length))


def _hash_8_to_16(s: StringWords) -> Words:
    mul = _multiplier(s.length.view(np.uint64))
    a = s.fetch(0) + _K2
    b = s.fetch_from_end(8)
    return _mix(_rotate(b, 37) * mul + a, (_rotate(a, 25) + b) * mul, mul)


def _hash_17_to_32(s: StringWords) -> Words:
    mul = _multiplier(s.length.view(np.uint64))
    a, b = s.fetch(0) * _K1, s.fetch(8)
    c, d = s.fetch_from_end(8) * mul, s.fetch_from_end(16) * _K2
    return _mix(_rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c, mul)


def _hash_33_to_64(s: StringWords) -> Words:
    mul = _multiplier(s.length.view(np.uint64))
    a, b = s.fetch(0) * _K2, s.fetch(8)
    c, d = s.fetch_from_end(8) * mul, s.fetch_from_end(16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _mix(y, a + _rotate(b + _K2, 18) + c, mul)
    e, f = s.fetch(16) * mul, s.fetch(24)
    g, h = (y + s.fetch_from_end(32)) * mul, (z + s.fetch_from_end(24)) * mul
    return _mix(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, mul)


def _hash_over_64(s: StringWords) -> Words:
    """Hashes in blocks of 64 bytes, every string that still has one in each round."""
    blocks = (s.length - 1) >> 6
    order = np.argsort(-blocks, kind="stable")
    s = s.take(order)
    # The number of strings that take part in round 0, 1, 2, ...
    active = len(order) - np.cumsum(np.bincount(blocks))[:-1]
    state = _initial_state(s.fetch(0))
    for i, count in enumerate(active.tolist()):
        here = StringWords(s.words, s.start[:count] + 64 * i, s.length[:count])
        state[:, :count] = _round(_State(*state[:, :count]), here, _K1)
    result = np.empty(len(order), np.uint64)
    result[order] = _finish(_State(*state), s)
    return result


class _State(NamedTuple):
    """The 56 bytes of state of the formula for long strings, one array a variable."""

    x: Words
    y: Words
    z: Words
    v0: Words
    v1: Words
    w0: Words
    w1: Words


def _initial_state(first_word: Words) -> Words:
    state = np.zeros((len(_State._fields), len(first_word)), np.uint64)
    y = np.array([81], np.uint64) * _K1 + np.uint64(113)
    state[0] = first_word + np.array([81], np.uint64) * _K2
    state[1] = y
    state[2] = _shift_mix(y * _K2 + np.uint64(113)) * _K2
    return state


def _round(t: _State, s: StringWords, mul: Words | np.uint64, weight: np.uint64 = _1) -> _State:
    """Mixes in the 64 bytes at the start of each string."""
    x = _rotate(t.x + t.y + t.v0 + s.fetch(8), 37) * mul ^ t.w1 * weight
    y = _rotate(t.y + t.v1 + s.fetch(48), 42) * mul + t.v0 * weight + s.fetch(40)
    z = _rotate(t.z + t.w0, 33) * mul
    v0, v1 = _weak_hash(s, 0, t.v1 * mul, x + t.w0)
    w0, w1 = _weak_hash(s, 32, z + t.w1, y + s.fetch(16))
    return _State(z, y, x, v0, v1, w0, w1)


def _finish(t: _State, s: StringWords) -> Words:
    """Mixes in the last 64 bytes, which overlap the block before, and folds the state to a word."""
    mul = _K1 + ((t.z & _BYTE) << _1)
    w0 = t.w0 + ((s.length - 1) & 63).view(np.uint64)
    v0 = t.v0 + w0
    last = StringWords(s.words, s.start + (s.length - 64), s.length)
    t = _round(t._replace(v0=v0, w0=w0 + v0), last, mul, np.uint64(9))
    return _mix(_mix(t.v0, t.w0, mul) + _shift_mix(t.y) * _K0 + t.z, _mix(t.v1, t.w1, mul) + t.x, mul)


def _weak_hash(s: StringWords, offset: int, a: Words, b: Words) -> tuple[Words, Words]:
    """Mixes two words of state with the 32 bytes at an offset; weak alone, fast in a loop."""
    a = a + s.fetch(offset)
    total = a + s.fetch(offset + 8) + s.fetch(offset + 16)
    last = s.fetch(offset + 24)
    return total + last, _rotate(b + a + last, 21) + _rotate(total, 44) + a


def _multiplier(length: Words) -> Words:
    return (length << _1) + _K2


def _rotate(value: Words, bits: int) -> Words:
    """Rotates to the right."""
    return (value >> np.uint64(bits)) | (value << np.uint64(64 - bits))


def _shift_mix(value: Words) -> Words:
    return value ^ (value >> _47)


def _mix(u: Words, v: Words, mul: Words) -> Words:
    """Folds 128 bits to 64 (the Murmur-inspired finish of FarmHash)."""
    a = _shift_mix((u ^ v) * mul)
    return _shift_mix((v ^ a) * mul) * mul


_FORMULAS: tuple[tuple[int, Callable[[StringWords], Words]], ...] = (
    (3, _hash_1_to_3),
    (7, _hash_4_to_7),
    (16, _hash_8_to_16),
    (32, _hash_17_to_32),
    (64, _hash_33_to_64),
    (2**31, _hash_over_64),
)


def fingerprint_cat64(a: Integers, b: Integers) -> Words:
    """Computes the fingerprint of two fingerprints, in order: what a cross of columns chains.

    Takes uint64, or int64 counted modulo 2**64, and broadcasts. A cross starts
    from its hash key and takes in one column after the other: the fingerprint of
    a string, an id as it is.

    Example:
        >>> from estimax._base._string_array import StringArray
        >>> from estimax.strings._fingerprint import fingerprint64, fingerprint_cat64
        >>> left, right = (fingerprint64(StringArray.of(c)) for c in (["a", "b", ""], ["x", "y", "x"]))
        >>> fingerprint_cat64(fingerprint_cat64(0xDECAFCAFFE, left), right) % 1000
        array([892, 805, 262], dtype=uint64)
    """
    left, right = np.asarray(a).astype(np.uint64), np.asarray(b).astype(np.uint64)
    # NumPy warns of overflow where an operand is a single number.
    with np.errstate(over="ignore"):
        mixed = left ^ _CROSS ^ (_shift_mix(right * _CROSS) * _CROSS)
        return np.asarray(_shift_mix(_shift_mix(mixed * _CROSS) * _CROSS))


def decimal_strings(integers: npt.NDArray[np.integer]) -> StringArray:
    """Writes integers as decimal strings, in the same shape.

    Example:
        >>> import numpy as np
        >>> from estimax.strings._fingerprint import decimal_strings
        >>> decimal_strings(np.array([0, -12])).tolist()
        [b'0', b'-12']
    """
    return StringArray(from_numpy(integers.ravel()).cast(pa.string()).cast(pa.binary()), integers.shape)


def hash_buckets(strings: StringArray, n: int) -> npt.NDArray[np.int64]:
    """Numbers every string with a bucket in [0, n): its fingerprint modulo n.

    Raises InvalidArgumentError unless n is at least 1.

    Example:
        >>> from estimax._base._string_array import StringArray
        >>> from estimax.strings._fingerprint import hash_buckets
        >>> hash_buckets(StringArray.of(["", "a", "house"]), 1000003)
        array([377723, 291400, 855637])
    """
    if n < 1:
        raise InvalidArgumentError(f"the number of hash buckets must be at least 1; got {n}")
    return (fingerprint64(strings) % np.uint64(n)).view(np.int64)
