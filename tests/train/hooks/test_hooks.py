"""Each hook that comes with the package, in a run."""

import gzip
import json
import math
import pathlib

import jax
import pytest

import estimax as tf
from estimax.summary import FileWriterCache, read_events
from tests.train.hooks.small import Calls, Watch, estimator, input_fn, training, variables


def points(folder, tag):
    FileWriterCache.clear()
    return [(e.step, e.value) for e in read_events(folder) if e.tag == tag]


def test_built_in_hooks_leave_many_steps_to_one_call(tmp_path):
    calls = Calls()
    hooks = [
        tf.train.LoggingTensorHook(["loss"], every_n_iter=200),
        tf.train.LoggingTensorHook(["loss"], every_n_secs=1000),
        tf.train.StepCounterHook(every_n_steps=300),
        tf.train.StopAtStepHook(last_step=500),
        tf.train.FinalOpsHook("w:0"),
        tf.train.GlobalStepWaiterHook(0),
        tf.train.NanTensorHook("loss:0"),
        calls,
    ]
    estimator(tmp_path, log_step_count_steps=None).train(input_fn(), hooks=hooks)
    assert calls.ends == [1, 201, 301, 401, 500]


def test_a_hook_of_ones_own_sees_every_step_and_every_step_alone(tmp_path):
    calls, watch = Calls(), Watch("loss:0")
    estimator(tmp_path).train(input_fn(), hooks=[calls, watch], steps=7)
    assert calls.ends == [1, 2, 3, 4, 5, 6, 7]
    assert len(watch.seen) == 7


def test_hooks_do_not_change_what_is_learned(tmp_path):
    def more(held):
        return [Watch({"loss": "loss:0", "held": held["predictions"]}), tf.train.NanTensorHook(held["predictions"])]

    plain = estimator(tmp_path / "plain").train(input_fn(), steps=50)
    watched = estimator(tmp_path / "watched", training(training_hooks=more)).train(
        input_fn(), hooks=[Watch("w:0"), tf.train.LoggingTensorHook(["b"], every_n_iter=7)], steps=50
    )
    assert variables(watched) == variables(plain)


def test_values_that_a_hook_keeps_stay_what_they_were(tmp_path):
    class Keeper(tf.train.SessionRunHook):
        def __init__(self):
            self.kept, self.copies = [], []

        def after_run(self, run_context, run_values):
            values = [run_context.session.run("w:0"), run_context.session.variables()["b"]]
            self.kept.append(values)
            self.copies.append([float(v) for v in values])

    keeper = Keeper()
    estimator(tmp_path).train(input_fn(), hooks=[keeper], steps=5)
    assert len({w for w, _ in keeper.copies}) == 5
    assert [[float(v) for v in values] for values in keeper.kept] == keeper.copies


def test_a_logger_at_the_end_shows_the_last_step(tmp_path, caplog):
    watch = Watch("loss:0")
    with caplog.at_level("INFO", "tensorflow"):
        estimator(tmp_path, log_step_count_steps=None).train(
            input_fn(), hooks=[watch, tf.train.LoggingTensorHook(["loss:0"], at_end=True)], steps=4
        )
    assert [m for m in caplog.messages if m.startswith("loss:0")] == [f"loss:0 = {watch.seen[-1]!s}"]


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match=r"predictons.*did you mean 'predictions'"):
        estimator(tmp_path).train(input_fn(), hooks=[tf.train.LoggingTensorHook(["predictons"], 1)], steps=1)


def test_a_value_that_is_not_a_number_ends_the_run_at_its_step(tmp_path):
    made = []

    def hooks(held):
        made.append(Watch(held["w"]))
        return [made[-1], tf.train.NanTensorHook(tf.math.log(1.0 - held["w"]), fail_on_nan_loss=False)]

    trained = estimator(tmp_path, training(training_hooks=hooks)).train(input_fn(), steps=500)
    weights = [float(w) for w in made[0].seen]
    assert weights[-1] > 1 >= max(weights[:-1])
    assert trained.get_variable_value("global_step") == len(weights) < 500


@pytest.mark.parametrize("does_fail", [True, False])
def test_a_loss_that_is_not_a_number_is_an_error_whatever_hooks_say(tmp_path, does_fail):
    def hooks(held):
        return [tf.train.NanTensorHook("loss:0", does_fail)]

    data = tf.data.Dataset.from_tensors(({"x": [1.0]}, [math.nan]))
    with pytest.raises(tf.train.NanLossDuringTrainingError):
        estimator(tmp_path, training(training_hooks=hooks)).train(lambda: data)


