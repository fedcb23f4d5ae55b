"""`estimax show`: what it prints of model folders, in terminals and pipes, for people and for programs."""

import base64
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

import estimax as tf
from estimax.cli._show import show
from estimax.cli._show_facts import facts_of
from estimax.cli._show_page import Wanted, print_page
from estimax.cli._show_runs import as_data
from estimax.cli._show_state import LOCK_FILE, run_state
from estimax.cli._show_words import UNICODE, sparkline
from estimax.summary import EventWriter
from estimax.train import _run_lock
from estimax.train._checkpoints import save_checkpoint

APP = typer.Typer()
APP.command()(show)
ROOT = pathlib.Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from estimax.cli import main; main()"]
ORIGINAL = ROOT / "tests" / "estimator" / "recorded" / "original"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
ENVIRONMENT = {n: v for n, v in os.environ.items() if n not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM")}


def run(*arguments, columns=100, **environment):
    return subprocess.run(
        [*COMMAND, "show", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
        env={**ENVIRONMENT, "COLUMNS": str(columns), "PYTHONIOENCODING": "utf-8", **environment},
    )


def shown(*arguments, columns=100):
    """What a pipe would get, without the time that a process takes to start."""
    done = CliRunner().invoke(APP, [*map(str, arguments)], env={"COLUMNS": str(columns), "NO_COLOR": None})
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.stdout


def rows():
    x = np.arange(8, dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x + 1)).repeat().batch(4)


def receiver():
    return tf.estimator.export.build_raw_serving_input_receiver_fn({"x": tf.compat.v1.placeholder(tf.float32, [None])})


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "houses"
    config = tf.estimator.RunConfig(save_summary_steps=5, log_step_count_steps=5, save_checkpoints_steps=10)
    columns = [tf.feature_column.numeric_column("x")]
    made = tf.estimator.LinearRegressor(columns, model_dir=str(folder), config=config)
    for _ in range(2):
        made.train(rows, steps=10)
        made.evaluate(rows, steps=2)
    made.evaluate(rows, steps=2, name="test")
    made.export_saved_model(folder / "export" / "final", receiver())
    return folder


@pytest.fixture
def model(trained, tmp_path):
    """A copy of the trained model's folder, to damage."""
    return pathlib.Path(shutil.copytree(trained, tmp_path / "model"))


def test_a_model_folder_is_shown(trained):
    page = shown(trained, columns=80)
    lines = page.splitlines()
    assert lines[0] == f"{trained}  finished"
    assert lines[1].startswith("step 20 · trained for ") and "steps/s" in lines[1]
    loss = next(line for line in lines if line.startswith("loss"))
    assert re.match(r"loss +train +[▁▂▃▄▅▆▇█]{4} .*@1 .*@16", loss)
    assert re.match(r" +eval +[▁█]{2} .*@10 .*@20 .*@20", lines[lines.index(loss) + 1])
    assert re.match(r" +eval_test +▁ .*@20 .*@20 .*@20", lines[lines.index(loss) + 2])
    assert re.search(r"model.ckpt-20 +\d+ s +\S+ kB +latest", page)
    assert re.search(r"final +\d+ +1 +\d+ s", page)
    assert re.search(r"columns *\nNumeric +x *\n", page)
    assert re.search(r"(?s)hyper-parameters\n.*estimator LinearRegressor", page)
    kernel = tf.train.load_variable(str(trained), "linear/linear_model/x/weights")
    norm = float(re.search(r"linear/linear_model/x/weights +1×1 +float32 +(\S+)", page)[1])
    assert norm == pytest.approx(float(np.linalg.norm(kernel)), rel=1e-3)
    assert "2 parameters" in page and "of the optimizer: --variables" in page


def printed(folder, columns, everything=True):
    console = Console(file=io.StringIO(), width=columns, markup=False, highlight=False)
    print_page(console, facts_of(str(folder)), Wanted("*", everything, everything))
    return console.file.getvalue()


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 100, 160, 300])
def test_no_line_is_longer_than_the_terminal(trained, columns):
    for everything in (True, False):
        assert max(map(len, printed(trained, columns, everything).splitlines())) <= columns


