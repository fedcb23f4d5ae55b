"""Activations, initializers, regularizers and constraints, which programs also give by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax import initializers
from estimax._base._lazy import did_you_mean
from estimax.layers._constraints import CONSTRAINTS
from estimax.layers._regularizers import REGULARIZERS
from estimax.nn import _activations

_ACTIVATIONS: dict[str, Callable[[Any], Any] | None] = {
    "linear": None,
    **{
        name: getattr(_activations, name)
        for name in ("elu", "gelu", "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign")
    },
    "swish": _activations.silu,
    "tanh": _activations.tanh,
}


def activation_of(given: Any) -> Callable[[Any], Any] | None:
    """Returns an activation from itself or its name; None for none.

    Raises:
        ValueError: there is none of that name, or what was given cannot be called.
    """
    found = _named("activation", given, _ACTIVATIONS) if isinstance(given, str) else given
    return _callable("activation", found)


def initializer_of(given: Any) -> Any:
    """Returns an initializer from itself, its class or its name; None for the default one."""
    return initializers.get(given)


def regularizer_of(given: Any) -> Callable[[Any], Any] | None:
    """Returns a regularizer from itself, its class or its name; None for none."""
    return _made("regularizer", given, REGULARIZERS)


def constraint_of(given: Any) -> Callable[[Any], Any] | None:
    """Returns a constraint from itself, its class or its name; None for none."""
    return _made("constraint", given, CONSTRAINTS)


def _made(kind: str, given: Any, known: dict[str, Any]) -> Callable[[Any], Any] | None:
    found = _named(kind, given, known) if isinstance(given, str) else given
    return _callable(kind, found() if isinstance(found, type) or isinstance(given, str) else found)


def _named(kind: str, name: str, known: dict[str, Any]) -> Any:
    if name not in known:
        raise ValueError(
            f"the {kind} that is given by name must be one of {', '.join(known)}; got {name!r}"
            f"{did_you_mean(name, known)}"
        )
    return known[name]


def _callable(kind: str, found: Any) -> Callable[[Any], Any] | None:
    if found is not None and not callable(found):
        raise ValueError(f"the {kind} of a layer must be a function of an array, its name, or None; got {found!r}")
    function: Callable[[Any], Any] | None = found
    return function