def test_final_values_are_those_of_variables_after_the_last_step(tmp_path):
    final = tf.train.FinalOpsHook({"w": "w:0", "more": ["global_step:0", "loss:0", None]})
    watch = Watch("loss:0")
    trained = estimator(tmp_path).train(input_fn(), hooks=[final, watch], steps=3)
    values = final.final_ops_values
    assert float(values["w"]) == trained.get_variable_value("w")
    assert values["more"] == [3, watch.seen[-1], None]


def test_steps_a_second_are_in_the_event_file(tmp_path):
    hook = tf.train.StepCounterHook(every_n_steps=10, output_dir=tmp_path / "speed")
    estimator(tmp_path / "model").train(input_fn(), hooks=[hook], steps=35)
    found = points(tmp_path / "speed", "global_step/sec")
    assert [step for step, _ in found] == [11, 21, 31]
    assert all(rate > 0 for _, rate in found)


def test_summaries_are_written_as_often_as_is_said(tmp_path):
    watches = []

    def hooks(held):
        tf.summary.scalar("first", held["predictions"][0])
        tf.summary.scalar("weight", held["w"])
        watches.append(Watch(held["w"]))
        folder = tmp_path / "summaries"
        return [tf.train.SummarySaverHook(4, output_dir=folder, summary_op=tf.summary.merge_all()), watches[-1]]

    estimator(tmp_path / "model", training(training_hooks=hooks)).train(input_fn(), steps=10)
    weights = [float(w) for w in watches[0].seen]
    assert points(tmp_path / "summaries", "weight") == [(1, weights[0]), (5, weights[4]), (9, weights[8])]
    assert [step for step, _ in points(tmp_path / "summaries", "first")] == [1, 5, 9]


def test_summaries_may_be_those_of_a_scaffold(tmp_path):
    def more(mode, held):
        scaffold = tf.train.Scaffold(summary_op=tf.summary.scalar("weight", held["w"]))
        hook = tf.train.SummarySaverHook(3, output_dir=tmp_path / "summaries", scaffold=scaffold)
        return {"scaffold": scaffold, "training_hooks": [hook]}

    estimator(tmp_path / "model", more).train(input_fn(), steps=5)
    assert [step for step, _ in points(tmp_path / "summaries", "weight")] == [1, 4]


def test_a_saver_hook_stands_in_for_the_configuration(tmp_path):
    told = []

    class Listener(tf.train.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            told.append(global_step_value)

    saver = tf.train.Saver(max_to_keep=2)
    hook = tf.train.CheckpointSaverHook(tmp_path, save_steps=4, saver=saver, listeners=[Listener()])
    estimator(tmp_path, save_checkpoints_steps=1).train(input_fn(), hooks=[hook], steps=10)
    assert told == [0, 4, 8, 10]
    assert [pathlib.Path(p).name for p in tf.train.get_checkpoint_state(str(tmp_path)).all_model_checkpoint_paths] == [
        "model.ckpt-8",
        "model.ckpt-10",
    ]


def test_a_profile_of_a_step_is_where_tensorboard_looks_for_it(tmp_path):
    hook = tf.train.ProfilerHook(save_steps=3, output_dir=tmp_path / "profiles")
    plain = estimator(tmp_path / "plain").train(input_fn(), steps=4)
    profiled = estimator(tmp_path / "model").train(input_fn(), hooks=[hook], steps=4)
    (profile,) = (tmp_path / "profiles" / "plugins" / "profile").iterdir()
    assert [path.stat().st_size > 0 for path in profile.glob("*.xplane.pb")] == [True]
    (trace,) = profile.glob("*.trace.json.gz")
    assert json.loads(gzip.decompress(trace.read_bytes()))["traceEvents"]
    assert variables(profiled) == variables(plain)


def test_a_profile_that_somebody_else_records_is_left_alone(tmp_path, caplog):
    hook = tf.train.ProfilerHook(save_steps=2, output_dir=tmp_path / "own")
    with jax.profiler.trace(str(tmp_path / "other")):
        estimator(tmp_path / "model").train(input_fn(), hooks=[hook], steps=3)
    assert "There is no profile of step 2" in caplog.text
    assert not (tmp_path / "own").exists()
    assert list((tmp_path / "other").rglob("*.xplane.pb"))


def test_hooks_that_go_by_seconds_are_called_between_calls(tmp_path):
    counter = tf.train.StepCounterHook(every_n_steps=None, every_n_secs=1e-9, output_dir=tmp_path / "speed")
    estimator(tmp_path / "model", save_checkpoints_steps=100, log_step_count_steps=None).train(
        input_fn(), hooks=[counter], steps=250
    )
    assert [step for step, _ in points(tmp_path / "speed", "global_step/sec")] == [100, 200, 250]
