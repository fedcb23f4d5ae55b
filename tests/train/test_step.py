"""The compiled step: the numbers of NumPy, and the same ones however many steps a call does."""

import functools

import jax.numpy as jnp
import numpy as np
import pytest

from estimax import layers
from estimax._base._dtypes import float32, int32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._function import placeholder_for
from estimax._scope._assigning import run_now
from estimax._scope._collections import get_collection
from estimax._scope._frame import frame
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._transform import transform
from estimax._scope._variables import Table, assign, get_variable
from estimax.initializers import constant_initializer, random_uniform_initializer, zeros_initializer
from estimax.summary import DeclaredSummary
from estimax.train._optimizers import AdagradOptimizer, AdamOptimizer, GradientDescentOptimizer, MomentumOptimizer
from estimax.train._step import OWN_LOSS, TrainStep

ROWS, WIDTH, BATCH, VALUES, STEPS = 40, 3, 5, 2, 12


def program_of(model, *specs):
    """Traces a model of Tensors of these specs; it returns (loss, train ops)."""
    placeholders = tuple(placeholder_for(spec) for spec in specs)
    return transform(model, placeholders, lambda tensor: tuple(tensor.shape), rows=BATCH)


def step_of(model, *specs):
    return TrainStep(program_of(model, *specs), lambda call: call.result[0], lambda call: call.result[1])


def first_state(step):
    specs = step.program.specs
    rng = np.random.default_rng(0)
    values = {name: spec.initial_value(rng) for name, spec in specs.items()}
    values |= step.initial_slots()
    return {
        "variables": {name: jnp.array(v) for name, v in values.items()},
        "locals": {},
        "scratch": step.initial_scratch(),
        "step": jnp.asarray(0, jnp.int32),
        "seed": np.uint32(7),
    }


def run(step, entries, capacity=STEPS):
    """Runs all steps, at most `capacity` a call; returns the variables and the values of each step."""
    state, listed = first_state(step), []
    count = len(entries[0])
    for start in range(0, count, capacity):
        stage = [np.zeros((capacity, *e.shape[1:]), e.dtype) for e in entries]
        taken = min(capacity, count - start)
        for buffer, entry in zip(stage, entries):
            buffer[:taken] = entry[start : start + taken]
        state, outcome = step.run(state, stage, np.int32(taken))
        listed.append({name: np.asarray(v)[:taken] for name, v in outcome.values.items()})
    joined = {name: np.concatenate([values[name] for values in listed]) for name in listed[0]}
    return {name: np.asarray(v) for name, v in state["variables"].items()}, joined


