"""Keeping gradients small: norms, and arrays scaled down to a norm.

Every function takes arrays, and the rows of tables as `IndexedSlices`, and gives
back what it took.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._graph._naming import keep_names
from estimax._scope._crossing import to_device
from estimax.train._gradients import IndexedSlices


def global_norm(t_list: Sequence[Any], name: str | None = None) -> Any:
    """Returns the root of the sum of all squared elements of several arrays, a float32 scalar.

    Args:
        t_list: arrays or `IndexedSlices`; None stands for nothing.
        name: of the result.

    Example:
        >>> import estimax as tf
        >>> float(tf.global_norm([[3.0], None, [[4.0]]]))
        5.0
    """
    squares = [jnp.sum(jnp.square(_values(t))) for t in _listed(t_list, "global_norm") if t is not None]
    return jnp.sqrt(sum(squares, jnp.float32(0)))


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Any]:
    """Scales several arrays together so that their global norm is `clip_norm` at most.

    From Pascanu et al., "On the difficulty of training Recurrent Neural Networks" (2013).
    If the norm is not a finite number, all elements become NaN.

    Args:
        t_list: arrays or `IndexedSlices`; None stays None.
        clip_norm: the greatest norm.
        use_norm: the global norm, if it is known.
        name: of the result, where it is one array.

    Returns:
        The list of arrays, and their norm before.

    Raises:
        InvalidArgumentError: `t_list` is not a sequence, or `clip_norm` is negative.

    Example:
        >>> import estimax as tf
        >>> clipped, norm = tf.clip_by_global_norm([[3.0], [4.0]], 2.5)
        >>> [c.tolist() for c in clipped], float(norm)
        ([[1.5], [2.0]], 5.0)
    """
    listed = _listed(t_list, "clip_by_global_norm")
    limit = _limit(clip_norm)
    norm = global_norm(listed) if use_norm is None else to_device(use_norm)
    scale = limit * jnp.minimum(1 / norm, 1 / limit)
    scale = jnp.where(jnp.isfinite(norm), scale, jnp.nan)
    return [None if t is None else _like(t, _values(t) * scale) for t in listed], norm


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """Scales an array so that its norm is `clip_norm` at most.

    Args:
        t: an array or `IndexedSlices`.
        clip_norm: the greatest norm.
        axes: the axes over which norms are taken, each alone; all together if None.
        name: of the result, where it is one array.

    Raises:
        InvalidArgumentError: `clip_norm` is negative.

    Example:
        >>> import estimax as tf
        >>> tf.clip_by_norm([3.0, 4.0], 2.5).tolist()
        [1.5, 2.0]
        >>> tf.clip_by_norm([[3.0, 4.0], [0.3, 0.4]], 2.5, axes=[1])[0].tolist()
        [1.5, 2.0]
    """
    limit = _limit(clip_norm)
    values = _values(t)
    axis = None if axes is None else tuple(axes) if isinstance(axes, tuple | list) else int(axes)
    squares = jnp.sum(jnp.square(values), axis, keepdims=True)
    # The root of zero has no gradient, so it is never taken.
    norm = jnp.where(squares > 0, jnp.sqrt(jnp.where(squares > 0, squares, 1)), 0)
    return _like(t, values * limit / jnp.maximum(norm, limit))


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Any:
    """Scales an array so that its norm over its number of elements is `clip_norm` at most.

    Example:
        >>> import estimax as tf
        >>> tf.compat.v1.clip_by_average_norm([3.0, 4.0], 1.25).tolist()
        [1.5, 2.0]
    """
    values = _values(t)
    return clip_by_norm(t, _limit(clip_norm) * values.size)


def _listed(t_list: Any, function: str) -> list[Any]:
    if not isinstance(t_list, list | tuple):
        raise InvalidArgumentError(f"{function} takes a list of arrays; got {t_list!r}")
    return list(t_list)


def _limit(clip_norm: Any) -> Any:
    if isinstance(clip_norm, int | float) and clip_norm < 0:
        raise InvalidArgumentError(f"clip_norm must be zero or positive; got {clip_norm}")
    return to_device(clip_norm)


def _values(t: Any) -> Any:
    return t.values if isinstance(t, IndexedSlices) else to_device(t)


def _like(t: Any, values: Any) -> Any:
    return t.with_values(values) if isinstance(t, IndexedSlices) else values


keep_names(globals(), ["clip_by_average_norm", "clip_by_global_norm", "clip_by_norm", "global_norm"])
