"""Assignments take place if they are run, and start from what the variable is then."""

import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf

x = np.arange(4, dtype=np.float32)


def trained(declare, steps=3):
    """Trains a model whose train op is made of a loss and a counter; returns the counter."""

    def model_fn(features, labels, mode):
        w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
        count = tf.get_variable("count", [], initializer=tf.zeros_initializer(), trainable=False)
        loss = tf.reduce_mean(tf.square(w - features))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=declare(count, loss))

    estimator = tf.estimator.Estimator(model_fn)
    estimator.train(lambda: tf.data.Dataset.from_tensors(x).repeat(), steps=steps)
    return float(estimator.get_variable_value("count"))


def minimize(loss):
    return tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())


def not_run(count, loss):
    tf.assign_add(count, 1.0)
    return minimize(loss)


def in_a_group(count, loss):
    return tf.group(minimize(loss), tf.assign_add(count, 1.0))


def in_nested_groups(count, loss):
    return tf.group(minimize(loss), [tf.group(count.assign_add(1.0)), None])


def before_the_optimizer(count, loss):
    with tf.control_dependencies([tf.assign(count, count + 1.0)]):
        return minimize(loss)


def by_update_ops(count, loss):
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_sub(count, -1.0))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        return minimize(loss)


def without_an_optimizer(count, loss):
    return tf.assign_add(count, 1.0)


def twice(count, loss):
    return tf.group(tf.assign_add(count, 0.25), tf.assign_add(count, 0.75), minimize(loss))


def of_a_listed_variable(count, loss):
    (listed,) = [v for v in tf.global_variables() if v.op.name == "count"]
    return tf.group(minimize(loss), tf.assign_add(listed, 1.0))


@pytest.mark.parametrize(
    ("declare", "expected"),
    [
        (not_run, 0),
        (in_a_group, 3),
        (in_nested_groups, 3),
        (before_the_optimizer, 3),
        (by_update_ops, 3),
        (without_an_optimizer, 3),
        (twice, 3),
        (of_a_listed_variable, 3),
    ],
)
def test_an_assignment_takes_place_if_it_is_run(declare, expected):
    assert trained(declare) == expected


def test_the_global_step_counts_itself():
    assert trained(lambda count, loss: tf.group(minimize(loss), tf.assign_add(tf.train.get_global_step(), 1))) == 0


def test_a_shape_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"variable 'count' has shape \(\); a value of shape \(2,\) was assigned"):
        trained(lambda count, loss: tf.group(minimize(loss), tf.assign(count, jnp.ones(2))))


def test_only_variables_are_assigned_to():
    with pytest.raises(TypeError, match="assign needs a variable"):
        trained(lambda count, loss: tf.assign(loss, 1.0))
    with pytest.raises(TypeError, match="inside of it"):
        tf.assign(jnp.ones(2), jnp.ones(2))


def test_a_variable_may_start_from_what_the_model_function_computes():
    def model_fn(features, labels, mode):
        w = tf.Variable(tf.random.normal([3], stddev=2.0) + 100.0, name="w")
        twice = tf.Variable(w.initialized_value() * 2.0, name="twice")
        loss = tf.reduce_mean(w * 0.0 + twice * 0.0)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=minimize(loss))

    def values(seed):
        config = tf.estimator.RunConfig(tf_random_seed=seed)
        estimator = tf.estimator.Estimator(model_fn, config=config)
        estimator.train(lambda: tf.data.Dataset.from_tensors(x).repeat(), steps=1)
        return estimator.get_variable_value("w"), estimator.get_variable_value("twice")

    w, twice = values(1)
    assert np.all(np.abs(w - 100) < 10) and len(set(w.tolist())) == 3
    assert np.all(np.abs(twice - 200) < 20)
    np.testing.assert_array_equal(w, values(1)[0])
    assert np.all(w != values(2)[0])
