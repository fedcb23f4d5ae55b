"""What a step measures of itself: the right numbers, at the right steps, however the steps are cut into calls."""

import dataclasses
import functools
import re
from functools import partial

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from estimax._scope._frame import frame
from estimax._scope._variables import Table, get_variable
from estimax.initializers import constant_initializer, random_uniform_initializer
from estimax.summary._measured import measured
from estimax.train._distributions import counted
from estimax.train._measures import Measures, measures_of
from estimax.train._optax import OptaxOptimizer
from estimax.train._optimizers import AdagradOptimizer, GradientDescentOptimizer
from tests.train.programs import (
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
from tests.train.test_joined_step import SIZES, rows_of

ENTRIES = [IDS, NUMBERS, TARGETS]
BIG = 5003


def model(ids, numbers, targets, shows_training=True):
    frame().shows_training = shows_training
    total = numbers.sum(1)
    for name in SIZES:
        total += rows_of(name, ids % SIZES[name][0]).sum((1, 2))
    measured("scalar", "largest", numbers, jnp.max)
    measured("distribution", "numbers", numbers, counted)
    loss = jnp.sum(jnp.square(total - targets))
    wide, deep = ["a", "b"], [name for name in SIZES if name not in ("a", "b")]
    ops = [
        AdagradOptimizer(0.1).minimize(loss, var_list=wide),
        GradientDescentOptimizer(0.01).minimize(loss, var_list=deep),
    ]
    return loss, [dataclasses.replace(op, label=label) for op, label in zip(ops, ("wide", "deep"))]


@functools.cache
def make(every, **options):
    step = step_of(partial(model, **options), IDS_SPEC, NUMBERS_SPEC, TARGETS_SPEC)
    return dataclasses.replace(step, measures=measures_of(step.program, step.ops, every))


def found(step, counts, origin=0, state=None):
    """Runs calls of so many steps; returns the summaries by tag of each measured step."""
    state, done, by_step = state or first_state(step), 0, {}
    for count in counts:
        stage = [np.concatenate([e[done : done + count], e[: STEPS - count]]) for e in ENTRIES]
        first = int(state["step"])
        state, outcome = step.run(state, stage, np.int32(count), np.int32(origin))
        due = [s for s in range(first, first + count) if (s - origin) % step.measures.every == 0]
        for row, number in enumerate(due):
            by_step[number] = {d.tag: value for d, value in step.measures.read(np.asarray(outcome.measured)[row])}
        done += count
    return by_step


@pytest.mark.parametrize("every", [1, 4, 100])
@pytest.mark.parametrize("counts", [[6], [1, 5], [2, 3, 1], [1] * 6], ids=str)
def test_due_steps_are_measured_however_steps_are_cut_into_calls(every, counts):
    by_step = found(make(every), counts)
    assert list(by_step) == list(range(0, STEPS, every))
    whole = found(make(every), [STEPS])
    for step, measured_then in by_step.items():
        for tag, value in measured_then.items():
            np.testing.assert_allclose(value, whole[step][tag], rtol=1e-4, atol=1e-5, err_msg=f"{tag} at {step}")
        assert measured_then["largest"] == NUMBERS[step].max()
        np.testing.assert_allclose(measured_then["numbers"], counted(NUMBERS[step]), rtol=1e-6)


def test_steps_are_counted_from_the_origin():
    step = make(4)
    state = first_state(step) | {"step": jnp.int32(7)}
    assert list(found(step, [4, 2], origin=4, state=state)) == [8, 12]


def test_weights_and_gradients_of_joined_tables_are_those_of_the_tables_alone():
    step = make(1)
    (first, *_) = found(step, [1]).values()
    state = first_state(step)
    values = {name: np.asarray(state["variables"][name]) for name in SIZES}
    expected = [f"{title}/{name}" for title in ("weights", "gradients") for name in sorted(SIZES)]
    assert list(first) == ["largest", "learning_rate/wide", "learning_rate/deep", "numbers", *expected]
    assert (first["learning_rate/wide"], first["learning_rate/deep"]) == (np.float32(0.1), np.float32(0.01))
    error = NUMBERS[0].sum(1) + sum(values[n][IDS[0] % SIZES[n][0]].sum((1, 2)) for n in SIZES) - TARGETS[0]
    for name, (_, width) in SIZES.items():
        np.testing.assert_allclose(first[f"weights/{name}"], counted(values[name]), rtol=1e-5)
        size, ids = SIZES[name][0], IDS[0] % SIZES[name][0]
        gradient = np.zeros((size, width), np.float32)
        np.add.at(gradient, ids, np.broadcast_to(2 * error[:, None, None], (*ids.shape, width)))
        expected = np.asarray(counted(gradient[np.unique(ids)]))  # of the rows that were read
        np.testing.assert_allclose(first[f"gradients/{name}"][:4], expected[:4], rtol=1e-4)


def test_what_is_measured_changes_nothing_else():
    plain, measuring = make(0), make(4)
    (one, _), (other, _) = (s.run(first_state(s), list(ENTRIES), np.int32(STEPS)) for s in (plain, measuring))
    for name, value in one["variables"].items():
        np.testing.assert_allclose(value, other["variables"][name], rtol=1e-6, err_msg=name)


def test_a_function_that_does_not_show_its_training_has_what_it_declares_alone():
    assert list(found(make(1, shows_training=False), [1])[0]) == ["largest", "numbers"]
    assert Measures().size == 0 and Measures(every=0, rates=("learning_rate",)).parts == []


def one_of_two_in_optax(ids, numbers, targets):
    frame().shows_training = True
    a, b = (get_variable(name, (1,), initializer=constant_initializer([1.0])) for name in "ab")
    loss = jnp.mean(jnp.square(a * numbers.sum(1) + b - targets))
    own = OptaxOptimizer(optax.sgd(0.5)).minimize(loss, var_list=["a"])
    return loss, [own, GradientDescentOptimizer(0.25).minimize(loss, var_list=["b"])]


def test_a_learning_rate_that_is_not_known_is_not_shown():
    step = step_of(one_of_two_in_optax, IDS_SPEC, NUMBERS_SPEC, TARGETS_SPEC)
    step = dataclasses.replace(step, measures=measures_of(step.program, step.ops, 1))
    first = found(step, [1])[0]
    assert {tag: v.item() for tag, v in first.items() if "rate" in tag} == {"learning_rate/1": 0.25}


def big_table(ids, numbers, targets):
    frame().shows_training = True
    table = Table("table", (BIG, 4), random_uniform_initializer(-1, 1))
    loss = jnp.sum(jnp.square(table.lookup(ids).sum((1, 2)) + numbers.sum(1) - targets))
    return loss, [AdagradOptimizer(0.1).minimize(loss)]


def test_no_table_is_copied_to_be_measured():
    step = step_of(big_table, IDS_SPEC, NUMBERS_SPEC, TARGETS_SPEC)
    step = dataclasses.replace(step, measures=measures_of(step.program, step.ops, 100))
    program = step.run.lower(first_state(step), list(ENTRIES), np.int32(STEPS), np.int32(0)).compile().as_text()
    assert re.findall(rf"\[{BIG},4\]\S* scatter\(", program) and " conditional(" in program
    assert not re.findall(rf"\[{BIG},4\]\S* copy\(", program)
