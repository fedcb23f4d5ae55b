"""Every optimizer gives the recorded numbers of the original and keeps the laws that the training loop relies on."""

from dataclasses import FrozenInstanceError, dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax.train._optimizers as optimizers
from estimax._base._errors import InvalidArgumentError
from estimax.train._optimizer import Optimizer, TrainOp
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

START = [0.5, -0.25, 1.0]
GRADIENTS = [[0.5, -1.0, 0.0], [-0.25, 2.0, 0.01], [1.5, 0.125, 0.0], [0.5, -4.0, -0.02]]


@dataclass
class Case:
    """An optimizer and what the original's checkpoint holds after the four gradients above."""

    optimizer: Optimizer
    checkpoint: dict


CASES = [
    Case(GradientDescentOptimizer(0.1), {"w": [0.275, 0.03749999, 1.001]}),
    Case(
        MomentumOptimizer(0.05, 0.9),
        {"w": [0.2804, -0.160925, 0.9996449], "w/Momentum": [2.012, -2.9965, -0.0119]},
    ),
    Case(
        MomentumOptimizer(0.05, 0.9, use_nesterov=True),
        {"w": [0.18986, -0.02608249, 1.00018], "w/Momentum": [2.012, -2.9965, -0.0119]},
    ),
    Case(
        AdagradOptimizer(0.3),
        {"w": [-0.0004483759, 0.01491794, 1.009444], "w/Adagrad": [2.9125, 21.11563, 0.1005]},
    ),
    Case(
        AdamOptimizer(0.1),
        {
            "w": [0.236559, -0.1804383, 0.8990015],
            "w/Adam": [0.2012, -0.2996501, -0.00119],
            "w/Adam_1": [0.00280934, 0.02100435, 4.997937e-07],
            "beta1_power": 0.5904899,
            "beta2_power": 0.9950101,
        },
    ),
    Case(
        RMSPropOptimizer(0.05),
        {
            "w": [0.3856367, -0.1707231, 1.000679],
            "w/RMSProp": [0.9068875, 2.654407, 0.656148],
            "w/RMSProp_1": [0.02625206, -0.122757, -0.001234523],
        },
    ),
    Case(
        RMSPropOptimizer(0.05, momentum=0.9, centered=True),
        {
            "w": [0.27455, -0.2021227, 0.9997289],
            "w/RMSProp": [0.9068875, 2.654407, 0.656148],
            "w/RMSProp_1": [0.2012, -0.2996501, -0.00119],
            "w/RMSProp_2": [0.1039688, -0.08492179, -0.0007845267],
        },
    ),
    Case(
        FtrlOptimizer(0.3),
        {
            "w": [-0.2677096, 0.09029577, 0.009444316],
            "w/Ftrl": [2.9125, 21.11563, 0.1005],
            "w/Ftrl_1": [1.522915, -1.383083, -0.00998004],
        },
    ),
    Case(
        FtrlOptimizer(
            0.3,
            l1_regularization_strength=0.1,
            l2_regularization_strength=0.2,
            l2_shrinkage_regularization_strength=0.05,
        ),
        {
            "w": [-0.2786664, 0.0815675, 0.0],
            "w/Ftrl": [2.9125, 21.11563, 0.1005],
            "w/Ftrl_1": [1.796711, -1.382017, 0.08868581],
        },
    ),
    Case(
        FtrlOptimizer(0.3, learning_rate_power=-0.7, beta=0.5, accum_name="sum", linear_name="line"),
        {
            "w": [-0.1764374, 0.01095172, 0.004280925],
            "w/sum": [2.9125, 21.11563, 0.1005],
            "w/line": [1.537018, -0.3269864, -0.009992022],
        },
    ),
    Case(
        ProximalAdagradOptimizer(0.3, l1_regularization_strength=0.05, l2_regularization_strength=0.1),
        {"w": [-0.07261094, 0.01623801, 0.5542424], "w/ProximalAdagrad": [2.9125, 21.11563, 0.1005]},
    ),
    Case(
        AdadeltaOptimizer(1.0),
        {
            "w": [0.4989056, -0.2494358, 1.000117],
            "w/Adadelta": [0.1329125, 1.024111, 2.451251e-05],
            "w/Adadelta_1": [3.642681e-08, 5.021936e-08, 2.489528e-08],
        },
    ),
]

