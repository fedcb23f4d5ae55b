"""Small networks, written for the original and for this package alike.

Each is a function of `tf`, an input and `training`. `recorded/trained.npz` holds what the original
(`tf.compat.v1` of TensorFlow 2.15) makes of them: from the first values of `first_value`, `STEPS` steps of
gradient descent on `loss_of` under the control of `UPDATE_OPS`, then the output without training. For each
program one array: the losses of the steps, the first `SHOWN` values of the output, and the variables
after training, in the order and of the shapes that `recorded/trained.json` tells.
"""

import zlib

import numpy as np

RATE = 0.05
STEPS = 4
SHOWN = 40

_random = np.random.default_rng(11)
IMAGES = _random.normal(size=(4, 8, 8, 2)).astype(np.float32)
SERIES = _random.normal(size=(4, 9, 3)).astype(np.float32)
VOLUMES = _random.normal(size=(2, 4, 5, 4, 2)).astype(np.float32)
ROWS = _random.normal(size=(6, 5)).astype(np.float32)


def first_value(name, shape):
    """Returns the value that the variable of that name starts from."""
    values = np.random.default_rng(zlib.crc32(name.encode())).normal(0, 0.4, shape)
    if name.endswith("moving_variance"):
        values = 0.5 + np.abs(values)
    return (values + (1 if name.endswith("gamma") else 0)).astype(np.float32)


def loss_of(tf, out):
    """Returns the mean square of what is left of a wave, with the regularization losses."""
    wave = np.sin(np.arange(int(np.prod(out.shape)))).reshape(tuple(int(n) for n in out.shape)).astype(np.float32)
    return tf.reduce_mean(tf.square(out - wave)) + tf.losses.get_regularization_loss()


def dense(tf, x, training):
    net = tf.layers.dense(x, 4, activation=tf.nn.relu, kernel_regularizer=lambda v: 0.1 * tf.reduce_sum(v * v))
    return tf.layers.dense(net, 3, use_bias=False, activity_regularizer=lambda v: 0.01 * tf.reduce_sum(v * v))


def dense_by_name(tf, x, training):
    net = tf.layers.dense(x, 4, activation="tanh", kernel_regularizer="l2", bias_regularizer="l1", name="first")
    with tf.variable_scope("rest"):
        return tf.layers.dense(tf.layers.dense(net, 4, "sigmoid", reuse=tf.AUTO_REUSE, name="x"), 2, name="out")


def dense_of_sequences(tf, x, training):
    return tf.layers.dense(x, 4, tf.nn.softmax)


def constrained(tf, x, training):
    return tf.layers.dense(x, 3, kernel_constraint="max_norm", bias_constraint="non_neg", activation=tf.nn.elu)


def shared(tf, x, training):
    layer = tf.layers.Dense(5, activation=tf.nn.tanh, kernel_regularizer=lambda v: 0.05 * tf.reduce_sum(tf.abs(v)))
    return layer(layer(x)) + tf.layers.dense(x, 5, name="other")


def shared_scopes(tf, x, training):
    def tower(x):
        with tf.variable_scope("tower", reuse=tf.AUTO_REUSE):
            return tf.layers.dense(tf.layers.dense(x, 3, tf.nn.relu), 5)

    return tower(tower(x))


def cnn(tf, x, training):
    net = tf.layers.conv2d(x, 3, 3, padding="same", activation=tf.nn.relu)
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.conv2d(net, 4, [2, 3], strides=(1, 2), activation=tf.nn.relu)
    net = tf.layers.average_pooling2d(net, 2, 1, padding="same")
    return tf.layers.dense(tf.layers.flatten(net), 3)


def cnn_with_batch_norm(tf, x, training):
    net = tf.layers.conv2d(x, 3, 3, strides=2, use_bias=False)
    net = tf.nn.relu(tf.layers.batch_normalization(net, momentum=0.7, training=training))
    net = tf.layers.batch_normalization(net, fused=False, momentum=0.6, training=training)
    net = tf.layers.flatten(net)
    return tf.layers.dense(tf.layers.batch_normalization(net, momentum=0.5, epsilon=0.1, training=training), 2)


def batch_norm_of_rows(tf, x, training):
    net = tf.layers.batch_normalization(x, momentum=0.8, training=training, scale=False)
    net = tf.layers.batch_normalization(net, momentum=0.8, training=training, center=False, trainable=False)
    frozen = tf.layers.batch_normalization(net, momentum=0.8, name="frozen")
    layer = tf.layers.BatchNormalization(momentum=0.5, gamma_regularizer=lambda v: 0.1 * tf.reduce_sum(v))
    return tf.layers.dense(layer(net, training=training) + frozen, 2)


def batch_norm_with_axes(tf, x, training):
    net = tf.layers.batch_normalization(x, axis=1, training=training, momentum=0.5)
    net = tf.layers.batch_normalization(net, axis=2, training=training, momentum=0.5)
    net = tf.layers.batch_normalization(net, axis=[1, 3], training=training, momentum=0.5)
    return tf.layers.batch_normalization(net, axis=-1, training=training, momentum=0.5)


