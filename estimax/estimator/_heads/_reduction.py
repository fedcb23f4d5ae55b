"""How the losses of a batch become its loss, under the names of both versions of the original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from estimax.losses import Reduction, compute_weighted_loss
from estimax.nn._arrays import as_array

_NAMES = {
    "sum_over_batch_size": Reduction.SUM_OVER_BATCH_SIZE,
    "auto": Reduction.SUM_OVER_BATCH_SIZE,
    "sum": Reduction.SUM,
} | {name: name for name in Reduction.all() if name != Reduction.NONE}


def check_reduction(name: Any) -> None:
    """Refuses what is not a reduction to one number.

    Raises:
        ValueError: the name is unknown, or 'none'.
    """
    if not isinstance(name, str) or name not in _NAMES:
        raise ValueError(f"loss_reduction must be one of {', '.join(map(repr, _NAMES))}; got {name!r}")


def reduced(losses: Any, weights: Any, reduction: str) -> Any:
    """Returns weighted losses [batch, n] as one number; weights are None, [batch, 1] or [batch, n]."""
    return compute_weighted_loss(losses, 1.0 if weights is None else weights, reduction=_NAMES[reduction])


def total(numbers: Sequence[Any] | None) -> Any:
    """Returns the sum of regularization losses as a float32 number, 0 for none."""
    return sum((as_array(n, jnp.float32).reshape(()) for n in numbers or ()), jnp.float32(0))
