"""Updating the rows of a table, all of it, and row by row in NumPy: three ways, one result."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from estimax._base._errors import InvalidArgumentError
from estimax.train._gradients import IndexedSlices
from estimax.train._optimizer import Update
from estimax.train._optimizers import (
    AdadeltaOptimizer,
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    ProximalAdagradOptimizer,
    RMSPropOptimizer,
)
from estimax.train._optimizers._clipped import ClippedOptimizer
from estimax.train._row_updates import Batch, apply_to_rows, apply_to_whole, updates_rows

OPTIMIZERS = [
    GradientDescentOptimizer(0.1),
    MomentumOptimizer(0.1, 0.9),
    MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    AdagradOptimizer(0.1),
    RMSPropOptimizer(0.1, momentum=0.5, centered=True),
    FtrlOptimizer(0.1, l1_regularization_strength=0.01, l2_shrinkage_regularization_strength=0.1),
    ProximalAdagradOptimizer(0.1, l2_regularization_strength=0.1),
    AdadeltaOptimizer(0.1),
]
ROWS, WIDTH, LOOKED_UP, STEPS = 6, 3, 8, 3
ROUNDING = {"rtol": 1e-5, "atol": 1e-6}  # a compiler may fuse a product and a sum in one way and not in the other

every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
# Ids that are missing, on both sides, and a scratch that holds anything.
some_ids = st_numpy.arrays(np.int32, (STEPS, LOOKED_UP), elements=st.integers(-2, ROWS + 2))
some_scratch = st_numpy.arrays(np.int32, ROWS, elements=st.integers(-(2**31), 2**31 - 1))


def table_and_slots(optimizer):
    table = np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)
    return table, {k: np.full_like(table, v) for k, v in optimizer.slots().items()}


def some_gradients(seed):
    return np.random.default_rng(seed).normal(size=(STEPS, LOOKED_UP, WIDTH)).astype(np.float32)


@functools.cache
def compiled(optimizer, way):
    """Makes a function that does STEPS steps in one of the ways and returns table and slots."""

    @jax.jit
    def run(table, slots, scratch, ids, gradients):
        def one_step(state, batch):
            table, slots, scratch = state
            if way == "rows":
                return apply_to_rows(optimizer, table, slots, scratch, Batch(*batch, {}, 0.1, 0)), None
            return (*apply_to_whole(optimizer, table, slots, Batch(*batch, {}, 0.1, 0)), scratch), None

        return jax.lax.scan(one_step, (table, slots, scratch), (ids, gradients))[0][:2]

    return run


def row_by_row(optimizer, table, slots, ids, gradients):
    """Does the same in NumPy: sums what belongs to a row and applies the rule to it alone."""
    table, slots = table.copy(), {k: v.copy() for k, v in slots.items()}
    for batch_ids, batch_gradients in zip(ids, gradients):
        for row in sorted({i for i in batch_ids.tolist() if 0 <= i < len(table)}):
            summed = np.zeros(WIDTH, np.float32)
            for gradient in batch_gradients[batch_ids == row]:
                summed += gradient
            own = {k: jnp.array(v[row]) for k, v in slots.items()}
            new, new_slots = optimizer.update(jnp.array(table[row]), own, jnp.array(summed), {}, 0.1, 0)
            table[row] = new
            for k, v in new_slots.items():
                slots[k][row] = v
    return table, slots


@every_optimizer
@given(ids=some_ids, scratch=some_scratch, seed=st.integers(0, 1000))
@settings(max_examples=25)
def test_rows_and_whole_give_the_same(optimizer, ids, scratch, seed):
    start = (*table_and_slots(optimizer), scratch, ids, some_gradients(seed))
    table, slots = compiled(optimizer, "rows")(*start)
    whole_table, whole_slots = compiled(optimizer, "whole")(*start)
    np.testing.assert_allclose(table, whole_table, **ROUNDING)
    for suffix, slot in slots.items():
        np.testing.assert_allclose(slot, whole_slots[suffix], **ROUNDING, err_msg=suffix)


@every_optimizer
@given(ids=some_ids, seed=st.integers(0, 1000))
@settings(max_examples=5)
def test_rows_give_what_one_row_after_the_other_gives(optimizer, ids, seed):
    table, slots = table_and_slots(optimizer)
    gradients = some_gradients(seed)
    result, result_slots = compiled(optimizer, "rows")(table, slots, np.zeros(ROWS, np.int32), ids, gradients)
    expected, expected_slots = row_by_row(optimizer, table, slots, ids, gradients)
    np.testing.assert_allclose(result, expected, **ROUNDING)
    for suffix, slot in expected_slots.items():
        np.testing.assert_allclose(result_slots[suffix], slot, **ROUNDING, err_msg=suffix)


@every_optimizer
@pytest.mark.parametrize("way", ["rows", "whole"])
def test_rows_that_were_not_looked_up_keep_every_bit(optimizer, way):
    table, slots = table_and_slots(optimizer)
    ids = np.full((STEPS, LOOKED_UP), 2, np.int32)
    ids[:, 0], ids[:, 1] = ROWS, -1
    after, slots_after = compiled(optimizer, way)(table, slots, np.zeros(ROWS, np.int32), ids, some_gradients(1))
    others = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(np.asarray(after)[others], table[others])
    assert (np.asarray(after)[2] != table[2]).all()
    for suffix, slot in slots.items():
        np.testing.assert_array_equal(np.asarray(slots_after[suffix])[others], slot[others])


def test_a_gradient_that_sums_to_zero_still_touches_its_row():
    optimizer = MomentumOptimizer(0.1, 0.9)
    table = jnp.ones((2, 1))
    slots = {"Momentum": jnp.ones((2, 1))}
    batch = Batch(jnp.array([1, 1]), jnp.array([[2.0], [-2.0]]), {}, 0.1, 0)
    by_rows = apply_to_rows(optimizer, table, slots, jnp.zeros(2, jnp.int32), batch)
    by_whole = apply_to_whole(optimizer, table, slots, batch)
    for after, after_slots, *_ in (by_rows, by_whole):
        np.testing.assert_allclose(after, [[1.0], [0.91]], rtol=1e-6)
        np.testing.assert_allclose(after_slots["Momentum"], [[1.0], [0.9]], rtol=1e-6)


def test_an_optimizer_that_moves_every_row_goes_over_the_whole_table():
    optimizer = AdamOptimizer(0.1)
    table, slots = table_and_slots(optimizer)
    scalars = {k: jnp.float32(v) for k, v in optimizer.scalars().items()}
    ids, gradients = np.array([2, 2, ROWS]), np.ones((3, WIDTH), np.float32)
    dense = np.zeros_like(table)
    dense[2] = 2.0
    batch = Batch(ids, jnp.array(gradients), scalars, 0.1, 0)
    once = apply_to_whole(optimizer, jnp.array(table), slots, batch)
    expected = optimizer.update(jnp.array(table), slots, jnp.array(dense), scalars, 0.1, 0)
    np.testing.assert_array_equal(once[0], expected[0])
    with pytest.raises(InvalidArgumentError, match="AdamOptimizer changes every row"):
        apply_to_rows(optimizer, jnp.array(table), slots, jnp.zeros(ROWS, jnp.int32), batch)


@every_optimizer
def test_large_tables_are_updated_by_rows_and_small_ones_whole(optimizer):
    for width in (1, 8, 128):
        assert updates_rows(1_000_000, width, 512, optimizer)
        assert not updates_rows(50, width, 512, optimizer)
    assert not updates_rows(1_000_000, 8, 512, AdamOptimizer())


def test_the_compiled_update_of_rows_computes_nothing_of_the_size_of_the_table():
    rows, width, looked_up = 100_000, 8, 16
    optimizer = FtrlOptimizer(0.1)
    table = jnp.zeros((rows, width))
    slots = {k: jnp.full_like(table, v) for k, v in optimizer.slots().items()}
    arguments = (
        table,
        slots,
        jnp.zeros(rows, jnp.int32),
        jnp.zeros(looked_up, jnp.int32),
        jnp.ones((looked_up, width)),
    )
    update = jax.jit(
        lambda table, slots, scratch, ids, gradients: apply_to_rows(
            optimizer, table, slots, scratch, Batch(ids, gradients, {}, 0.1, 0)
        ),
        donate_argnums=(0, 1, 2),
    )
    memory = update.lower(*arguments).compile().memory_analysis()
    assert memory.temp_size_in_bytes < table.nbytes / 10
    assert memory.alias_size_in_bytes >= 3 * table.nbytes


def test_clipping_by_rows_computes_nothing_of_the_size_of_the_table_either():
    rows, width, looked_up = 100_000, 8, 16
    optimizer = ClippedOptimizer(FtrlOptimizer(0.1), 1.0)
    table = np.zeros((rows, width), np.float32)
    state = optimizer.first_state({"table": table})
    arguments = ({"table": table}, state, {"table": np.zeros(rows, np.int32)}, np.ones((looked_up, width), np.float32))

    def update(variables, state, scratch, gradients):
        slices = IndexedSlices(gradients, jnp.arange(looked_up) % 5, (rows, width))
        after = optimizer.apply(Update(variables, state, {"table": slices}, scratch, jnp.float32(0.1), jnp.int32(0)))
        return after.variables, after.state, after.scratch

    memory = jax.jit(update, donate_argnums=(0, 1, 2)).lower(*arguments).compile().memory_analysis()
    assert memory.temp_size_in_bytes < table.nbytes / 10
