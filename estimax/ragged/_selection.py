"""Choosing values of lists, and applying functions to them: `boolean_mask`, `map_flat_values`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from estimax._array._selection import boolean_mask as mask_dense
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, TensorSpec
from estimax._graph._columnwise import column_op
from estimax._graph._composite import RaggedTensor
from estimax._graph._op import OPS, as_tensor
from estimax._graph._stretches import splits_of
from estimax._graph._varying import RaggedValue, picked_rows
from estimax.ragged._conversion import list_shape, ragged_or_dense, without_levels
from estimax.ragged._joining import as_lists, levels_of


def _spec(x: TensorSpec, mask: TensorSpec, *, levels: int) -> TensorSpec:
    if not mask.dtype.is_bool:
        raise TypeError(f"boolean_mask needs truth values; got {mask.dtype.name}")
    shape = list(list_shape(x) if isinstance(x, RaggedTensorSpec) else x.shape)
    shape[levels - 1] = None
    return ragged_or_dense(shape, x.dtype, max(levels, levels_of(x)) - 1)


def _masked(x: Any, mask: Any, *, levels: int) -> Any:
    lists, keep = as_lists(x, levels), as_lists(mask, levels)
    same = all(np.array_equal(a, b) for a, b in zip(lists.splits[:levels], keep.splits[:levels], strict=True))
    if not same or len(keep.splits) > levels:
        raise InvalidArgumentError("boolean_mask needs a mask whose lists are as long as those of the values")
    chosen = np.asarray(keep.values)
    below: Any = lists
    for _ in range(levels):
        below = below.below
    picked = picked_rows(below, np.flatnonzero(chosen))
    splits = (*lists.splits[: levels - 1], splits_of(chosen)[lists.splits[levels - 1]])
    if isinstance(picked, RaggedValue):
        return RaggedValue(picked.values, (*splits, *picked.splits))
    return without_levels(picked, splits)


_MASKED = column_op("RaggedBooleanMask", _spec, _masked, composite=True)


def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """Keeps the values for which a mask is true; unlike `tf.boolean_mask`, it keeps the lists that they are in.

    Args:
        data: ragged or dense.
        mask: truth values, ragged or dense, whose shape is how that of the data begins.
        name: has no effect.

    Raises:
        InvalidArgumentError: the lists of the mask are not as long as those of the data.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.boolean_mask([[1, 2], [3, 4]], [[True, False], [False, False]])
        <tf.RaggedTensor [[1], []]>
    """
    values, truths = as_tensor(data), as_tensor(mask)
    levels = truths.shape.ndims
    if not levels:
        raise InvalidArgumentError(f"boolean_mask needs a mask of at least one dimension; got {truths!r}")
    if levels == 1 and values.spec.is_dense:
        return mask_dense(values, truths)
    return _MASKED(values, truths, levels=levels)


def map_flat_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Applies a function to what the innermost lists hold, and puts the results into the same lists.

    Raises:
        InvalidArgumentError: several arguments are ragged, and their lists differ in length.

    Example:
        >>> import estimax as tf
        >>> tf.ragged.map_flat_values(tf.square, tf.ragged.constant([[1, 2], [3]]))
        <tf.RaggedTensor [[1, 4], [9]]>
    """
    given = [a for a in (*args, *kwargs.values()) if isinstance(a, RaggedTensor)]
    if not given:
        return op(*args, **kwargs)
    first: Any = OPS["StandAlike"](*given) if len(given) > 1 else given[0]
    values = [a.flat_values if isinstance(a, RaggedTensor) else a for a in args]
    named = {k: a.flat_values if isinstance(a, RaggedTensor) else a for k, a in kwargs.items()}
    return first.with_flat_values(op(*values, **named))
