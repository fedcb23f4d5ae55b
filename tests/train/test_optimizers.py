"""Every optimizer keeps the laws that the training loop relies on, and refuses what makes no sense."""

from dataclasses import FrozenInstanceError

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax import train
from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Frame, entered
from estimax.train import as_optimizer, get_global_step
from estimax.train._optimizer import TrainOp
from estimax.train._optimizers import (
    AdagradDAOptimizer,
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    ProximalAdagradOptimizer,
    ProximalGradientDescentOptimizer,
)
from tests.train.recorded_optimizers import ALL, V1

START = [0.5, -0.25, 1.0]
GRADIENTS = [[0.5, -1.0, 0.0], [-0.25, 2.0, 0.01], [1.5, 0.125, 0.0], [0.5, -4.0, -0.02]]

every_optimizer = pytest.mark.parametrize("optimizer", [c.optimizer for c in ALL], ids=[c.name for c in ALL])


def fresh_slots(optimizer, param):
    return {suffix: jnp.full_like(param, value) for suffix, value in optimizer.slots().items()}


def fresh_scalars(optimizer):
    return {name: jnp.float32(value) for name, value in optimizer.scalars().items()}


def trained(optimizer, param, gradients):
    """Applies the rule once for each gradient."""
    slots, scalars = fresh_slots(optimizer, param), fresh_scalars(optimizer)
    for step, gradient in enumerate(gradients):
        rate = optimizer.current_learning_rate()
        param, slots = optimizer.update(param, slots, gradient, scalars, rate, jnp.int32(step))
        scalars = optimizer.update_scalars(scalars, jnp.int32(step))
    return param, slots, scalars, jnp.int32(len(gradients))


@every_optimizer
def test_a_rule_treats_every_element_alone(optimizer):
    param, gradient = jnp.array(START), jnp.array(GRADIENTS[1])
    slots, scalars = fresh_slots(optimizer, param), fresh_scalars(optimizer)
    whole, whole_slots = optimizer.update(param, slots, gradient, scalars, 0.1, 0)
    for i in range(3):
        one = {suffix: slot[i : i + 1] for suffix, slot in slots.items()}
        part, part_slots = optimizer.update(param[i : i + 1], one, gradient[i : i + 1], scalars, 0.1, 0)
        np.testing.assert_allclose(part[0], whole[i], rtol=1e-6)
        for suffix, slot in part_slots.items():
            np.testing.assert_allclose(slot[0], whole_slots[suffix][i], rtol=1e-6)


@every_optimizer
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16, jnp.float16])
def test_a_rule_keeps_the_type_of_the_parameter(optimizer, dtype):
    param = jnp.array(START, dtype)
    rate = jnp.float32(0.1)  # as a schedule returns it
    updated, slots = optimizer.update(
        param, fresh_slots(optimizer, param), param, fresh_scalars(optimizer), rate, jnp.int32(0)
    )
    assert updated.dtype == dtype
    assert {slot.dtype for slot in slots.values()} <= {jnp.dtype(dtype)}
    assert list(slots) == list(optimizer.slots())


@every_optimizer
def test_an_optimizer_says_truly_that_a_zero_gradient_changes_nothing(optimizer):
    param, slots, scalars, step = trained(optimizer, jnp.array(START), jnp.array(GRADIENTS))
    after, slots_after = optimizer.update(param, slots, jnp.zeros_like(param), scalars, 0.07, step)
    same = bool((after == param).all()) and all(bool((slots_after[k] == slots[k]).all()) for k in slots)
    assert same or not optimizer.zero_gradient_changes_nothing


@every_optimizer
def test_following_an_optimizer_makes_the_loss_smaller(optimizer):
    target = jnp.array([1.0, -2.0, 0.25])

    def loss(param):
        return jnp.sum(jnp.square(param - target))

    param = jnp.array(START)
    slots, scalars, before = fresh_slots(optimizer, param), fresh_scalars(optimizer), loss(param)
    for step in range(20):
        param, slots = optimizer.update(param, slots, jax.grad(loss)(param), scalars, 0.05, step)
        scalars = optimizer.update_scalars(scalars, step)
    assert loss(param) < before


@pytest.mark.parametrize("optimizer", [c.optimizer for c in V1], ids=[c.name for c in V1])
def test_an_optimizer_cannot_be_changed(optimizer):
    with pytest.raises(FrozenInstanceError):
        optimizer.name = "other"


NUMBERS = [0.25, np.float32(0.25), np.array([0.25]), jnp.float32(0.25), tf.constant(0.25)]
FUNCTIONS = [lambda: 0.25, lambda: jnp.float32(0.25), lambda step: 0.25 + step]
SCHEDULES = [tf.optimizers.schedules.ExponentialDecay(0.25, 10, 0.5)]


@pytest.mark.parametrize("rate", NUMBERS + FUNCTIONS + SCHEDULES)
def test_a_learning_rate_is_a_number_an_array_or_a_function(rate):
    value = GradientDescentOptimizer(rate).current_learning_rate()
    assert value == 0.25
    assert value.dtype == jnp.float32


@pytest.mark.parametrize(
    "rate",
    [
        lambda: train.exponential_decay(0.8, get_global_step(), 2, 0.5),
        lambda step: train.exponential_decay(0.8, step, 2, 0.5),
        tf.optimizers.schedules.ExponentialDecay(0.8, 2, 0.5),
    ],
)
def test_a_learning_rate_may_follow_the_global_step(rate):
    with entered(Frame({"global_step": jnp.int32(4)})):
        op = GradientDescentOptimizer(rate).minimize(jnp.float32(1.0))
    assert op.optimizer.current_learning_rate() == jnp.float32(0.2)  # also when the model function has returned


