"""Dropout."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._graph._boundary import is_device_array
from estimax._graph._tensor import Tensor
from estimax.nn._arrays import as_floats
from estimax.random._device import next_key


def dropout(
    x: Any,
    rate: Any = None,
    noise_shape: Any = None,
    seed: Any = None,
    name: str | None = None,
    *,
    keep_prob: Any = None,
) -> jax.Array:
    """Sets elements to zero at random, and scales the others up, so that sums stay what they were on average.

    It does so wherever it is called: a model function calls it while training alone
    (`layers.dropout` has an argument for that). What is dropped differs from step to
    step. Srivastava et al., "Dropout" (2014).

    Args:
        x: an array of floats.
        rate: which part is dropped, at least 0 and less than 1; a number or a scalar array.
        noise_shape: sizes that broadcast to the shape of `x`; along an axis of size 1 all or none is dropped.
            None in it stands for the size that `x` has.
        seed: makes what is dropped at a step depend on nothing else.
        name: has no effect.
        keep_prob: one minus the rate, as 1.x had it.

    Raises:
        InvalidArgumentError: the rate is not given, given twice, or out of range.

    Example:
        >>> import estimax as tf
        >>> tf.nn.dropout([1.0, 2.0], rate=0.0).tolist()
        [1.0, 2.0]
    """
    array = as_floats(x)
    if (rate is None) == (keep_prob is None):
        raise InvalidArgumentError("dropout needs rate= or keep_prob=, the one being 1 minus the other")
    known = _known(rate if keep_prob is None else keep_prob)
    dropped = known if keep_prob is None else 1 - known
    if not is_device_array(dropped):
        if not 0 <= dropped < 1:
            argument = f"rate={rate}" if keep_prob is None else f"keep_prob={keep_prob}"
            raise InvalidArgumentError(
                f"dropout needs a rate of at least 0 and less than 1 (a keep_prob above 0, at most 1); got {argument}"
            )
        if dropped == 0:
            return array
    drawn = jax.random.uniform(next_key(_seed(seed)), _noise_shape(array, noise_shape), jnp.float32)
    scale = jnp.asarray(1 / (1 - dropped), array.dtype)
    return jnp.where(drawn >= dropped, array * scale, jnp.zeros((), array.dtype))


def _known(value: Any) -> Any:
    """Returns a number where it is known, else an array of the device."""
    if isinstance(value, Tensor):
        return as_floats(value) if value.is_symbolic else float(value.numpy())
    if is_device_array(value) and isinstance(value, jax.core.Tracer):
        return value
    return float(value)


def _seed(seed: Any) -> int | None:
    return None if seed is None else int(seed)


def _noise_shape(array: Any, given: Any) -> tuple[Any, ...]:
    if given is None:
        return tuple(array.shape)
    if isinstance(given, Tensor):
        given = given.numpy()
    sizes = tuple(size if n is None else n for n, size in zip(list(given), array.shape, strict=False))
    sizes = tuple(int(n) if not isinstance(n, int) and not is_device_array(n) else n for n in sizes)
    try:
        fits = len(sizes) == array.ndim and jnp.broadcast_shapes(sizes, array.shape) == tuple(array.shape)
    except ValueError:
        fits = False
    if not fits:
        raise InvalidArgumentError(
            f"dropout needs a noise_shape whose sizes are 1 or those of the input, {tuple(array.shape)}; got {given}"
        )
    return sizes
