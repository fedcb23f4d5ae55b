"""Summaries stand in event files as the original writes them: tags of model functions, and values written by hand."""

import json
import os
import pathlib
from contextvars import copy_context

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.util.tensor_util import make_ndarray

import estimax as tf
from tests.summary import eager_programs, recording, tag_programs

RECORDED = json.loads((pathlib.Path(__file__).parent / "test_summary_programs.json").read_text())

# Where tags differ: (the original's, ours).
DIFFERENT = {
    # The curve of the loss is always called so, whatever else has the name.
    "named_loss": (["loss_2", "simple_value"], ["loss", "simple_value"]),
    "taken_by_lower_names": (["loss_2", "simple_value"], ["loss", "simple_value"]),
    # Summaries of TensorFlow 2 in a model function are written, which they are not in the original.
    "of_version_two": (None, ["a", "simple_value"]),
}


@pytest.mark.parametrize("name", tag_programs.PROGRAMS)
def test_a_model_functions_summaries_have_the_tags_that_they_have_in_the_original(name, tmp_path):
    expected = list(RECORDED["tags"][name])
    theirs, ours = DIFFERENT.get(name, (None, None))
    expected = [tag for tag in expected if tag != theirs] + ([ours] if ours else [])
    found = recording.tags_of(tf, tag_programs.PROGRAMS[name], str(tmp_path), Event.FromString)
    assert found == sorted(expected)


@pytest.mark.parametrize("name", eager_programs.PROGRAMS)
def test_a_program_writes_the_summaries_that_it_writes_with_the_original(name, tmp_path):
    program, recorded = eager_programs.PROGRAMS[name], RECORDED["events"][name]
    # In a context of its own, since a default writer stays one.
    found = copy_context().run(recording.events_of, tf, program, str(tmp_path), Event.FromString, make_ndarray)
    assert found["returned"] == recorded["returned"]
    assert len(found["events"]) == len(recorded["events"])
    for ours, theirs in zip(found["events"], recorded["events"], strict=True):
        data, expected = ours.pop("data"), theirs["data"]
        assert ours == {key: value for key, value in theirs.items() if key != "data"}
        if ours["type"] == "object":
            assert data == expected
        else:
            np.testing.assert_allclose(data, expected, rtol=1e-6)


def test_every_program_is_recorded():
    assert RECORDED["tags"].keys() == tag_programs.PROGRAMS.keys()
    assert RECORDED["events"].keys() == eager_programs.PROGRAMS.keys()


DIGITS = np.random.default_rng(5).random((32, 8, 8, 1), np.float32)
CLASSES = np.arange(32) % 4


def digits(features, labels, mode, params):
    """A network for pictures of digits, with summaries of all kinds, as programs of 1.x have them."""
    with tf.variable_scope("conv"):
        net = tf.layers.conv2d(features["image"], 4, 3, activation=tf.nn.relu)
        tf.summary.histogram("activation", net)
        tf.summary.scalar("sparsity", tf.nn.zero_fraction(net))
    logits = tf.layers.dense(tf.layers.flatten(net), 4, name="logits")
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    accuracy = tf.metrics.accuracy(labels, tf.argmax(logits, 1), name="accuracy_op")
    tf.summary.image("input", features["image"], 2)
    tf.summary.scalar("accuracy", accuracy[1])
    tf.summary.scalar("cross_entropy", loss, family="losses")
    tf.summary.text("about", tf.constant(["a", "network"]))
    own = tf.summary.scalar("hidden", loss, collections=["mine"])
    hooks = [
        tf.train.SummarySaverHook(2, output_dir=params["folder"], summary_op=tf.summary.merge_all()),
        tf.train.SummarySaverHook(3, output_dir=params["folder"], summary_op=[tf.summary.merge_all("mine")]),
        Best(own, params["folder"]),
    ]
    step = tf.train.AdamOptimizer(0.01).minimize(loss, tf.train.get_global_step())
    metrics = {"accuracy": accuracy}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step, training_hooks=hooks, eval_metric_ops=metrics)


class Best(tf.train.SessionRunHook):
    """Writes a summary of its own, and a curve made by hand, of every fourth step."""

    def __init__(self, summary, folder):
        self.summary, self.folder = summary, folder

    def begin(self):
        self.step, self.least = 0, np.inf
        self.writer = tf.summary.FileWriter(self.folder, filename_suffix=".best")

    def before_run(self, run_context):
        return tf.train.SessionRunArgs(self.summary)

    def after_run(self, run_context, run_values):
        self.step += 1
        (value,) = tf.summary.Summary.FromString(run_values.results).value
        self.least = min(self.least, value.simple_value)
        if self.step % 4 == 0:
            self.writer.add_summary(run_values.results, self.step)
            self.writer.add_summary(tf.compat.v1.summary.scalar("best/loss", self.least), self.step)

    def end(self, session):
        self.writer.close()


def steps_of(folder):
    """Reads a folder with TensorBoard's own reader: the steps of each tag."""
    board = EventAccumulator(str(folder), size_guidance={"images": 0, "histograms": 0, "scalars": 0, "tensors": 0})
    board.Reload()
    read = {"scalars": board.Scalars, "images": board.Images, "histograms": board.Histograms, "tensors": board.Tensors}
    return {tag: sorted(e.step for e in read[kind](tag)) for kind in read for tag in board.Tags()[kind]}