@pytest.mark.parametrize(("columns", "values"), [(44, 1), (60, 2), (80, 3)])
def test_a_narrow_terminal_has_the_last_value_first_of_all(trained, columns, values):
    heading = next(line for line in printed(trained, columns).splitlines() if line.strip().endswith("last"))
    assert heading.split() == ["first", "best", "last"][-values:]


def test_curves_are_chosen_by_name(trained):
    page = shown(trained, "--tag", "*loss")
    assert "average_loss" in page and "label/mean" not in page and "checkpoints" not in page
    assert re.findall(r"(?m)^(\S+) +eval ", shown(trained, "--tag", "eval/a*"))[:1] == ["average_loss"]
    assert "no curve is named like 'nothing'" in shown(trained, "--tag", "nothing")


def test_all_variables_are_listed_when_asked_for(trained):
    names = [name for name, _ in tf.train.list_variables(str(trained))]
    page = shown(trained, "--variables", columns=200)
    assert all(name in page for name in names) and "--variables" not in page
    assert not all(name in shown(trained, columns=200) for name in names)


def test_programs_get_json(trained):
    said = json.loads(shown(trained, "--json"))
    assert (said["path"], said["state"], said["step"], said["damages"]) == (str(trained), "finished", 20, [])
    metrics = {(m["run"], m["tag"]): m for m in said["metrics"]}
    loss = metrics["eval", "loss"]
    assert loss["points"] == 2 and loss["last"]["step"] == 20
    assert loss["best"]["value"] == min(loss["first"]["value"], loss["last"]["value"])
    assert [c["step"] for c in said["checkpoints"] if c["latest"]] == [20]
    assert said["bytes"] == sum(f.stat().st_size for f in trained.rglob("*") if f.is_file())
    for variable in said["variables"]:
        array = tf.train.load_variable(str(trained), variable["name"])
        assert (variable["shape"], variable["dtype"]) == (list(array.shape), str(array.dtype))
        assert variable["norm"] == pytest.approx(float(np.linalg.norm(array.astype(np.float64))))
    (export,) = said["exports"]
    assert export["name"] == "final" and pathlib.Path(export["latest"], "saved_model.json").exists()


def test_several_folders_are_compared(trained, model):
    with EventWriter(model / "eval", clock=lambda: 4e9) as writer:
        writer.scalars({"average_loss": 1e-9, "loss": float("nan")}, step=20)
    table = shown(trained, model)
    lines = table.splitlines()
    assert lines[1].split() == ["step", "20", "20"]
    loss = next(line.split() for line in lines if line.startswith("eval/average_loss"))
    assert loss[2] == "1e-09"
    assert [d["step"] for d in json.loads(shown(trained, model, "--json"))] == [20, 20]
    narrow = shown(trained, model, columns=40)
    assert max(map(len, narrow.splitlines())) <= 40


def test_a_folder_of_model_folders_is_these(trained, model):
    assert shown(trained.parent).startswith(f"{trained}  finished\n")
    shutil.copytree(model, model.parent / "other")
    assert shown(model.parent) == shown(model, model.parent / "other")
    assert shown(model.parent).split()[:2] == ["model", "other"]


def test_the_original_s_folders_are_shown(tmp_path):
    folder = shutil.copytree(ORIGINAL / "v1_dnn", tmp_path / "model")
    events = json.loads((ROOT / "tests" / "summary" / "test_reading.json").read_text())["one"]
    (folder / "events.out.tfevents.1.host").write_bytes(base64.b64decode(events))
    page = shown(folder)
    assert re.search(r"loss +train +\S+ +3 @1 +2 @2 +7 @4", page)
    assert "step 6" in page and "parameters" in page and "dnn/hiddenlayer_0/kernel" in page
    assert re.search(r"model.ckpt-6 .*latest", page)


