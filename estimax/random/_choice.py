"""Random orders and random choices: `shuffle` and `categorical`."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._dimensions import rank_of, rearranged
from estimax._array._shape import shape as shape_of
from estimax._base._dtypes import DType, as_dtype, int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op, as_argument
from estimax.random._bits import bits_of
from estimax.random._distributions import probabilities


def _shuffle_spec(x: TensorSpec, bits: TensorSpec) -> TensorSpec:
    return x


def _shuffle(x: Any, bits: Any) -> Any:
    """Brings the entries along the first axis into the order of their bits."""
    return rearranged(x, lambda a: a[np.argsort(bits, kind="stable")])


def _shuffle_rows(column: Any, bits: Any) -> Any:
    order = np.argsort(bits, axis=1, kind="stable")
    rows = np.arange(len(column))[:, np.newaxis]
    return rearranged(column, lambda a: a[rows, order])


def _categorical_spec(logits: TensorSpec, bits: TensorSpec, *, dtype: DType) -> TensorSpec:
    if not logits.dtype.is_floating or len(logits.shape) != 2:
        raise InvalidArgumentError(
            f"categorical needs logits [batch, classes], floating-point numbers; got {logits.dtype.name} of shape "
            f"{tuple(logits.shape)}"
        )
    return TensorSpec(bits.shape, dtype)


def _categorical(logits: Any, bits: Any, *, dtype: DType) -> Any:
    """Counts the classes that end below a share of the sum of all."""
    weights = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    ends = np.cumsum(weights, -1)
    wanted = probabilities(bits) * ends[..., -1:]
    below = (ends[..., np.newaxis, :-1] <= wanted[..., np.newaxis]).sum(-1)
    return below.astype(dtype.as_numpy_dtype)


_SHUFFLE = Op("RandomShuffle", infer=_shuffle_spec, host=_shuffle, lift=leading_axis(_shuffle_rows))
_CATEGORICAL = Op("Categorical", infer=_categorical_spec, host=_categorical, lift=leading_axis(_categorical))


def shuffle(value: Any, seed: Any = None, name: str | None = None) -> Any:
    """Brings the entries along the first axis into a random order; each order is as likely as any other.

    Example:
        >>> from estimax import random
        >>> sorted(random.shuffle([3, 1, 2], seed=1).numpy().tolist())
        [1, 2, 3]
    """
    tensor = as_argument(value)
    if not rank_of(tensor):
        raise InvalidArgumentError("shuffle needs at least one dimension; got a single value")
    if is_device_array(tensor):
        return resolve("estimax.random._device:shuffle")(tensor, None if seed is None else int(seed))
    return _SHUFFLE(tensor, bits_of([shape_of(tensor)[0]], seed))


def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: Any = None,
    name: str | None = None,
    output_dtype: Any = None,
) -> Any:
    """Draws numbers of classes whose logarithms of probabilities, up to a constant, are given.

    Args:
        logits: [batch, classes], floating-point numbers.
        num_samples: how many to draw for each entry of the batch.
        dtype: of the result; int64 by default.
        seed: as for `uniform`.
        name: has no effect.
        output_dtype: the same as `dtype`.

    Returns:
        Tensor [batch, num_samples].

    Example:
        >>> from estimax import random
        >>> random.categorical([[0.0, -1000.0], [-1000.0, 0.0]], 3).numpy()
        array([[0, 0, 0],
               [1, 1, 1]])
    """
    tensor = as_argument(logits)
    wanted = as_dtype(next((d for d in (dtype, output_dtype) if d is not None), int64))
    if is_device_array(tensor):
        number = None if seed is None else int(seed)
        draw = resolve("estimax.random._device:categorical")
        return draw(tensor, int(num_samples), number, wanted.as_numpy_dtype)
    rows = TensorShape(tensor.shape)
    batch = rows[0] if rows.ndims and rows[0] is not None else shape_of(tensor)[0]
    return _CATEGORICAL(tensor, bits_of([batch, num_samples], seed), dtype=wanted)