def batch_norm_of_series(tf, x, training):
    net = tf.layers.batch_normalization(x, axis=1, training=training, momentum=0.5)
    return tf.layers.batch_normalization(net, training=training, momentum=0.5)


def batch_norm_of_volumes(tf, x, training):
    net = tf.layers.batch_normalization(x, axis=1, training=training, momentum=0.5)
    net = tf.layers.batch_normalization(net, axis=2, training=training, momentum=0.5)
    return tf.layers.batch_normalization(net, training=training, momentum=0.5)


def dilated(tf, x, training):
    net = tf.layers.conv2d(x, 2, 3, dilation_rate=2, padding="same", activation=tf.nn.tanh)
    return tf.layers.conv2d(net, 2, 2, dilation_rate=(1, 3), name="wide")


def strided(tf, x, training):
    net = tf.layers.conv2d(x, 2, 4, strides=3, padding="SAME")
    return tf.layers.conv2d(net, 3, (1, 2), strides=[2, 1], kernel_regularizer=lambda v: tf.reduce_sum(v * v))


def one_axis(tf, x, training):
    net = tf.layers.conv1d(x, 4, 3, padding="same", strides=2, activation=tf.nn.relu)
    net = tf.layers.max_pooling1d(net, 2, 1, padding="same")
    net = tf.layers.conv1d(net, 3, 2, padding="causal", dilation_rate=2)
    return tf.layers.average_pooling1d(net, 2, 2)


def three_axes(tf, x, training):
    net = tf.layers.conv3d(x, 2, (2, 3, 2), padding="same", strides=(1, 2, 1), activation=tf.nn.relu)
    net = tf.layers.max_pooling3d(net, 2, 1)
    return tf.layers.average_pooling3d(net, (2, 1, 2), 2, padding="same")


def separable(tf, x, training):
    net = tf.layers.separable_conv2d(x, 3, 3, depth_multiplier=2, padding="same", activation=tf.nn.relu)
    net = tf.layers.separable_conv2d(net, 2, 2, strides=2, depthwise_regularizer=lambda v: tf.reduce_sum(v * v))
    return tf.layers.separable_conv2d(net, 2, 2, dilation_rate=2, use_bias=False)


def separable_of_series(tf, x, training):
    net = tf.layers.separable_conv1d(x, 3, 3, depth_multiplier=2, padding="same", activation=tf.nn.relu)
    net = tf.layers.separable_conv1d(net, 2, 2, strides=2)
    return tf.layers.SeparableConv1D(2, 2, dilation_rate=2, padding="causal", name="last")(net)


def transposed(tf, x, training):
    net = tf.layers.conv2d(x, 2, 3, strides=2)
    net = tf.layers.conv2d_transpose(net, 3, 3, strides=2, padding="same", activation=tf.nn.relu)
    net = tf.layers.conv2d_transpose(net, 2, (2, 3), strides=(3, 2))
    return tf.layers.conv2d_transpose(net, 1, 1, use_bias=False)


def transposed_volumes(tf, x, training):
    return tf.layers.conv3d_transpose(x, 2, 3, strides=(1, 2, 1), padding="same")


def classes(tf, x, training):
    first = tf.layers.Conv2D(2, 3, padding="same", activation=tf.nn.tanh)
    pool = tf.layers.MaxPooling2D(2, 2)
    net = pool(first(first(x)))
    net = tf.layers.Conv2DTranspose(2, 2)(net)
    return tf.layers.Dense(2)(tf.layers.Flatten()(tf.layers.AveragePooling2D((2, 1), 1)(net)))


def own_layer(tf, x, training):
    class Scaled(tf.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.inner = tf.layers.Dense(units)
            self.units = units

        def build(self, input_shape):
            features = input_shape[-1].value
            self.scale = self.add_variable("scale", [features], regularizer=lambda v: 0.3 * tf.reduce_sum(v * v))
            self.shift = self.add_weight("shift", shape=(), initializer="zeros", trainable=False)
            super().build(input_shape)

        def call(self, inputs, training=False):
            self.add_loss(0.01 * tf.reduce_sum(inputs * inputs))
            return self.inner(inputs * self.scale + self.shift)

    twice = Scaled(5)
    return Scaled(2, name="mine")(twice(twice(x)), training=training)


PROGRAMS = {
    dense: ROWS,
    dense_by_name: ROWS,
    dense_of_sequences: SERIES,
    constrained: ROWS,
    shared: ROWS,
    shared_scopes: ROWS,
    cnn: IMAGES,
    cnn_with_batch_norm: IMAGES,
    batch_norm_of_rows: ROWS,
    batch_norm_with_axes: IMAGES,
    batch_norm_of_series: SERIES,
    batch_norm_of_volumes: VOLUMES,
    dilated: IMAGES,
    strided: IMAGES,
    one_axis: SERIES,
    three_axes: VOLUMES,
    separable: IMAGES,
    separable_of_series: SERIES,
    transposed: IMAGES,
    transposed_volumes: VOLUMES,
    classes: IMAGES,
    own_layer: ROWS,
}