def test_saved_models_and_checkpoints_are_shown_as_ever(trained):
    export = next((trained / "export" / "final").iterdir())
    assert "serving_default (tensorflow/serving/predict)" in shown(export)
    for name in ("model.ckpt-20", "model.ckpt-20.safetensors"):
        assert "linear/linear_model/x/weights " in shown(trained / name)
    assert shown("--dir", trained) == shown(trained / "model.ckpt-20")


def test_an_empty_folder_says_so_and_a_missing_one_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "nothing was written here yet" in shown(tmp_path / "empty")
    for arguments in ([tmp_path / "none"], [tmp_path / "empty", tmp_path / "none"]):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"estimax show: there is no '{tmp_path / 'none'}'; ")
    done = run()
    assert done.returncode == 2 and "estimax show FOLDER" in done.stderr


def change(path, place=0.5):
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 1
    path.write_bytes(data)


def test_damage_is_told_and_the_rest_is_shown(model):
    events = next(model.glob("eval/*.tfevents.*"))
    change(events)
    page = shown(model, columns=300)
    assert f"warning: '{events}' is damaged: of the record at byte" in page
    assert "loss" in page and "model.ckpt-20" in page


def test_a_damaged_checkpoint_is_told_and_the_one_before_is_listed(model):
    change(model / "model.ckpt-20.safetensors", 0.01)
    page = shown(model, columns=300)
    assert "warning: " in page and "model.ckpt-20.safetensors' is truncated or damaged" in page
    assert "linear/linear_model/x/weights" in page


def test_damaged_and_infinite_variables_are_pointed_out(tmp_path):
    weights = np.array([3.0, np.nan, 4.0, np.inf], np.float32)
    prefix = save_checkpoint(str(tmp_path), 1, {"weights": weights, "zother": np.ones(9, np.float32)})
    found = {v["name"]: v for v in json.loads(shown(tmp_path, "--json"))["variables"]}
    assert (found["weights"]["norm"], found["weights"]["flaw"]) == (5.0, "2 not finite")
    assert (found["zother"]["norm"], found["zother"]["flaw"]) == (3.0, None)
    path = pathlib.Path(f"{prefix}.safetensors")
    change(path, 1 - 2 / path.stat().st_size)
    found = {v["name"]: v for v in json.loads(shown(tmp_path, "--json"))["variables"]}
    assert found["zother"]["flaw"].startswith("damaged: ") and found["weights"]["norm"] == 5.0
    assert "2 not finite" in shown(tmp_path)


def test_a_damaged_or_lying_index_of_checkpoints_is_told(model):
    (model / "model.ckpt-20.safetensors").unlink()
    page = shown(model, columns=300)
    assert "which is not there" in page and re.search(r"model.ckpt-10 .*latest", page)
    (model / "checkpoint").write_bytes(b"\x00\xff nonsense")
    assert re.search(r"model.ckpt-10 .*latest", shown(model))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_folder_with_any_file_changed_or_cut_is_shown(model, data):
    files = sorted(f for f in model.rglob("*") if f.is_file() and f.stat().st_size and "export" not in f.parts)
    path = data.draw(st.sampled_from(files))
    whole = path.read_bytes()
    places = st.integers(0, len(whole) - 1)
    changed = bytearray(whole[: data.draw(places)] if data.draw(st.booleans()) else whole)
    for _ in range(data.draw(st.integers(0, 3)) if changed else 0):
        changed[data.draw(places) % len(changed)] = data.draw(st.integers(0, 255))
    path.write_bytes(changed)
    try:
        assert printed(model, 80).startswith(str(model)[:20])
        as_data(facts_of(str(model)), Wanted())
    finally:
        path.write_bytes(whole)


@given(st.lists(st.floats(), max_size=50), st.integers(0, 30))
def test_curves_of_any_values_are_drawn(values, width):
    line = sparkline(values, width)
    assert len(line) == min(len(values), width)
    known = [v for v in values if np.isfinite(v)]
    if len(values) <= width and known:
        assert set(line) <= {" ", *UNICODE.levels}
        assert line[values.index(min(known))] == UNICODE.levels[0]
        if min(known) < max(known):
            assert line[values.index(max(known))] == UNICODE.levels[-1]


