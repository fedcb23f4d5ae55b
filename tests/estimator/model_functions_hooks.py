"""Programs that look into a run: hooks, summaries, logs."""

import logging
import re

import numpy as np

from tests.estimator.model_function_parts import PRICE, X, batches, ramp, step_of


def _line(tf, hooks=lambda: {}, summaries=False):
    """A model function of one layer whose results have names, and which makes hooks of its own."""
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        y = tf.squeeze(v1.layers.dense(features, 1, name="line", kernel_initializer=ramp(tf)), 1)
        y = tf.identity(y, name="prediction")
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, {"y": y}, prediction_hooks=hooks().get(mode))
        error = tf.abs(y - labels, name="error")
        loss = v1.losses.mean_squared_error(labels, y)
        if summaries:
            v1.summary.scalar("worst", tf.reduce_max(error))
            with v1.name_scope("inner"):
                v1.summary.histogram("errors", error)
                v1.summary.scalar("average", tf.reduce_mean(error))
            for variable in v1.trainable_variables():
                v1.summary.histogram(variable.op.name, variable)
            v1.summary.image("pixels", tf.reshape(features[:, :4], [-1, 2, 2, 1]), max_outputs=1)
            v1.summary.text("words", tf.constant("some words"))
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.05), loss)
        made = hooks()
        return tf.estimator.EstimatorSpec(
            mode,
            {"y": y},
            loss,
            train_op,
            {"mae": v1.metrics.mean(error)},
            training_hooks=made.get("train"),
            evaluation_hooks=made.get("eval"),
        )

    return model_fn


class _Lines(logging.Handler):
    def __init__(self, tf):
        super().__init__(logging.INFO)
        self.tf, self.lines = tf, []

    def emit(self, record):
        self.lines.append(record.getMessage())

    def __enter__(self):
        self.before = self.tf.compat.v1.logging.get_verbosity()
        self.tf.compat.v1.logging.set_verbosity("INFO")
        self.tf.get_logger().addHandler(self)
        return self

    def __exit__(self, *_):
        self.tf.get_logger().removeHandler(self)
        self.tf.compat.v1.logging.set_verbosity(self.before)


def a_hook_around_each_step(tf, run):
    """In which order a hook is called, what it is given, how it ends a run."""
    v1 = tf.compat.v1
    calls = []

    class Watching(v1.train.SessionRunHook):
        def __init__(self, name, last):
            self.name, self.last = name, last

        def begin(self):
            calls.append(f"{self.name} begin")
            self.steps = 0

        def after_create_session(self, session, coord):
            calls.append(f"{self.name} created at {session.run('global_step/Read/ReadVariableOp:0')}")

        def before_run(self, run_context):
            fetches = {
                "error": "error:0",
                "loss": "mean_squared_error/value:0",
                "step": "global_step/Read/ReadVariableOp:0",
            }
            return v1.train.SessionRunArgs(fetches)

        def after_run(self, run_context, run_values):
            self.steps += 1
            run.note(f"{self.name}/{self.steps}/error", run_values.results["error"])
            run.note(f"{self.name}/{self.steps}/loss", run_values.results["loss"])
            if self.steps == self.last:
                calls.append(f"{self.name} stops, stop requested {run_context.stop_requested}")
                run_context.request_stop()

        def end(self, session):
            run.note(f"{self.name}/kernel", session.run("line/kernel/Read/ReadVariableOp:0"))
            calls.append(f"{self.name} end at {session.run('global_step/Read/ReadVariableOp:0')}")

    model = run.estimator(_line(tf))
    model.train(batches(tf, X, PRICE), steps=10, hooks=[Watching("one", 4), Watching("two", 9)])
    run.note("after", model.get_variable_value("global_step"))
    model.evaluate(batches(tf, X, PRICE), steps=3, hooks=[Watching("evaluating", 99)])
    run.note("calls", calls)
    run.note_variables(model)


def hooks_that_are_there(tf, run):
    """StopAtStep, logs of values by array and by name, final values of an evaluation, summaries of one's own."""
    v1 = tf.compat.v1
    said = []

    def tell(values):
        said.append(f"{sorted(values)} {float(values['worst']):.3f}")
        return "told"

    def logged():
        graph_free = v1.train.LoggingTensorHook(
            {"worst": "error:0"}, every_n_iter=2, formatter=lambda v: tell({"worst": np.max(v["worst"])})
        )
        return {"train": [graph_free]}

    model = run.estimator(_line(tf, logged))
    stop = v1.train.StopAtStepHook(num_steps=5)
    model.train(batches(tf, X, PRICE), hooks=[stop, v1.train.NanTensorHook("mean_squared_error/value:0")])
    model.train(batches(tf, X, PRICE), hooks=[v1.train.StopAtStepHook(last_step=7)], steps=50)
    run.note("step", model.get_variable_value("global_step"))
    final = v1.train.FinalOpsHook(
        {"kernel": "line/kernel/Read/ReadVariableOp:0", "step": "global_step/Read/ReadVariableOp:0"}
    )
    metrics = model.evaluate(batches(tf, X, PRICE, epochs=1), hooks=[final])
    run.note_dict("final", final.final_ops_values)
    run.note_dict("metric", metrics)
    run.note("said", said)


def log_lines_of_a_run(tf, run):
    """What is logged."""

    model = run.estimator(_line(tf), config=tf.estimator.RunConfig(log_step_count_steps=2, save_checkpoints_steps=3))
    with _Lines(tf) as found:
        model.train(batches(tf, X, PRICE), steps=5)
        model.evaluate(batches(tf, X, PRICE, epochs=1))
    starts = ("loss = ", "Loss for final", "Saving checkpoints for", "Saving dict for", "Evaluation [")
    lines = [line.replace(run.model_dir, "") for line in found.lines if line.startswith(starts)]
    shown = [line.partition(" (")[0].partition(" ...")[0] for line in lines]
    run.note("lines", sorted(re.sub(r"(\.\d{4})\d*", r"\1", line) for line in shown))


def summaries_of_a_run(tf, run):
    """Which summaries are written at which steps, and where."""
    v1 = tf.compat.v1
    config = tf.estimator.RunConfig(save_summary_steps=2, log_step_count_steps=100)

    def hooks():
        folder = f"{run.model_dir}/own"
        return {
            "train": [v1.train.SummarySaverHook(save_steps=3, output_dir=folder, summary_op=v1.summary.merge_all())],
            "eval": [
                v1.train.SummarySaverHook(
                    save_steps=1, output_dir=f"{run.model_dir}/eval_own", summary_op=v1.summary.merge_all()
                )
            ],
        }

    model = run.estimator(_line(tf, hooks, summaries=True), config=config)
    model.train(batches(tf, X, PRICE), steps=7)
    run.note("events", run.events())
    run.note("own events", run.events("own"))
    model.train(batches(tf, X, PRICE), max_steps=10)
    run.note("events then", run.events())
    metrics = model.evaluate(batches(tf, X, PRICE, epochs=1))
    # Ours also shows what the function draws in an evaluation.
    told = {*metrics, "checkpoint_path"}
    run.note("evaluated", [line for line in run.events("eval") if line.split()[1] in told])
    run.note("evaluated tags", sorted({line.split()[1] for line in run.events("eval_own")}))
