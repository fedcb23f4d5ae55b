"""A program as people write it, for the original and for this package alike: small pictures, layers, an Estimator.

`recorded/digits.npz` holds the variables and `recorded/digits.json` the evaluation that the original
(`tf.compat.v1` of TensorFlow 2.15) ends with, after two calls of `train` with six steps each.
"""

import numpy as np

_random = np.random.default_rng(5)
IMAGES = _random.normal(size=(24, 8, 8)).astype(np.float32)
LABELS = (np.arange(24) % 3).astype(np.int32)


def start(*shape):
    """Returns the same values for a shape every time."""
    return (np.random.default_rng(shape).normal(size=shape) * 0.3).astype(np.float32)


def run(tf, model_dir):
    """Trains and evaluates; returns the estimator and the evaluation."""

    def input_fn():
        data = tf.data.Dataset.from_tensor_slices(({"image": IMAGES}, LABELS))
        return data.repeat().batch(8)

    def constant(*shape):
        return tf.constant_initializer(start(*shape))

    def model_fn(features, labels, mode, params):
        training = mode == tf.estimator.ModeKeys.TRAIN
        net = tf.reshape(features["image"], [-1, 8, 8, 1])
        for number, (channels, filters) in enumerate([(1, 4), (4, 6)]):
            with tf.variable_scope(f"block_{number}"):
                net = tf.layers.conv2d(
                    net,
                    filters,
                    3,
                    padding="same",
                    use_bias=False,
                    kernel_initializer=constant(3, 3, channels, filters),
                    kernel_regularizer=tf.keras.regularizers.l2(params["l2"]),
                )
                net = tf.layers.batch_normalization(net, momentum=0.8, training=training)
                net = tf.nn.relu(net)
                net = tf.layers.max_pooling2d(net, pool_size=[2, 2], strides=2)
        net = tf.layers.flatten(net)
        net = tf.layers.dropout(net, rate=0.0, training=training)
        net = tf.layers.dense(net, 5, activation=tf.nn.tanh, kernel_initializer=constant(24, 5), name="hidden")
        logits = tf.layers.dense(net, 3, kernel_initializer=constant(5, 3))
        predictions = {"class": tf.argmax(logits, axis=1), "probabilities": tf.nn.softmax(logits)}
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
        loss = loss + tf.losses.get_regularization_loss()
        if mode == tf.estimator.ModeKeys.EVAL:
            metrics = {"accuracy": tf.metrics.accuracy(labels, predictions["class"])}
            return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
        update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        with tf.control_dependencies(update_ops):
            optimizer = tf.train.MomentumOptimizer(0.05, 0.9)
            train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    estimator = tf.estimator.Estimator(model_fn, model_dir=model_dir, params={"l2": 0.01})
    estimator.train(input_fn, steps=6)
    estimator.train(input_fn, steps=6)
    found = estimator.evaluate(input_fn, steps=3)
    predicted = next(iter(estimator.predict(input_fn)))
    return estimator, {**{name: float(v) for name, v in found.items()}, "first": float(predicted["probabilities"][0])}
