"""Element-wise activations and the softmax family, on arrays of any shape.

Gradients at corners are the original's, which JAX's own functions do not all have:
zero at 0 and at 6 for `relu6`, the slope from above at 0 for `selu`. The argument
`name` is accepted everywhere for programs that pass it and has no effect.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax.nn._arrays import as_array, as_floats

# The fixed point of mean 0 and variance 1, from the authors of `selu`.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def relu(features: Any, name: str | None = None) -> jax.Array:
    """Returns `max(x, 0)`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.relu([-1.0, 0.0, 2.0]).tolist()
        [0.0, 0.0, 2.0]
    """
    return jax.nn.relu(as_array(features))


def relu6(features: Any, name: str | None = None) -> jax.Array:
    """Returns `min(max(x, 0), 6)`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.relu6([-1.0, 2.0, 9.0]).tolist()
        [0.0, 2.0, 6.0]
    """
    x = as_array(features)
    return jnp.where(x > 0, jnp.where(x < 6, x, jnp.full_like(x, 6)), jnp.zeros_like(x))


def crelu(features: Any, name: str | None = None, axis: int = -1) -> jax.Array:
    """Returns `relu(x)` and `relu(-x)` side by side along `axis`, which doubles in size.

    From Shang et al., "Understanding and Improving Convolutional Neural Networks via
    Concatenated Rectified Linear Units" (2016).
    """
    x = as_array(features)
    return jax.nn.relu(jnp.concatenate([x, -x], axis))


def elu(features: Any, name: str | None = None) -> jax.Array:
    """Returns x where it is positive, else `exp(x) - 1`: Clevert et al. (2016)."""
    return jax.nn.elu(as_floats(features))


def selu(features: Any, name: str | None = None) -> jax.Array:
    """Returns the scaled `elu` that keeps mean 0 and variance 1: Klambauer et al. (2017)."""
    x = as_floats(features)
    return _SELU_SCALE * jnp.where(x >= 0, x, _SELU_ALPHA * jnp.expm1(jnp.minimum(x, 0)))


def gelu(features: Any, approximate: bool = False, name: str | None = None) -> jax.Array:
    """Returns x times the normal distribution function of x: Hendrycks and Gimpel (2016).

    Args:
        features: an array.
        approximate: whether to use the form with tanh.
        name: has no effect.
    """
    return jax.nn.gelu(as_floats(features), approximate=approximate)


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> jax.Array:
    """Returns x where it is positive, else `alpha * x`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.leaky_relu([-4.0, 2.0], alpha=0.25).tolist()
        [-1.0, 2.0]
    """
    x = as_floats(features)
    return jnp.where(x > 0, x, alpha * x)


def silu(features: Any, beta: float = 1.0) -> jax.Array:
    """Returns `x * sigmoid(beta * x)`: Ramachandran, Zoph and Le (2017)."""
    x = as_floats(features)
    return x * jax.nn.sigmoid(beta * x)


swish = silu


def softplus(features: Any, name: str | None = None) -> jax.Array:
    """Returns `log(1 + exp(x))`, without overflow."""
    return jax.nn.softplus(as_floats(features))


def softsign(features: Any, name: str | None = None) -> jax.Array:
    """Returns `x / (1 + |x|)`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.softsign([-1.0, 3.0]).tolist()
        [-0.5, 0.75]
    """
    return jax.nn.soft_sign(as_floats(features))


def tanh(x: Any, name: str | None = None) -> jax.Array:
    """Returns the hyperbolic tangent."""
    return jnp.tanh(as_floats(x))


def sigmoid(x: Any, name: str | None = None) -> jax.Array:
    """Returns `1 / (1 + exp(-x))`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.sigmoid([0.0]).tolist()
        [0.5]
    """
    return jax.nn.sigmoid(as_floats(x))


def softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> jax.Array:
    """Returns probabilities that are proportional to `exp(logits)`.

    Args:
        logits: an array of rank 1 or more.
        axis: along which the probabilities sum to 1; the last one if None.
        name: has no effect.
        dim: an older name of `axis`.

    Example:
        >>> import estimax as tf
        >>> tf.nn.softmax([[0.0, 0.0]]).tolist()
        [[0.5, 0.5]]
    """
    return jax.nn.softmax(as_floats(logits), chosen_axis(axis, dim))


def log_softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> jax.Array:
    """Returns the logarithm of `softmax(logits)`, computed without it; arguments as for `softmax`."""
    return jax.nn.log_softmax(as_floats(logits), chosen_axis(axis, dim))


def chosen_axis(axis: int | None, dim: int | None) -> int:
    """Returns the axis that a caller named by either of its two names; the last one by default."""
    if axis is not None:
        return axis
    return -1 if dim is None else dim
