"""Labels of classes: their check, their vocabulary, and the way back from ids to names."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array import expand_dims, gather, shape, tile
from estimax._base._dtypes import float32, int32, int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._boundary import is_device_array
from estimax._graph._op import Op, as_tensor
from estimax._graph._tensor import Tensor
from estimax.estimator._heads._checking import checking, found
from estimax.math import cast
from estimax.strings._vocabulary_index import VocabularyIndex


def _check_class(labels: np.ndarray, *, n_classes: int, axis: int = 0) -> Any:
    with np.errstate(invalid="ignore"):  # what is not a number becomes some id, which then differs from the label
        ids = labels.astype(np.int64)
    wrong = (ids < 0) | (ids >= n_classes) | (ids != labels)
    if wrong.any():
        raise InvalidArgumentError(
            f"labels must be whole numbers from 0 to {n_classes - 1} (n_classes={n_classes}); "
            f"{found(labels, wrong, axis)}"
        )
    return ids


def _check_range(labels: np.ndarray, *, high: float, what: str, axis: int = 0) -> Any:
    numbers = labels.astype(np.float32)
    good = (numbers >= 0) & (numbers <= high)
    if not good.all():
        raise InvalidArgumentError(f"labels must be {what}; {found(labels, ~good, axis)}")
    return numbers


def _look_up(
    labels: StringArray, *, vocabulary: StringArray, place: str, prepared: VocabularyIndex, axis: int = 0
) -> Any:
    ids = prepared.lookup(labels)
    if (ids < 0).any():
        position = int(np.flatnonzero(ids.ravel() < 0)[0])
        where = place.format(np.unravel_index(position, labels.shape)[axis])
        raise InvalidArgumentError(
            f"labels must be in the label_vocabulary {_listed(vocabulary)}; got {labels.reshape((-1,))[position]!r} "
            f"{where} of the batch {labels.describe_origin(position)}".rstrip()
        )
    return ids


CHECK_CLASS = Op(
    "CheckClass",
    infer=lambda s, *, n_classes: TensorSpec(s.shape, int64),
    host=_check_class,
    lift=checking(_check_class),
)
CHECK_RANGE = Op(
    "CheckLabelRange",
    infer=lambda s, *, high, what: TensorSpec(s.shape, float32),
    host=_check_range,
    lift=checking(_check_range),
)
CLASS_ID = Op(
    "ClassId",
    infer=lambda s, *, vocabulary, place: TensorSpec(s.shape, int64),
    host=_look_up,
    lift=checking(_look_up),
    prepare=lambda *, vocabulary, place: VocabularyIndex(vocabulary),
)


def checked_count(name: str, count: Any, least: int) -> int:
    """Returns a number of classes or labels as an integer.

    Raises:
        ValueError: it is not a whole number, or below `least`.
    """
    try:
        number = operator.index(count)
    except TypeError:
        raise ValueError(f"{name} must be a whole number; got {count!r}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}; got {number}")
    return number


def checked_vocabulary(vocabulary: Any, n_classes: int) -> tuple[str, ...] | None:
    """Checks a label vocabulary at construction.

    Raises:
        ValueError: it does not have a string for each class, or has one twice.
    """
    if vocabulary is None:
        return None
    if isinstance(vocabulary, str | bytes) or len(vocabulary) != n_classes:
        raise ValueError(f"label_vocabulary must list {n_classes} labels, one for each class; got {vocabulary!r}")
    other = [v for v in vocabulary if not isinstance(v, str | bytes)]
    if other:
        raise ValueError(
            f"label_vocabulary must hold strings; got {other[0]!r}. Labels that are whole numbers from 0 to "
            f"{n_classes - 1} need no vocabulary; others are made strings by tf.as_string"
        )
    words = tuple(v.decode() if isinstance(v, bytes) else str(v) for v in vocabulary)
    twice = [w for i, w in enumerate(words) if w in words[:i]]
    if twice:
        raise ValueError(f"label_vocabulary must name every class once; it has {twice[0]!r} twice")
    return words


def checked_thresholds(thresholds: Any) -> tuple[float, ...]:
    """Returns thresholds as numbers, each once.

    Raises:
        ValueError: one is not between 0 and 1.
    """
    if thresholds is None:
        return ()
    if isinstance(thresholds, str | bytes) or not hasattr(thresholds, "__iter__"):
        raise ValueError(f"thresholds must be a list of numbers between 0 and 1; got {thresholds!r}")
    listed = [float(t) for t in thresholds]
    outside = [t for t in listed if not 0 < t < 1]
    if outside:
        raise ValueError(f"thresholds must be above 0 and below 1; got {outside[0]:g}")
    return tuple(dict.fromkeys(listed))


def class_ids(labels: Any, n_classes: int, vocabulary: Sequence[str] | None) -> Any:
    """Returns labels as int64 ids in [0, n_classes), checked when the batches are read.

    Raises:
        ValueError: strings without a vocabulary, or numbers with one.
    """
    if is_device_array(labels):
        if vocabulary is not None:
            raise ValueError(_NOT_STRINGS.format(labels.dtype))
        return labels.astype(np.int32)
    if not labels.spec.is_dense:
        raise ValueError(f"labels must be a dense Tensor, one class for each example; got {labels!r}")
    if vocabulary is not None:
        return ids_of_names(labels, vocabulary)
    _refuse_strings(labels)
    return CHECK_CLASS(cast(labels, int32) if labels.dtype.is_bool else labels, n_classes=n_classes)


def ids_of_names(labels: Tensor, vocabulary: Sequence[str], place: str = "in row {}") -> Any:
    """Returns the positions of dense strings in a vocabulary; `place` says what a place along their first axis is.

    Raises:
        ValueError: the labels are numbers.
        InvalidArgumentError: a label is not in the vocabulary; raised when the batch is read.
    """
    if labels.dtype.is_numeric:
        raise ValueError(_NOT_STRINGS.format(labels.dtype.name))
    return CLASS_ID(labels, vocabulary=StringArray.of(list(vocabulary)), place=place)


def labels_are_ids(labels: Any) -> bool:
    """Whether labels are integers or strings on the host, which can be checked to be one class each."""
    return not is_device_array(labels) and not labels.dtype.is_floating and not labels.dtype.is_bool


def within_unit(labels: Any) -> Any:
    """Returns numeric labels as float32, checked to lie from 0 to 1 when the batches are read.

    Raises:
        ValueError: the labels are strings.
    """
    return in_range(labels, 1.0, "0 or 1, or a number between them")


def in_range(labels: Any, high: float, what: str) -> Any:
    """Returns numeric labels as float32, checked to lie from 0 to a limit when the batches are read."""
    if is_device_array(labels):
        return labels.astype(np.float32)
    _refuse_strings(labels)
    return CHECK_RANGE(cast(labels, float32) if labels.dtype.is_bool else labels, high=high, what=what)


def class_names(n_classes: int, vocabulary: Sequence[str] | None) -> Tensor:
    """Returns the names of all classes, or their numbers as strings."""
    return as_tensor(list(vocabulary) if vocabulary is not None else [str(i) for i in range(n_classes)], string)


def class_predictions(ids: Any, n_classes: int, vocabulary: Sequence[str] | None) -> dict[Any, Any]:
    """Returns the prediction keys that tell classes, from ids [batch, ..., 1] on the device."""
    ids = cast(as_tensor(ids), int64)
    names = class_names(n_classes, vocabulary)
    return {
        "class_ids": ids,
        "classes": gather(names, ids),
        "all_class_ids": every_row(as_tensor(np.arange(n_classes, dtype=np.int32), int32), ids),
        "all_classes": every_row(names, ids),
    }


def every_row(values: Tensor, like: Tensor) -> Tensor:
    """Returns the same values for each example: [batch, n]."""
    rows: Tensor = tile(expand_dims(values, 0), [shape(like)[0], 1])
    return rows


_NOT_STRINGS = "with a label_vocabulary the labels must be strings; got {}"


def _refuse_strings(labels: Tensor) -> None:
    if not labels.dtype.is_numeric:
        raise ValueError("labels that are strings need a label_vocabulary")


def _listed(vocabulary: StringArray) -> str:
    words = [w.decode() for w in vocabulary.tolist()]
    return repr(words if len(words) <= 10 else [*words[:10], "..."])
