"""What is kept from batch to batch of an evaluation for what it draws: sums, and samples of one size.

A sample holds every example at first, and in a fixed place; when there is no room for
the next, every other one is dropped, and from there on every other one is kept. So of N
examples it holds number 0, s, 2s, ..., with the least power of two s for which there is
room: which these are depends on the order of the examples alone, never on their batches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._scope._frame import VariableSpec, frame

CAPACITY = 4096
"""How many examples a sample holds, a power of two."""

_MOST_VALUES = 8 * CAPACITY  # that a sample holds of wide labels


def kept(tag: str, shape: tuple[int, ...], increment: Any) -> tuple[str, Any]:
    """Adds a batch to a sum; returns the tag, numbered where it is taken, and the sum before the batch."""
    tag += repeated(tag)
    return tag, _replaced(f"{_SCOPE}{tag}", shape, np.float32(0), lambda value: value + increment)


def sampled(tag: str, labels: Any, predictions: Any, weights: Any) -> tuple[Any, Any]:
    """Adds a batch to a sample; leaves out what has no weight.

    Args:
        tag: of what is drawn, of no other sample.
        labels: [batch, ..., width].
        predictions: [batch, ..., width].
        weights: None, [batch, ..., 1] or [batch, ..., width].

    Returns:
        The sample before the batch, [capacity, 2, width], not a number where there is no example or a number of
        one has no weight; and of how many examples it is a sample.
    """
    width = labels.shape[-1]
    values = jnp.stack([labels.reshape(-1, width), predictions.reshape(-1, width)], 1).astype(jnp.float32)
    present = None
    if weights is not None:
        weighs = weights.reshape(-1, weights.shape[-1]) > 0
        values = jnp.where(weighs[:, None], values, jnp.nan)
        present = weighs.any(1)
    name = f"{_SCOPE}{tag}"
    room = CAPACITY
    while room > 1 and room * width > _MOST_VALUES:
        room //= 2
    added = len(values) if present is None else present.sum()
    count = _replaced(f"{name}/count", (), np.int32(0), lambda value: value + jnp.int32(added))
    sample = _replaced(name, (room, 2, width), np.float32(np.nan), lambda old: _with(old, values, present, count))
    return sample, count


def _with(sample: Any, values: Any, present: Any, count: Any) -> Any:
    """Returns a sample of `count` examples with those of a batch, of which some may not be present."""
    room = sample.shape[0]
    ranks = 1 + jnp.arange(len(values)) if present is None else jnp.cumsum(present)
    before, after = _doublings(count, room), _doublings(count + ranks[-1], room)
    nothing = jnp.full((room // 2, *sample.shape[1:]), jnp.nan)

    # A loop that nearly always has no turn: unlike a condition it does not copy the sample.
    def halved(state: tuple[Any, Any]) -> tuple[Any, Any]:
        return jnp.concatenate([state[0][::2], nothing]), state[1] + 1

    sample, _ = lax.while_loop(lambda state: state[1] < after, halved, (sample, before))
    numbers = count + ranks - 1
    is_kept = numbers & ((1 << after) - 1) == 0
    if present is not None:
        is_kept &= present
    return sample.at[jnp.where(is_kept, numbers >> after, room)].set(values, mode="drop")


def _doublings(count: Any, room: int) -> Any:
    """Returns for how many times doubled a stride there is room for so many examples."""
    bits = 32 - lax.clz(jnp.maximum(jnp.int32(count), 1) - 1)  # of the number of the last example
    return jnp.maximum(bits - (room.bit_length() - 1), 0)


_SCOPE = "drawing/"


def repeated(tag: str) -> str:
    """Returns '' or, where a call has a tag already, `_1`, `_2`, ...: two heads may have no names."""
    known, number, suffix = frame().specs, 0, ""
    while f"{_SCOPE}{tag}{suffix}" in known:
        number += 1
        suffix = f"_{number}"
    return suffix


def _replaced(name: str, shape: tuple[int, ...], start: Any, change: Callable[[Any], Any]) -> Any:
    """Changes a local variable of a full name; returns what it was before."""

    def initial(shape: tuple[int, ...], dtype: Any, rng: Any = None) -> np.ndarray:
        return np.full(shape, start, dtype)

    active = frame()
    before = active.variable(VariableSpec(name, shape, start.dtype, initial, is_trainable=False, is_local=True))
    active.updates[name] = change(before)
    return before
