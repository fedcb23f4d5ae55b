"""How long the training loop waits for a checkpoint of a large state.

    python benchmarks/checkpoint_pause.py [--megabytes 400] [--kind table|dense] [--saves 4] [--steps 100000]

Trains a model whose variables and slots have so many megabytes in all, and says for each
checkpoint in the middle of the run

    wait    how long the loop stood still: for the copy, and for what was left of writing the one before
    copy    how long copying the state took
    next    how much longer the compiled call behind it took than the median of all, per step

`table` is a linear model that reads and writes rows of a table, so that a step costs little;
`dense` changes all of the state in every step.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

import estimax as tf
from estimax.train._loop import Run
from estimax.train._saving import CheckpointSaver
from estimax.train._snapshots import Snapshots


def linear(megabytes: int, config: tf.estimator.RunConfig) -> tf.estimator.Estimator:
    """Returns a linear model of one wide column under FTRL: a table and two slots."""
    rows = megabytes * 1_000_000 // 12
    return tf.estimator.LinearRegressor([tf.feature_column.categorical_column_with_identity("id", rows)], config=config)


def dense(megabytes: int, config: tf.estimator.RunConfig) -> tf.estimator.Estimator:
    """Returns a model under Adagrad whose every step changes a vector and its slot."""

    def model(features, labels, mode):
        vector = tf.get_variable("vector", [megabytes * 1_000_000 // 8])
        read = tf.reduce_mean(vector) * tf.cast(features["id"], tf.float32)
        loss = tf.losses.mean_squared_error(labels, read)
        train_op = tf.train.AdagradOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    return tf.estimator.Estimator(model, config=config)


def input_fn():
    """Batches of ids all over the table."""
    ids = np.random.default_rng(0).integers(0, 1_000_000, 1 << 16).astype(np.int32)
    return tf.data.Dataset.from_tensor_slices(({"id": ids}, (ids % 7).astype(np.float32))).repeat().batch(64)


class Watch:
    """Notes how long the saver keeps the loop, and how long the calls between take."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.calls: list[tuple[float, bool]] = []  # seconds a step, and whether a checkpoint was begun just before
        self.copies: list[float] = []
        self._left = 0.0
        self._saved = False
        original, take = CheckpointSaver.after_steps, Snapshots.take

        def timed(snapshots: Snapshots, arrays: Mapping[str, Any]) -> dict[str, Any]:
            began = time.perf_counter()
            taken = take(snapshots, arrays)
            self.copies.append(time.perf_counter() - began)
            return taken

        def after_steps(saver: CheckpointSaver, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
            entered, before = time.perf_counter(), saver.saved_step
            if self._left:
                self.calls.append(((entered - self._left) / (run.step - first), self._saved))
            original(saver, run, first, values)
            self._left, self._saved = time.perf_counter(), saver.saved_step != before
            if self._saved and run.step < saver.last_step:
                self.waits.append(self._left - entered)

        CheckpointSaver.after_steps = after_steps  # type: ignore[method-assign]
        Snapshots.take = timed  # type: ignore[method-assign]


def main() -> None:
    """Trains and reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--kind", choices=["table", "dense"], default="table")
    parser.add_argument("--saves", type=int, default=4)
    parser.add_argument("--steps", type=int, help="between checkpoints")
    given = parser.parse_args()
    steps = given.steps or (200_000 if given.kind == "table" else 60)
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        config = tf.estimator.RunConfig(
            folder, tf_random_seed=1, save_checkpoints_steps=steps, keep_checkpoint_max=1, log_step_count_steps=None
        )
        estimator = (linear if given.kind == "table" else dense)(given.megabytes, config)
        began = time.perf_counter()
        estimator.train(input_fn, max_steps=steps * (given.saves + 1))
        took = time.perf_counter() - began
    usual = statistics.median(secs for secs, _ in watch.calls)
    behind = [secs - usual for secs, is_behind in watch.calls if is_behind]
    print(f"{given.megabytes} MB, {given.kind}: {steps * (given.saves + 1)} steps in {took:.1f} s")
    for name, found in (
        ("wait", watch.waits),
        ("copy", watch.copies[1:-1]),
    ):  # the first makes room, the last is the end
        print(f"{name}, ms: " + " ".join(f"{1e3 * secs:.1f}" for secs in found), end="; ")
        print(f"median {1e3 * statistics.median(found):.1f}")
    print(f"next, ms a step: {1e3 * statistics.median(behind):+.3f}; a step usually takes {1e3 * usual:.3f}")


if __name__ == "__main__":
    main()
