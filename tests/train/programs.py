"""Small model functions as compiled steps, and runs of them."""

import jax.numpy as jnp
import numpy as np

from estimax._base._dtypes import float32, int32
from estimax._base._shapes import TensorSpec
from estimax._graph._function import placeholder_for
from estimax._scope._transform import transform
from estimax._scope._variables import Table, get_variable
from estimax.initializers import constant_initializer, random_uniform_initializer
from estimax.train._step import TrainStep

ROWS, WIDTH, BATCH, VALUES, STEPS = 40, 3, 5, 2, 6

_SOME = np.random.default_rng(1)
NUMBERS = _SOME.normal(size=(STEPS, BATCH, 2)).astype(np.float32)
TARGETS = _SOME.normal(size=(STEPS, BATCH)).astype(np.float32)
IDS = _SOME.integers(-1, ROWS // 2, (STEPS, BATCH, VALUES)).astype(np.int32)  # -1 is missing, some rows never come
IDS[:, 0] = IDS[:, 1]  # and some come twice

NUMBERS_SPEC = TensorSpec((BATCH, 2), float32)
TARGETS_SPEC = TensorSpec((BATCH,), float32)
IDS_SPEC = TensorSpec((BATCH, VALUES), int32)


def step_of(model, *specs):
    """Traces a model of Tensors of these specs; it returns (loss, train ops)."""
    placeholders = tuple(placeholder_for(spec) for spec in specs)
    program = transform(model, placeholders, lambda tensor: tuple(tensor.shape), rows=BATCH)
    return TrainStep(program, lambda call: call.result[0], lambda call: call.result[1])


def first_state(step):
    rng = np.random.default_rng(0)
    values = {name: spec.initial_value(rng) for name, spec in step.program.specs.items()}
    values |= step.initial_slots(values)
    return {
        "variables": {name: jnp.array(v) for name, v in values.items()},
        "locals": {},
        "scratch": step.initial_scratch(),
        "step": jnp.asarray(0, jnp.int32),
        "seed": np.uint32(7),
    }


def run(step, entries, state=None, count=None):
    """Runs a step for each entry, or for the first few, in one call; returns the variables and what each step gave."""
    state = first_state(step) if state is None else state
    count = len(entries[0]) if count is None else count
    state, given = step.run(state, list(entries), np.int32(count))
    return {n: np.asarray(v) for n, v in state["variables"].items()}, {
        n: np.asarray(v) for n, v in given.values.items()
    }


def embedded(ids, targets):
    """The loss of a sum of looked-up rows times a vector."""
    table = Table("table", (ROWS, WIDTH), random_uniform_initializer(-1, 1))
    scale = get_variable("scale", (WIDTH,), initializer=constant_initializer([1.0, -1.0, 0.5]))
    error = jnp.sum(table.lookup(ids), 1) @ scale - targets
    return jnp.sum(jnp.square(error))
