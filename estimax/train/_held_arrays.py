"""The arrays that an object holds: how the step learns what a hook may ask it for.

A hook that a model function makes holds arrays of that call of the function, in its
attributes or in the variables that its methods close over. The function is called
again when the step is compiled, and makes another hook of the same form; so an array
is known by the way to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import FunctionType, MethodType
from typing import Any

import jax

_DEEPEST = 8

# What belongs to libraries holds no arrays of the program's own, and much else.
_LIBRARIES = ("jax", "numpy", "builtins", "threading", "logging", "estimax", "collections", "tensorboardX")


def held_arrays(owners: Iterable[Any]) -> dict[str, Any]:
    """Returns the traced arrays that objects hold, by the way to each: '0.tensors.loss'.

    Example:
        >>> import jax
        >>> from estimax.train._held_arrays import held_arrays
        >>> class Teller:
        ...     def __init__(self, loss):
        ...         self.tensors = {"loss": loss}
        >>> ways = []
        >>> _ = jax.eval_shape(lambda x: ways.append(list(held_arrays([Teller(x)]))), 1.0)
        >>> ways
        [['0.tensors.loss']]
    """
    found: dict[str, Any] = {}
    visited: set[int] = set()
    for number, owner in enumerate(owners):
        for way, array in _walk(owner, (str(number),), visited, is_owner=True):
            found[".".join(way)] = array
    return found


def _walk(
    value: Any, way: tuple[str, ...], visited: set[int], is_owner: bool = False
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, jax.core.Tracer):
        yield way, value
        return
    if id(value) in visited or len(way) > _DEEPEST:
        return
    visited.add(id(value))
    for name, part in _parts(value, is_owner):
        yield from _walk(part, (*way, name), visited)


def _parts(value: Any, is_owner: bool) -> Iterator[tuple[str, Any]]:
    """Gives what an object consists of."""
    if isinstance(value, Mapping):
        yield from ((str(key), part) for key, part in value.items())
    elif isinstance(value, list | tuple):
        yield from ((str(number), part) for number, part in enumerate(value))
    elif isinstance(value, FunctionType):
        yield from _closed_over(value)
        yield from (("defaults", part) for part in value.__defaults__ or ())
    elif isinstance(value, MethodType):
        yield from (("self", value.__self__), ("function", value.__func__))
    elif isinstance(value, partial):
        yield from (("function", value.func), ("args", value.args), ("keywords", value.keywords))
    elif is_owner or _is_of_the_program(value):
        yield from vars(value).items() if hasattr(value, "__dict__") else ()
        yield from _methods(type(value))


def _closed_over(function: FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # a variable that was not set yet
            continue


def _methods(kind: type) -> Iterator[tuple[str, Any]]:
    """Gives the methods of a class that a program defines: one inside of a model function closes over its variables."""
    for base in kind.__mro__:
        if not base.__module__.startswith(_LIBRARIES):
            yield from ((name, part) for name, part in vars(base).items() if isinstance(part, FunctionType))


def _is_of_the_program(value: Any) -> bool:
    kind = type(value)
    is_array_of_names = hasattr(value, "array") and hasattr(value, "spec")
    return is_array_of_names or not (kind.__module__.startswith(_LIBRARIES) or isinstance(value, type))
