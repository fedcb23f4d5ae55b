"""`dynamic_rnn` and its kin: running the cells of TensorFlow 1.x over sequences."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError, UnimplementedError
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
def at_step(active: Frame, sequence: Any, step: Any) -> Iterator[None]:
    """Draws other random numbers in each step of a loop whose body is traced once."""
    outside, draws = active.key, active.draws
    active.key, active.draws = _StepKey(sequence, step), 0
    try:
        yield
    finally:
        active.key, active.draws = outside, draws


def next_sequence_key(active: Frame) -> Any:
    """Returns a function of the key of one loop, which differs from those of other draws."""
    outside = active.key
    active.draws += 1
    number = active.draws
    return None if outside is None else lambda: jax.random.fold_in(outside(), number)


def drawn_key() -> Any:
    """Returns a key for random numbers that differ in each use and each step; where no run gives any, a fixed one."""
    active = frame()
    if active.key is not None:
        return active.next_key()
    active.draws += 1
    return jax.random.fold_in(jax.random.key(0), active.draws)


def sequence_key(owner: Any) -> Any:
    """Returns a key that is the same in all steps of a sequence, and another for each scope of variables."""
    active = frame()
    key = active.key or (lambda: jax.random.key(0))
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
    scope: Any = None,
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
    scope: Any = None,
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
    scope: Any = None,
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


def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Sequence[Any],
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any, Any]:
    """Runs one cell over a list of steps from its beginning and another one from its end.

    Arguments and errors are those of `static_rnn`; the variables stand under
    `bidirectional_rnn/fw` and `bidirectional_rnn/bw`.

    Returns:
        The list of the outputs of both cells side by side, and their last states.
    """
    if not isinstance(inputs, list | tuple) or not inputs:
        raise InvalidArgumentError(f"static_bidirectional_rnn takes a list of the inputs of all steps; got {inputs!r}")
    array = jnp.stack([jnp.asarray(to_device(x)) for x in inputs], axis=1)
    (ahead, back), (state_fw, state_bw) = bidirectional_dynamic_rnn(
        cell_fw, cell_bw, array, sequence_length, initial_state_fw, initial_state_bw, dtype, scope=scope
    )
    both = jnp.concatenate([ahead, back], axis=2)
    return [both[:, time] for time in range(len(inputs))], state_fw, state_bw


def stack_bidirectional_dynamic_rnn(
    cells_fw: Sequence[Any],
    cells_bw: Sequence[Any],
    inputs: Any,
    initial_states_fw: Sequence[Any] | None = None,
    initial_states_bw: Sequence[Any] | None = None,
    dtype: Any = None,
    sequence_length: Any = None,
    parallel_iterations: Any = None,
    time_major: bool = False,
    scope: Any = None,
    swap_memory: bool = False,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """Runs pairs of cells on top of each other: each pair reads the outputs of both cells below.

    The variables of the pair with number n stand under `stack_bidirectional_rnn/cell_n/bidirectional_rnn`.

    Args:
        cells_fw: from the lowest to the highest; they read sequences from their beginning.
        cells_bw: as many; they read sequences from their end.
        inputs: see `dynamic_rnn`.
        initial_states_fw: one state for each cell.
        initial_states_bw: the same.
        dtype: see `dynamic_rnn`.
        sequence_length: see `dynamic_rnn`.
        parallel_iterations: of no effect.
        time_major: see `dynamic_rnn`.
        scope: of the variables.
        swap_memory: of no effect.

    Returns:
        The outputs of the highest pair side by side, and the last states of all cells.

    Raises:
        InvalidArgumentError: there are no cells, or not as many of both kinds.
    """
    if not cells_fw or len(cells_fw) != len(cells_bw):
        raise InvalidArgumentError(
            f"stack_bidirectional_dynamic_rnn takes as many cells of both directions, at least one; got "
            f"{len(cells_fw or ())} and {len(cells_bw or ())}"
        )
    states: list[tuple[Any, Any]] = []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for number, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            first_fw = None if initial_states_fw is None else initial_states_fw[number]
            first_bw = None if initial_states_bw is None else initial_states_bw[number]
            with variable_scope(f"cell_{number}"):
                outputs, last = bidirectional_dynamic_rnn(
                    fw, bw, inputs, sequence_length, first_fw, first_bw, dtype, time_major=time_major
                )
            inputs = jnp.concatenate(outputs, axis=2)
            states.append(last)
    return inputs, tuple(s[0] for s in states), tuple(s[1] for s in states)


def raw_rnn(cell: Any, loop_fn: Any, *args: Any, **kwargs: Any) -> Any:
    """Refuses a loop whose steps a program makes itself.

    Raises:
        UnimplementedError: always.
    """
    raise UnimplementedError(
        "raw_rnn is not there: its loop may end at any step. Use tf.nn.dynamic_rnn with sequence_length, or "
        "tf.while_loop with maximum_iterations around the call of the cell"
    )


def present_steps(lengths: Any, steps: int) -> Any:
    """Returns which steps are there, bool [batch, time]; None where there are no lengths."""
    return None if lengths is None else jnp.arange(steps) < jnp.asarray(to_device(lengths)).reshape(-1, 1)


def _run(
    cell: Any, inputs: Any, sequence_length: Any, state: Any, dtype: Any, scope: Any, reverse: bool = False
) -> tuple[Any, Any]:
    batch, steps = inputs.shape[:2]
    if state is None and dtype is None:
        raise InvalidArgumentError("a recurrent network needs an initial_state, or the dtype of one that is zero")
    state = cell.zero_state(batch, dtype) if state is None else _as_state(cell, state)
    present = present_steps(sequence_length, steps)
    active = current_frame.get()
    key = None if active is None else next_sequence_key(active)

    def step(here: tuple[Any, Any], before: Any) -> Any:
        x, number = here
        if active is None or key is None:
            return cell(x, before)
        with at_step(active, key, number[0]):
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