def test_a_network_for_digits_shows_what_it_declares_in_its_own_folder_and_in_those_of_its_hooks(tmp_path):
    mine = tmp_path / "mine"
    config = tf.estimator.RunConfig(str(tmp_path / "model"), save_summary_steps=4, tf_random_seed=1)
    estimator = tf.estimator.Estimator(digits, config=config, params={"folder": str(mine)})
    rows = tf.data.Dataset.from_tensor_slices(({"image": DIGITS}, CLASSES)).repeat().batch(8)
    estimator.train(lambda: rows, steps=8)
    declared = ["conv/activation", "conv/sparsity", "input/image/0", "input/image/1", "accuracy"]
    declared += ["losses/losses/cross_entropy", "about"]
    found = steps_of(tmp_path / "model")
    assert {tag: steps for tag, steps in found.items() if tag in declared} == {tag: [1, 5] for tag in declared}
    assert "hidden" not in found
    assert steps_of(mine) == {tag: [1, 3, 5, 7] for tag in declared} | {"hidden": [1, 4, 4, 7, 8], "best/loss": [4, 8]}
    assert sum(name.endswith(".best") for name in os.listdir(mine)) == 1


def test_a_loop_of_ones_own_writes_beside_the_run(tmp_path):
    def model_fn(features, labels, mode):
        y = tf.layers.dense(features, 1)[:, 0]
        loss = tf.losses.mean_squared_error(labels, y)
        step = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        tf.summary.scalar("average", tf.reduce_mean(y), step=tf.train.get_global_step(), description="of predictions")
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step)

    x = np.ones((4, 2), np.float32)
    estimator = tf.estimator.Estimator(model_fn, model_dir=str(tmp_path / "model"))
    writer = tf.summary.create_file_writer(str(tmp_path / "own"))
    with writer.as_default():
        for _ in range(3):
            estimator.train(lambda: tf.data.Dataset.from_tensors((x, x[:, 0])).repeat(), steps=5)
            step = estimator.get_variable_value("global_step")
            tf.summary.scalar("weights/largest", estimator.get_variable_value("dense/kernel").max(), step=step)
            tf.summary.histogram("weights", estimator.get_variable_value("dense/kernel"), step=step)
    writer.close()
    assert steps_of(tmp_path / "own") == {"weights/largest": [5, 10, 15], "weights": [5, 10, 15]}
    assert steps_of(tmp_path / "model")["average"] == [1, 6, 11]


@pytest.mark.parametrize("eagerly", [False, True])
def test_summaries_without_collection_are_known_to_hooks_alone(tmp_path, eagerly):
    seen = []

    class Look(tf.train.SessionRunHook):
        def __init__(self, summary):
            self.summary = summary

        def before_run(self, run_context):
            return tf.train.SessionRunArgs(self.summary)

        def after_run(self, run_context, run_values):
            seen.extend(v.tag for v in tf.summary.Summary.FromString(run_values.results).value)

    def model_fn(features, labels, mode):
        w = tf.get_variable("w", [], initializer=tf.ones_initializer())
        parts = [tf.summary.scalar("a", w * 2.0, []), tf.summary.histogram("b", w * 3.0, [])]
        step = tf.train.GradientDescentOptimizer(0.1).minimize(w * w, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(
            mode, loss=w * w, train_op=step, training_hooks=[Look(tf.summary.merge(parts))]
        )

    tf.config.run_functions_eagerly(eagerly)
    try:
        estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
        estimator.train(lambda: tf.data.Dataset.from_tensors(np.ones((1, 1), np.float32)).repeat(), steps=2)
    finally:
        tf.config.run_functions_eagerly(False)
    assert seen == ["a", "b"] * 2
    assert not {"a", "b"} & steps_of(tmp_path).keys()


def test_a_writer_that_a_model_function_makes_has_one_file(tmp_path):
    mine = tmp_path / "mine"

    def model_fn(features, labels, mode):
        w = tf.get_variable("w", [], initializer=tf.ones_initializer())
        tf.summary.scalar("weight", w)
        hook = tf.train.SummarySaverHook(
            save_steps=1, summary_writer=tf.summary.FileWriter(mine), summary_op=tf.summary.merge_all()
        )
        tf.summary.create_file_writer(tmp_path / "nobody")
        step = tf.train.GradientDescentOptimizer(0.1).minimize(w * w, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=w * w, train_op=step, training_hooks=[hook])

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path / "model"))
    estimator.train(lambda: tf.data.Dataset.from_tensors(np.ones((1, 1), np.float32)).repeat(), steps=3)
    assert steps_of(mine) == {"weight": [1, 2, 3]}
    assert len(os.listdir(mine)) == 1
    assert not (tmp_path / "nobody").exists()


def test_summaries_made_by_hand_are_found_at_the_root_too(tmp_path):
    with tf.summary.FileWriter(str(tmp_path)) as writer:
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="x", simple_value=2.0)]), 7)
    assert [(event.step, event.tag, event.value) for event in tf.summary.read_events(str(tmp_path))] == [(7, "x", 2.0)]
    assert tf.compat.v1.Summary is tf.Summary is tf.summary.Summary