every_case = pytest.mark.parametrize("case", CASES, ids=lambda c: type(c.optimizer).__name__)
every_optimizer = pytest.mark.parametrize(
    "optimizer", [c.optimizer for c in CASES], ids=lambda optimizer: type(optimizer).__name__
)


def fresh_slots(optimizer, param):
    return {suffix: jnp.full_like(param, value) for suffix, value in optimizer.slots().items()}


def fresh_scalars(optimizer):
    return {name: jnp.float32(value) for name, value in optimizer.scalars().items()}


def trained(optimizer, param, gradients):
    """Runs the optimizer over the gradients inside one compiled scan, as the training loop does."""

    @jax.jit
    def run(param, gradients):
        def one_step(state, gradient):
            param, slots, scalars, step = state
            rate = optimizer.current_learning_rate()
            param, slots = optimizer.update(param, slots, gradient, scalars, rate, step)
            return (param, slots, optimizer.update_scalars(scalars), step + 1), None

        start = (param, fresh_slots(optimizer, param), fresh_scalars(optimizer), jnp.int32(0))
        return jax.lax.scan(one_step, start, gradients)[0]

    return run(param, gradients)


@every_case
def test_an_optimizer_gives_the_numbers_of_the_original_under_its_names(case):
    param, slots, scalars, _ = trained(case.optimizer, jnp.array(START), jnp.array(GRADIENTS))
    checkpoint = {"w": param, **{f"w/{suffix}": slot for suffix, slot in slots.items()}, **scalars}
    assert set(checkpoint) == set(case.checkpoint)
    for name, expected in case.checkpoint.items():
        np.testing.assert_allclose(checkpoint[name], np.float32(expected), rtol=4e-6, atol=1e-7, err_msg=name)


def test_the_table_has_every_optimizer():
    assert {type(c.optimizer).__name__ for c in CASES} == set(optimizers.__all__)


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
def test_an_optimizer_says_truly_whether_a_zero_gradient_changes_something(optimizer):
    param, slots, scalars, step = trained(optimizer, jnp.array(START), jnp.array(GRADIENTS))
    after, slots_after = optimizer.update(param, slots, jnp.zeros_like(param), scalars, 0.07, step)
    same = bool((after == param).all()) and all(bool((slots_after[k] == slots[k]).all()) for k in slots)
    assert same == optimizer.zero_gradient_changes_nothing


@every_optimizer
def test_following_an_optimizer_makes_the_loss_smaller(optimizer):
    target = jnp.array([1.0, -2.0, 0.25])

    def loss(param):
        return jnp.sum(jnp.square(param - target))

    param = jnp.array(START)
    slots, scalars, before = fresh_slots(optimizer, param), fresh_scalars(optimizer), loss(param)
    for step in range(20):
        param, slots = optimizer.update(param, slots, jax.grad(loss)(param), scalars, 0.05, step)
        scalars = optimizer.update_scalars(scalars)
    assert loss(param) < before


@every_optimizer
def test_an_optimizer_cannot_be_changed(optimizer):
    with pytest.raises(FrozenInstanceError):
        optimizer.name = "other"


@pytest.mark.parametrize("rate", [0.25, np.float32(0.25), jnp.float32(0.25), lambda: 0.25, lambda: jnp.float32(0.25)])
def test_a_learning_rate_is_a_number_an_array_or_a_function(rate):
    value = GradientDescentOptimizer(rate).current_learning_rate()
    assert value == 0.25
    assert value.dtype == jnp.float32


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


def test_only_adam_moves_rows_that_were_not_looked_up():
    assert {type(c.optimizer).__name__ for c in CASES if not c.optimizer.rows_only} == {"AdamOptimizer"}


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