def test_names_cannot_steer_the_terminal(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("[bold]loss\x1b[31m\r\n", 1.0, 1)
    page = shown(tmp_path)
    assert "[bold]loss?[31m??" in page and not CONTROL.search(page)


def test_a_pipe_gets_no_control_codes_and_a_terminal_colours(trained):
    one, two = run(trained), run(trained, trained)
    assert one.returncode == two.returncode == 0
    assert not CONTROL.search(one.stdout + two.stdout)


def through_terminal(*arguments, **environment):
    pty = pytest.importorskip("pty")
    reader, terminal = pty.openpty()
    command = [*COMMAND, "show", *map(str, arguments)]
    variables = {**ENVIRONMENT, "COLUMNS": "80", "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment}
    with subprocess.Popen(command, cwd=ROOT, stdout=terminal, stderr=terminal, env=variables) as process:
        os.close(terminal)
        data = b""
        while True:
            try:
                part = os.read(reader, 1 << 16)
            except OSError:  # how Linux says that the other side is closed
                part = b""
            if not part:
                break
            data += part
    os.close(reader)
    assert process.returncode == 0
    return data.decode()


def test_a_terminal_gets_colours_unless_no_color_is_set(trained):
    assert "\x1b[" in through_terminal(trained)
    assert not CONTROL.search(through_terminal(trained, NO_COLOR="1").replace("\r\n", "\n"))


def test_a_terminal_of_ascii_gets_ascii(trained):
    done = run(trained, PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and done.stdout.isascii()
    assert re.search(r"loss +train +[#*+=:._-]{4} ", done.stdout) and "1x1" in done.stdout


def test_it_starts_without_jax(trained):
    code = "import sys\nfrom estimax.cli import main\ntry:\n    main()\nfinally:\n    print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, "show", trained], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.endswith(b"False\n")


# What the lock of a run tells.

TRAINING = """
import sys, numpy as np, estimax as tf
x = np.arange(8, dtype=np.float32)
def rows():
    return tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x + 1)).repeat().batch(4)
class Tell(tf.train.SessionRunHook):
    def after_run(self, context, values):
        print("step", flush=True)
        sys.stdin.readline()
columns = [tf.feature_column.numeric_column("x")]
tf.estimator.LinearRegressor(columns, model_dir=sys.argv[1]).train(rows, hooks=[Tell()], steps=3)
"""


def test_a_run_is_running_then_interrupted_then_finished(tmp_path):
    command = [sys.executable, "-c", TRAINING, str(tmp_path)]

    def started():
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    with started() as process:
        assert process.stdout.readline() == "step\n"
        page = shown(tmp_path)
        assert page.startswith(f"{tmp_path}  running\n") and f"process {process.pid} on " in page
        said = json.loads(shown(tmp_path, "--json"))
        assert (said["state"], said["holder"]["pid"]) == ("running", process.pid)
        process.send_signal(signal.SIGKILL)
    page = shown(tmp_path)
    assert page.startswith(f"{tmp_path}  interrupted\n") and "Traceback" not in page
    with started() as process:
        process.communicate("\n\n\n\n", timeout=100)
    assert process.returncode == 0
    assert shown(tmp_path).startswith(f"{tmp_path}  finished\n")


def test_looking_at_a_run_keeps_nobody_from_training(tmp_path):
    assert LOCK_FILE == _run_lock.LOCK_FILE
    assert run_state(str(tmp_path)).word == "" and list(tmp_path.iterdir()) == []
    with _run_lock.lock_run(str(tmp_path)) as is_alone:
        assert is_alone and run_state(str(tmp_path)).word == "running"
    assert run_state(str(tmp_path)).word == "finished"
    (tmp_path / LOCK_FILE).write_text('["nonsense"')
    assert run_state(str(tmp_path)).word == "interrupted" and run_state(str(tmp_path)).holder == {}
    with _run_lock.lock_run(str(tmp_path)) as is_alone:
        assert is_alone