SOME = np.random.default_rng(1)
NUMBERS = SOME.normal(size=(STEPS, BATCH, 2)).astype(np.float32)
TARGETS = SOME.normal(size=(STEPS, BATCH)).astype(np.float32)
IDS = SOME.integers(-1, ROWS // 2, (STEPS, BATCH, VALUES)).astype(np.int32)  # -1 is missing, some rows never come

NUMBERS_SPEC = TensorSpec((BATCH, 2), float32)
TARGETS_SPEC = TensorSpec((BATCH,), float32)
IDS_SPEC = TensorSpec((BATCH, VALUES), int32)


def network(numbers, targets):
    """A network with dropout and moving averages, and a summary."""
    net = layers.dense(numbers, 4, activation=jnp.tanh)
    net = layers.dropout(net, 0.4, training=True)
    net = layers.batch_normalization(net, training=True)
    run_now(get_collection(GraphKeys.UPDATE_OPS))
    error = layers.dense(net, 1)[:, 0] - targets
    frame().summaries.append(DeclaredSummary("scalar", "largest", jnp.max(jnp.abs(error))))
    frame().summaries.append(
        DeclaredSummary("scalar", "loss", jnp.float32(0))
    )  # of a program that does not know of ours
    loss = jnp.mean(jnp.square(error))
    return loss, [AdamOptimizer(0.05).minimize(loss)]


def embedded(ids, targets, optimizer):
    """The sum of looked-up rows times a vector."""
    table = Table("table", (ROWS, WIDTH), random_uniform_initializer(-1, 1))
    scale = get_variable("scale", (WIDTH,), initializer=constant_initializer([1.0, -1.0, 0.5]))
    error = jnp.sum(table.lookup(ids), 1) @ scale - targets
    loss = jnp.sum(jnp.square(error))
    return loss, [optimizer.minimize(loss)]


@functools.cache
def network_step():
    return step_of(network, NUMBERS_SPEC, TARGETS_SPEC)


@functools.cache
def network_results(capacity):
    return run(network_step(), [NUMBERS, TARGETS], capacity)


def test_how_many_steps_a_call_does_changes_no_bit_of_a_network():
    variables, values = network_results(STEPS)
    other_variables, other_values = network_results(5)
    for name, value in {**variables, **values}.items():
        np.testing.assert_array_equal({**other_variables, **other_values}[name], value, err_msg=name)


@pytest.mark.parametrize("optimizer", [AdagradOptimizer(0.1), MomentumOptimizer(0.05, 0.9)], ids=["whole", "masked"])
def test_how_many_steps_a_call_does_changes_no_bit_of_a_table(optimizer):
    step = step_of(functools.partial(embedded, optimizer=optimizer), IDS_SPEC, TARGETS_SPEC)
    variables, _ = run(step, [IDS, TARGETS])
    others, _ = run(step, [IDS, TARGETS], 5)
    for name, value in variables.items():
        np.testing.assert_array_equal(others[name], value, err_msg=name)


def test_every_step_has_random_numbers_and_values_of_its_own():
    _, values = network_results(STEPS)
    assert values.keys() == {"loss", "largest", OWN_LOSS}
    assert not values[OWN_LOSS].any() and values["loss"].all()
    assert len(set(values["loss"].tolist())) == STEPS
    same = [np.repeat(e[:1], 2, axis=0) for e in (NUMBERS, TARGETS)]
    _, values = run(network_step(), same)
    assert values["loss"][0] != values["loss"][1]


def test_moving_averages_are_those_of_the_batches():
    def model(numbers, targets):
        layers.batch_normalization(numbers, momentum=0.9, training=True)
        run_now(get_collection(GraphKeys.UPDATE_OPS))
        bias = get_variable("bias", (), initializer=zeros_initializer())
        loss = jnp.sum(bias - targets)
        return loss, [GradientDescentOptimizer(0.1).minimize(loss, var_list=["bias"])]

    variables, _ = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), [NUMBERS, TARGETS])
    mean, variance = np.zeros(2), np.ones(2)
    for batch in NUMBERS:
        mean, variance = 0.9 * mean + 0.1 * batch.mean(0), 0.9 * variance + 0.1 * batch.var(0)
    np.testing.assert_allclose(variables["batch_normalization/moving_mean"], mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(variables["batch_normalization/moving_variance"], variance, rtol=1e-5)
    np.testing.assert_array_equal(variables["batch_normalization/gamma"], [1, 1])


def gradients(table, scale, ids, targets):
    """Computes the gradients of `embedded` in NumPy."""
    rows = np.where((ids >= 0)[..., None], table[ids], 0)
    error = rows.sum(1) @ scale - targets
    by_row = np.zeros_like(table)
    np.add.at(by_row, ids[ids >= 0], np.repeat(2 * error[:, None] * scale, VALUES, 0).reshape(*ids.shape, -1)[ids >= 0])
    return by_row, 2 * error @ rows.sum(1)


def adagrad(value, slots, gradient, _touched, _number):
    slots["Adagrad"] += gradient**2
    value -= 0.1 * gradient / np.sqrt(slots["Adagrad"])


def momentum(value, slots, gradient, touched, _number):
    slots["Momentum"][touched] = (0.9 * slots["Momentum"] + gradient)[touched]
    value[touched] -= 0.01 * slots["Momentum"][touched]


def adam(value, slots, gradient, _touched, number):
    slots["Adam"] += 0.1 * (gradient - slots["Adam"])
    slots["Adam_1"] += 0.001 * (gradient**2 - slots["Adam_1"])
    rate = 0.02 * np.sqrt(1 - 0.999**number) / (1 - 0.9**number)
    value -= rate * slots["Adam"] / (np.sqrt(slots["Adam_1"]) + 1e-8)


@pytest.mark.parametrize(
    ("optimizer", "reference"),
    [(AdagradOptimizer(0.1), adagrad), (MomentumOptimizer(0.01, 0.9), momentum), (AdamOptimizer(0.02), adam)],
    ids=["adagrad", "momentum", "adam"],
)
def test_a_table_is_updated_as_numpy_does(optimizer, reference):
    step = step_of(functools.partial(embedded, optimizer=optimizer), IDS_SPEC, TARGETS_SPEC)
    first = {n: np.array(v, np.float64) for n, v in first_state(step)["variables"].items()}
    table, scale = first["table"], first["scale"]
    slots = {n: {s: first[f"{n}/{s}"] for s in optimizer.slots()} for n in ("table", "scale")}
    for number, (ids, targets) in enumerate(zip(IDS, TARGETS), 1):
        table_gradient, scale_gradient = gradients(table, scale, ids, targets)
        touched = np.isin(np.arange(ROWS), ids)
        reference(table, slots["table"], table_gradient, touched, number)
        reference(scale, slots["scale"], scale_gradient, np.ones(WIDTH, bool), number)
    variables, _ = run(step, [IDS, TARGETS])
    np.testing.assert_allclose(variables["table"], table, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(variables["scale"], scale, rtol=1e-4, atol=1e-5)
    for suffix in optimizer.slots():
        np.testing.assert_allclose(variables[f"table/{suffix}"], slots["table"][suffix], rtol=1e-4, atol=1e-5)
    never_read = np.setdiff1d(np.arange(ROWS), IDS)
    np.testing.assert_array_equal(variables["table"][never_read], first["table"][never_read])


def test_a_table_that_is_looked_up_twice_gets_both_gradients():
    def model(ids, targets):
        table = Table("table", (ROWS, 1), zeros_initializer())
        loss = jnp.sum(table.lookup(ids[:, 0])) + 10 * jnp.sum(table.lookup(ids[:, 1]))
        return loss, [GradientDescentOptimizer(1.0).minimize(loss)]

    ids = np.zeros((1, BATCH, VALUES), np.int32)
    ids[0, :, 1] = np.arange(BATCH)
    variables, _ = run(step_of(model, IDS_SPEC, TARGETS_SPEC), [ids, TARGETS[:1]])
    expected = np.zeros(ROWS)
    expected[:BATCH] = -10
    expected[0] -= BATCH
    np.testing.assert_array_equal(variables["table"][:, 0], expected)


def two_losses(numbers, targets):
    one = get_variable("one", (2,), initializer=zeros_initializer())
    other = get_variable("other", (2,), initializer=zeros_initializer())
    error = numbers @ (one + other) - targets
    loss = jnp.mean(jnp.square(error))
    slow = AdamOptimizer(0.1).minimize(loss, var_list=["one"])
    return loss, [slow, AdamOptimizer(0.2).minimize(2 * loss, var_list=["other"])]


def test_each_train_op_changes_its_variables_by_its_own_loss():
    step = step_of(two_losses, NUMBERS_SPEC, TARGETS_SPEC)
    variables, _ = run(step, [NUMBERS, TARGETS])
    assert {"one/Adam", "other/Adam_1", "beta1_power", "beta1_power_1"} <= variables.keys()
    # Adam does not depend on the scale of its loss, but for epsilon: the first steps are those of the rates.
    first, _ = run(step, [NUMBERS[:1], TARGETS[:1]], 1)
    np.testing.assert_allclose(np.abs(first["one"]), 0.1, rtol=1e-4)
    np.testing.assert_allclose(np.abs(first["other"]), 0.2, rtol=1e-4)


def test_the_learning_rate_may_be_a_function():
    def model(numbers, targets):
        weight = get_variable("weight", (), initializer=zeros_initializer())
        loss = weight * 1.0
        return loss, [GradientDescentOptimizer(lambda: jnp.max(numbers)).minimize(loss)]

    variables, _ = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), [NUMBERS, TARGETS])
    np.testing.assert_allclose(variables["weight"], -NUMBERS.max((1, 2)).sum(), rtol=1e-5)


