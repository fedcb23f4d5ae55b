"""Functions that say themselves what their gradients are: `tf.custom_gradient`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.nn._arrays import as_array


def custom_gradient(f: Callable[..., tuple[Any, Callable[..., Any]]]) -> Callable[..., Any]:
    """Decorates a function that returns its result and a function of gradients.

    Args:
        f: called with arrays; returns `(result, gradient)`, where `gradient` takes the gradient of each
            result and returns that of each argument. It may use no variables, but take them as arguments.

    Example:
        >>> import estimax as tf
        >>> @tf.custom_gradient
        ... def softly(x):
        ...     return tf.abs(x), lambda dy: 0.5 * dy
        >>> float(jax.grad(softly)(-3.0))
        0.5
    """

    def result(*args: Any, **kwargs: Any) -> Any:
        return jax.tree.map(as_array, f(*args, **kwargs)[0])

    @wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        function = jax.custom_vjp(lambda *arrays: result(*arrays, **kwargs))

        def backward(arrays: tuple[Any, ...], cotangents: Any) -> tuple[Any, ...]:
            _, gradient = f(*arrays, **kwargs)
            given = list(cotangents) if isinstance(cotangents, list | tuple) else [cotangents]
            found = gradient(*given)
            listed = list(found) if isinstance(found, list | tuple) else [found]
            if len(listed) != len(arrays):
                raise InvalidArgumentError(
                    f"the gradient function of {getattr(f, '__name__', 'a function')!r} must return one gradient for "
                    f"each of its {len(arrays)} arguments; it returned {len(listed)}"
                )
            return tuple(map(_gradient, listed, arrays))

        function.defvjp(lambda *arrays: (result(*arrays, **kwargs), arrays), backward)
        return function(*map(as_array, args))

    return decorated


def _gradient(found: Any, array: Any) -> Any:
    """Returns what JAX takes for the gradient of an argument: of the argument's type, None for integers."""
    if not jnp.issubdtype(array.dtype, jnp.inexact):
        return None
    return jnp.zeros_like(array) if found is None else jnp.asarray(as_array(found), array.dtype)
