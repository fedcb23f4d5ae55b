"""Tables that are joined for the loop: the same numbers as tables of their own, in few operations."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from estimax._scope._variables import Table, get_variable
from estimax.initializers import random_uniform_initializer, zeros_initializer
from estimax.train._joined_step import joined_step
from estimax.train._optimizers import AdagradOptimizer, AdamOptimizer, FtrlOptimizer, MomentumOptimizer
from estimax.train._table_groups import MOST_BYTES
from tests.train.test_step import (
    IDS,
    IDS_SPEC,
    NUMBERS,
    NUMBERS_SPEC,
    STEPS,
    TARGETS,
    TARGETS_SPEC,
    first_state,
    step_of,
)

OPTIMIZERS = [
    AdagradOptimizer(0.1),
    MomentumOptimizer(0.1, 0.9),
    AdamOptimizer(0.1),
    FtrlOptimizer(0.1, l1_regularization_strength=0.01, l2_shrinkage_regularization_strength=0.1),
]
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
# Rows, width: small ones and ones with more rows than a batch reads, several of each width; the last one stands alone.
SIZES = {"a": (20, 1), "b": (7, 1), "c": (15, 3), "d": (12, 3), "many": (3000, 3), "more": (2500, 3), "alone": (9, 2)}


def rows_of(name, ids):
    size, width = SIZES[name]
    return Table(name, (size, width), random_uniform_initializer(-1, 1)).lookup(ids)


def model(ids, numbers, targets, optimizers):
    """Reads tables in several shapes, one of them twice, one by few of its rows."""
    total = jnp.sum(rows_of("a", ids), 1)[:, 0] + rows_of("b", ids[:, 0] % 7)[:, 0] + rows_of("b", ids[:, 1])[:, 0]
    for name in ("c", "d", "many", "more"):
        total += jnp.tanh(rows_of(name, ids)).sum((1, 2))
    total += rows_of("alone", ids[:, 0]).sum(1) + numbers @ get_variable("w", (2,), initializer=zeros_initializer())
    loss = jnp.sum(jnp.square(total - targets))
    first, *others = optimizers
    if not others:
        return loss, [first.minimize(loss)]
    return loss, [first.minimize(loss, var_list=["a", "b", "c"]), others[0].minimize(loss, var_list=["d", "many", "w"])]


def make(*optimizers):
    return step_of(functools.partial(model, optimizers=optimizers), IDS_SPEC, NUMBERS_SPEC, TARGETS_SPEC)


def entries():
    return [IDS, NUMBERS, TARGETS]


def joined_of(step):
    shapes = [jax.ShapeDtypeStruct(e.shape[1:], e.dtype) for e in entries()]
    return joined_step(step, first_state(step), shapes)


def run(function, step):
    state, outcome = jax.jit(function)(first_state(step), entries(), np.int32(STEPS))
    return state, outcome.values


@every_optimizer
def test_a_step_over_joined_tables_is_the_step_over_the_tables(optimizer):
    step = make(optimizer)
    assert joined_of(step)
    (joined, values), (own, own_values) = run(step._many, step), run(step._loop, step)
    assert joined.keys() == own.keys()
    for part in ("variables", "scratch"):
        assert joined[part].keys() == own[part].keys()
    for name, value in own["variables"].items():
        np.testing.assert_allclose(joined["variables"][name], value, rtol=1e-6, atol=1e-7, err_msg=name)
    np.testing.assert_allclose(values["loss"], own_values["loss"], rtol=1e-6)


def test_what_is_joined_comes_apart_as_it_was():
    step = make(FtrlOptimizer(0.1))
    state = first_state(step)
    joined = joined_of(step)
    back = joined.take_apart(joined.join(state))
    for name, value in state["variables"].items():
        np.testing.assert_array_equal(back["variables"][name], value)
    assert back["scratch"].keys() == state["scratch"].keys()


def test_tables_of_one_width_that_are_updated_alike_are_joined():
    members = {group.members for group in joined_of(make(AdagradOptimizer(0.1))).groups.values()}
    assert members == {("a", "b"), ("c", "d"), ("many", "more")}


def test_tables_of_several_optimizers_stay_apart():
    members = {group.members for group in joined_of(make(AdagradOptimizer(0.1), AdagradOptimizer(0.2))).groups.values()}
    assert members == {("a", "b")}


def test_equal_optimizers_of_two_train_ops_stay_apart():
    step = make(AdamOptimizer(0.1), AdamOptimizer(0.1))
    (joined, _), (own, _) = run(step._many, step), run(step._loop, step)
    for name, value in own["variables"].items():
        np.testing.assert_allclose(joined["variables"][name], value, rtol=1e-6, atol=1e-7, err_msg=name)


def test_large_tables_stay_alone():
    rows = MOST_BYTES // 4 + 1

    def large(ids, numbers, targets):
        tables = [Table(name, (rows, 1), zeros_initializer()).lookup(ids).sum((1, 2)) for name in ("a", "b")]
        loss = jnp.sum(jnp.square(sum(tables) - targets))
        return loss, [AdagradOptimizer(0.1).minimize(loss)]

    assert joined_of(step_of(large, IDS_SPEC, NUMBERS_SPEC, TARGETS_SPEC)) is None


def test_a_joined_step_scatters_less():
    step = make(AdagradOptimizer(0.1))
    counts = []
    for function in (step._many, step._loop):
        program = jax.jit(function).lower(first_state(step), entries(), np.int32(1)).as_text()
        counts.append(program.count('"stablehlo.scatter"'))
    assert counts[0] < 0.7 * counts[1]
