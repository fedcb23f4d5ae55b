"""A small model with named results, trained on ten rows: what the tests of hooks run."""

import numpy as np

import estimax as tf

X = np.arange(1, 11, dtype=np.float32) / 10


def input_fn(batch=2, epochs=None):
    return lambda: tf.data.Dataset.from_tensor_slices(({"x": X}, 2 * X)).batch(batch).repeat(epochs)


def evaluation_fn():
    return tf.data.Dataset.from_tensor_slices(({"x": X}, 2 * X)).batch(5)


def line(features, labels, mode, params):
    """A line, with whatever `params["more"]` makes of it for the specification."""
    w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    b = tf.get_variable("b", [], initializer=tf.zeros_initializer())
    predictions = tf.identity(features["x"] * w + b, name="predictions")
    more = params["more"](mode, {"w": w, "b": b, "predictions": predictions})
    if mode == "infer":
        return tf.estimator.EstimatorSpec(mode, predictions=predictions, **more)
    loss = tf.reduce_mean(tf.square(predictions - labels), name="loss")
    train_op = tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss, tf.train.get_global_step())
    metrics = {"mean": tf.metrics.mean(predictions)}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics, **more)


def estimator(model_dir, more=lambda mode, held: {}, **config):
    """Makes an estimator; `more` takes the mode and the arrays of the model, and gives fields of its specification."""
    return tf.estimator.Estimator(
        line, str(model_dir), tf.estimator.RunConfig(tf_random_seed=1, **config), {"more": more}
    )


def training(**fields):
    """Makes a `more` that gives fields to the specification of training, each made by a function of the arrays."""
    return lambda mode, held: {n: make(held) for n, make in fields.items()} if mode == "train" else {}


class Calls(tf.train.SessionRunHook):
    """Counts the calls of compiled steps: it wants to see the ends of all, and asks for none."""

    def begin(self):
        self.ends = []

    def after_run(self, run_context, run_values):
        self.ends.append(run_context.step + 1)

    def next_due_step(self, step):
        return float("inf")


class Watch(tf.train.SessionRunHook):
    """Keeps what each step gives for its fetches."""

    def __init__(self, fetches):
        self.fetches = fetches
        self.seen = []

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(self.fetches)

    def after_run(self, run_context, run_values):
        self.seen.append(run_values.results)


def variables(trained):
    """Returns all variables of the latest checkpoint, with their bits."""
    return {name: trained.get_variable_value(name).tobytes() for name in trained.get_variable_names()}
