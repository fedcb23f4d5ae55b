"""The convolution itself, its transpose, and their gradients.

XLA for CPUs has fast convolutions for one order of axes: [batch, ...space..., channels]
with [...window..., channels, out]. In the body of a loop, where training steps run, it
does not bring others into that order, and takes thirty times as long for the
gradients that JAX derives. So all of them are written here in that order.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from estimax.nn._spatial import Padding, widths

Pads = tuple[tuple[Any, Any], ...]


class Moves(NamedTuple):
    """How a window moves over its input.

    Attributes:
        strides: how far, for each spatial axis.
        pads: what is added before and after each axis.
        dilations: how far the elements of the window stand apart.
        groups: of channels.
    """

    strides: tuple[int, ...]
    pads: Pads
    dilations: tuple[int, ...]
    groups: int


def convolved(
    x: Any, kernel: Any, strides: tuple[int, ...], padding: Padding, dilations: tuple[int, ...], groups: int = 1
) -> jax.Array:
    """Convolves [batch, ...spatial..., channels] with [...window..., channels / groups, out]."""
    pads = tuple(widths(x.shape[1:-1], kernel.shape[:-2], strides, dilations, padding))
    moves = Moves(strides, pads, dilations, groups)
    if groups != 1:
        return _plain(x, kernel, moves)
    return jnp.asarray(_convolved(moves, x, kernel))


def transposed(
    y: Any,
    kernel: Any,
    sizes: tuple[int, ...],
    strides: tuple[int, ...],
    padding: Padding,
    dilations: tuple[int, ...],
) -> jax.Array:
    """Maps what a convolution makes, [batch, ...spatial..., out], back to an input with these spatial sizes."""
    pads = tuple(widths(sizes, kernel.shape[:-2], strides, dilations, padding))
    return jnp.asarray(_transposed(Moves(strides, pads, dilations, 1), sizes, y, kernel))


def _plain(x: Any, kernel: Any, moves: Moves, lhs_dilation: Any = None) -> jax.Array:
    letters = "DHW"[3 - (x.ndim - 2) :]
    return jax.lax.conv_general_dilated(
        x,
        kernel,
        moves.strides,
        moves.pads,
        lhs_dilation,
        moves.dilations,
        (f"N{letters}C", f"{letters}IO", f"N{letters}C"),
        moves.groups,
    )


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _convolved(moves: Moves, x: Any, kernel: Any) -> Any:
    return _plain(x, kernel, moves)


def _convolved_forwards(moves: Moves, x: Any, kernel: Any) -> tuple[Any, Any]:
    return _plain(x, kernel, moves), (x, kernel)


def _convolved_backwards(moves: Moves, kept: Any, cotangent: Any) -> tuple[Any, Any]:
    x, kernel = kept
    return _to_input(moves, x.shape[1:-1], cotangent, kernel), _to_kernel(moves, x, cotangent, kernel.shape[:-2])


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _transposed(moves: Moves, sizes: tuple[int, ...], y: Any, kernel: Any) -> Any:
    return _to_input(moves, sizes, y, kernel)


def _transposed_forwards(moves: Moves, sizes: tuple[int, ...], y: Any, kernel: Any) -> tuple[Any, Any]:
    return _to_input(moves, sizes, y, kernel), (y, kernel)


def _transposed_backwards(moves: Moves, sizes: tuple[int, ...], kept: Any, cotangent: Any) -> tuple[Any, Any]:
    y, kernel = kept
    return _plain(cotangent, kernel, moves), _to_kernel(moves, cotangent, y, kernel.shape[:-2])


_convolved.defvjp(_convolved_forwards, _convolved_backwards)
_transposed.defvjp(_transposed_forwards, _transposed_backwards)


def _to_input(moves: Moves, sizes: Any, y: Any, kernel: Any) -> Any:
    """Spreads each result over the window that it was made of."""
    pads = []
    for axis, (size, (before, _)) in enumerate(zip(sizes, moves.pads, strict=True)):
        reach = (kernel.shape[axis] - 1) * moves.dilations[axis] + 1
        spread = (y.shape[axis + 1] - 1) * moves.strides[axis] + 1
        first = reach - 1 - before
        pads.append((first, size + reach - 1 - spread - first))
    space = tuple(range(len(pads)))
    turned = jnp.swapaxes(jnp.flip(kernel, space), -1, -2)
    back = Moves((1,) * len(pads), tuple(pads), moves.dilations, 1)
    return _plain(y, turned, back, lhs_dilation=moves.strides)


def _to_kernel(moves: Moves, x: Any, y: Any, window: tuple[int, ...]) -> Any:
    """Sums for each element of the window what it met, times what came of it."""
    pads = []
    for axis, (before, _) in enumerate(moves.pads):
        reach = (window[axis] - 1) * moves.dilations[axis] + 1
        spread = (y.shape[axis + 1] - 1) * moves.strides[axis] + 1
        pads.append((before, spread - x.shape[axis + 1] + reach - before - 1))
    as_batch = jnp.swapaxes(x, 0, -1)  # the channels are convolved one by one, over the examples
    as_kernel = jnp.moveaxis(y, 0, -2)
    back = Moves(moves.dilations, tuple(pads), moves.strides, 1)
    return jnp.moveaxis(_plain(as_batch, as_kernel, back), 0, -2)