def test_a_variable_can_be_changed_by_the_model_itself():
    def model(numbers, targets):
        count = get_variable("count", (), initializer=zeros_initializer(), trainable=False)
        assign("count", count + 1)
        loss = get_variable("weight", (), initializer=zeros_initializer()) * jnp.sum(numbers)
        return loss, [GradientDescentOptimizer(0.1).minimize(loss)]

    variables, _ = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), [NUMBERS, TARGETS])
    assert variables["count"] == STEPS


def test_wrong_losses_and_unknown_variables_are_refused():
    def many_losses(numbers, targets):
        loss = get_variable("w", (), initializer=zeros_initializer()) * targets
        return jnp.sum(loss), [GradientDescentOptimizer(0.1).minimize(loss)]

    with pytest.raises(InvalidArgumentError, match=r"one number; got an array of shape \(5,\)"):
        run(step_of(many_losses, NUMBERS_SPEC, TARGETS_SPEC), [NUMBERS, TARGETS])

    def unknown(numbers, targets):
        loss = get_variable("w", (), initializer=zeros_initializer()) * jnp.sum(targets)
        return loss, [GradientDescentOptimizer(0.1).minimize(loss, var_list=["v"])]

    with pytest.raises(InvalidArgumentError, match=r"var_list names 'v'"):
        run(step_of(unknown, NUMBERS_SPEC, TARGETS_SPEC), [NUMBERS, TARGETS])
