"""Which hash function numbers the buckets of unknown words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._graph._op import as_tensor
from estimax.strings._conversion import as_string
from estimax.strings._hashing import to_hash_bucket_fast, to_hash_bucket_strong


@dataclass(frozen=True)
class HasherSpec:
    """A hash function: the fingerprint, or SipHash under a key of two integers."""

    hasher: str
    key: list[int] | None = None


FastHashSpec = HasherSpec("fasthash")


def StrongHashSpec(key: Sequence[int]) -> HasherSpec:  # the name programs use
    """Describes SipHash under a key of two integers.

    Raises:
        InvalidArgumentError: the key is not of two integers.
    """
    if len(key) != 2:
        raise InvalidArgumentError(f"a key is of two integers; got {list(key)}")
    return HasherSpec("stronghash", [int(k) for k in key])


def buckets_of(keys: Any, number: int, hash_key: list[int] | None) -> Any:
    """Numbers keys with buckets; an integer counts as its decimal string."""
    tensor = as_tensor(keys)
    strings = tensor if tensor.dtype.is_string else as_string(tensor)
    if hash_key is None:
        return to_hash_bucket_fast(strings, number)
    return to_hash_bucket_strong(strings, number, hash_key)
