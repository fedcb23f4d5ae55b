"""`arg_scope`: defaults of arguments for the functions that are called inside of a context."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
Scope = Mapping[Any, Mapping[str, Any]]

_NONE: Scope = MappingProxyType({})
_current: ContextVar[Scope] = ContextVar("arg_scope", default=_NONE)


def add_arg_scope(func: _Function) -> _Function:
    """Makes a function one that `arg_scope` has an effect on; a decorator."""

    @functools.wraps(func)
    def with_defaults(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **{**_current.get().get(_key(with_defaults), {}), **kwargs})

    with_defaults._takes_arg_scope = True  # type: ignore[attr-defined]
    return with_defaults  # type: ignore[return-value]


@contextmanager
def arg_scope(list_ops_or_scope: Any, **kwargs: Any) -> Iterator[Scope]:
    """Sets defaults of arguments for functions that are called inside.

    Args:
        list_ops_or_scope: functions made by `add_arg_scope`, such as those of `contrib.layers`; or a scope
            that an earlier `arg_scope` gave, which then holds alone.
        kwargs: the defaults.

    Raises:
        TypeError: there are defaults besides a scope.
        ValueError: a function that takes no defaults.

    Example:
        >>> import estimax as tf
        >>> layers = tf.contrib.layers
        >>> with tf.contrib.framework.arg_scope([layers.fully_connected], activation_fn=None):
        ...     layers.fully_connected([[1.0]], 1, weights_initializer=tf.constant_initializer(-2.0)).tolist()
        [[-2.0]]
    """
    if isinstance(list_ops_or_scope, Mapping):
        if kwargs:
            raise TypeError("arg_scope takes defaults for a list of functions, not besides a scope")
        scope: Scope = list_ops_or_scope
    else:
        found = {key: dict(given) for key, given in _current.get().items()}
        for func in [list_ops_or_scope] if callable(list_ops_or_scope) else list_ops_or_scope:
            if not has_arg_scope(func):
                raise ValueError(f"{func!r} takes no defaults from arg_scope; decorate it with add_arg_scope")
            found[_key(func)] = {**found.get(_key(func), {}), **kwargs}
        scope = found
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)


def has_arg_scope(func: Any) -> bool:
    """Whether `arg_scope` has an effect on a function."""
    return hasattr(func, "_takes_arg_scope")


def current_arg_scope() -> Scope:
    """Returns the defaults that hold here, by function."""
    return _current.get()


def _key(func: Any) -> Any:
    return (getattr(func, "__module__", None), getattr(func, "__qualname__", None))
