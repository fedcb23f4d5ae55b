"""Labels of which an example has any number: to one 0 or 1 for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._columnwise import column_op
from estimax._graph._varying import RaggedValue, Rows, SparseColumn
from estimax.estimator._heads._class_labels import ids_of_names, in_range


def _infer(labels: TensorSpec, *, n_classes: int) -> TensorSpec:
    if labels.shape.ndims not in (2, None):
        raise InvalidArgumentError(
            f"sparse and ragged labels must have the shape [batch, labels of an example]; got {labels.shape}"
        )
    return TensorSpec((labels.shape[0] if labels.shape.ndims else None, n_classes), float32)


def _multi_hot(labels: Any, *, n_classes: int) -> Any:
    ids = np.asarray(labels.values)
    if isinstance(labels, SparseColumn):
        sizes = labels.shapes[:, 0]
        first = np.repeat(np.cumsum(sizes) - sizes, np.diff(labels.splits))
        within = labels.indices[:, 0]
    else:
        assert isinstance(labels, RaggedValue)
        sizes = np.diff(labels.splits[0])
        lists = np.repeat(np.arange(len(labels.splits[1]) - 1), np.diff(labels.splits[1]))
        first = np.repeat(np.cumsum(sizes) - sizes, sizes)[lists]
        within = lists - first
    wrong = (ids < 0) | (ids >= n_classes)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InvalidArgumentError(
            f"labels must be whole numbers from 0 to {n_classes - 1} (n_classes={n_classes}); "
            f"got {ids[at]} in row {within[at]} of the batch"
        )
    hot = np.zeros((int(sizes.sum()), n_classes), np.float32)
    hot[first + within, ids] = 1
    return Rows.of(hot.reshape(-1), np.column_stack([sizes, np.full_like(sizes, n_classes)]))


_MULTI_HOT = column_op("MultiHotLabels", _infer, _multi_hot, composite=True)


def multi_hot(labels: Any, n_classes: int, vocabulary: Sequence[str] | None) -> Any:
    """Returns labels as float32 [batch, n_classes], checked when the batches are read.

    Args:
        labels: dense numbers from 0 to 1 (or truth values) of that shape; or a sparse or
            ragged Tensor [batch, any] of ids of classes, or of their names.
        n_classes: how many classes there are.
        vocabulary: the names of the classes, where there are names.

    Raises:
        ValueError: dense strings, strings without a vocabulary, or ids that are no whole numbers.
        InvalidArgumentError: a label outside the classes; raised when the batch is read.
    """
    if is_device_array(labels) or (labels.spec.is_dense and labels.dtype.is_numeric):
        return in_range(labels, 1.0, f"[batch, {n_classes}] of 0 and 1, one for each class")
    if labels.spec.is_dense:
        raise ValueError(
            f"labels that are strings must be a sparse or ragged Tensor, any number of names for each example; "
            f"got {labels!r}. tf.string_split makes one of a joined string"
        )
    if labels.dtype.is_string:
        if vocabulary is None:
            raise ValueError("labels that are strings need a label_vocabulary")
        labels = labels.with_flat(ids_of_names(labels.flat, vocabulary, place="as number {} of the labels"))
    elif not labels.dtype.is_integer:
        raise ValueError(f"labels in a sparse or ragged Tensor must be ids or names of classes; got {labels!r}")
    return _MULTI_HOT(labels, n_classes=n_classes)
