"""`estimax convert` and `estimax show` on folders that TensorFlow wrote."""

import io
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from rich.console import Console

import estimax as tf
from estimax.cli import _convert
from estimax.train._checkpoints import read_checkpoint
from estimax.train._converting import convert_checkpoint

ROOT = pathlib.Path(__file__).parents[2]
FOLDERS = ROOT / "tests" / "estimator" / "recorded" / "original"
KINDS = ROOT / "tests" / "_base" / "recorded" / "original_checkpoints"


def run(*arguments):
    command = [sys.executable, "-c", "from estimax.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_a_folder_of_the_original_becomes_one_of_ours(tmp_path):
    old, new = FOLDERS / "v1_dnn_two_parts", tmp_path / "new"
    done = run("convert", old, new)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["taken", "dnn/hiddenlayer_0/bias", "dnn/hiddenlayer_0/bias", "float32", "[4]"]
    parts = next(line for line in lines if "(2 parts)" in line)
    assert parts.startswith("renamed") and "embedding_weights/t_0/Adagrad (2 parts)" in parts
    assert lines[-1] == (
        f"{old}/model.ckpt-6.index (step 6) -> {new}/model.ckpt-6.safetensors: 8 taken, 7 renamed, 0 left"
    )
    assert sorted(path.name for path in new.iterdir()) == ["checkpoint", "model.ckpt-6.safetensors"]
    found = read_checkpoint(tf.train.latest_checkpoint(new))
    assert found.step == 6
    np.testing.assert_array_equal(
        found.variables["dnn/logits/kernel/Adagrad"], tf.train.load_variable(old, "dnn/logits/kernel/t_0/Adagrad")
    )
    shown = run("show", "--dir", new)
    assert shown.returncode == 0
    assert "dnn/logits/kernel/Adagrad " in shown.stdout and "global_step " in shown.stdout


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("none", "new", "there is no checkpoint"),
        (str(FOLDERS / "v2_linear"), "full", "must be a new folder, or an empty one; nothing is overwritten"),
        ("ours", "new", "is no checkpoint of TensorFlow; it needs no conversion"),
        ("damaged", "new", "truncated or damaged"),
    ],
)
def test_what_cannot_be_converted_is_explained(old, new, message, tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    (tmp_path / "damaged.index").write_bytes(b"nothing")
    convert_checkpoint(FOLDERS / "v2_linear", tmp_path / "ours")
    monkeypatch.chdir(ROOT)
    given = old if old.startswith("/") else tmp_path / old
    done = run("convert", given, tmp_path / new)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("estimax convert: ") and message in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "full" / "file").read_text() == "mine"


def test_what_our_checkpoints_cannot_hold_is_left_with_a_reason(tmp_path):
    done = convert_checkpoint(KINDS / "whole" / "model.ckpt", tmp_path / "new")
    left = {fate.source: fate.reason for fate in done.fates if fate.what == "left"}
    assert left == {
        "types/complex128": "its type is complex128",
        "types/string": "it holds strings or what is no array",
    }
    expected = np.load(KINDS / "expected.npz")
    for name in ("parted", "parted_other_way", "types/uint64", "types/float16", "empty"):
        np.testing.assert_array_equal(tf.train.load_variable(tmp_path / "new", name), expected[name])


def test_a_terminal_gets_a_table(tmp_path, monkeypatch):
    done = convert_checkpoint(FOLDERS / "v1_linear", tmp_path / "new")
    console = Console(force_terminal=True, width=200, record=True, file=io.StringIO())
    monkeypatch.setattr("rich.console.Console", lambda: console)
    _convert._print_table(done)
    text = console.export_text()
    assert text.split()[:5] == ["TensorFlow", "estimax", "type", "and", "shape"]
    assert "linear/linear_model/a/weights/part_0/Ftrl_1" in text


def test_show_says_what_is_wrong_with_a_checkpoint(tmp_path):
    path = tmp_path / "model.ckpt-1.index"
    path.write_bytes(b"short")
    done = run("show", "--dir", tmp_path / "model.ckpt-1")
    assert done.returncode == 1 and "truncated or damaged" in done.stderr
