"""What may be a train op: what `minimize` returns, or an optimizer of any kind that is to minimise the loss."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import estimax as tf

X = np.arange(24, dtype=np.float32).reshape(12, 2) / 24

# Each is the same descent.
TRAIN_OPS = {
    "minimize": lambda loss: tf.train.GradientDescentOptimizer(0.1).minimize(loss),
    "optax transformation": lambda loss: optax.sgd(0.1),
    "optimizer": lambda loss: tf.train.GradientDescentOptimizer(0.1),
    "Keras-style optimizer": lambda loss: tf.optimizers.SGD(0.1),
    "minimize by optax": lambda loss: tf.train.minimize(loss, optax.sgd(0.1)),
    "minimize by name": lambda loss: tf.train.minimize(loss, optax.sgd(0.1), var_list=["w"]),
}


def trained(train_op):
    def model_fn(features, labels, mode):
        w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        loss = jnp.mean(jnp.square(features @ w - labels))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op(loss))

    rows = tf.data.Dataset.from_tensor_slices((X, X[:, 0])).batch(4)
    return tf.estimator.Estimator(model_fn).train(lambda: rows).get_variable_value("w")


@pytest.mark.parametrize("name", TRAIN_OPS)
def test_a_train_op_is_said_in_any_of_these_ways(name):
    np.testing.assert_allclose(trained(TRAIN_OPS[name]), trained(TRAIN_OPS["minimize"]), rtol=1e-6)


def test_what_is_no_train_op_is_refused():
    with pytest.raises(TypeError, match="train_op must be what"):
        trained(lambda loss: optax.sgd)
    with pytest.raises(tf.errors.InvalidArgumentError, match="optax transformation, is needed"):
        trained(lambda loss: tf.train.minimize(loss, "sgd"))
