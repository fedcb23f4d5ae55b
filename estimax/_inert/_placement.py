"""`device`, `function`, `init_scope`: where and how something is computed, which estimax decides by itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from estimax._graph._tracing import is_tracing


def executing_eagerly() -> bool:
    """Tells whether Tensors have their values here: so it is outside of functions that are given to estimax.

    Example:
        >>> import estimax as tf
        >>> tf.executing_eagerly()
        True
    """
    return not is_tracing()


@contextmanager
def device(device_name: Any = None) -> Iterator[None]:
    """Takes the name of a device, and computes where JAX and the estimator's `train_distribute` say."""
    yield


@contextmanager
def init_scope() -> Iterator[None]:
    """Does nothing: what a model function builds stays in it."""
    yield


def function(func: Callable[..., Any] | None = None, input_signature: Any = None, **settings: Any) -> Any:
    """Returns a Python function as it is; a decorator, with or without arguments.

    Functions that estimax calls are traced by it, so that there is nothing to add.

    Example:
        >>> import estimax as tf
        >>> @tf.function
        ... def double(x):
        ...     return x * 2
        >>> double(3)
        6
    """
    if func is None:
        return functools.partial(function, input_signature=input_signature, **settings)
    return func
