"""Running sums and products along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import positive_axis
from estimax._base._shapes import TensorSpec
from estimax._graph._lifting import shifted_axis
from estimax._graph._op import Op, as_argument
from estimax.math._rule import check_kind


def _running(name: str, total: Any, without: Any, device: str) -> Op:
    """Makes an op of NumPy's running total, and what takes an element out of one."""

    def infer(x: TensorSpec, *, axis: int, exclusive: bool, reverse: bool) -> TensorSpec:
        check_kind(name, x, "numbers")
        return x

    def host(x: Any, *, axis: int, exclusive: bool, reverse: bool) -> Any:
        x = np.flip(x, axis) if reverse else x
        out = total(x, axis, x.dtype)
        out = without(out, x, axis) if exclusive else out
        return np.flip(out, axis) if reverse else out

    return Op(name, infer=infer, host=host, lift=by_shape(shifted_axis(host)), device=device)


def _before(out: np.ndarray, x: np.ndarray, axis: int) -> np.ndarray:
    """Moves products on by one place, behind a first of 1."""
    shifted = np.roll(out, 1, axis)
    shifted[(np.s_[:],) * axis + (np.s_[:1],)] = 1
    return shifted


_CUMSUM = _running("Cumsum", np.cumsum, lambda out, x, axis: out - x, "estimax.math._device:cumsum")
_CUMPROD = _running("Cumprod", np.cumprod, _before, "estimax.math._device:cumprod")


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Any:
    """Gives the running sum along an axis.

    Args:
        x: numbers.
        axis: along which to add.
        exclusive: whether each sum leaves out its own element.
        reverse: whether to add from the end.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.cumsum([1, 2, 3], exclusive=True).numpy()
        array([0, 1, 3], dtype=int32)
    """
    tensor = as_argument(x)
    return _CUMSUM(tensor, axis=positive_axis(axis, len(tensor.shape)), exclusive=exclusive, reverse=reverse)


def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Any:
    """Gives the running product along an axis; the arguments are those of `cumsum`.

    Example:
        >>> from estimax.math import cumprod
        >>> cumprod([2, 3, 4], exclusive=True).numpy()
        array([1, 2, 6], dtype=int32)
    """
    tensor = as_argument(x)
    return _CUMPROD(tensor, axis=positive_axis(axis, len(tensor.shape)), exclusive=exclusive, reverse=reverse)
