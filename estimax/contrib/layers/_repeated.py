"""Layers applied one after the other: `stack` and `repeat`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax._scope._scopes import variable_scope


def stack(inputs: Any, layer: Callable[..., Any], stack_args: Sequence[Any], **kwargs: Any) -> Any:
    """Applies a layer again and again, with other arguments each time.

    Args:
        inputs: of the first layer.
        layer: a layer of `contrib.layers`, or a function that has a `scope`.
        stack_args: for each time the argument after the inputs, or a list of arguments.
        kwargs: further arguments of the layer; `scope` and `reuse` are those of the stack.

    Raises:
        ValueError: variables are to be reused and there is no scope.

    Example:
        >>> import estimax as tf
        >>> layers = tf.contrib.layers
        >>> layers.stack([[1.0, 2.0]], layers.fully_connected, [8, 4, 2], scope="hidden").shape
        (1, 2)
    """
    scope, reuse = kwargs.pop("scope", None), kwargs.pop("reuse", None)
    if scope is None and reuse:
        raise ValueError("stack needs a scope= to reuse variables")
    with variable_scope(scope, "Stack", [inputs], reuse=reuse):
        name = _name(layer, "stack") if scope is None else scope
        for number, given in enumerate(stack_args, 1):
            listed = given if isinstance(given, list | tuple) else [given]
            inputs = layer(inputs, *listed, **kwargs, scope=f"{name}_{number}")
    return inputs


def repeat(inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Applies a layer several times with the same arguments.

    Args:
        inputs: of the first layer.
        repetitions: how often.
        layer: a layer of `contrib.layers`, or a function that has a `scope`.
        args: of the layer.
        kwargs: of the layer; `scope` is that of the repetition.
    """
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        name = _name(layer, "repeat") if scope is None else scope
        for number in range(1, repetitions + 1):
            inputs = layer(inputs, *args, **kwargs, scope=f"{name}_{number}")
    return inputs


def _name(layer: Any, otherwise: str) -> str:
    named = layer if hasattr(layer, "__name__") else getattr(layer, "func", None)
    return str(getattr(named, "__name__", otherwise))
