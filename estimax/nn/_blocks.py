"""Moving blocks of space into channels and back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array
from estimax.nn._spatial import Space


def space_to_depth(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> jax.Array:
    """Makes of each block of an image one place with more channels.

    Args:
        input: [batch, height, width, channels].
        block_size: of each side of a block; divides height and width.
        data_format: 'NHWC' or 'NCHW'.
        name: has no effect.

    Raises:
        InvalidArgumentError: sizes that do not fit.

    Example:
        >>> import estimax as tf
        >>> tf.nn.space_to_depth([[[[1], [2]], [[3], [4]]]], 2).tolist()
        [[[[1, 2, 3, 4]]]]
    """
    x, n = as_array(input), int(block_size)
    space = Space.of("space_to_depth", x, 2, data_format)
    x = space.channels_last(x)
    batch, height, width, channels = x.shape
    if height % n or width % n:
        raise InvalidArgumentError(f"space_to_depth needs a height and width that {n} divides; got {x.shape}")
    apart = x.reshape((batch, height // n, n, width // n, n, channels)).transpose((0, 1, 3, 2, 4, 5))
    return jnp.asarray(space.as_given(apart.reshape((batch, height // n, width // n, n * n * channels))))


def depth_to_space(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> jax.Array:
    """Does the opposite of `space_to_depth`."""
    x, n = as_array(input), int(block_size)
    space = Space.of("depth_to_space", x, 2, data_format)
    x = space.channels_last(x)
    batch, height, width, channels = x.shape
    if channels % (n * n):
        raise InvalidArgumentError(f"depth_to_space needs channels that {n * n} divides; got {x.shape}")
    apart = x.reshape((batch, height, width, n, n, channels // (n * n))).transpose((0, 1, 3, 2, 4, 5))
    return jnp.asarray(space.as_given(apart.reshape((batch, height * n, width * n, channels // (n * n)))))