def test_a_learning_rate_may_be_computed_inside_the_compiled_step():
    @jax.jit
    def step(param, global_step):
        optimizer = GradientDescentOptimizer(0.5 / (global_step + 1))
        return optimizer.update(param, {}, jnp.ones(()), {}, optimizer.current_learning_rate(), global_step)[0]

    assert step(jnp.float32(1.0), 0) == 0.5
    assert step(jnp.float32(1.0), 4) == pytest.approx(0.9)


def test_the_name_of_an_optimizer_names_its_slots():
    assert AdagradOptimizer(0.1, name="Mine").slots() == {"Mine": 0.1}
    assert AdamOptimizer(name="Mine").slots() == {"Mine": 0.0, "Mine_1": 0.0}
    assert FtrlOptimizer(0.1, accum_name="sum").slots() == {"sum": 0.1, "Ftrl": 0.0}


def test_the_names_of_the_slots_of_ftrl_never_collide():
    assert list(FtrlOptimizer(0.1, accum_name="same", linear_name="same").slots()) == ["same", "same_1"]


def test_l1_makes_weights_exactly_zero():
    param, _, _, _ = trained(
        FtrlOptimizer(0.1, l1_regularization_strength=100.0), jnp.array(START), jnp.array(GRADIENTS)
    )
    assert param.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: AdagradOptimizer(0.1, initial_accumulator_value=0.0),
        lambda: ProximalAdagradOptimizer(0.1, initial_accumulator_value=-1.0),
        lambda: ProximalAdagradOptimizer(0.1, l1_regularization_strength=-1.0),
        lambda: FtrlOptimizer(0.1, learning_rate_power=0.5),
        lambda: FtrlOptimizer(0.1, initial_accumulator_value=-0.1),
        lambda: FtrlOptimizer(0.1, l1_regularization_strength=-0.1),
        lambda: FtrlOptimizer(0.1, l2_regularization_strength=-0.1),
        lambda: FtrlOptimizer(0.1, l2_shrinkage_regularization_strength=-0.1),
        lambda: AdagradDAOptimizer(0.1, None, l1_regularization_strength=-0.1),
        lambda: AdagradDAOptimizer(0.1, None, initial_gradient_squared_accumulator_value=0.0),
        lambda: ProximalGradientDescentOptimizer(0.1, l2_regularization_strength=-0.1),
        lambda: ProximalGradientDescentOptimizer(0.1, l2_regularization_strength="much"),
        lambda: GradientDescentOptimizer(-0.1),
        lambda: GradientDescentOptimizer(float("nan")),
        lambda: GradientDescentOptimizer("0.1"),
        lambda: GradientDescentOptimizer(None),
        lambda: MomentumOptimizer(True, 0.9),
        lambda: AdamOptimizer(tf.optimizers.schedules.ExponentialDecay),
        lambda: GradientDescentOptimizer([0.1, 0.2]),
    ],
)
def test_impossible_hyper_parameters_are_refused_at_once(make):
    with pytest.raises(InvalidArgumentError, match=r"must be .*; got"):
        make()


def test_minimize_declares_and_computes_nothing():
    optimizer, loss = AdamOptimizer(), object()
    train_op = optimizer.minimize(loss, global_step="step", var_list=["w"])
    assert isinstance(train_op, TrainOp)
    assert (train_op.optimizer, train_op.loss, train_op.var_list, train_op.global_step) == (
        optimizer,
        loss,
        ["w"],
        "step",
    )


def test_minimize_without_a_loss_is_refused():
    with pytest.raises(InvalidArgumentError, match="needs a scalar loss"):
        AdamOptimizer().minimize(None)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (jnp.ones((3,)), r"one number; got an array of shape \(3,\)"),
        (jnp.int32(1), "floating-point number, to have gradients; got int32"),
    ],
)
def test_a_loss_that_has_no_gradient_is_refused(loss, message):
    with pytest.raises(InvalidArgumentError, match=message):
        AdamOptimizer().minimize(loss)


def test_a_rate_of_several_numbers_is_refused():
    with pytest.raises(InvalidArgumentError, match=r"must be one number; got an array of shape \(2,\)"):
        GradientDescentOptimizer(np.array([0.1, 0.2])).current_learning_rate()


def test_variables_are_named_by_names_handles_or_themselves():
    with entered(Frame({})):
        weight = tf.get_variable("weight", [2])
        tf.get_variable("other", [])
        (first, _) = tf.trainable_variables()
        for given in ("weight", "weight:0", ["weight"], weight, [weight], first):
            assert AdamOptimizer().minimize(jnp.float32(1.0), var_list=given).var_list == ["weight"]
        with pytest.raises(InvalidArgumentError, match=r"'weigth', which is not .*; did you mean 'weight'"):
            AdamOptimizer().minimize(jnp.float32(1.0), var_list=["weigth"])
        with pytest.raises(InvalidArgumentError, match="needs names of variables"):
            AdamOptimizer().minimize(jnp.float32(1.0), var_list=[weight + 1])


def test_only_optimizers_are_optimizers():
    adam = AdamOptimizer()
    assert as_optimizer(adam) is adam
    with pytest.raises(InvalidArgumentError, match=r"write AdamOptimizer\(\.\.\.\) instead of AdamOptimizer"):
        as_optimizer(AdamOptimizer)
    for given in ("Adam", None, 0.1, object()):
        with pytest.raises(InvalidArgumentError, match="or an optax transformation, is needed; got"):
            as_optimizer(given)


def test_what_an_optimizer_keeps_is_told_by_name():
    assert AdamOptimizer().get_slot_names() == ["Adam", "Adam_1"]
    assert AdamOptimizer().get_name() == "Adam"
