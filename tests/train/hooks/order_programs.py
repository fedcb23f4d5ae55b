"""Programs with hooks of their own that note in which order they are called, and with what.

`python order_programs.py recorded/order.json`, with an installation of TensorFlow
2.15, records what it does there; `test_order.py` compares.
"""

import json
import pathlib
import sys

import numpy as np


class Programs:
    """The programs, each a method; `tf` is the package that runs them, `model_dir` makes folders."""

    def __init__(self, tf, model_dir):
        self.tf = tf
        self.model_dir = model_dir
        self.calls = []
        self.Hook = hook_class(tf, self.calls)
        self.Listener = listener_class(tf, self.calls)

    def estimator(self, hooks=None, **config):
        config = self.tf.estimator.RunConfig(tf_random_seed=1, **config)
        return self.tf.estimator.Estimator(self.model_fn, self.model_dir(), config, {"hooks": hooks or (lambda: None)})

    def model_fn(self, features, labels, mode, params):
        tf, hooks = self.tf, params["hooks"]()
        weight = tf.get_variable("weight", [], initializer=tf.zeros_initializer())
        predictions = features["x"] * weight
        if mode == "infer":
            return tf.estimator.EstimatorSpec(mode, predictions=predictions, prediction_hooks=hooks)
        loss = tf.reduce_mean(tf.square(predictions - labels), name="loss")
        if mode == "eval":
            return tf.estimator.EstimatorSpec(mode, loss=loss, evaluation_hooks=hooks)
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        chief_hooks = hooks and [self.Hook("chief")]
        return tf.estimator.EstimatorSpec(
            mode, loss=loss, train_op=train_op, training_hooks=hooks, training_chief_hooks=chief_hooks
        )

    def input_fn(self, batches):
        x = np.arange(1, 1 + batches, dtype=np.float32)
        return lambda: self.tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x)).batch(1)

    def train_with_two(self):
        hooks = [self.Hook("a", fetch="step"), self.Hook("b", fetch="loss:0")]
        self.estimator().train(self.input_fn(4), hooks=hooks, steps=2)

    def train_with_those_of_the_model(self):
        self.estimator(lambda: [self.Hook("model")]).train(self.input_fn(4), hooks=[self.Hook("a")], steps=1)

    def train_until_a_hook_stops_at_step_3(self):
        self.estimator().train(self.input_fn(9), hooks=[self.Hook("a", stop=3), self.Hook("b")], steps=8)

    def train_until_a_hook_stops_before_step_2(self):
        self.estimator().train(self.input_fn(9), hooks=[self.Hook("a", stop_before=2), self.Hook("b")], steps=8)

    def train_until_the_input_ends(self):
        self.estimator().train(self.input_fn(2), hooks=[self.Hook("a", fetch="step"), self.Hook("b")])

    def train_until_an_error(self):
        hooks = [self.Hook("a"), self.Hook("b", fail=2), self.Hook("c")]
        self.estimator().train(self.input_fn(4), hooks=hooks, steps=4)

    def train_again(self):
        estimator = self.estimator()
        estimator.train(self.input_fn(4), hooks=[self.Hook("a", fetch="step")], steps=2)
        estimator.train(self.input_fn(4), hooks=[self.Hook("b", fetch="step")], max_steps=3)
        estimator.train(self.input_fn(4), hooks=[self.Hook("c", fetch="step")], max_steps=3)

    def train_with_a_listener(self):
        estimator = self.estimator(save_checkpoints_steps=2)
        estimator.train(self.input_fn(4), hooks=[self.Hook("a")], steps=3, saving_listeners=[self.Listener()])

    def evaluate(self):
        hooks = [self.Hook("a"), self.Hook("b", fetch="loss:0")]
        self.trained(lambda: [self.Hook("model")]).evaluate(self.input_fn(2), hooks=hooks)

    def evaluate_some_batches(self):
        self.trained(lambda: [self.Hook("model")]).evaluate(self.input_fn(4), hooks=[self.Hook("a")], steps=2)

    def evaluate_until_a_hook_stops(self):
        results = self.trained().evaluate(self.input_fn(4), hooks=[self.Hook("a", stop=2), self.Hook("b")])
        self.calls.append(["results", round(float(results["loss"]), 4)])

    def predict(self):
        for row in self.trained(lambda: [self.Hook("model")]).predict(self.input_fn(2), hooks=[self.Hook("a")]):
            self.calls.append(["row", round(float(row), 4)])

    def predict_until_a_hook_stops(self):
        for row in self.trained().predict(self.input_fn(4), hooks=[self.Hook("a", stop=2)]):
            self.calls.append(["row", round(float(row), 4)])

    def predict_one(self):
        next(self.trained().predict(self.input_fn(4), hooks=[self.Hook("a")]))

    def trained(self, hooks=None):
        estimator = self.estimator(hooks)
        estimator.train(self.input_fn(1))
        self.calls.clear()
        return estimator


def hook_class(tf, calls):
    """Makes a class of hooks that note their calls, fetch something, and stop or fail at a step."""

    class Hook(tf.train.SessionRunHook):
        def __init__(self, name, fetch=None, stop=None, stop_before=None, fail=None):
            self.name, self.fetch, self.stop, self.stop_before, self.fail = name, fetch, stop, stop_before, fail
            self.steps = 0

        def begin(self):
            self.global_step = tf.train.get_global_step()
            calls.append([self.name, "begin"])

        def after_create_session(self, session, coord):
            calls.append([self.name, "create", int(session.run(self.global_step))])

        def before_run(self, run_context):
            self.steps += 1
            calls.append([self.name, "before", run_context.stop_requested])
            if self.steps == self.stop_before:
                run_context.request_stop()
            if self.fetch is not None:
                return tf.train.SessionRunArgs(self.global_step if self.fetch == "step" else {"fetched": self.fetch})

        def after_run(self, run_context, run_values):
            results = run_values.results
            value = results["fetched"] if isinstance(results, dict) else results
            calls.append(
                [self.name, "after", None if value is None else round(float(value), 4), run_context.stop_requested]
            )
            if self.steps == self.stop:
                run_context.request_stop()
            if self.steps == self.fail:
                raise ValueError("bang")

        def end(self, session):
            calls.append([self.name, "end", int(session.run(self.global_step))])

    return Hook


def listener_class(tf, calls):
    """Makes a class of listeners that note what they are told."""

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            calls.append(["listener", "begin"])

        def before_save(self, session, global_step_value):
            calls.append(["listener", "before_save", int(global_step_value)])

        def after_save(self, session, global_step_value):
            calls.append(["listener", "after_save", int(global_step_value)])

        def end(self, session, global_step_value):
            calls.append(["listener", "end", int(global_step_value)])

    return Listener


NAMES = sorted(n for n in vars(Programs) if n.startswith(("train_", "evaluate", "predict")))


def run(name, tf, model_dir):
    """Runs a program and returns the calls that were noted."""
    programs = Programs(tf, model_dir)
    try:
        getattr(programs, name)()
    except ValueError as error:
        programs.calls.append(["error", str(error)])
    return programs.calls


if __name__ == "__main__":
    import tempfile

    import tensorflow.compat.v1 as original

    original.disable_eager_execution()
    recorded = {name: run(name, original, tempfile.mkdtemp) for name in NAMES}
    comma = ",\n  "
    lines = [f"{json.dumps(name)}: [\n  {comma.join(map(json.dumps, calls))}]" for name, calls in recorded.items()]
    pathlib.Path(sys.argv[1]).write_text("{" + ",\n".join(lines) + "}\n")
