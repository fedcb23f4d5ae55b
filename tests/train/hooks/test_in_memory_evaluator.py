"""Evaluations in the middle of training, of variables that no checkpoint holds."""

import pytest

import estimax as tf
from estimax.estimator._early_stopping import read_eval_metrics
from tests.train.hooks.small import Calls, Watch, estimator, evaluation_fn, input_fn, variables

InMemory = tf.estimator.experimental.InMemoryEvaluatorHook


def test_it_evaluates_at_the_beginning_every_so_many_steps_and_at_the_end(tmp_path):
    trained, reference = estimator(tmp_path / "model"), estimator(tmp_path / "reference", save_checkpoints_steps=1)
    trained.train(input_fn(), hooks=[InMemory(trained, evaluation_fn, name="now", every_n_iter=4)], steps=10)
    reference.train(input_fn(), steps=10)
    found = read_eval_metrics(trained.eval_dir("now"))
    assert list(found) == [0, 4, 8, 10]
    for step in (8, 10):
        assert found[step] == pytest.approx(
            {
                name: value
                for name, value in reference.evaluate(
                    evaluation_fn, checkpoint_path=f"{reference.model_dir}/model.ckpt-{step}"
                ).items()
                if name != "global_step"
            },
            rel=1e-6,
        )


def test_steps_are_counted_from_where_a_run_starts(tmp_path):
    trained = estimator(tmp_path)
    trained.train(input_fn(), steps=3)
    trained.train(input_fn(), hooks=[InMemory(trained, evaluation_fn, every_n_iter=4)], steps=9)
    assert list(read_eval_metrics(trained.eval_dir())) == [3, 7, 11, 12]


def test_training_goes_on_as_it_would_have(tmp_path):
    plain = estimator(tmp_path / "plain").train(input_fn(), steps=30)
    evaluated, calls = estimator(tmp_path / "evaluated", save_checkpoints_steps=11), Calls()
    hook = InMemory(evaluated, evaluation_fn, steps=1, every_n_iter=7)
    evaluated.train(input_fn(), hooks=[hook, calls], steps=30)
    assert variables(evaluated) == variables(plain)
    assert calls.ends == [7, 11, 14, 21, 22, 28, 30]


def test_an_evaluation_may_have_hooks_of_its_own(tmp_path):
    trained, watch = estimator(tmp_path), Watch("loss:0")
    trained.train(input_fn(), hooks=[InMemory(trained, evaluation_fn, hooks=[watch])], steps=1)
    assert len(watch.seen) == 2 * 2
    assert watch.seen[2] < watch.seen[0]


def test_a_run_can_be_stopped_by_what_it_finds(tmp_path):
    trained = estimator(tmp_path)
    hooks = [
        InMemory(trained, evaluation_fn, every_n_iter=5),
        tf.estimator.experimental.stop_if_higher_hook(trained, "mean", 0.6, run_every_secs=None, run_every_steps=1),
    ]
    trained.train(input_fn(), hooks=hooks, steps=100)
    found = read_eval_metrics(trained.eval_dir())
    assert found[list(found)[-2]]["mean"] <= 0.6 < found[list(found)[-1]]["mean"]
    assert trained.get_variable_value("global_step") == list(found)[-1]
