"""What pre-made estimators show of themselves while they train.

The tags are the original's. Whatever is shown is measured in the steps whose summaries
are written, and in no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp

from estimax._scope._frame import frame
from estimax.summary._measured import measured
from estimax.train._distributions import counted


def show_layer(name: str, values: Any) -> None:
    """Shows how the values of a layer are spread, and how many of them are zero.

    Args:
        name: of the layer, before the tags.
        values: [batch, units].
    """
    measured("scalar", f"{name}/fraction_of_zero_values", values, _zero_share)
    show_values(f"{name}/activation", values)


def show_values(tag: str, values: Any) -> None:
    """Shows how values are spread."""
    measured("distribution", tag, values, counted)


def show_weights(variables: Iterable[str], bias: str) -> None:
    """Shows the bias of a linear model, and how many of its weights are zero.

    Args:
        variables: the names of all its trainable variables.
        bias: which of them is the bias.
    """
    active = frame()
    if bias in active.specs:
        value = active.variable(active.specs[bias])
        if value.size == 1:
            measured("scalar", "bias", value, jnp.ravel)
        else:
            show_values("bias", value)
    weights = tuple(name for name in variables if name != bias)
    if weights:
        measured("scalar", "fraction_of_zero_weights", (), _zero_share_of_all, variables=weights)


def _zero_share(values: Any) -> Any:
    return jnp.mean(values == 0)


def _zero_share_of_all(arrays: Any) -> Any:
    zeros = sum(jnp.sum(array == 0, dtype=jnp.float32) for array in arrays)
    return zeros / sum(array.size for array in arrays)
