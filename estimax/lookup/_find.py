"""The two ops behind every table: keys to their positions, and positions to values.

Both carry what they look up in as parameters, so that a saved graph needs no
file. Tables that are nothing but positions (words to ids) or nothing but values
(ids to words) need one of them only.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from estimax._base._dtypes import int64
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax._graph._varying import Dense, dtype_of, joined, picked
from estimax.strings._vocabulary_index import VocabularyIndex

# An index is made once for all nodes and tables of the same keys; it lives as long as one of them does,
# and holds the keys, so that no others can have their id meanwhile.
_indices: WeakValueDictionary[tuple[Any, ...], VocabularyIndex] = WeakValueDictionary()


def index_of(
    keys: Dense, num_oov_buckets: int = 0, default_value: int = -1, hash_key: list[int] | None = None
) -> VocabularyIndex:
    """Returns the index of an array of keys: always the same one for the same array.

    Raises:
        InvalidArgumentError: there are no keys, or one stands twice.
    """
    identity = (id(keys), num_oov_buckets, default_value, tuple(hash_key or ()))
    index = _indices.get(identity)
    if index is None:
        secret = None if hash_key is None else (hash_key[0], hash_key[1])
        index = _indices[identity] = VocabularyIndex(keys, num_oov_buckets, default_value, secret)
    return index


def _position_spec(x: TensorSpec, *, keys: Dense, **params: Any) -> TensorSpec:
    wanted = dtype_of(keys)
    if x.dtype.is_string != wanted.is_string or not (x.dtype.is_string or x.dtype.is_integer):
        advice = "tf.as_string" if wanted.is_string else "tf.cast"
        raise TypeError(f"this table takes keys of type {wanted.name}; got {x.dtype.name}. Convert them with {advice}")
    return TensorSpec(x.shape, int64)


def _position(x: Any, *, prepared: VocabularyIndex, **params: Any) -> np.ndarray:
    return prepared.lookup(x)


def _value_spec(x: TensorSpec, *, values: Dense, default: Any) -> TensorSpec:
    if not x.dtype.is_integer:
        raise TypeError(f"this table takes whole numbers as keys; got {x.dtype.name}. Convert them with tf.cast")
    return TensorSpec(x.shape, dtype_of(values))


def _value(x: Any, *, values: Dense, default: Any, prepared: Dense) -> Any:
    position = np.where((x >= 0) & (x < len(values)), x, len(values)).astype(np.int64)
    return picked(prepared, position)


def _with_default(*, values: Dense, default: Any) -> Dense:
    """Puts what is there for all other positions behind the values."""
    if isinstance(values, StringArray):
        return StringArray.concatenate([values, StringArray.of([default])])
    whole: Dense = joined([values, np.array([default], values.dtype)])
    return whole


POSITION = Op("TablePosition", infer=_position_spec, host=_position, lift=broadcasting, prepare=index_of)
VALUE = Op("TableValue", infer=_value_spec, host=_value, lift=broadcasting, prepare=_with_default)
