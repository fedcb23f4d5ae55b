"""Strings to numbered buckets, by their fingerprint."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from estimax.strings._fingerprint import hash_buckets
from estimax.strings._rule import each_string


def _check(*, num_buckets: int) -> None:
    if num_buckets < 1:
        raise InvalidArgumentError(f"the number of hash buckets must be at least 1; got {num_buckets}")


def _buckets(flat: Any, *, num_buckets: int) -> np.ndarray:
    return hash_buckets(StringArray(flat), num_buckets)


_HASH = each_string("StringToHashBucketFast", _buckets, int64, _check)


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
    return _HASH(input, num_buckets=int(num_buckets))


def to_hash_bucket(
    string_tensor: Any = None, num_buckets: Any = None, name: str | None = None, input: Any = None
) -> Any:
    """Does what `to_hash_bucket_fast` does; the original numbers its buckets otherwise here, and advises against it."""
    if num_buckets is None:
        raise TypeError("to_hash_bucket needs num_buckets")
    return _HASH(input if string_tensor is None else string_tensor, num_buckets=int(num_buckets))
