"""The Keras-style optimizers as programs write them: arguments, descriptions, names."""

import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax import optimizers
from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Frame, entered
from estimax.optimizers import schedules

# What get_config of tf.keras.optimizers.legacy of TensorFlow 2.15.1 gave.
CONFIGS = {
    "SGD": {"learning_rate": 0.01, "decay": 0.0, "momentum": 0.0, "nesterov": False},
    "Adagrad": {"learning_rate": 0.001, "decay": 0.0, "initial_accumulator_value": 0.1, "epsilon": 1e-07},
    "Adadelta": {"learning_rate": 0.001, "decay": 0.0, "rho": 0.95, "epsilon": 1e-07},
    "Adam": {
        "learning_rate": 0.001,
        "decay": 0.0,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-07,
        "amsgrad": False,
    },
    "Adamax": {"learning_rate": 0.001, "decay": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07},
    "Nadam": {"learning_rate": 0.001, "decay": 0.004, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07},
    "RMSprop": {
        "learning_rate": 0.001,
        "decay": 0.0,
        "rho": 0.9,
        "momentum": 0.0,
        "epsilon": 1e-07,
        "centered": False,
    },
    "Ftrl": {
        "learning_rate": 0.001,
        "decay": 0.0,
        "initial_accumulator_value": 0.1,
        "learning_rate_power": -0.5,
        "l1_regularization_strength": 0.0,
        "l2_regularization_strength": 0.0,
        "beta": 0.0,
        "l2_shrinkage_regularization_strength": 0.0,
    },
}


@pytest.mark.parametrize("name", CONFIGS)
def test_defaults_are_those_of_the_original(name):
    optimizer = getattr(optimizers, name)()
    assert optimizer.get_config() == {"name": name, **CONFIGS[name]}
    assert type(optimizers.get(name.lower())) is type(optimizer)
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()


def test_a_description_holds_clipping_and_the_schedule():
    rate = schedules.ExponentialDecay(0.1, 10, 0.5)
    optimizer = optimizers.Adam(rate, clipnorm=1.0)
    config = optimizer.get_config()
    assert config["clipnorm"] == 1.0
    assert "clipvalue" not in config
    assert config["learning_rate"]["class_name"] == "ExponentialDecay"
    assert optimizers.Adam.from_config(config).learning_rate == rate


def test_lr_is_another_name_of_the_learning_rate():
    assert optimizers.Adam(lr=0.25).learning_rate == 0.25
    assert optimizers.Adam(lr=0.25).get_config()["learning_rate"] == 0.25


def test_the_rate_decays_with_the_step_and_follows_schedules():
    with entered(Frame({"global_step": jnp.int32(5)})):
        assert optimizers.SGD(0.3, decay=0.1).current_learning_rate() == pytest.approx(0.2)
        assert optimizers.Nadam(0.3).current_learning_rate() == pytest.approx(0.3)  # its decay is another
        both = optimizers.SGD(schedules.InverseTimeDecay(0.3, 10, 1.0), decay=0.2)
        assert both.current_learning_rate() == pytest.approx(0.1)
        declared = both.minimize(jnp.float32(1)).optimizer
        assert declared.current_learning_rate() == pytest.approx(0.1)


def test_the_variables_stand_in_second_place_and_may_come_from_a_function():
    with entered(Frame({})):
        weight = tf.get_variable("weight", [2])
        for given in ([weight], lambda: [weight]):
            assert optimizers.Adam().minimize(jnp.float32(1), given).var_list == ["weight"]


def test_the_iterations_are_the_global_step():
    optimizer = optimizers.Adam()
    with entered(Frame({"global_step": jnp.int32(5)})):
        optimizer.iterations = tf.train.get_or_create_global_step()
        assert optimizer.iterations == 5


def test_all_spellings_mean_the_same():
    assert tf.keras.optimizers.Adam is tf.optimizers.Adam is tf.keras.optimizers.legacy.Adam
    assert tf.keras.optimizers.schedules is tf.optimizers.schedules


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizers.SGD(-0.1), "zero or positive; got -0.1"),
        (lambda: optimizers.SGD("fast"), "must be a number, an array, a schedule or a function; got 'fast'"),
        (lambda: optimizers.Adam(schedules.CosineDecay), "must be a number, an array, a schedule"),
        (lambda: optimizers.SGD(0.1, momentum=2.0), "between 0 and 1; got 2.0"),
        (lambda: optimizers.RMSprop(0.1, momentum=-1.0), "between 0 and 1; got -1.0"),
        (lambda: optimizers.Adam(clipnorm=-1.0), "clipnorm of Adam must be zero or positive; got -1.0"),
        (lambda: optimizers.Adam(clipvalue="1"), "clipvalue of Adam must be a number; got '1'"),
        (lambda: optimizers.Adam(clipnorm=1.0, global_clipnorm=1.0), "not both"),
        (lambda: optimizers.Adam(decay=-1.0), "decay of Adam must be zero or positive"),
        (lambda: optimizers.Adagrad(initial_accumulator_value=-1.0), "must be zero or positive"),
        (lambda: optimizers.Ftrl(l1_regularization_strength=-1.0), "must be zero or positive"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), "must be zero or negative; got 0.5"),
        (lambda: optimizers.Nadam(schedules.CosineDecay(0.1, 2)), "does not take a schedule"),
        (lambda: optimizers.get("RMSpop"), "'RMSpop' is not one of the optimizers .*; did you mean 'RMSprop'"),
        (lambda: optimizers.get(3), "is needed; got 3"),
        (lambda: optimizers.get(optimizers.Adam), r"write Adam\(\.\.\.\) instead of Adam"),
        (lambda: optimizers.Adam.from_config({"beta1": 0.9}), "got \\['beta1'\\]"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make()


def test_an_argument_that_is_unknown_is_refused():
    with pytest.raises(TypeError, match="foo"):
        optimizers.Adam(foo=1)


def test_hyper_parameters_in_a_checkpoint_are_those_of_the_program():
    optimizer = optimizers.Adam(np.float32(0.5), beta_1=0.75)
    assert optimizer.scalars() == {"learning_rate": 0.5, "decay": 0.0, "beta_1": 0.75, "beta_2": 0.999}
    restored = {name: jnp.float32(0) for name in optimizer.scalars()}
    after = optimizer.update_scalars(restored, 0)
    assert after["beta_1"] == 0.75
    assert "learning_rate" not in optimizers.Adam(lambda: 0.5).scalars()
