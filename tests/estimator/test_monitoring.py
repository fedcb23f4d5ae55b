"""What a run leaves in its event files, whatever happens to it."""

import collections
import logging

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import estimax as tf
from estimax.estimator import _monitoring
from estimax.summary import read_events

X = np.linspace(-1, 1, 64).astype(np.float32)


def rows():
    return tf.data.Dataset.from_tensor_slices(({"x": X}, 3 * X + 1)).repeat().batch(16)


def regressor(folder, **config):
    options = {"tf_random_seed": 1, "save_summary_steps": 10, "log_step_count_steps": 10} | config
    columns = [tf.feature_column.numeric_column("x")]
    return tf.estimator.DNNRegressor([4], columns, config=tf.estimator.RunConfig(str(folder), **options))


class Stop(tf.train.SessionRunHook):
    """Ends a run with an error after some steps."""

    def __init__(self, after):
        self.left = after

    def after_run(self, run_context, run_values):
        self.left -= 1
        if not self.left:
            raise RuntimeError("the machine is gone")


def steps_of(folder, tag):
    return [event.step for event in read_events(folder) if event.tag == tag]


def test_a_run_that_goes_on_has_each_point_once(tmp_path):
    with pytest.raises(RuntimeError):
        regressor(tmp_path, save_checkpoints_steps=25).train(rows, max_steps=100, hooks=[Stop(after=44)])
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("-25")
    regressor(tmp_path, save_checkpoints_steps=25).train(rows, max_steps=70)
    shown = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0, "histograms": 0})
    shown.Reload()
    expected = [1, 11, 21, 26, 36, 46, 56, 66]  # steps 31 and 41 were done before the error, and again after it
    assert [event.step for event in shown.Scalars("loss")] == expected
    assert [event.step for event in shown.Histograms("weights/dnn/logits/kernel")] == expected
    assert regressor(tmp_path).history()["loss"].dropna().index.tolist() == expected


def test_a_run_shows_weights_gradients_rates_and_speed(tmp_path):
    estimator = regressor(tmp_path)
    estimator.train(rows, steps=30)
    shown = EventAccumulator(str(tmp_path), size_guidance={"histograms": 0})
    shown.Reload()
    histograms = set(shown.Tags()["histograms"])
    for name in estimator.get_variable_names():
        if name.startswith("dnn/") and "Adagrad" not in name and name != "global_step":
            assert {f"weights/{name}", f"gradients/{name}"} <= histograms
    assert {"learning_rate", "global_step/sec", "examples/sec", "loss"} <= set(shown.Tags()["scalars"])
    speed = {event.step: event.value for event in shown.Scalars("global_step/sec")}
    for event in shown.Scalars("examples/sec"):
        assert event.value == pytest.approx(16 * speed[event.step], rel=1e-5)
    assert shown.Tags()["graph"]
    first = shown.Histograms("weights/dnn/logits/bias")[0].histogram_value
    assert (first.min, first.max, first.num) == (0, 0, 1)


def test_a_custom_model_function_shows_what_it_declares(tmp_path):
    def model(features, labels, mode):
        loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"][:, None], 1)[:, 0])
        tf.summary.scalar("declared", loss)
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    config = tf.estimator.RunConfig(str(tmp_path), save_summary_steps=10)
    tf.estimator.Estimator(model, config=config).train(rows, steps=30)
    tags = collections.Counter(e.tag for e in read_events(tmp_path) if not e.tag.startswith(("run/", "_hparams_/")))
    assert tags == {"loss": 3, "declared": 3}


def own_model(features, labels, mode):
    loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"][:, None], 1)[:, 0])
    tf.summary.scalar("loss", 2 * loss)
    chosen = tf.summary.scalar("chosen", 3 * loss)
    scaffold = tf.train.Scaffold(summary_op=tf.summary.merge([chosen])) if own_model.chooses else None
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, scaffold=scaffold)


@pytest.mark.parametrize("chooses", [False, True])
def test_a_summary_named_as_the_loss_of_the_run_and_a_scaffold_that_chooses(tmp_path, chooses):
    own_model.chooses = chooses
    config = tf.estimator.RunConfig(str(tmp_path), save_summary_steps=10)
    tf.estimator.Estimator(own_model, config=config).train(rows, steps=1)
    found = {e.tag: e.value for e in read_events(tmp_path) if not e.tag.startswith(("run/", "_hparams_/"))}
    # The loss by the program's own name stands in place of that of the run, as in the original.
    assert found == {"chosen": pytest.approx(found["loss"] * (3 if chooses else 1.5)), "loss": found["loss"]}


@pytest.mark.parametrize("every", [0, None])
def test_no_summaries_where_none_are_wished_for(tmp_path, every):
    regressor(tmp_path, save_summary_steps=every, log_step_count_steps=None).train(rows, steps=30)
    shown = EventAccumulator(str(tmp_path))
    shown.Reload()
    assert not shown.Tags()["scalars"] and not shown.Tags()["histograms"]


@pytest.mark.parametrize("part", ["graph_def", "_describing"])
def test_what_cannot_be_told_of_a_run_does_not_keep_it_from_training(tmp_path, monkeypatch, caplog, part):
    monkeypatch.setattr(_monitoring, part, None)
    with caplog.at_level(logging.WARNING, logger="tensorflow"):
        regressor(tmp_path).train(rows, steps=30)
    assert any("is not shown" in message for message in caplog.messages)
    assert steps_of(tmp_path, "loss") == [1, 11, 21]


def test_distributions_of_a_long_run_are_thinned_and_curves_are_not(tmp_path):
    regressor(tmp_path, save_summary_steps=1, log_step_count_steps=None).train(rows, steps=400)
    shown = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0, "histograms": 0})
    shown.Reload()
    steps = [event.step for event in shown.Histograms("weights/dnn/logits/bias")]
    assert steps[:10] == list(range(1, 11)) and steps[-1] > 350 and 40 < len(steps) < 60
    assert len(shown.Scalars("learning_rate")) == 400
