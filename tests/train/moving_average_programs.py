"""Model functions with moving averages, written for the original and for this package alike.

`recorded/moving_averages.json` holds the variables after `STEPS` steps that the original's `tf.estimator` gave
for each of `programs(tensorflow.compat.v1)`.
"""

import numpy as np

STEPS = 5
X = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0], [1.5, 1.0]], np.float32)
Y = np.array([1.0, 0.0, 2.0, 1.0], np.float32)


def programs(tf):
    """Returns name -> model function."""

    def model_fn(follow, **options):
        def call(features, labels, mode):
            w = tf.get_variable("w", [2, 1], initializer=tf.ones_initializer())
            b = tf.get_variable("b", [1], initializer=tf.constant_initializer(0.5))
            loss = tf.reduce_mean(tf.square(tf.squeeze(tf.matmul(features["x"], w) + b, 1) - labels))
            step = tf.train.get_global_step()
            op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
            given = {k: step if v == "step" else v for k, v in options.items()}
            return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=follow(op, loss, w, b, given))

        return call

    def after(op, loss, w, b, options):
        averages = tf.train.ExponentialMovingAverage(**options)
        with tf.control_dependencies([op]):
            return averages.apply([w, b])

    def after_all(op, loss, w, b, options):
        averages = tf.train.ExponentialMovingAverage(**options)
        with tf.control_dependencies([op]):
            followed = averages.apply()
        return tf.group(followed)

    def by_waiting(op, loss, w, b, options):
        averages = tf.train.ExponentialMovingAverage(**options)
        with tf.control_dependencies([op]):
            followed = averages.apply([w])
        with tf.control_dependencies([followed]):
            return tf.no_op(name="train")

    def of_the_loss(op, loss, w, b, options):
        averages = tf.train.ExponentialMovingAverage(**options)
        return tf.group(op, averages.apply([loss]))

    return {
        "after": model_fn(after, decay=0.9),
        "all": model_fn(after_all, decay=0.99, num_updates="step"),
        "named": model_fn(by_waiting, decay=0.5, name="averaged"),
        "of the loss": model_fn(of_the_loss, decay=0.9),
    }
