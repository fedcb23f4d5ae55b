"""`dynamic_rnn` and its kin: running the cells of TensorFlow 1.x over sequences."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._crossing import to_device
from estimax._scope._frame import Frame, current_frame, frame
from estimax._scope._variables import variable_scope
from estimax.nn._recurrent_scan import scan_steps


class _StepKey:
    """The key of the random numbers of one step of a sequence."""

    def __init__(self, sequence: Any, step: Any) -> None:
        self.sequence = sequence
        self.step = step

    def __call__(self) -> Any:
        return jax.random.fold_in(self.sequence(), self.step)


@contextmanager
def _at_step(active: Frame, sequence: Any, step: Any) -> Iterator[None]:
    """Draws other random numbers in each step of a loop whose body is traced once."""
    outside, draws = active.key, active.draws
    active.key, active.draws = _StepKey(sequence, step), 0
    try:
        yield
    finally:
        active.key, active.draws = outside, draws


def _next_sequence_key(active: Frame) -> Any:
    """Returns a function of the key of one loop, which differs from those of other draws."""
    outside = active.key
    active.draws += 1
    number = active.draws
    return None if outside is None else lambda: jax.random.fold_in(outside(), number)


def sequence_key(owner: Any) -> Any:
    """Returns a key that is the same in all steps of a sequence, and another for each scope of variables."""
    active = frame()
    key = active.key
    if key is None:
        raise RuntimeError("random numbers are drawn only while training")
    name = "/".join([*active.scopes, type(owner).__name__])
    return jax.random.fold_in((key.sequence if isinstance(key, _StepKey) else key)(), zlib.crc32(name.encode()))


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: Any = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: str | None = None,
) -> tuple[Any, Any]:
    """Runs a cell over a batch of sequences.

    Args:
        cell: one of `nn.rnn_cell`.
        inputs: [batch, time, n], or [time, batch, n] if `time_major`.
        sequence_length: [batch], how many steps are there; behind them the outputs are
            zero and the state stays. All where None.
        initial_state: before the first step; zeros where None.
        dtype: of that state.
        parallel_iterations: of no effect.
        swap_memory: of no effect.
        time_major: whether time is the first axis of inputs and outputs.
        scope: of the variables; `rnn` where None.

    Returns:
        The outputs of all steps, [batch, time, output_size], and the state after the last one.

    Raises:
        InvalidArgumentError: neither a state nor a dtype is given, or the inputs have another number of axes.

    Example:
        >>> import estimax as tf
        >>> cell = tf.nn.rnn_cell.GRUCell(4)
        >>> outputs, state = tf.nn.dynamic_rnn(cell, tf.ones([2, 3, 5]), dtype=tf.float32)
        >>> outputs.shape, state.shape
        ((2, 3, 4), (2, 4))
    """
    array = jnp.asarray(to_device(inputs))
    if array.ndim != 3:
        raise InvalidArgumentError(f"dynamic_rnn takes inputs [batch, time, n]; got shape {array.shape}")
    array = jnp.swapaxes(array, 0, 1) if time_major else array
    outputs, state = _run(cell, array, sequence_length, initial_state, dtype, scope or "rnn")
    return jnp.swapaxes(outputs, 0, 1) if time_major else outputs, state


def static_rnn(
    cell: Any,
    inputs: Sequence[Any],
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: str | None = None,
) -> tuple[list[Any], Any]:
    """Runs a cell over a list of steps, as `dynamic_rnn` does over an array.

    Args:
        cell: one of `nn.rnn_cell`.
        inputs: a list of [batch, n], one for each step.
        initial_state: before the first step; zeros where None.
        dtype: of that state.
        sequence_length: [batch], how many steps are there; all where None.
        scope: of the variables; `rnn` where None.

    Returns:
        The list of the outputs of all steps, and the state after the last one.

    Raises:
        InvalidArgumentError: no list of steps, or neither a state nor a dtype.

    Example:
        >>> import estimax as tf
        >>> steps = tf.unstack(tf.ones([2, 3, 5]), axis=1)
        >>> outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(4), steps, dtype=tf.float32)
        >>> len(outputs), state.c.shape
        (3, (2, 4))
    """
    if not isinstance(inputs, list | tuple) or not inputs:
        raise InvalidArgumentError(f"static_rnn takes a list of the inputs of all steps; got {inputs!r}")
    array = jnp.stack([jnp.asarray(to_device(x)) for x in inputs], axis=1)
    outputs, state = _run(cell, array, sequence_length, initial_state, dtype, scope or "rnn")
    return [outputs[:, time] for time in range(len(inputs))], state


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: Any = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: str | None = None,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Runs one cell over sequences from their beginning and another one from their end.

    Arguments and errors are those of `dynamic_rnn`; the variables stand under
    `bidirectional_rnn/fw` and `bidirectional_rnn/bw`.

    Returns:
        The outputs of both cells, each [batch, time, output_size], and their last states.
    """
    array = jnp.asarray(to_device(inputs))
    if array.ndim != 3:
        raise InvalidArgumentError(f"bidirectional_dynamic_rnn takes inputs [batch, time, n]; got shape {array.shape}")
    array = jnp.swapaxes(array, 0, 1) if time_major else array
    with variable_scope(scope or "bidirectional_rnn"):
        ahead, state_fw = _run(cell_fw, array, sequence_length, initial_state_fw, dtype, "fw")
        back, state_bw = _run(cell_bw, array, sequence_length, initial_state_bw, dtype, "bw", reverse=True)
    if time_major:
        ahead, back = jnp.swapaxes(ahead, 0, 1), jnp.swapaxes(back, 0, 1)
    return (ahead, back), (state_fw, state_bw)


def _run(
    cell: Any, inputs: Any, sequence_length: Any, state: Any, dtype: Any, scope: str, reverse: bool = False
) -> tuple[Any, Any]:
    batch, steps = inputs.shape[:2]
    if state is None and dtype is None:
        raise InvalidArgumentError("a recurrent network needs an initial_state, or the dtype of one that is zero")
    state = cell.zero_state(batch, dtype) if state is None else _as_state(cell, state)
    present = None
    if sequence_length is not None:
        present = jnp.arange(steps) < jnp.asarray(to_device(sequence_length)).reshape(-1, 1)
    active = current_frame.get()
    key = None if active is None else _next_sequence_key(active)

    def step(here: tuple[Any, Any], before: Any) -> Any:
        x, number = here
        if active is None or key is None:
            return cell(x, before)
        with _at_step(active, key, number[0]):
            return cell(x, before)

    nothing = jnp.zeros((batch, cell.output_size), inputs.dtype)
    numbers = jnp.broadcast_to(jnp.arange(steps), (batch, steps))
    with variable_scope(scope):
        made = scan_steps(step, (inputs, numbers), state, nothing, present, holds_output=False, reverse=reverse)
    return made.outputs, made.state


def _as_state(cell: Any, given: Any) -> Any:
    """Returns a state that a program gave in the structure that the cell has."""
    leaves = [jnp.asarray(to_device(s)) for s in jax.tree.leaves(given)]
    sizes, structure = jax.tree.flatten(cell.state_size)
    if len(leaves) != len(sizes):
        raise InvalidArgumentError(f"initial_state must be a state of sizes {cell.state_size}; got {given!r}")
    return jax.tree.unflatten(structure, leaves)
