"""Every optimizer gives the original's numbers, on whole arrays and on rows of a table, under its names."""

import jax.numpy as jnp
import numpy as np
import pytest

from estimax import optimizers, train
from estimax._scope._frame import Frame, entered
from estimax.train import _optimizers
from estimax.train._gradients import IndexedSlices
from estimax.train._optimizer import Update
from estimax.train._row_updates import Batch, apply_to_rows, apply_to_whole
from tests.train.recorded_optimizers import ALL, CLIPPED, FIRST, GRADIENTS, IDS, ROW_GRADIENTS

every_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


def trained(optimizer, first=FIRST, steps=10, start=0, state=None):
    """Does steps of an optimizer, one after the other; yields each step with the values by their saved names."""
    variables = {name: jnp.asarray(v) for name, v in first.items()}
    if state is None:
        state = optimizer.first_state({n: np.asarray(v) for n, v in variables.items()})
    for step in range(start, steps):
        with entered(Frame({"global_step": jnp.int32(step)})):
            rate = optimizer.current_learning_rate()
        rows = IndexedSlices(jnp.asarray(ROW_GRADIENTS[step]), jnp.asarray(IDS[step]), (5, 2))
        gradients = {"w": jnp.asarray(GRADIENTS[step]), "table": rows}
        after = optimizer.apply(Update(variables, state, gradients, {}, rate, jnp.int32(step)))
        variables, state = after.variables, after.state
        yield step + 1, {**variables, **{optimizer.saved_name(k, 0): v for k, v in state.items()}}


def check_numbers(case):
    for step, values in trained(case.optimizer):
        for name, expected in case.after.get(step, {}).items():
            if not name.endswith("/iter"):
                np.testing.assert_allclose(
                    values[name], expected, rtol=3e-5, atol=3e-6, err_msg=f"{name} after {step} steps"
                )


@every_case
def test_an_optimizer_gives_the_numbers_of_the_original_under_its_names(case):
    check_numbers(case)


@pytest.mark.parametrize("case", CLIPPED, ids=lambda case: case.name)
def test_clipped_gradients_are_those_of_the_original(case):
    check_numbers(case)


@every_case
def test_a_checkpoint_has_all_that_the_original_saves(case):
    keys = case.optimizer.state_keys(FIRST)
    saved = {case.optimizer.saved_name(key, 0) for key in keys}
    recorded = {name for name in case.after[10] if name not in ("w", "table") and not name.endswith("/iter")}
    assert recorded <= saved
    assert set(case.optimizer.first_state(FIRST)) == set(keys)
    hyperparameters = {name for name in saved - recorded if name.count("/") == 2}
    assert saved - recorded == hyperparameters


def test_the_table_has_every_optimizer():
    mine = {type(case.optimizer).__name__ for case in ALL}
    keras = {n for n in optimizers.__all__ if isinstance(getattr(optimizers, n), type)} - {"Optimizer"}
    assert mine == (set(_optimizers.__all__) - {"LazyAdamOptimizer"}) | keras


def test_which_optimizers_change_rows_that_were_not_looked_up():
    by_name = {case.name: (case.optimizer.rows_only, case.optimizer.keeps_other_rows) for case in ALL}
    only_slots = {name for name, flags in by_name.items() if flags == (False, True)}
    everything = {name for name, flags in by_name.items() if flags == (False, False)}
    assert only_slots == {"keras Nadam", "keras RMSprop", "keras RMSprop centered"}
    assert everything == {"v1 Adam", "v1 Adam epsilon", "keras Adam", "keras Adam amsgrad"}


@pytest.mark.parametrize("case", [c for c in ALL if c.optimizer.rows_only], ids=lambda case: case.name)
def test_updating_rows_is_updating_the_whole_table(case):
    rule = case.optimizer
    table = jnp.asarray(FIRST["table"])
    slots = {slot: jnp.full_like(table, 0.3 + value) for slot, value in rule.slots().items()}
    ids = jnp.array([3, -1, 0, 3, 5, 3], jnp.int32)
    gradients = jnp.asarray(np.random.default_rng(0).normal(size=(6, 2)), jnp.float32)
    scalars = {name: jnp.float32(value) for name, value in rule.scalars().items()}
    batch = Batch(ids, gradients, scalars, jnp.float32(0.1), jnp.int32(4))
    by_rows, row_slots, _ = apply_to_rows(rule, table, slots, jnp.full(5, 77, jnp.int32), batch)
    whole, whole_slots = apply_to_whole(rule, table, slots, batch)
    np.testing.assert_allclose(by_rows, whole, rtol=1e-5, atol=1e-6)
    for slot, array in whole_slots.items():
        np.testing.assert_allclose(row_slots[slot], array, rtol=1e-5, atol=1e-6, err_msg=slot)
        np.testing.assert_array_equal(row_slots[slot][jnp.array([1, 2, 4])], slots[slot][jnp.array([1, 2, 4])])


@every_case
def test_a_run_that_goes_on_ends_as_one_that_was_not_interrupted(case):
    optimizer = case.optimizer
    *_, (_, straight) = trained(optimizer, steps=4)
    *_, (_, half) = trained(optimizer, steps=2)
    saved = {name: np.asarray(value) for name, value in half.items()}
    state = {key: jnp.asarray(saved[optimizer.saved_name(key, 0)]) for key in optimizer.state_keys(FIRST)}
    first = {name: saved[name] for name in FIRST}
    *_, (_, resumed) = trained(optimizer, first, steps=4, start=2, state=state)
    for name, value in straight.items():
        np.testing.assert_array_equal(resumed[name], value, err_msg=name)


@every_case
def test_a_variable_without_a_gradient_keeps_every_bit(case):
    optimizer = case.optimizer
    variables = {name: jnp.asarray(v) for name, v in FIRST.items()}
    state = optimizer.first_state(FIRST)
    gradients = {"w": jnp.asarray(GRADIENTS[0])}
    after = optimizer.apply(Update(variables, state, gradients, {}, jnp.float32(0.1), jnp.int32(0)))
    np.testing.assert_array_equal(after.variables["table"], FIRST["table"])
    for key, value in after.state.items():
        if key[0] == "table":
            np.testing.assert_array_equal(value, state[key])


def test_lazy_adam_is_adam_on_the_rows_that_came():
    lazy, adam = _optimizers.LazyAdamOptimizer(0.1), train.AdamOptimizer(0.1)
    (_, one), (_, other) = next(trained(lazy)), next(trained(adam))
    for name, value in other.items():
        np.testing.assert_allclose(one[name], value, rtol=1e-6, err_msg=name)
    *_, (_, one) = trained(lazy, steps=2)
    *_, (_, other) = trained(adam, steps=2)
    assert (np.asarray(one["table"])[0] != np.asarray(other["table"])[0]).all()  # row 0 came in the first step alone
    np.testing.assert_allclose(one["w"], other["w"], rtol=1e-6)
