"""Strings to numbered buckets, by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.strings._fingerprint import hash_buckets
from estimax.strings._murmur import murmur64
from estimax.strings._rule import each_string
from estimax.strings._siphash import siphash


def _check(*, num_buckets: int, **params: Any) -> None:
    if num_buckets < 1:
        raise InvalidArgumentError(f"the number of hash buckets must be at least 1; got {num_buckets}")


def _fast(flat: Any, *, num_buckets: int) -> np.ndarray:
    return hash_buckets(StringArray(flat), num_buckets)


def _strong(flat: Any, *, num_buckets: int, key: list[int]) -> np.ndarray:
    return (siphash(StringArray(flat), (key[0], key[1])) % np.uint64(num_buckets)).view(np.int64)


def _old(flat: Any, *, num_buckets: int) -> np.ndarray:
    return (murmur64(StringArray(flat)) % np.uint64(num_buckets)).view(np.int64)


_FAST = each_string("StringToHashBucketFast", _fast, int64, _check)
_STRONG = each_string("StringToHashBucketStrong", _strong, int64, _check)
_OLD = each_string("StringToHashBucket", _old, int64, _check)


def to_hash_bucket_fast(input: Any, num_buckets: Any, name: str | None = None) -> Any:
    """Numbers each string with a bucket from 0 to `num_buckets - 1`: its FarmHash fingerprint modulo that.

    The same string has the same bucket in every program and on every machine.

    Returns:
        int64 Tensor.

    Raises:
        InvalidArgumentError: there is not at least one bucket.

    Example:
        >>> import estimax as tf
        >>> tf.strings.to_hash_bucket_fast(["", "a", "house"], 1000003).numpy()
        array([377723, 291400, 855637])
    """
    return _FAST(input, num_buckets=int(num_buckets))


def to_hash_bucket_strong(input: Any, num_buckets: Any, key: Sequence[int], name: str | None = None) -> Any:
    """Numbers each string with a bucket from 0 to `num_buckets - 1`: its SipHash under a key of two integers.

    Who does not know the key cannot choose strings that share a bucket.

    Raises:
        InvalidArgumentError: there is not at least one bucket, or the key is not of two integers.

    Example:
        >>> import estimax as tf
        >>> tf.strings.to_hash_bucket_strong(["", "a", "house"], 1000, key=[1, 2]).numpy()
        array([435, 646, 833])
    """
    if len(key) != 2:
        raise InvalidArgumentError(f"a key is of two integers; got {list(key)}")
    return _STRONG(input, num_buckets=int(num_buckets), key=[int(k) for k in key])


def to_hash_bucket(
    string_tensor: Any = None, num_buckets: Any = None, name: str | None = None, input: Any = None
) -> Any:
    """Numbers each string with a bucket by MurmurHash; `to_hash_bucket_fast` is what to use in new programs.

    Raises:
        InvalidArgumentError: there is not at least one bucket.

    Example:
        >>> import estimax as tf
        >>> tf.strings.to_hash_bucket("a", 10).numpy()
        np.int64(8)
    """
    if num_buckets is None:
        raise TypeError("to_hash_bucket needs num_buckets")
    return _OLD(input if string_tensor is None else string_tensor, num_buckets=int(num_buckets))
