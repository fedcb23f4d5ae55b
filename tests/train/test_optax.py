"""Transformations of optax train as optimizers do, and their state is saved and restored."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from estimax._base._errors import InvalidArgumentError
from estimax.train import AdamOptimizer, OptaxOptimizer, as_optimizer
from tests.train.programs import (
    IDS,
    IDS_SPEC,
    TARGETS,
    TARGETS_SPEC,
    embedded,
    first_state,
    run,
    step_of,
)

CHAIN = optax.chain(
    optax.clip_by_global_norm(0.5), optax.adamw(optax.exponential_decay(0.05, 3, 0.5), weight_decay=0.01)
)
TRANSFORMATIONS = {
    "chain": CHAIN,
    "noise": optax.noisy_sgd(0.1, eta=0.01, key=jax.random.key(3)),
    "injected": optax.inject_hyperparams(optax.adam)(learning_rate=optax.cosine_decay_schedule(0.1, 5)),
    "every second": optax.MultiSteps(optax.adam(0.1), 2).gradient_transformation(),
    "plateau": optax.chain(optax.sgd(0.1), optax.contrib.reduce_on_plateau(factor=0.5, patience=1)),
    "averaged": optax.contrib.schedule_free_sgd(0.1),
}


def step_with(*transformations):
    def model(ids, targets):
        loss = embedded(ids, targets)
        return loss, [as_optimizer(t).minimize(loss) for t in transformations]

    return step_of(model, IDS_SPEC, TARGETS_SPEC)


def by_hand(transformation):
    """Trains with optax and JAX alone."""
    variables = first_state(step_with(optax.sgd(0.1)))["variables"]

    def loss_of(variables, ids, targets):
        found = jnp.where(ids[..., None] < 0, 0, variables["table"][ids])
        return jnp.sum(jnp.square(jnp.sum(found, 1) @ variables["scale"] - targets))

    state = transformation.init(variables)
    transformation = optax.with_extra_args_support(transformation)

    @jax.jit
    def one(variables, state, ids, targets):
        loss, gradients = jax.value_and_grad(loss_of)(variables, ids, targets)
        updates, state = transformation.update(gradients, state, variables, value=loss)
        return optax.apply_updates(variables, updates), state

    for ids, targets in zip(IDS, TARGETS):
        variables, state = one(variables, state, ids, targets)
    return variables


@functools.cache
def trained(name):
    """Returns a compiled step, and the variables and state after all steps."""
    step = step_with(TRANSFORMATIONS[name])
    return step, run(step, (IDS, TARGETS))[0]


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_a_transformation_does_what_it_does_in_a_loop_by_hand(name):
    _, variables = trained(name)
    for variable, expected in by_hand(TRANSFORMATIONS[name]).items():
        np.testing.assert_allclose(variables[variable], expected, rtol=2e-5, atol=1e-6, err_msg=variable)


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_the_whole_state_is_among_the_variables_and_a_run_goes_on_from_there(name):
    step, straight = trained(name)
    half, _ = run(step, (IDS, TARGETS), count=3)
    state = first_state(step) | {"variables": {n: jnp.asarray(v) for n, v in half.items()}, "step": jnp.int32(3)}
    resumed, _ = run(step, (np.roll(IDS, 3, 0), np.roll(TARGETS, 3, 0)), state, count=3)
    for variable, expected in straight.items():
        np.testing.assert_allclose(resumed[variable], expected, rtol=1e-6, atol=1e-7, err_msg=variable)


def test_the_state_has_names_that_can_be_read():
    (names,) = step_with(CHAIN).state_names
    assert list(names.values()) == [
        "training/optax/1/0/count",
        "training/optax/1/0/mu/scale",
        "training/optax/1/0/mu/table",
        "training/optax/1/0/nu/scale",
        "training/optax/1/0/nu/table",
        "training/optax/1/2/count",
    ]
    first, second = step_with(optax.adam(0.1), optax.adam(0.1)).state_names
    assert "training/optax/0/count" in first.values()
    assert "training/optax_1/0/count" in second.values()
    (named,) = step_with(OptaxOptimizer(optax.adam(0.1), "mine")).state_names
    assert "training/mine/0/count" in named.values()


def test_gradients_that_were_changed_by_hand_can_be_given_to_a_transformation():
    def model(ids, targets):
        loss = embedded(ids, targets)
        optimizer = OptaxOptimizer(optax.sgd(0.1))
        pairs = optimizer.compute_gradients(loss)
        return loss, [optimizer.apply_gradients([(g * 0.5, v) for g, v in pairs])]

    variables, _ = run(step_of(model, IDS_SPEC, TARGETS_SPEC), (IDS, TARGETS))
    expected, _ = run(step_with(optax.sgd(0.05)), (IDS, TARGETS))
    np.testing.assert_allclose(variables["table"], expected["table"], rtol=1e-5, atol=1e-6)


def test_a_transformation_needs_both_functions():
    for given in (optax.adam, AdamOptimizer(), optax.constant_schedule(0.1), "adam"):
        with pytest.raises(InvalidArgumentError, match="needs a gradient transformation"):
            OptaxOptimizer(given)
