"""Networks of layers train as those of the original do, from the same values."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._scope._assigning import run_now
from estimax._scope._collections import get_collection
from estimax._scope._frame import Frame, entered
from estimax._scope._graph_keys import GraphKeys
from tests.layers import layer_programs
from tests.layers.layer_programs import PROGRAMS, RATE, SHOWN, STEPS, first_value, loss_of

FOLDER = pathlib.Path(layer_programs.__file__).parent / "recorded"
RECORDED = np.load(FOLDER / "trained.npz")
SHAPES = json.loads((FOLDER / "trained.json").read_text())


def declared(program, x):
    """Returns descriptions of the variables of a program, by name."""
    frame = Frame({})

    def call():
        with entered(frame):
            program(tf, jnp.asarray(x), True)

    jax.eval_shape(call)
    return frame.specs


def trained(program, x):
    """Returns variables after some steps of gradient descent, and the losses of these."""
    specs = declared(program, x)
    values = {name: jnp.asarray(first_value(name, spec.shape)) for name, spec in specs.items()}
    learned = [name for name, spec in specs.items() if spec.is_trainable]

    def loss_and_updates(own, others):
        with entered(Frame({**others, **own})) as active:
            loss = loss_of(tf, program(tf, jnp.asarray(x), True))
            run_now(get_collection(GraphKeys.UPDATE_OPS))
        return loss, (dict(active.updates), dict(active.constraints))

    @jax.jit
    def step(values):
        own = {name: values[name] for name in learned}
        gradients, (updates, constraints) = {}, ({}, {})
        held = []

        def scalar(own):
            loss, (updates, constraints) = loss_and_updates(own, values)
            held.append(constraints)
            return loss, updates

        (loss, updates), gradients = jax.value_and_grad(scalar, has_aux=True)(own)
        constraints = held[-1]
        moved = {n: own[n] - RATE * gradients[n] for n in learned}
        moved = {n: constraints[n](v) if n in constraints else v for n, v in moved.items()}
        return {**values, **moved, **updates}, loss

    losses = []
    for _ in range(STEPS):
        values, loss = step(values)
        losses.append(float(loss))
    return {name: values[name] for name in specs}, losses


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_networks_train_as_in_the_original(program):
    x = PROGRAMS[program]
    values, losses = trained(program, x)
    shapes, recorded = SHAPES[program.__name__], RECORDED[program.__name__]
    np.testing.assert_allclose(losses, recorded[:STEPS], rtol=2e-4)
    assert {name: list(value.shape) for name, value in values.items()} == shapes
    assert list(values) == list(shapes)
    rest = recorded[STEPS:]

    @jax.jit
    def output(values):
        with entered(Frame(values)):
            return program(tf, jnp.asarray(x), False)

    shown = np.asarray(output(values)).reshape(-1)[:SHOWN]
    np.testing.assert_allclose(shown, rest[: len(shown)], rtol=5e-4, atol=5e-5)
    mine = np.concatenate([np.asarray(value).reshape(-1) for value in values.values()])
    np.testing.assert_allclose(mine, rest[len(shown) :], rtol=2e-4, atol=2e-5)
