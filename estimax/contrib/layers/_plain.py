"""Layers without variables: `flatten` and `dropout`."""

from __future__ import annotations

from typing import Any

from estimax.contrib._arg_scope import add_arg_scope
from estimax.contrib.layers._parts import collected
from estimax.layers._dropout import dropout as dropped
from estimax.layers._flatten import flatten as flattened


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: Any = None) -> Any:
    """Makes [batch, ...] into [batch, features]."""
    return collected(flattened(inputs), outputs_collections)


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: Any = None,
) -> Any:
    """Sets values to zero at random, and keeps each with the probability `keep_prob`, while training.

    Args:
        inputs: an array of floats.
        keep_prob: above 0 and at most 1.
        noise_shape: sizes that broadcast to those of the inputs.
        is_training: whether anything is done; a bool, or an array of the device.
        outputs_collections: collections that the output is added to.
        scope: has no effect.
        seed: makes what is dropped depend on nothing else but the step.
    """
    return collected(dropped(inputs, 1 - keep_prob, noise_shape, seed, is_training), outputs_collections)
