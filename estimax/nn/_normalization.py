"""Normalization by given or computed moments, and by neighbouring channels."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array, as_floats
from estimax.nn._spatial import one_of


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any, name: str | None = None
) -> jax.Array:
    """Returns `(x - mean) / sqrt(variance + epsilon) * scale + offset`: Ioffe and Szegedy (2015).

    Args:
        x: an array of floats.
        mean: broadcast against `x`, like those that follow.
        variance: of the values.
        offset: None for 0.
        scale: None for 1.
        variance_epsilon: a small number that keeps the root from 0.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.nn.batch_normalization([1.0, 5.0], 3.0, 4.0, None, None, 0.0).tolist()
        [-1.0, 1.0]
    """
    array = as_floats(x)
    center = as_array(mean, array.dtype)
    factor = jax.lax.rsqrt(as_array(variance, array.dtype) + as_array(variance_epsilon, array.dtype))
    if scale is not None:
        factor = factor * as_array(scale, array.dtype)
    moved = -center * factor if offset is None else as_array(offset, array.dtype) - center * factor
    return array * factor + moved


def batch_norm_with_global_normalization(
    input: Any = None,
    mean: Any = None,
    variance: Any = None,
    beta: Any = None,
    gamma: Any = None,
    variance_epsilon: Any = None,
    scale_after_normalization: bool | None = None,
    name: str | None = None,
    *,
    t: Any = None,
    m: Any = None,
    v: Any = None,
) -> jax.Array:
    """Does what `batch_normalization` does, with `gamma` only where it is asked for; `t`, `m`, `v` are older names."""
    function = "batch_norm_with_global_normalization"
    array, center = one_of(function, input=input, t=t), one_of(function, mean=mean, m=m)
    spread = one_of(function, variance=variance, v=v)
    scale = gamma if scale_after_normalization else None
    return batch_normalization(array, center, spread, beta, scale, variance_epsilon)


def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
    exponential_avg_factor: float = 1.0,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Normalizes the channels of images, by the moments of the batch or by given ones.

    Args:
        x: [batch, height, width, channels], or with the channels second for 'NCHW'.
        scale: [channels].
        offset: [channels].
        mean: [channels]; needed outside of training, or for a factor other than 1. Gets no gradient.
        variance: [channels]; likewise.
        epsilon: a small number that keeps the root from 0.
        data_format: 'NHWC' or 'NCHW'.
        is_training: whether the moments of the batch are taken.
        name: has no effect.
        exponential_avg_factor: while training, how much the moments of the batch count in what is returned of
            them; 1 for these alone.

    Returns:
        The result; the mean; and the variance, while training that of a sample (divided by n - 1).

    Raises:
        InvalidArgumentError: moments are needed and not given.
    """
    array = as_floats(x)
    axis = 1 if data_format.startswith("NC") else array.ndim - 1
    over = tuple(i for i in range(array.ndim) if i != axis)
    wide = [-1 if i == axis else 1 for i in range(array.ndim)]
    if (mean is None or variance is None) and (not is_training or exponential_avg_factor != 1.0):
        raise InvalidArgumentError(
            "fused_batch_norm needs mean= and variance= outside of training and where exponential_avg_factor is not 1"
        )
    if is_training:
        center = jnp.mean(array, over)
        spread = jnp.mean(jnp.square(array - center.reshape(wide)), over)
    else:
        center, spread = (jax.lax.stop_gradient(as_array(v, array.dtype)) for v in (mean, variance))
    out = batch_normalization(
        array,
        center.reshape(wide),
        spread.reshape(wide),
        as_array(offset).reshape(wide),
        as_array(scale).reshape(wide),
        epsilon,
    )
    if not is_training:
        return out, center, spread
    count = 1
    for i in over:
        count = count * array.shape[i]
    sample = spread * (count / jnp.maximum(jnp.asarray(count - 1, array.dtype), 1))
    if exponential_avg_factor == 1.0:
        return out, center, sample
    share = exponential_avg_factor
    kept = [as_array(v, array.dtype) * (1 - share) for v in (mean, variance)]
    return out, kept[0] + center * share, kept[1] + sample * share


def local_response_normalization(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
    name: str | None = None,
) -> jax.Array:
    """Divides each element by a power of the squares of its neighbours in other channels.

    It is `x / (bias + alpha * s) ** beta`, where `s` is the sum of the squares of the
    `2 * depth_radius + 1` channels around. Krizhevsky et al., "ImageNet Classification
    with Deep Convolutional Neural Networks" (2012).

    Args:
        input: [batch, height, width, channels].
        depth_radius: how many channels to either side count.
        bias: keeps the divisor from 0.
        alpha: how much the squares count.
        beta: the power.
        name: has no effect.

    Raises:
        InvalidArgumentError: the input has not four dimensions.

    Example:
        >>> import numpy as np, estimax as tf
        >>> tf.nn.lrn(np.full((1, 1, 1, 2), 2.0, np.float32), depth_radius=1, bias=1.0)[0, 0, 0].tolist()
        [0.6666666865348816, 0.6666666865348816]
    """
    array = as_floats(input)
    if array.ndim != 4:
        raise InvalidArgumentError(f"lrn needs [batch, height, width, channels]; got shape {array.shape}")
    reach = int(depth_radius)
    squares = jax.lax.reduce_window(
        jnp.square(array), 0.0, jax.lax.add, (1, 1, 1, 2 * reach + 1), (1,) * 4, [(0, 0)] * 3 + [(reach, reach)]
    )
    divisor = bias + alpha * squares
    return array * (jax.lax.rsqrt(divisor) if beta == 0.5 else jnp.power(divisor, -beta))


lrn = local_response_normalization
