"""Running a cell over the steps of a batch of sequences.

The loop over time is `jax.lax.scan`, so that the compiled program does not grow with
the length of sequences. Everything happens inside of the loop, also the product
with the inputs: so the sums of its gradients go step by step, and steps that a mask
leaves out add exact zeros. How far a batch was padded changes no bit of a result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from estimax.nn._recurrent_cell import RecurrentCell


class Scanned(NamedTuple):
    """What comes out of the steps of a batch of sequences.

    Attributes:
        outputs: [batch, time, width]; None where only the last one was asked for.
        output: [batch, width], that of the last step.
        state: after all steps.
    """

    outputs: Any
    output: Any
    state: Any


def scan_steps(
    step: Callable[[Any, Any], tuple[Any, Any]],
    inputs: Any,
    state: Any,
    output: Any,
    mask: Any = None,
    holds_output: bool = True,
    reverse: bool = False,
    all_outputs: bool = True,
) -> Scanned:
    """Runs a step over time.

    Args:
        step: (inputs of a step, state) -> output and state.
        inputs: a tree of arrays [batch, time, ...].
        state: before the first step, a tree of arrays [batch, ...].
        output: [batch, width], what stands for the output before the first step.
        mask: bool [batch, time], false for steps that are not there: they keep the state; None
            where all are there.
        holds_output: whether the output of a step that is not there is that of the step
            before, as Keras has it; else it is zero.
        reverse: whether to start at the last step.
        all_outputs: whether the outputs of all steps are wanted.
    """
    by_time = jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), inputs)

    def body(carry: tuple[Any, Any], here: tuple[Any, Any]) -> tuple[tuple[Any, Any], Any]:
        before, last = carry
        x, present = here
        out, after = step(x, before)
        if present is not None:
            after = jax.tree.map(lambda new, old: jnp.where(_like(present, new), new, old), after, before)
            out = jnp.where(_like(present, out), out, last if holds_output else jnp.zeros_like(out))
        return (after, out), out if all_outputs else None

    present = None if mask is None else jnp.swapaxes(mask, 0, 1)
    (state, output), outputs = lax.scan(body, (state, output), (by_time, present), reverse=reverse)
    return Scanned(jnp.swapaxes(outputs, 0, 1) if all_outputs else None, output, state)


def _like(present: Any, value: Any) -> Any:
    """Returns [batch] with axes of size 1 behind, to select among values [batch, ...]."""
    return present.reshape((*present.shape, *(1,) * (value.ndim - 1)))


def run_cell(
    cell: RecurrentCell,
    inputs: Any,
    mask: Any = None,
    training: bool = False,
    reverse: bool = False,
    all_outputs: bool = True,
) -> Scanned:
    """Runs a cell over sequences, from a state of zeros, with variables in the current scope.

    Args:
        cell: of which kind the network is.
        inputs: float32 [batch, time, width].
        mask: bool [batch, time], or None where all steps are there; a step that is not
            there keeps state and output.
        training: whether dropout of the cell applies.
        reverse: whether sequences are read from their end.
        all_outputs: whether the outputs of all steps are wanted.
    """
    batch, width = inputs.shape[0], inputs.shape[2]
    with cell.scope():
        weights = cell.weights(width)
    if training:
        weights = cell.dropped(weights, batch, width)
    nothing = jnp.zeros((batch, cell.output_size), inputs.dtype)

    def step(x: Any, state: Any) -> tuple[Any, Any]:
        return cell.step(weights, x, state)

    first = cell.zero_state(batch, inputs.dtype)
    return scan_steps(step, inputs, first, nothing, mask, reverse=reverse, all_outputs=all_outputs)
