"""The `estimax` command as a user starts it: a process, its flags, what it prints and how it ends."""

import pathlib
import re
import subprocess
import sys

import httpx
import pytest

from estimax._version import __version__
from estimax.cli._show import signature_lines
from tests.serving import toy

ROOT = pathlib.Path(__file__).parents[2]
COMMAND = "from estimax.cli import main; main()"
# The command, with models of NumPy in the place of saved ones.
WITH_TOYS = (
    "import sys, types; from tests.serving import toy; "
    f"sys.modules['estimax.saved_model'] = types.SimpleNamespace(load=toy.load); {COMMAND}"
)


def run(*arguments, code=COMMAND):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_help_and_version_need_nothing_heavy():
    code = (
        "import sys\nfrom estimax.cli import main\ntry:\n    main()\nfinally:\n"
        "    heavy = ('jax', 'uvicorn', 'starlette', 'tensorboardX', 'pandas')\n"
        "    print(*(m for m in heavy if m in sys.modules), file=sys.stderr)"
    )
    shown = run("--help", code=code)
    assert shown.returncode == 0 and shown.stderr.split() == []
    assert "serve" in shown.stdout and "show" in shown.stdout
    version = run("--version", code=code)
    assert version.returncode == 0 and version.stderr.split() == []
    assert version.stdout == f"estimax {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--model_name=a/b", "--model_base_path=x"],
        ["--model-name", "a/b", "--model-base-path", "x"],
    ],
)
def test_flags_have_both_spellings_and_a_wrong_one_is_explained(arguments):
    result = run("serve", *arguments)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("estimax serve: model_name must be letters, digits")
    assert "Traceback" not in result.stderr


def test_an_unknown_flag_is_refused():
    result = run("serve", "--model_base_path=x", "--nonsense")
    assert result.returncode == 2
    assert "--nonsense" in result.stderr


def test_a_model_is_served_until_the_signal(tmp_path):
    toy.export(tmp_path, 7)
    flags = ["--model_name=toy", f"--model_base_path={tmp_path}", "--rest_api_port=0", "--host=127.0.0.1"]
    command = [sys.executable, "-c", WITH_TOYS, "serve", *flags, "--port=8500", "--access_log"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            url = re.fullmatch(r"Serving model 'toy' version 7 at (http://127\.0\.0\.1:\d+/\S+:predict)\n", line)[1]
            assert httpx.post(url, json={"instances": [1.5]}).json() == {"predictions": [3.0]}
        finally:
            server.terminate()
        _, log = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "gRPC is not served yet: --port=8500 is ignored" in log
    assert "127.0.0.1 POST /v1/models/toy:predict 200" in log
    assert "Traceback" not in log


def test_a_saved_model_is_shown_with_types_and_shapes(tmp_path):
    result = run("show", "--dir", toy.export(tmp_path, 1), code=WITH_TOYS)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    start = lines.index("named (tensorflow/serving/predict)")
    assert lines[start + 1 : start + 5] == [
        "  inputs",
        "    a     int64    [?]",
        "    b     string   [?, 1]",
        "    c     bool     [?]",
    ]


def test_a_broken_saved_model_is_explained(tmp_path):
    result = run("show", "--dir", toy.export(tmp_path, 1, content="{"), code=WITH_TOYS)
    assert result.returncode == 1
    assert result.stderr.startswith("estimax show: ") and "must be JSON" in result.stderr


def test_signatures_are_shown_by_name():
    lines = list(signature_lines(toy.toy_model().signatures))
    names = [line.split(" ")[0] for line in lines if not line.startswith(" ")]
    assert names == sorted(toy.toy_model().signatures)
