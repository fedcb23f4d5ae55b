"""Programs whose hooks log something, and what they log.

`python log_programs.py recorded/logs.json`, with an installation of TensorFlow 2.15,
records what it does there; `test_logs.py` compares.
"""

import json
import logging
import pathlib
import re
import sys

import numpy as np

SHOWN = ("loss", "own:", "steps to", "values:", "NaN")
HIDDEN = ("deprecated", "Using config", "final step")


def model_fn(features, labels, mode, params):
    """A line through the origin, with two weights that are the same; hooks that it is given make more of it."""
    tf = params["tf"]
    w = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
    predictions = tf.identity(tf.reduce_sum(tf.expand_dims(features["x"], 1) * w, 1), name="preds")
    loss = tf.reduce_mean(tf.square(predictions - labels), name="loss")
    train_op = tf.train.GradientDescentOptimizer(0.05).minimize(loss, tf.train.get_global_step())
    hooks = params["hooks"](tf, {"w": w, "preds": predictions, "loss": loss})
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=hooks)


def constants(tf):
    return {
        "floats": tf.constant([1e-6, 1.0, 123456.789, 1 / 3]),
        "small": tf.constant(1e-7),
        "whole": tf.constant(3),
        "word": tf.constant("hi"),
        "words": tf.constant([["x", "y"]]),
        "many": tf.range(2000),
        "square": tf.constant([[1.5, 2.5], [3, 4]]),
        "truth": tf.constant([True, False]),
    }


def watching_logger(tf, every):
    class Watching(tf.train.LoggingTensorHook):
        def after_run(self, run_context, run_values):
            logging.getLogger("tensorflow").info("own: after a step")
            super().after_run(run_context, run_values)

    return Watching(["loss"], every_n_iter=every)


def quiet_counter(tf, every):
    class Counter(tf.train.StepCounterHook):
        def _log_and_record(self, elapsed_steps, elapsed_time, global_step):
            logging.getLogger("tensorflow").info("%s steps to %s, %s", elapsed_steps, global_step, elapsed_time > 0)

    return Counter(every_n_steps=every)


def of_names(*args, **kwargs):
    return lambda tf: [tf.train.LoggingTensorHook(*args, **kwargs)]


def of_arrays(make):
    return lambda tf, held: [tf.train.LoggingTensorHook(make(tf, held), every_n_iter=4)]


# Name -> hooks of the caller, or (if the function takes two arguments) of the model function.
PROGRAMS = {
    "names": of_names(["loss", "preds"], every_n_iter=3),
    "names of tensors": of_names(["loss:0", "preds:0"], every_n_iter=4),
    "names in another order": of_names(["preds", "loss"], every_n_iter=5),
    "keys in another order": of_names({"preds": "loss", "loss": "preds"}, every_n_iter=4),
    "every step": of_names(["loss"], every_n_iter=1),
    "by seconds": of_names(["loss"], every_n_secs=1000),
    "formatter": of_names(
        {"l": "loss", "p": "preds"}, every_n_iter=4, formatter=lambda v: f"values: {v['l']:.3f}, {v['p'][0]:.3f}"
    ),
    "an array": of_arrays(lambda tf, held: [held["loss"]]),
    "arrays": of_arrays(lambda tf, held: {"loss": held["loss"], "w": held["w"]}),
    "constants": of_arrays(lambda tf, held: {"loss": held["loss"], **constants(tf)}),
    "stop after steps": lambda tf: [
        tf.train.StopAtStepHook(num_steps=3),
        tf.train.LoggingTensorHook(["loss"], every_n_iter=1),
    ],
    "stop at a step": lambda tf: [
        tf.train.LoggingTensorHook(["loss"], every_n_iter=1),
        tf.train.StopAtStepHook(last_step=2),
    ],
    "counter": lambda tf: [quiet_counter(tf, 4)],
    "counter at every step": lambda tf: [quiet_counter(tf, 1)],
    "subclass": lambda tf: [watching_logger(tf, 3)],
    "not a number": lambda tf, held: [
        tf.train.LoggingTensorHook(["loss"], every_n_iter=1),
        tf.train.NanTensorHook(tf.math.log(0.3 - held["preds"]), fail_on_nan_loss=False),
    ],
    "not a number, an error": lambda tf, held: [
        tf.train.LoggingTensorHook(["loss"], every_n_iter=1),
        tf.train.NanTensorHook(tf.math.log(0.3 - held["preds"])),
    ],
}


class _Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        message = record.getMessage()
        if any(word in message for word in SHOWN) and not any(word in message for word in HIDDEN):
            self.lines.append(f"{record.levelname} {message}")


def run(name, tf, model_dir):
    """Runs a program for ten steps at most; returns the lines that were logged, and what was raised."""
    make = PROGRAMS[name]
    of_model = make.__code__.co_argcount == 2
    params = {"tf": Shared(tf), "hooks": make if of_model else lambda tf, held: None}
    config = tf.estimator.RunConfig(
        tf_random_seed=1, log_step_count_steps=None, save_summary_steps=None, save_checkpoints_steps=100
    )
    x = np.arange(1, 11, dtype=np.float32) / 10
    handler, logger = _Lines(), logging.getLogger("tensorflow")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        tf.estimator.Estimator(model_fn, model_dir, config, params).train(
            lambda: tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x)).batch(1), hooks=None if of_model else make(tf)
        )
    except RuntimeError as error:
        handler.lines.append(f"raised {type(error).__name__}")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return handler.lines


class Shared:
    """A package that is not copied with the parameters."""

    def __init__(self, tf):
        self._tf = tf

    def __getattr__(self, name):
        return getattr(self._tf, name)

    def __deepcopy__(self, memo):
        return self


def plain(line):
    """Rounds the numbers of a line and leaves out its seconds."""
    line = re.sub(r" \([\d.]+ sec\)", " (sec)", line)
    return re.sub(r"-?\d+\.\d*(e-?\d+)?", lambda m: f"{float(m[0]):.4g}", " ".join(line.split()))


if __name__ == "__main__":
    import tempfile

    import tensorflow.compat.v1 as original

    original.disable_eager_execution()
    recorded = {name: [plain(line) for line in run(name, original, tempfile.mkdtemp())] for name in PROGRAMS}
    pathlib.Path(sys.argv[1]).write_text(json.dumps(recorded, indent=1) + "\n")
