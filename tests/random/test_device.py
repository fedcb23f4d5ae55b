"""Random numbers inside of a model function: others in each step, the same again for the same key."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax import random
from estimax._scope._transform import transform

DRAWN = {
    "uniform": (lambda x: random.uniform(tf.shape(x), -1.0, 1.0), 0.0, 1 / 3),
    "uniform by arrays": (lambda x: random.uniform(tf.shape(x), x - 2.0, x), -1.0, 1 / 3),
    "whole numbers": (lambda x: tf.cast(random.uniform(tf.shape(x), 0, 10, tf.int32), tf.float32), 4.5, 8.25),
    "normal": (lambda x: random.normal(tf.shape(x), 3.0, 2.0), 3.0, 4.0),
    "truncated_normal": (lambda x: random.truncated_normal(tf.shape(x)), 0.0, 0.774),
    "gamma": (lambda x: random.gamma(tf.shape(x), 4.0, 2.0), 2.0, 1.0),
    "poisson": (lambda x: random.poisson(tf.shape(x), 2.0), 2.0, 2.0),
    "categorical": (lambda x: tf.cast(random.categorical(x[:, :2], 40), tf.float32), 0.5, 0.25),
}


def program(function):
    x = tf.placeholder(tf.float32, [None, 40])
    return transform(function, (x,), lambda tensor: (100, 40), rows=100)


def drawn(made, key):
    return made.run({}, [jnp.zeros((100, 40))], None if key is None else lambda: jax.random.key(key)).result


@pytest.mark.parametrize("what", DRAWN)
def test_numbers_are_spread_as_on_the_host_and_follow_the_key(what):
    function, mean, variance = DRAWN[what]
    made = program(function)
    values = np.asarray(drawn(made, 1))
    assert values.shape == (100, 40)
    np.testing.assert_allclose(values.mean(), mean, atol=0.15)
    np.testing.assert_allclose(values.var(), variance, rtol=0.15)
    assert (values == np.asarray(drawn(made, 1))).all()
    assert (values != np.asarray(drawn(made, 2))).any()


def test_ops_of_one_step_differ():
    made = program(lambda x: (random.normal(tf.shape(x)), random.normal(tf.shape(x)), random.normal([100, 40], seed=1)))
    first, second, seeded = drawn(made, 1)
    assert (first != second).all()
    assert (first != seeded).all()
    assert (seeded != drawn(made, 2)[2]).all()


def test_orders_are_random_and_lose_nothing():
    made = program(lambda x: random.shuffle(x + tf.cast(tf.range(100), tf.float32)[:, None]))
    rows = np.asarray(drawn(made, 1))[:, 0]
    assert sorted(rows) == list(range(100))
    assert (rows != np.arange(100)).any()


def test_without_a_key_only_a_seed_draws():
    seeded = program(lambda x: random.normal(tf.shape(x), seed=5))
    assert (drawn(seeded, None) == drawn(seeded, None)).all()
    with pytest.raises(RuntimeError, match="only while training"):
        drawn(program(lambda x: random.normal(tf.shape(x))), None)
