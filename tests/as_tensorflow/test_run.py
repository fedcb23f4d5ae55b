"""`estimax run --as-tensorflow`: unedited programs, in processes of their own, as they behave from outside."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from tests.as_tensorflow import programs

ROOT = pathlib.Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "estimax", "run"]


def environment(**more):
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def run(*arguments, cwd, stdin=None, command=(*COMMAND, "--as-tensorflow"), **environ):
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env=environment(**environ),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture
def program(tmp_path):
    """Writes a program to a file, and returns its path."""

    def write(text, name="program.py"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_wide_and_deep_program_of_tensorflow_2(program, tmp_path):
    result = run("--", "python", program(programs.WIDE_AND_DEEP), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["version 2.15.1 True", "accuracy True steps 200"]
    assert "WARNING" not in result.stderr


def test_a_custom_model_of_compat_v1_with_flags_and_hyperparameters(program, tmp_path):
    flags = ["--steps=3", "--hparams", "units=6,learning_rate=0.5", "--job-dir=x", "file"]
    result = run("python", program(programs.CUSTOM_MODEL), *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["trained 3 units (6,)", "rest ['--job-dir=x', 'file'] rate 0.5"]
    assert "INFO:tensorflow:" in result.stderr
    assert result.stderr.count("Saving checkpoints for 3 into") <= 1, "no line comes twice"


def test_a_course_program_of_tensorflow_1_has_the_defaults_of_its_time(program, tmp_path):
    path = program(programs.COURSE)
    result = run("--version=1.15.0", "--", path, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    *rows, last = result.stdout.splitlines()
    assert rows == ["855.93", "859.07"]
    assert last == ("1.15.0 estimax.compat.v1.estimator._linear tensorflow.contrib.lookup ServingInputReceiver")
    assert "only TensorFlow 1 has" not in result.stderr


def test_a_package_that_was_written_for_the_cloud(program, tmp_path):
    (tmp_path / "trainer").mkdir()
    for name, text in (("__init__", ""), ("model", programs.TRAINER_MODEL), ("task", programs.TRAINER_TASK)):
        program(text, f"trainer/{name}.py")
    program("".join(f"{i}.0,Private,{['lo', 'hi'][i % 2]}\n" for i in range(40)), "rows.csv")
    result = run("--version=1.15", "-m", "trainer.task", "--train-files", "rows.csv", "--job-dir", "job", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "'classes'" in result.stdout and "'probabilities'" in result.stdout
    assert "INFO:tensorflow:Loss for final step" in result.stderr


def test_without_a_version_it_has_those_of_2_and_is_told_so_once(program, tmp_path):
    code = "import tensorflow as tf; tf.placeholder; tf.logging; tf.contrib.lookup; print(tf.estimator.LinearRegressor)"
    result = run(program(code), cwd=tmp_path)
    assert "estimax.estimator._canned" in result.stdout
    assert result.stderr.count("is a name that only TensorFlow 1 has") == 1
    assert "tf.placeholder" in result.stderr and "--version=1.15" in result.stderr


def test_processes_that_the_program_starts_find_it_too(program, tmp_path):
    result = run("--version=1.14", "--", program(programs.CHILDREN), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["[('1.14', 'a view')]", "1.14", "tensorflow_estimator.estimator"]


@pytest.mark.parametrize("arguments", [["--", "python", "program.py"], ["program.py"], ["-m", "program"]])
def test_exit_code_arguments_and_standard_input_are_the_programs_own(arguments, program, tmp_path):
    program("import sys; print(sys.argv[1:], sys.stdin.read()); print('e', file=sys.stderr); sys.exit(7)")
    result = run(*arguments, "--help", "-m", "--version=3", "a b", cwd=tmp_path, stdin="typed")
    assert result.returncode == 7
    assert result.stdout == "['--help', '-m', '--version=3', 'a b'] typed\n"
    assert result.stderr == "e\n"


@pytest.mark.skipif(os.name == "nt", reason="processes of Windows have no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signals_reach_the_program(number, program, tmp_path):
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); print('ready', flush=True); sys.stdin.read()"
    )
    command = [*COMMAND, "--as-tensorflow", str(program(code))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), **pipes) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(timeout=30) == -number


def test_another_tensorflow_is_shadowed_in_the_program_and_nowhere_else(program, tmp_path):
    real = tmp_path / "site" / "tensorflow"
    real.mkdir(parents=True)
    (real / "__init__.py").write_text("__version__ = 'real'")
    path = program("import tensorflow as tf; print(tf.__version__)")
    search = os.pathsep.join([str(ROOT), str(real.parent)])
    assert run(path, cwd=tmp_path, PYTHONPATH=search).stdout == "2.15.1\n"
    assert run(path, cwd=tmp_path, PYTHONPATH=search, command=[sys.executable]).stdout == "real\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--as-tensorflow"], 2, "give the program to run"),
        (["python", "x.py"], 2, "give --as-tensorflow"),
        (["--as-tensorflow", "--version=3", "x.py"], 2, "must be that of a TensorFlow"),
        (["--as-tensorflow", "--", "no-such-command"], 127, "there is no command 'no-such-command'"),
        (["--as-tensorflow", "--", "python", "-I", "x.py"], 2, "ignores PYTHONPATH"),
    ],
)
def test_what_cannot_be_run_is_explained(arguments, code, said, tmp_path):
    result = run(*arguments, cwd=tmp_path, command=COMMAND)
    assert result.returncode == code
    assert result.stdout == ""
    assert result.stderr.startswith("estimax run: ") and said in result.stderr
    assert "Traceback" not in result.stderr
