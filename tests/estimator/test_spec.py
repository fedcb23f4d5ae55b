"""EstimatorSpec and RunConfig: what they hold and what they refuse."""

import numpy as np
import pytest

import estimax as tf

ONE = np.float32(1)
TRAIN_OP = tf.train.GradientDescentOptimizer(0.1).minimize(ONE)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"mode": "training"}, ValueError, "mode must be one of 'train', 'eval', 'infer'"),
        ({"mode": "train", "train_op": TRAIN_OP}, ValueError, "in mode 'train' an EstimatorSpec needs loss"),
        ({"mode": "train", "loss": ONE}, ValueError, "needs train_op"),
        ({"mode": "eval"}, ValueError, "in mode 'eval' an EstimatorSpec needs loss"),
        ({"mode": "infer"}, ValueError, "needs predictions"),
        ({"mode": "eval", "loss": np.ones(3)}, ValueError, r"must be one number; got 3 of shape \(3,\)"),
        (
            {"mode": "eval", "loss": ONE, "eval_metric_ops": {"loss": (ONE, ONE)}},
            ValueError,
            "must not name a metric 'loss'",
        ),
        ({"mode": "eval", "loss": ONE, "eval_metric_ops": {"mine": ONE}}, TypeError, "'mine' must be a pair"),
    ],
)
def test_a_spec_lacks_nothing_that_its_mode_needs(arguments, error, message):
    with pytest.raises(error, match=message):
        tf.estimator.EstimatorSpec(**arguments)


def test_a_spec_is_a_tuple_with_names():
    spec = tf.estimator.EstimatorSpec("train", loss=ONE, train_op=TRAIN_OP)
    assert spec.mode == tf.estimator.ModeKeys.TRAIN
    assert spec.train_ops == [TRAIN_OP]
    assert spec._replace(train_op=(TRAIN_OP, TRAIN_OP)).train_ops == [TRAIN_OP, TRAIN_OP]
    with pytest.raises(TypeError, match=r"what optimizer\.minimize"):
        _ = spec._replace(train_op=5).train_ops


@pytest.mark.parametrize(
    ("arguments", "steps", "secs"),
    [
        ({}, None, 600),
        ({"save_checkpoints_steps": 5}, 5, None),
        ({"save_checkpoints_secs": 5}, None, 5),
        ({"save_checkpoints_secs": None}, None, None),
        ({"save_checkpoints_steps": None}, None, None),
    ],
)
def test_checkpoints_come_by_steps_or_by_time(arguments, steps, secs):
    config = tf.estimator.RunConfig(**arguments)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (steps, secs)


def test_setting_one_interval_unsets_the_other():
    config = tf.estimator.RunConfig().replace(save_checkpoints_steps=7)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (7, None)
    config = config.replace(save_checkpoints_secs=7)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (None, 7)
    assert config.replace(model_dir="x").save_checkpoints_secs == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"save_checkpoints_steps": 5, "save_checkpoints_secs": 5}, "not both"),
        ({"save_checkpoints_steps": 0}, "save_checkpoints_steps must be positive"),
        ({"save_summary_steps": -1}, "save_summary_steps must not be negative"),
        ({"log_step_count_steps": -1}, "log_step_count_steps must not be negative"),
        ({"keep_checkpoint_max": -1}, "must not be negative"),
        ({"tf_random_seed": 0.5}, "must be an integer"),
        ({"model_dir": ""}, "must not be empty"),
    ],
)
def test_wrong_configurations_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        tf.estimator.RunConfig(**arguments)


def test_a_configuration_has_the_defaults_of_the_original():
    config = tf.estimator.RunConfig()
    assert (config.save_summary_steps, config.log_step_count_steps, config.keep_checkpoint_max) == (100, 100, 5)
    assert (config.is_chief, config.task_type, config.task_id) == (True, "worker", 0)
    assert (config.num_worker_replicas, config.num_ps_replicas, config.master) == (1, 0, "")
    with pytest.raises(ValueError, match=r"no 'model_dri'; did you mean 'model_dir'\?"):
        config.replace(model_dri="x")


def test_a_seed_may_be_of_numpy_and_a_folder_a_path(tmp_path):
    config = tf.estimator.RunConfig(model_dir=tmp_path, tf_random_seed=np.int64(3))
    assert config.model_dir == str(tmp_path)
    assert type(config.tf_random_seed) is int


def test_summaries_and_logs_can_be_turned_off():
    config = tf.estimator.RunConfig(save_summary_steps=0, log_step_count_steps=None)
    assert not config.save_summary_steps
    assert not config.log_step_count_steps
