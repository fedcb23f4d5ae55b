"""MurmurHash64A of whole columns of strings: what the original's oldest hash buckets are numbered by.

Appleby, "MurmurHash2", 2008, in its 64-bit form.
"""

from __future__ import annotations

import numpy as np

from estimax._base._string_array import StringArray
from estimax.strings._string_words import StringWords, Words, chunks_of_words

_MULTIPLIER = np.uint64(0xC6A4A7935BD1E995)
_SEED = np.uint64(0xDECAFCAFFE)
_47 = np.uint64(47)


def murmur64(strings: StringArray) -> Words:
    """Computes MurmurHash64A of every string under the original's seed.

    Returns uint64 of the same shape.

    Example:
        >>> from estimax._base._string_array import StringArray
        >>> from estimax.strings._murmur import murmur64
        >>> (murmur64(StringArray.of(["", "a", "house"])) % 2**62).tolist()
        [105434511174508091, 2996632905371535868, 3546542385141117545]
    """
    result = np.empty(strings.size, np.uint64)
    for rows, chunk in chunks_of_words(strings.flat):
        result[rows] = _hash_chunk(chunk)
    return result.reshape(strings.shape)


def _hash_chunk(chunk: StringWords) -> Words:
    order, strings = chunk.by_length()
    state = _SEED ^ (strings.length.view(np.uint64) * _MULTIPLIER)
    for count, word in strings.whole_words():
        word = word * _MULTIPLIER
        word = (word ^ (word >> _47)) * _MULTIPLIER
        state[:count] = (state[:count] ^ word) * _MULTIPLIER
    mixed = (state ^ strings.rest()) * _MULTIPLIER
    state = np.where(strings.length & 7, mixed, state)
    state = (state ^ (state >> _47)) * _MULTIPLIER
    result = np.empty(len(order), np.uint64)
    result[order] = state ^ (state >> _47)
    return result
