"""`tf.layers.Layer` and the classes behind the functions: what they share, keep, count and refuse."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax import layers
from estimax._base._errors import UnimplementedError
from estimax._scope._assigning import run_now
from estimax._scope._frame import Frame, entered

ROWS = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
IMAGES = np.random.default_rng(1).normal(size=(2, 7, 8, 3)).astype(np.float32)


@pytest.fixture
def active():
    """The frame of a model function that runs."""
    with entered(Frame({}, key=lambda: jax.random.key(0), create=first)) as frame:
        yield frame


def first(spec):
    return jnp.asarray(spec.initial_value(np.random.default_rng(0)))


def traced(function):
    """Calls a function of a truth value with one that is not known while it is compiled."""
    return jax.jit(function)


def test_a_layer_that_is_called_twice_shares_its_variables(active):
    layer = layers.Dense(3, activation=tf.nn.relu)
    with pytest.raises(ValueError, match="call it first"):
        _ = layer.scope_name
    once = layer(ROWS)
    again = layer.apply(once)
    assert list(active.specs) == ["dense/kernel", "dense/bias"]
    assert [v.name for v in layer.variables] == ["dense/kernel:0", "dense/bias:0"]
    assert layer.kernel is layer.trainable_variables[0]
    assert (layer.name, layer.scope_name, layer.dtype, layer.built) == ("dense_1", "dense", "float32", True)
    assert layer.count_params() == 12
    np.testing.assert_allclose(again, np.maximum(once @ layer.kernel + layer.bias, 0), rtol=1e-6)


def test_a_layer_made_outside_of_the_model_function_is_made_anew_in_each_call():
    layer = layers.BatchNormalization()
    kept = []
    for _ in range(2):
        with entered(Frame({}, create=first)) as active:
            layers.dense(ROWS, 2)
            layer(ROWS, training=True)
            kept.append((list(active.specs)[2], len(layer.updates), layer.gamma))
    assert kept[0][:2] == kept[1][:2] == ("batch_normalization/gamma", 2)
    assert kept[0][2] is not kept[1][2]
    layer(np.ones((2, 5), np.float32))  # of another width, since this is another call


def test_a_call_inside_of_a_call_gives_back_what_the_outer_one_made(model_dir):
    layer = layers.Dense(1, kernel_initializer=tf.zeros_initializer())
    seen = []

    def model_fn(features, labels, mode):
        loss = tf.losses.mean_squared_error(labels, layer(features))
        optimizer = tf.train.GradientDescentOptimizer(0.1)
        before = layer.kernel
        pairs = optimizer.compute_gradients(loss, layer.trainable_variables)  # calls the model function again
        seen.append(layer.kernel is before)
        layer(features)
        seen.append([v.name for v in layer.variables])
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=optimizer.apply_gradients(pairs))

    estimator = tf.estimator.Estimator(model_fn, model_dir)
    estimator.train(lambda: tf.data.Dataset.from_tensors((ROWS, ROWS[:, :1])), steps=1)
    assert True in seen
    assert False not in seen
    assert ["dense/kernel:0", "dense/bias:0"] in seen
    expected = 0.2 * (ROWS * ROWS[:, :1]).mean(0)[:, None]
    np.testing.assert_allclose(estimator.get_variable_value("dense/kernel"), expected, rtol=1e-4)


def test_layers_work_in_a_notebook_too():
    layer = layers.Dense(2)
    np.testing.assert_allclose(layer(ROWS), layer(ROWS))
    assert layers.batch_normalization(ROWS, training=True).shape == (6, 3)
    assert layers.dense([[1.0, 2.0]], 3).shape == (1, 3)


def test_regularizers_and_activity_count_once_for_each_variable_and_output(active):
    layer = layers.Dense(2, kernel_regularizer=lambda v: jnp.sum(v * v), activity_regularizer=jnp.sum)
    first_output, second_output = layer(ROWS), layer(2 * ROWS)
    expected = [first_output.sum() / 6, second_output.sum() / 6, (layer.kernel**2).sum()]
    np.testing.assert_allclose(layer.losses, expected, rtol=1e-5)
    assert layer.get_losses_for(None) == layer.losses
    np.testing.assert_allclose(tf.losses.get_regularization_loss(), sum(expected), rtol=1e-5)
    layers.Dense(2, name="dense", _scope="dense", _reuse=True, kernel_regularizer=jnp.sum)(ROWS)
    assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 3


def test_regularizers_of_a_scope_add_to_those_of_a_layer(active):
    with tf.variable_scope("s", regularizer=lambda v: 2 * jnp.sum(v)):
        layer = layers.Dense(2, kernel_regularizer=jnp.sum, bias_initializer=tf.ones_initializer())
        layer(ROWS)
    np.testing.assert_allclose(
        tf.losses.get_regularization_loss(), 3 * layer.kernel.sum() + 2 * layer.bias.sum(), rtol=1e-5
    )


def test_what_is_not_trainable_is_listed_apart(active):
    layer = layers.BatchNormalization(name="bn")
    layer(ROWS, training=True)
    assert [v.name for v in layer.trainable_weights] == ["bn/gamma:0", "bn/beta:0"]
    assert [v.name for v in layer.non_trainable_weights] == ["bn/moving_mean:0", "bn/moving_variance:0"]
    frozen = layers.BatchNormalization(trainable=False)
    frozen(ROWS, training=True)
    assert (frozen.trainable_variables, len(frozen.variables), frozen.updates) == ([], 4, [])
    assert len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) == len(layer.updates) == 2
    assert [v.name for v in tf.trainable_variables()] == ["bn/gamma:0", "bn/beta:0"]


def test_scopes_give_initializers(active):
    with tf.variable_scope("s", initializer=tf.constant_initializer(7.0)):
        layer = layers.Dense(2)
        layer(ROWS)
    assert np.asarray(layer.kernel).tolist() == [[7, 7]] * 3
    assert np.asarray(layer.bias).tolist() == [0, 0]


def test_names_stand_for_functions(active):
    layer = layers.Dense(
        3,
        activation="relu",
        kernel_initializer="ones",
        kernel_regularizer="l2",
        bias_initializer=tf.ones_initializer,
        kernel_constraint="non_neg",
    )
    np.testing.assert_allclose(layer(ROWS), np.maximum(ROWS.sum(1, keepdims=True) + np.ones(3), 0), rtol=1e-5)
    np.testing.assert_allclose(layer.losses, [0.09], rtol=1e-5)
    assert float(active.constraints["dense/kernel"](jnp.array([-1.0]))[0]) == 0
    for wrong in ({"activation": "rely"}, {"kernel_regularizer": "l3"}, {"bias_constraint": "positive"}):
        with pytest.raises(ValueError, match=r"must be one of|given by name"):
            layers.Dense(2, **wrong)(ROWS)
    with pytest.raises(ValueError, match="function of an array"):
        layers.dense(ROWS, 2, activation=3)


def test_results_have_the_names_of_the_original(active):
    out = layers.dense(ROWS, 2, activation=tf.nn.softmax, name="softmax_layer")
    assert active.result_name(out) == "softmax_layer/Softmax"
    assert active.result_name(layers.dense(ROWS, 2)) == "dense/BiasAdd"
    assert active.result_name(layers.conv2d(IMAGES, 2, 3, use_bias=False)) == "conv2d/Conv2D"


def test_own_layers_may_take_and_give_structures(active):
    class Both(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight("factor", input_shape["a"].as_list()[1:], initializer="ones")
            super().build(input_shape)

        def call(self, inputs, more=0, training=None):
            self.add_update(tf.assign_add(self.factor, jnp.ones(3)))
            return {"sum": inputs["a"] * self.factor + inputs["b"] + more, "training": training}

    layer = Both(name="both")
    out = layer({"a": tf.constant(ROWS), "b": ROWS}, more=1, training=True)
    np.testing.assert_allclose(out["sum"], 2 * ROWS + 1, rtol=1e-5)
    assert out["training"] is True
    run_now(layer.updates)
    assert np.asarray(active.updates["both/factor"]).tolist() == [2, 2, 2]


def test_what_is_not_known_before_decides_when_it_runs():
    def build(training):
        with entered(Frame({}, key=lambda: jax.random.key(0), create=first)) as active:
            dropped = layers.dropout(jnp.ones((50, 4)), 0.5, training=training)
            normal = layers.batch_normalization(jnp.asarray(ROWS), momentum=0.5, training=training)
            run_now(tf.get_collection(tf.GraphKeys.UPDATE_OPS))
            return dropped, normal, active.updates["batch_normalization/moving_mean"]

    for known, is_training in ((jnp.array(True), True), (jnp.array(False), False)):
        for mine, fixed in zip(traced(build)(known), (build(is_training) if is_training else [None] * 3), strict=True):
            if fixed is not None:
                np.testing.assert_allclose(mine, fixed, rtol=1e-5, atol=1e-6)
    dropped, normal, mean = traced(build)(jnp.array(False))
    assert (np.asarray(dropped) == 1).all()
    assert not np.asarray(mean).any()
    np.testing.assert_allclose(normal, ROWS / np.sqrt(1.001), rtol=1e-5)


def test_dropout_drops_along_the_noise_shape(active):
    out = np.asarray(layers.dropout(np.ones((40, 5, 3), np.float32), 0.5, noise_shape=[None, 1, 3], training=True))
    assert set(np.unique(out)) == {0, 2}
    assert (out == out[:, :1]).all()
    assert 0.3 < (out[:, 0] == 0).mean() < 0.7


FORMATS = [
    (lambda x, f: layers.conv2d(x, 4, 3, strides=2, padding="same", data_format=f, bias_initializer="ones"), 2),
    (lambda x, f: layers.conv2d(x, 4, (2, 3), dilation_rate=2, data_format=f), 2),
    (lambda x, f: layers.separable_conv2d(x, 4, 3, depth_multiplier=2, data_format=f), 2),
    (lambda x, f: layers.conv2d_transpose(x, 4, 3, strides=(2, 1), padding="same", data_format=f), 2),
    (lambda x, f: layers.max_pooling2d(x, 3, 2, data_format=f), 2),
    (lambda x, f: layers.average_pooling2d(x, (2, 3), 2, padding="same", data_format=f), 2),
    (lambda x, f: layers.conv1d(x[..., 0] if f.endswith("last") else x[:, :, :, 0], 4, 3, data_format=f), 1),
    (lambda x, f: layers.batch_normalization(x, axis=1 if f.endswith("first") else -1, training=True), 2),
]


@pytest.mark.parametrize(("build", "rank"), FORMATS)
def test_where_the_channels_stand_changes_nothing_else(active, build, rank):
    with tf.variable_scope("shared", reuse=tf.AUTO_REUSE):
        last = build(IMAGES if rank == 2 else IMAGES.swapaxes(-1, -2), "channels_last")
    with tf.variable_scope("shared", reuse=tf.AUTO_REUSE):
        first = build(IMAGES.transpose(0, 3, 1, 2), "channels_first")
    if rank == 2:
        np.testing.assert_allclose(np.moveaxis(np.asarray(first), 1, -1), last, rtol=1e-4, atol=1e-5)
    else:
        assert first.shape[1] == last.shape[-1] == 4


def test_flattening_keeps_the_order_of_channels_last():
    np.testing.assert_array_equal(layers.flatten(IMAGES), IMAGES.reshape(2, -1))
    np.testing.assert_array_equal(
        layers.flatten(IMAGES.transpose(0, 3, 1, 2), data_format="channels_first"), IMAGES.reshape(2, -1)
    )
    assert layers.flatten(np.ones(5)).shape == (5, 1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.dense(np.ones(3, np.float32), 2), "at least 2 dimensions"),
        (lambda: layers.dense(ROWS, -1), "not negative"),
        (lambda: layers.conv2d(ROWS, 2, 2), "4 dimensions"),
        (lambda: layers.conv2d(IMAGES, 0, 2), "positive number"),
        (lambda: layers.conv2d(IMAGES, 2, (1, 2, 3)), "kernel_size .* 2 of them"),
        (lambda: layers.conv2d(IMAGES, 2, 2, padding="full"), "valid, same"),
        (lambda: layers.conv2d(IMAGES, 2, 2, padding="causal"), "valid, same"),
        (lambda: layers.conv2d(IMAGES, 2, 2, data_format="NHWC"), "channels_first"),
        (lambda: layers.conv2d(IMAGES, 2, 2, strides=2, dilation_rate=2), "strides of 1 or a dilation_rate of 1"),
        (lambda: layers.max_pooling2d(ROWS, 2, 2), "4 dimensions"),
        (lambda: layers.max_pooling2d(IMAGES, 0, 2), "pool_size"),
        (lambda: layers.batch_normalization(ROWS, axis=2), "must name axes"),
        (lambda: layers.dense(ROWS, 2, name="a", reuse=True), "does not exist"),
        (lambda: [layers.dense(ROWS, 2, name="a"), layers.dense(ROWS, 2, name="a")], "exists already"),
        (lambda: [layers.dense(ROWS, 2, name="a"), layers.dense(ROWS, 3, name="a", reuse=True)], "exists with shape"),
        (lambda: [layer(np.ones((2, n), np.float32)) for layer in [layers.Dense(1)] for n in (3, 4)], "size 3 along"),
        (lambda: layers.Flatten()([ROWS, ROWS]), r"1 input\(s\)"),
    ],
)
def test_what_makes_no_sense_is_refused(active, build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_what_is_not_there_is_refused(active):
    with pytest.raises(TypeError, match="no argument 'foo'"):
        layers.Dense(2, foo=1)
    for argument in ({"renorm": True}, {"virtual_batch_size": 2}, {"adjustment": lambda shape: None}):
        with pytest.raises(UnimplementedError, match=next(iter(argument))):
            layers.batch_normalization(ROWS, **argument)


ORDER = {
    "dense": "inputs units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
    "activity_regularizer kernel_constraint bias_constraint trainable name reuse",
    "dropout": "inputs rate noise_shape seed training name",
    "batch_normalization": "inputs axis momentum epsilon center scale beta_initializer gamma_initializer "
    "moving_mean_initializer moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint "
    "gamma_constraint training trainable name reuse renorm renorm_clipping renorm_momentum fused virtual_batch_size "
    "adjustment",
    "conv2d": "inputs filters kernel_size strides padding data_format dilation_rate activation use_bias "
    "kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
    "bias_constraint trainable name reuse",
    "conv2d_transpose": "inputs filters kernel_size strides padding data_format activation use_bias "
    "kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
    "bias_constraint trainable name reuse",
    "separable_conv2d": "inputs filters kernel_size strides padding data_format dilation_rate depth_multiplier "
    "activation use_bias depthwise_initializer pointwise_initializer bias_initializer depthwise_regularizer "
    "pointwise_regularizer bias_regularizer activity_regularizer depthwise_constraint pointwise_constraint "
    "bias_constraint trainable name reuse",
    "max_pooling2d": "inputs pool_size strides padding data_format name",
    "flatten": "inputs name data_format",
}
ALIKE = {
    "conv1d": "conv2d",
    "conv3d": "conv2d",
    "conv3d_transpose": "conv2d_transpose",
    "separable_conv1d": "separable_conv2d",
    **{f"{kind}_pooling{rank}d": "max_pooling2d" for kind in ("max", "average") for rank in (1, 2, 3)},
}


@pytest.mark.parametrize("name", [*ORDER, *ALIKE])
def test_arguments_stand_in_the_order_of_the_original(name):
    assert list(inspect.signature(getattr(layers, name)).parameters) == ORDER[ALIKE.get(name, name)].split()


def test_specs_say_what_they_demand():
    spec = layers.InputSpec(shape=(None, 3), dtype=tf.float32)
    assert spec.ndim == 2
    assert spec.demand((4, 3), np.dtype(np.float32)) is None
    assert spec.demand((4, 2), np.dtype(np.float32)) == "size 3 along axis 1"
    assert spec.demand((4, 3), np.dtype(np.int32)) == "elements of type float32"
    assert layers.InputSpec(max_ndim=2).demand((1, 2, 3), np.dtype(np.float32)) == "at most 2 dimensions"
    assert repr(layers.InputSpec(ndim=4, axes={-1: 3})) == "InputSpec(ndim=4, axes={-1: 3})"
