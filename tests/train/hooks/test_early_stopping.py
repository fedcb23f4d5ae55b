"""Runs that end when their evaluations say so."""

import os
import re

import pytest

import estimax as tf
from estimax.estimator._early_stopping import read_eval_metrics
from estimax.summary import EventWriter
from tests.train.hooks.small import estimator, evaluation_fn, input_fn

stopping = tf.estimator.experimental


def train_and_evaluate(trained, hook, max_steps=100):
    return tf.estimator.train_and_evaluate(
        trained,
        tf.estimator.TrainSpec(input_fn(), max_steps, [hook]),
        tf.estimator.EvalSpec(evaluation_fn, None, throttle_secs=0),
    )


def test_a_run_ends_with_the_evaluation_that_passes_a_threshold(tmp_path, caplog):
    trained = estimator(tmp_path, save_checkpoints_steps=2)
    hook = stopping.stop_if_higher_hook(trained, "mean", 0.6, run_every_secs=None, run_every_steps=1)
    with caplog.at_level("INFO", "tensorflow"):
        results, exports = train_and_evaluate(trained, hook)
    steps = sorted(read_eval_metrics(trained.eval_dir()))
    assert results["mean"] > 0.6 >= read_eval_metrics(trained.eval_dir())[steps[-2]]["mean"]
    assert trained.get_variable_value("global_step") == results["global_step"] == steps[-1]
    assert exports == []
    assert f"Requesting early stopping at global step {steps[-1] - 1}" in caplog.messages


def test_a_run_that_was_stopped_decides_anew_when_it_is_started_again(tmp_path):
    trained = estimator(tmp_path, save_checkpoints_steps=5)
    for further in (0, 1):
        hook = stopping.stop_if_higher_hook(trained, "mean", 0.6, run_every_secs=None, run_every_steps=1)
        before = 0 if not further else int(trained.get_variable_value("global_step"))
        train_and_evaluate(trained, hook)
    assert trained.get_variable_value("global_step") == before + 1


def test_the_end_is_at_a_step_at_which_the_hook_looks(tmp_path):
    trained = estimator(tmp_path, save_checkpoints_steps=5)
    hook = stopping.stop_if_no_decrease_hook(trained, "mean", 12, min_steps=20, run_every_secs=None, run_every_steps=4)
    assert train_and_evaluate(trained, hook)[0]["global_step"] == 37


# Of which curve, after which hook: whether the run ends.
CURVES = {"falling": [5.0, 4.0, 3.0, 2.5], "turning": [5.0, 3.0, 4.0, 4.0], "rising": [1.0, 2.0, 3.0, 4.0]}
DECISIONS = [
    ("stop_if_higher_hook", (4.5,), {}, {"falling": True, "turning": True, "rising": False}),
    ("stop_if_higher_hook", (4.5,), {"min_steps": 20}, {"falling": False, "turning": False, "rising": False}),
    ("stop_if_lower_hook", (2.5,), {}, {"falling": False, "turning": False, "rising": True}),
    ("stop_if_lower_hook", (2.6,), {}, {"falling": True, "turning": False, "rising": True}),
    ("stop_if_no_decrease_hook", (20,), {}, {"falling": False, "turning": True, "rising": True}),
    ("stop_if_no_decrease_hook", (21,), {}, {"falling": False, "turning": False, "rising": True}),
    ("stop_if_no_decrease_hook", (20,), {"min_steps": 30}, {"falling": False, "turning": False, "rising": False}),
    ("stop_if_no_increase_hook", (30,), {}, {"falling": True, "turning": True, "rising": False}),
]


@pytest.mark.parametrize(("name", "arguments", "further", "ends"), DECISIONS)
@pytest.mark.parametrize("curve", CURVES)
def test_what_evaluations_found_decides(tmp_path, name, arguments, further, ends, curve):
    trained = estimator(tmp_path)
    folder = tmp_path / "elsewhere"
    with EventWriter(folder) as writer:
        for number, value in enumerate(CURVES[curve]):
            writer.scalar("loss", value, 10 * (number + 1))
    hook = getattr(stopping, name)(
        trained, "loss", *arguments, eval_dir=folder, run_every_secs=None, run_every_steps=1, **further
    )
    trained.train(input_fn(), hooks=[hook], steps=3)
    assert trained.get_variable_value("global_step") == (1 if ends[curve] else 3)


@pytest.mark.parametrize(("every", "calls"), [({"run_every_steps": 4, "run_every_secs": None}, 3), ({}, 1)])
def test_a_function_is_asked_after_the_first_step_and_as_often_as_is_said(tmp_path, every, calls):
    asked = []
    trained = estimator(tmp_path)
    hook = stopping.make_early_stopping_hook(trained, lambda: bool(asked.append(1)), **every)
    trained.train(input_fn(), hooks=[hook], steps=10)
    assert len(asked) == calls


def test_a_run_ends_at_a_checkpoint_step(tmp_path):
    trained = estimator(tmp_path)
    trained.train(input_fn(), hooks=[stopping.make_stop_at_checkpoint_step_hook(trained, 6)])
    assert trained.get_variable_value("global_step") == 6


def test_evaluations_are_read_again_only_when_there_are_new_ones(tmp_path, monkeypatch):
    read = []
    real = tf.summary.read_events
    monkeypatch.setattr("estimax.estimator._early_stopping.read_events", lambda path: read.append(path) or real(path))
    trained = estimator(tmp_path, save_checkpoints_steps=10)
    hook = stopping.stop_if_lower_hook(trained, "loss", -1, run_every_secs=None, run_every_steps=1)
    train_and_evaluate(trained, hook, max_steps=40)
    assert len(read) == len(set(read)) == len(os.listdir(trained.eval_dir())) == 4


def test_a_metric_that_there_is_not_is_named_with_those_that_there_are(tmp_path):
    trained = estimator(tmp_path, save_checkpoints_steps=5)
    hook = stopping.stop_if_lower_hook(trained, "los", 1.0, run_every_secs=None, run_every_steps=3)
    with pytest.raises(KeyError, match="'los'; the evaluations have loss, mean"):
        train_and_evaluate(trained, hook)


REFUSED = [
    (lambda e: stopping.make_early_stopping_hook(1, dict), TypeError, "tf.estimator.Estimator; got 1"),
    (lambda e: stopping.stop_if_lower_hook(1, "loss", 1), TypeError, "tf.estimator.Estimator; got 1"),
    (lambda e: stopping.make_early_stopping_hook(e, 1), TypeError, "a function; got 1"),
    (lambda e: stopping.make_early_stopping_hook(e, dict, None, None), ValueError, "got neither"),
    (lambda e: stopping.make_early_stopping_hook(e, dict, 60, 5), ValueError, "run_every_secs=None"),
    (lambda e: stopping.InMemoryEvaluatorHook(1, dict), TypeError, "tf.estimator.Estimator; got 1"),
    (lambda e: stopping.InMemoryEvaluatorHook(e, dict, every_n_iter=0), ValueError, "positive; got 0"),
    (lambda e: stopping.InMemoryEvaluatorHook(e, dict, every_n_iter=None), ValueError, "positive; got None"),
    (lambda e: stopping.InMemoryEvaluatorHook(e, dict, steps=0), ValueError, "positive"),
    (lambda e: stopping.InMemoryEvaluatorHook(e, dict, hooks=[1]), TypeError, "SessionRunHook; got 1"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED)
def test_what_cannot_be_is_refused(tmp_path, make, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        make(estimator(tmp_path))
