"""From words to their numbers: what both vocabulary columns share."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc

from estimax._base._arrow import to_numpy
from estimax._base._dtypes import int64
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor
from estimax.feature_column._column import MISSING
from estimax.feature_column._sharing import shared_node
from estimax.strings._vocabulary_index import VocabularyIndex

Values = StringArray | np.ndarray


class _Prepared(NamedTuple):
    vocabulary: VocabularyIndex
    absent_is_unknown: bool  # '' or -1 needs no care: the look-up gives it the id of the missing, or it is a value


def vocabulary_ids(tensor: Tensor, words: Values, num_oov_buckets: int, default_value: int) -> Any:
    """Builds the node from values to ids in [0, words + out-of-vocabulary buckets), or -1."""
    default = default_value if default_value < len(words) else -1
    return _looked_up(tensor, words, num_oov_buckets, max(default, -1), -1)


def vocabulary_cross_ids(tensor: Tensor, words: Values, num_oov_buckets: int, default_value: int) -> Any:
    """Builds the node from values to what a cross hashes: the id, the default value, or `MISSING`."""
    return _looked_up(tensor, words, num_oov_buckets, default_value, MISSING)


def _looked_up(tensor: Tensor, words: Values, num_oov_buckets: int, default_value: int, missing: int) -> Any:
    return shared_node(
        _LOOK_UP,
        tensor,
        words=words,
        num_oov_buckets=num_oov_buckets,
        default_value=default_value,
        missing=missing if tensor.spec.is_dense else None,
    )


def absent(values: Values) -> np.ndarray:
    """Tells where there is no value: '' among strings, -1 among integers."""
    if isinstance(values, StringArray):
        empty: np.ndarray = to_numpy(pc.binary_length(values.flat)) == 0
        return empty.reshape(values.shape)
    return np.asarray(values == -1)


def _infer(x: TensorSpec, **params: Any) -> TensorSpec:
    return TensorSpec(x.shape, int64)


def _prepare(*, words: Values, num_oov_buckets: int, default_value: int, missing: int | None) -> _Prepared:
    if missing is None:
        return _Prepared(VocabularyIndex(words, num_oov_buckets, default_value), True)
    nothing = words.equals(b"").any() if isinstance(words, StringArray) else (words == -1).any()
    vocabulary = VocabularyIndex(words, num_oov_buckets, default_value)
    return _Prepared(vocabulary, not nothing and not num_oov_buckets and default_value == missing)


def _host(
    x: Values, *, words: Values, num_oov_buckets: int, default_value: int, missing: int | None, prepared: _Prepared
) -> np.ndarray:
    ids = prepared.vocabulary.lookup(x)
    if missing is not None and not prepared.absent_is_unknown:
        ids[absent(x)] = missing
    return ids


_LOOK_UP = Op("VocabularyIds", infer=_infer, host=_host, lift=broadcasting, prepare=_prepare)
