"""`estimator.history()`: the curves of a model folder as a data frame, and drawn."""

import pathlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import estimax as tf
from estimax._base._lazy import resolve
from estimax.estimator._history import History
from estimax.summary import EventWriter, read_events

ROOT = pathlib.Path(__file__).parents[2]


def rows():
    x = np.arange(8, dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x + 1)).repeat().batch(4)


def estimator(folder):
    config = tf.estimator.RunConfig(save_summary_steps=2, log_step_count_steps=2)
    return tf.estimator.LinearRegressor([tf.feature_column.numeric_column("x")], model_dir=str(folder), config=config)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    made = estimator(tmp_path_factory.mktemp("model"))
    for _ in range(2):
        made.train(rows, steps=4)
        made.evaluate(rows, steps=2)
        made.evaluate(rows, steps=2, name="test")
    return made


def test_a_history_has_every_curve_of_every_run(trained):
    found = trained.history()
    assert found.index.name == "step" and found.index.is_monotonic_increasing
    assert {"loss", "eval/average_loss", "eval_test/average_loss"} <= set(found.columns)
    assert found.columns[0] == "loss"
    assert found["eval/average_loss"].dropna().index.tolist() == [4, 8]
    for folder, start in (("", ""), ("eval", "eval/"), ("eval_test", "eval_test/")):
        for event in read_events(pathlib.Path(trained.model_dir, folder)):
            if not isinstance(event.value, str):
                assert found[start + event.tag][event.step] == event.value
    assert (found.dtypes == np.float64).all()


def test_the_last_evaluation_is_what_evaluate_returns(trained):
    result = trained.evaluate(rows, steps=2)
    last = trained.history().iloc[-1]
    assert {name: last[f"eval/{name}"] for name in result if name != "global_step"} == {
        name: value for name, value in result.items() if name != "global_step"
    }


def test_one_evaluation_may_be_asked_for(trained):
    runs = {
        name: {c.split("/")[0] for c in trained.history(name) if c.startswith("eval")} for name in (None, "", "test")
    }
    assert runs == {None: {"eval", "eval_test"}, "": {"eval"}, "test": {"eval_test"}}
    assert "loss" in trained.history("test")


def test_wall_times_stand_beside_the_values_also_of_a_part(trained):
    found = trained.history()
    part = found[["loss"]]
    assert isinstance(part, History)
    for frame in (found, part, found.copy(), found.iloc[:2]):
        assert frame.wall_times.shape == found.shape
    known = found["loss"].dropna().index
    times = found.wall_times["loss"][known]
    assert str(times.dtype).endswith("UTC]") and times.notna().all() and times.is_monotonic_increasing
    assert abs(times.iloc[-1] - pd.Timestamp.now("UTC")) < pd.Timedelta("1h")


def test_before_any_training_a_history_is_empty(tmp_path):
    found = estimator(tmp_path / "new").history()
    assert found.shape == (0, 0) and found.index.name == "step" and found.wall_times.empty


def test_what_a_killed_run_wrote_and_did_again_is_told_once(tmp_path):
    with EventWriter(tmp_path) as writer:
        for step in range(1, 7):
            writer.scalar("loss", step, step)
        writer.event(resolve("tensorboardX.proto.event_pb2:Event")(step=4, session_log={"status": "START"}))
        writer.scalar("loss", 40, 4)
    assert estimator(tmp_path).history()["loss"].to_dict() == {1: 1.0, 2: 2.0, 3: 3.0, 4: 40.0}


def test_a_history_is_read_while_the_run_writes(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("loss", 1, 1)
        writer.flush()
        assert estimator(tmp_path).history().shape == (1, 1)
        writer.scalar("loss", 1, 2)
        writer.flush()
        assert estimator(tmp_path).history().shape == (2, 1)


def test_damage_gives_a_warning_and_what_is_whole(tmp_path, caplog):
    with EventWriter(tmp_path) as writer:
        for step in range(9):
            writer.scalar("loss", step, step)
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    found = estimator(tmp_path).history()
    assert 0 < len(found) < 9
    assert f"{str(file)!r} is damaged: of the record at byte" in caplog.text


def test_clocks_and_values_of_any_kind_are_shown(tmp_path):
    for i, now in enumerate((1e18, -5.0, 3.0)):
        with EventWriter(tmp_path, clock=lambda now=now: now) as writer:
            writer.scalar("loss", [np.nan, np.inf, -1.0][i], i)
    found = estimator(tmp_path).history()
    np.testing.assert_array_equal(found["loss"], [np.nan, np.inf, -1.0])
    assert found.wall_times["loss"].isna().tolist() == [True, False, False]


def run_without(module, code):
    code = f"import sys; sys.modules[{module!r}] = None\nimport estimax as tf\n{code}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_without_pandas_the_error_says_what_to_install():
    done = run_without("pandas", "tf.estimator.BaselineRegressor(model_dir='/nowhere').history()")
    assert "ImportError: estimator.history() gives a pandas DataFrame" in done.stderr
    assert "pip install 'estimax[pandas]'" in done.stderr


def test_without_matplotlib_the_error_says_what_to_install():
    done = run_without("matplotlib", "tf.estimator.BaselineRegressor(model_dir='/nowhere').history().plot()")
    assert "ImportError: drawing curves needs matplotlib" in done.stderr and "pip install" in done.stderr


def test_curves_of_one_name_are_drawn_together(trained):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    found = trained.history()
    axes = found.plot()
    assert [line.get_label() for line in axes["loss"].lines] == ["loss", "eval/loss", "eval_test/loss"]
    np.testing.assert_array_equal(axes["loss"].lines[1].get_ydata(), found["eval/loss"].dropna())
    assert len(axes) == len({c.removeprefix("eval/").removeprefix("eval_test/") for c in found})
    assert [line.get_label() for line in found[["loss"]].plot.line().lines] == ["loss"]
    assert found.iloc[:0, :0].plot() == {}
    pyplot.close("all")
