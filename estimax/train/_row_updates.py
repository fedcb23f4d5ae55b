"""One step of an optimizer on a table of which a batch looked up some rows.

There are two ways, whose outcomes differ by rounding alone. `apply_to_rows` reads
and writes only the rows that were looked up, so that its cost does not depend on
the size of the table. `apply_to_whole` runs the rule over all rows, which is faster
for small tables. Both leave the rows that were not looked up as they are, with
their slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax.train._optimizer import Number, Optimizer

Slots = dict[str, jax.Array]


def updates_rows(rows: int, width: int, looked_up: int, optimizer: Optimizer) -> bool:
    """Whether `apply_to_rows` is expected to be faster than `apply_to_whole`.

    Measured on a CPU for widths from 1 to 128 and 32 to 4,096 ids inside a compiled
    loop: a rule that has to be masked is level at about as many rows as ids, one that
    needs no mask at twice as many, and at more where rows are so narrow that the cost
    of an id is in finding it.

    Args:
        rows: of the table.
        width: of a row.
        looked_up: ids in a batch, with repetitions.
        optimizer: of which the rule will run.

    Example:
        >>> from estimax.train._optimizers import AdagradOptimizer, AdamOptimizer
        >>> updates_rows(1_000_000, 8, 512, AdagradOptimizer(0.1)), updates_rows(100, 8, 512, AdagradOptimizer(0.1))
        (True, False)
        >>> updates_rows(1_000_000, 8, 512, AdamOptimizer())
        False
    """
    if not optimizer.rows_only:
        return False
    level = max(2, 8 // max(width, 1)) if optimizer.zero_gradient_changes_nothing else 1
    return rows > level * looked_up


def apply_to_rows(
    optimizer: Optimizer,
    table: jax.Array,
    slots: Mapping[str, jax.Array],
    scratch: jax.Array,
    ids: jax.Array,
    row_gradients: jax.Array,
    scalars: Mapping[str, jax.Array],
    learning_rate: Number,
    step: Number,
) -> tuple[jax.Array, Slots, jax.Array]:
    """Updates the rows that were looked up and touches no other memory of the table.

    Gradients of an id that stands several times in the batch are summed first, in
    their order. For this the place of each id is written to `scratch[id]` and read
    back: all repetitions then agree on one place, that of whichever was written
    last. Neither sorting nor clearing is needed, as only entries are read that were
    just written.

    Args:
        optimizer: with `rows_only`.
        table: [n, d].
        slots: [n, d] each, under the suffixes of the optimizer's slots.
        scratch: int32 [n] with any contents, to be handed on from step to step.
        ids: int32 [N]; an id that is negative or n or more is missing and dropped.
        row_gradients: [N, d], of the loss with respect to each looked-up row.
        scalars: the optimizer's own scalars.
        learning_rate: of this step.
        step: the global step.

    Returns:
        The table, the slots and the scratch after the step.

    Raises:
        InvalidArgumentError: the optimizer changes rows that were not looked up.
    """
    if not optimizer.rows_only:
        raise InvalidArgumentError(
            f"{type(optimizer).__name__} changes every row of a table at every step; use apply_to_whole"
        )
    count = ids.shape[0]
    scratch = _set(scratch, ids, jnp.arange(count, dtype=scratch.dtype))
    place = scratch.at[ids].get(mode="fill", fill_value=count, wrap_negative_indices=False)
    summed = _add(jnp.zeros_like(row_gradients), place, row_gradients)
    # Missing ids read some row and gradient, and what comes of it is not written.
    gradient = _get(summed, place)
    own_slots = {suffix: _get(slot, ids) for suffix, slot in slots.items()}
    new_rows, new_slots = optimizer.update(_get(table, ids), own_slots, gradient, scalars, learning_rate, step)
    written = {suffix: _set(slot, ids, new_slots[suffix]) for suffix, slot in slots.items()}
    return _set(table, ids, new_rows), written, scratch


def apply_to_whole(
    optimizer: Optimizer,
    table: jax.Array,
    slots: Mapping[str, jax.Array],
    ids: jax.Array,
    row_gradients: jax.Array,
    scalars: Mapping[str, jax.Array],
    learning_rate: Number,
    step: Number,
) -> tuple[jax.Array, Slots]:
    """Runs the rule over all rows and keeps those that were not looked up as they were.

    Takes every optimizer; one without `rows_only` gets gradients of zero for rows
    that were not looked up. Arguments and results are those of `apply_to_rows`,
    without the scratch.
    """
    gradient = _add(jnp.zeros_like(table), ids, row_gradients)
    new_table, new_slots = optimizer.update(table, slots, gradient, scalars, learning_rate, step)
    if not optimizer.rows_only or optimizer.zero_gradient_changes_nothing:
        return new_table, new_slots
    touched = _set(jnp.zeros(table.shape[:1], jnp.bool_), ids, True)[:, None]
    kept = {suffix: jnp.where(touched, new_slots[suffix], slot) for suffix, slot in slots.items()}
    return jnp.where(touched, new_table, table), kept


def _get(array: jax.Array, ids: jax.Array) -> jax.Array:
    return array.at[ids].get(mode="clip", wrap_negative_indices=False)


def _set(array: jax.Array, ids: jax.Array, values: Any) -> jax.Array:
    return array.at[ids].set(values, mode="drop", wrap_negative_indices=False)


def _add(array: jax.Array, ids: jax.Array, values: jax.Array) -> jax.Array:
    return array.at[ids].add(values, mode="drop", wrap_negative_indices=False)
