"""One step of an optimizer on a table of which a batch looked up some rows.

There are two ways, whose outcomes differ by rounding alone. `apply_to_rows` reads
and writes only the rows that were looked up, so that its cost does not depend on
the size of the table. `apply_to_whole` runs the rule over all rows, which is faster
for small tables. Both leave the rows that were not looked up as they are, with
their slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError

if TYPE_CHECKING:
    from estimax.train._rule import Rule

Slots = dict[str, jax.Array]


@dataclass(frozen=True, eq=False)
class Batch:
    """What a step does to a table.

    Attributes:
        ids: int32 [N]; an id that is negative or n or more is missing and dropped.
        gradients: [N, d], of the loss with respect to each looked-up row.
        scalars: the optimizer's own scalars.
        rate: the learning rate of this step.
        step: the global step.
    """

    ids: jax.Array
    gradients: jax.Array
    scalars: Mapping[str, jax.Array]
    rate: Any
    step: Any


def update_table(
    rule: Rule, table: jax.Array, slots: Mapping[str, jax.Array], scratch: jax.Array | None, batch: Batch
) -> tuple[jax.Array, Slots, jax.Array | None]:
    """Updates a table in the way that is expected to be faster; see `apply_to_rows` for the arguments.

    Without scratch it runs over all rows.
    """
    width = max(table[:1].size, 1)
    if scratch is None or not updates_rows(table.shape[0], width, batch.ids.shape[0], rule):
        table, slots = apply_to_whole(rule, table, slots, batch)
        return table, dict(slots), scratch
    return apply_to_rows(rule, table, slots, scratch, batch)


def updates_rows(rows: int, width: int, looked_up: int, rule: Rule) -> bool:
    """Whether `apply_to_rows` is expected to be faster than `apply_to_whole`.

    Measured on a CPU for widths from 1 to 128 and 32 to 4,096 ids inside a compiled
    loop: a rule that has to be masked is level at about as many rows as ids, one that
    needs no mask at twice as many, and at more where rows are so narrow that the cost
    of an id is in finding it.

    Args:
        rows: of the table.
        width: of a row.
        looked_up: ids in a batch, with repetitions.
        rule: that will run.

    Example:
        >>> from estimax.train._optimizers import AdagradOptimizer, AdamOptimizer
        >>> updates_rows(1_000_000, 8, 512, AdagradOptimizer(0.1)), updates_rows(100, 8, 512, AdagradOptimizer(0.1))
        (True, False)
        >>> updates_rows(1_000_000, 8, 512, AdamOptimizer())
        False
    """
    if not rule.rows_only:
        return False
    level = max(2, 8 // max(width, 1)) if rule.zero_gradient_changes_nothing else 1
    return rows > level * looked_up


def apply_to_rows(
    rule: Rule, table: jax.Array, slots: Mapping[str, jax.Array], scratch: jax.Array, batch: Batch
) -> tuple[jax.Array, Slots, jax.Array]:
    """Updates the rows that were looked up and touches no other memory of the table.

    Gradients of an id that stands several times in the batch are summed first, in
    their order. For this the place of each id is written to `scratch[id]` and read
    back: all repetitions then agree on one place, that of whichever was written
    last. Neither sorting nor clearing is needed, as only entries are read that were
    just written.

    Args:
        rule: with `rows_only`.
        table: [n, d].
        slots: [n, d] each, under the names of the rule's slots.
        scratch: int32 [n] with any contents, to be handed on from step to step.
        batch: the ids and their gradients.

    Returns:
        The table, the slots and the scratch after the step.

    Raises:
        InvalidArgumentError: the rule changes rows that were not looked up.
    """
    if not rule.rows_only:
        raise InvalidArgumentError(
            f"{type(rule).__name__} changes every row of a table at every step; use apply_to_whole"
        )
    ids = batch.ids
    count = ids.shape[0]
    scratch = _set(scratch, ids, jnp.arange(count, dtype=scratch.dtype))
    place = scratch.at[ids].get(mode="fill", fill_value=count, wrap_negative_indices=False)
    summed = _add(jnp.zeros_like(batch.gradients), place, batch.gradients)
    # Missing ids read some row and gradient, and what comes of it is not written.
    gradient = _get(summed, place)
    own_slots = {slot: _get(array, ids) for slot, array in slots.items()}
    new_rows, new_slots = rule.update(_get(table, ids), own_slots, gradient, batch.scalars, batch.rate, batch.step)
    written = {slot: _set(array, ids, new_slots[slot]) for slot, array in slots.items()}
    return _set(table, ids, new_rows), written, scratch


def apply_to_whole(
    rule: Rule, table: jax.Array, slots: Mapping[str, jax.Array], batch: Batch
) -> tuple[jax.Array, Slots]:
    """Runs the rule over all rows and keeps those that were not looked up as they were.

    Takes every rule. Rows that were not looked up get gradients of zero; one with
    `rows_only` keeps these rows and their slots, one with `keeps_other_rows` the rows
    alone. Arguments and results are those of `apply_to_rows`, without the scratch.
    """
    gradient = _add(jnp.zeros_like(table), batch.ids, batch.gradients)
    new_table, new_slots = rule.update(table, slots, gradient, batch.scalars, batch.rate, batch.step)
    if not rule.keeps_other_rows or rule.zero_gradient_changes_nothing:
        return new_table, new_slots
    touched = _set(jnp.zeros(table.shape[:1], jnp.bool_), batch.ids, True)
    touched = touched.reshape(-1, *[1] * (table.ndim - 1))
    if rule.rows_only:
        new_slots = {slot: jnp.where(touched, new_slots[slot], array) for slot, array in slots.items()}
    return jnp.where(touched, new_table, table), new_slots


def _get(array: jax.Array, ids: jax.Array) -> jax.Array:
    return array.at[ids].get(mode="clip", wrap_negative_indices=False)


def _set(array: jax.Array, ids: jax.Array, values: Any) -> jax.Array:
    return array.at[ids].set(values, mode="drop", wrap_negative_indices=False)


def _add(array: jax.Array, ids: jax.Array, values: jax.Array) -> jax.Array:
    return array.at[ids].add(values, mode="drop", wrap_negative_indices=False)
