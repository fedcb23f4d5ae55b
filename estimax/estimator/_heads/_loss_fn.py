"""Loss functions that programs give to a head."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from estimax.nn._arrays import as_floats

_KNOWN = ("labels", "logits", "features", "loss_reduction")


def check_loss_fn(function: Any) -> None:
    """Refuses what a head could not call.

    Raises:
        ValueError: not a function of `labels` and `logits`, or one that needs other
            arguments than these, `features` and `loss_reduction`.
    """
    if function is None:
        return
    if not callable(function):
        raise ValueError(f"loss_fn must be a function of labels and logits; got {function!r}")
    missing = [name for name in _KNOWN[:2] if name not in _names(function)]
    other = [n for n, p in _parameters(function).items() if n not in _KNOWN and p.default is p.empty]
    if missing or other:
        raise ValueError(
            f"loss_fn must have the arguments labels and logits, and may have features and loss_reduction; "
            f"got {_names(function)}"
        )


def custom_losses(
    function: Callable[..., Any], labels: Any, logits: Any, features: Any, loss_reduction: str, width: int
) -> Any:
    """Returns the losses of a program's function, [batch, ..., width].

    Raises:
        ValueError: it returned another shape.
    """
    given = {"labels": labels, "logits": logits, "features": features, "loss_reduction": loss_reduction}
    losses = as_floats(function(**{name: given[name] for name in _names(function) if name in given}))
    expected = (*logits.shape[:-1], width)
    if losses.shape != expected:
        raise ValueError(
            f"loss_fn must return one loss for each label, of shape {list(expected)} for logits of shape "
            f"{list(logits.shape)}; it returned {list(losses.shape)}"
        )
    return losses


def _parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(function).parameters
    return {n: p for n, p in parameters.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def _names(function: Callable[..., Any]) -> list[str]:
    return list(_parameters(function))
