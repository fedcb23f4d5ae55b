"""Names of results: what a program passes as `name=` to an operation.

In a model function results are found by their names (by hooks, in logs). The public
functions of a namespace are wrapped where they are made public, so that an operation
itself needs to do nothing with its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from types import FunctionType
from typing import Any

from estimax._graph._boundary import current_boundary


def keep_names(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Replaces the functions of a namespace that take a `name` by ones that give their results that name.

    Args:
        namespace: `globals()` of the module.
        names: of its public functions; what is no function with an argument `name` stays.
    """
    for public in names:
        function = namespace.get(public)
        if isinstance(function, FunctionType):
            code = function.__code__
            arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            if "name" in arguments and not hasattr(function, "__wrapped__"):
                namespace[public] = _naming(function, arguments.index("name"))


def _naming(function: Callable[..., Any], position: int) -> Callable[..., Any]:
    @wraps(function)
    def named(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        boundary = current_boundary.get()
        if boundary is not None:
            name = args[position] if len(args) > position else kwargs.get("name")
            if isinstance(name, str):
                boundary.name(name, result)
        return result

    return named
