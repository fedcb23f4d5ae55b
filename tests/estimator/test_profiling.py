"""`RunConfig.profile_steps`: what a recording of some steps holds, and that no run is the worse for it."""

import gzip
import json
import pathlib

import jax
import numpy as np
import pytest

import estimax as tf
from tests.train.hooks.small import Calls, estimator, input_fn, variables


def recordings(folder):
    return sorted((pathlib.Path(folder) / "plugins" / "profile").glob("*"))


def events(recording):
    """Returns what happened: dictionaries with a name, a time and arguments, also for Python's functions."""
    trace = json.loads(gzip.decompress((recording / "perfetto_trace.json.gz").read_bytes()))
    return [e for e in trace["traceEvents"] if e.get("ph") == "X"]


def test_a_recording_holds_the_steps_their_operations_and_the_threads_of_the_host(tmp_path):
    x = np.linspace(0, 1, 100, dtype=np.float32)

    def rows():
        return tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x)).repeat().batch(10)

    columns = [tf.feature_column.numeric_column("x")]
    config = tf.estimator.RunConfig(str(tmp_path), tf_random_seed=1, save_summary_steps=10, profile_steps=(25, 35))
    tf.estimator.DNNRegressor([11, 6], columns, config=config).train(rows, steps=50)
    (recording,) = recordings(tmp_path)
    done = events(recording)
    assert {int(e["args"]["step_num"]) for e in done if e["name"] == "train"} == {25}
    assert any("hlo_op" in e.get("args", {}) for e in done)
    assert {"_staging.py", "_loop.py"} <= {e["name"].removeprefix("$").partition(":")[0] for e in done}
    (planes,) = recording.glob("*.xplane.pb")
    assert b"dnn/hiddenlayer_1" in planes.read_bytes()
    assert list(recording.glob("*.trace.json.gz"))


@pytest.mark.parametrize(
    ("first", "stop", "ends"), [(0, 2, [2, 8]), (3, 6, [3, 6, 8]), (5, 8, [5, 8]), (6, 20, [6, 8]), (8, 9, [8])]
)
def test_the_loop_stops_where_a_recording_begins_and_ends_and_learns_the_same(tmp_path, first, stop, ends):
    calls = Calls()
    plain = estimator(tmp_path / "plain").train(input_fn(), steps=8)
    quiet = {"save_summary_steps": None, "log_step_count_steps": None}
    profiled = estimator(tmp_path / "model", profile_steps=(first, stop), **quiet)
    profiled.train(input_fn(), hooks=[calls], steps=8)
    assert calls.ends == ends
    assert len(recordings(tmp_path / "model")) == (first < 8)
    assert variables(profiled) == variables(plain)


def test_steps_are_counted_from_the_start_of_each_run(tmp_path, caplog):
    tf.logging.set_verbosity("INFO")
    for _ in range(2):
        estimator(tmp_path, profile_steps=(2, 4)).train(input_fn(), steps=6)
    said = [line for line in caplog.messages if "profile" in line]
    assert [line.partition(" into ")[0] for line in said] == [
        "Saving profile for steps 2 to 3",
        "Saving profile for steps 8 to 9",
    ]


def test_a_run_that_fails_leaves_no_recording_on(tmp_path):
    class Failing(tf.train.SessionRunHook):
        def after_run(self, run_context, run_values):
            if run_context.step == 3:
                raise RuntimeError("the machine is gone")

    with pytest.raises(RuntimeError, match="the machine is gone"):
        estimator(tmp_path / "model", profile_steps=(2, 6)).train(input_fn(), hooks=[Failing()], steps=8)
    assert len(recordings(tmp_path / "model")) == 1
    with jax.profiler.trace(str(tmp_path / "another")):
        pass


def test_what_somebody_else_records_is_left_alone(tmp_path, caplog):
    with jax.profiler.trace(str(tmp_path / "other")):
        trained = estimator(tmp_path / "model", profile_steps=(2, 4)).train(input_fn(), steps=8)
    assert "There is no profile of steps 2 to 3: Profile has already been started" in caplog.text
    assert trained.get_variable_value("global_step") == 8
    assert recordings(tmp_path / "model") == []
    assert list((tmp_path / "other").rglob("*.xplane.pb"))


def test_a_recording_that_cannot_be_written_is_a_warning(tmp_path, caplog, monkeypatch):
    def full():
        stop_trace()
        raise OSError(28, "No space left on device")

    stop_trace = jax.profiler.stop_trace
    monkeypatch.setattr(jax.profiler, "stop_trace", full)
    trained = estimator(tmp_path, profile_steps=(2, 4)).train(input_fn(), steps=8)
    assert "The profile could not be written: [Errno 28] No space left on device" in caplog.text
    assert trained.get_variable_value("global_step") == 8


def test_trees_are_profiled_too(tmp_path):
    x = np.linspace(0, 1, 100, dtype=np.float32)
    columns = [tf.feature_column.bucketized_column(tf.feature_column.numeric_column("x"), [0.2, 0.5, 0.8])]
    config = tf.estimator.RunConfig(str(tmp_path), profile_steps=(2, 4))
    trees = tf.estimator.BoostedTreesRegressor(columns, n_batches_per_layer=1, n_trees=3, max_depth=2, config=config)
    trees.train(lambda: tf.data.Dataset.from_tensors(({"x": x}, 2 * x)))
    (recording,) = recordings(tmp_path)
    assert any(e["name"].startswith("$_boosting.py") for e in events(recording))


@pytest.mark.parametrize("given", [(2, 2), (4, 2), (-1, 3), 5, "ab", (1.0, 2), (1, 2, 3), ()])
def test_profile_steps_that_are_none_are_refused(given):
    with pytest.raises(ValueError, match=r"profile_steps must be \(first, stop\), .* such as \(100, 110\)"):
        tf.estimator.RunConfig(profile_steps=given)


def test_profile_steps_are_two_integers():
    assert tf.estimator.RunConfig(profile_steps=[np.int64(3), 7]).profile_steps == (3, 7)
    assert tf.estimator.RunConfig().profile_steps is None
