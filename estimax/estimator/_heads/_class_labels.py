"""Labels of classes: their check, their vocabulary, and the way back from ids to names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array import expand_dims, gather, shape, tile
from estimax._base._dtypes import float32, int32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_tensor
from estimax._graph._tensor import Tensor
from estimax.math import cast
from estimax.strings._vocabulary_index import VocabularyIndex


def _check(labels: np.ndarray, *, n_classes: int) -> Any:
    with np.errstate(invalid="ignore"):  # what is not a number becomes some id, which then differs from the label
        ids = labels.astype(np.int64)
    wrong = (ids < 0) | (ids >= n_classes) | (ids != labels)
    if wrong.any():
        position = int(np.flatnonzero(wrong.ravel())[0])
        raise InvalidArgumentError(
            f"labels must be whole numbers from 0 to {n_classes - 1} (n_classes={n_classes}); "
            f"got {labels.ravel()[position]} in row {position} of the batch"
        )
    return ids


def _look_up(labels: StringArray, *, vocabulary: StringArray, prepared: VocabularyIndex) -> Any:
    ids = prepared.lookup(labels)
    if (ids < 0).any():
        position = int(np.flatnonzero(ids.ravel() < 0)[0])
        raise InvalidArgumentError(
            f"labels must be in the label_vocabulary {_listed(vocabulary)}; got {labels.reshape((-1,))[position]!r} "
            f"in row {position} of the batch {labels.describe_origin(position)}".rstrip()
        )
    return ids


CHECK_CLASS = Op("CheckClass", infer=lambda s, *, n_classes: TensorSpec(s.shape, int64), host=_check, lift=broadcasting)
CLASS_ID = Op(
    "ClassId",
    infer=lambda s, *, vocabulary: TensorSpec(s.shape, int64),
    host=_look_up,
    lift=broadcasting,
    prepare=lambda *, vocabulary: VocabularyIndex(vocabulary),
)


def checked_vocabulary(vocabulary: Any, n_classes: int) -> tuple[str, ...] | None:
    """Checks a label vocabulary at construction.

    Raises:
        ValueError: it does not have a name for each class.
    """
    if vocabulary is None:
        return None
    if isinstance(vocabulary, str | bytes) or len(vocabulary) != n_classes:
        raise ValueError(f"label_vocabulary must list {n_classes} labels, one for each class; got {vocabulary!r}")
    return tuple(v.decode() if isinstance(v, bytes) else str(v) for v in vocabulary)


def class_ids(labels: Tensor, n_classes: int, vocabulary: Sequence[str] | None) -> Tensor:
    """Returns labels as int64 ids in [0, n_classes), checked when the batches are read.

    Raises:
        ValueError: strings without a vocabulary, or numbers with one.
    """
    if vocabulary is not None:
        if labels.dtype.is_numeric:
            raise ValueError(f"with a label_vocabulary the labels must be strings; got {labels.dtype.name}")
        ids: Tensor = CLASS_ID(labels, vocabulary=StringArray.of(list(vocabulary)))
        return ids
    if not labels.dtype.is_numeric:
        raise ValueError("labels that are strings need a label_vocabulary")
    checked: Tensor = CHECK_CLASS(cast(labels, float32) if labels.dtype.is_bool else labels, n_classes=n_classes)
    return checked


def class_names(n_classes: int, vocabulary: Sequence[str] | None) -> Tensor:
    """Returns the names of all classes, or their numbers as strings."""
    return as_tensor(list(vocabulary) if vocabulary is not None else [str(i) for i in range(n_classes)], string)


def class_predictions(ids: Tensor, n_classes: int, vocabulary: Sequence[str] | None) -> dict[str, Any]:
    """Returns the prediction keys that tell classes, from ids [batch, 1]."""
    ids = cast(ids, int64)
    names = class_names(n_classes, vocabulary)
    return {
        "class_ids": ids,
        "classes": gather(names, ids),
        "all_class_ids": _every_row(as_tensor(np.arange(n_classes, dtype=np.int32), int32), ids),
        "all_classes": _every_row(names, ids),
    }


def _every_row(values: Tensor, like: Tensor) -> Tensor:
    """Returns the same values for each example: [batch, n]."""
    rows: Tensor = tile(expand_dims(values, 0), [shape(like)[0], 1])
    return rows


def _listed(vocabulary: StringArray) -> str:
    words = [w.decode() for w in vocabulary.tolist()]
    return repr(words if len(words) <= 10 else [*words[:10], "..."])
