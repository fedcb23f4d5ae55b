"""A saved model runs in a process that knows nothing of how it was made."""

import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np

from tests.saved_model import houses

ROOT = pathlib.Path(__file__).parent.parent.parent
CODE = """
import json, sys
from estimax import saved_model
model = saved_model.load(sys.argv[1])
answer = model.signatures["serving_default"](**json.load(sys.stdin))
print(json.dumps({"classes": [c.decode() for c in answer["classes"]], "p": answer["probabilities"].tolist()}))
assert not {"tests", "estimax.estimator", "estimax._scope"} & sys.modules.keys()
"""

LOADED = """
import sys
import estimax.saved_model
from estimax._base._lazy import resolve
from estimax.saved_model._load import OP_ROOMS
for room in OP_ROOMS:
    resolve(room)
print(*sys.modules)
"""
MAKES_OPS = re.compile(r"from estimax\._graph\._op import .*\bOp\b")
ABOVE = {"estimator", "serving", "tune", "cli", "compat"}


def run(code, *arguments, given="", folder):
    result = subprocess.run(
        [
            sys.executable,
            "-I",
            "-W",
            "error",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}",
            *arguments,
        ],
        input=given,
        cwd=folder,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_loading_finds_the_ops_of_every_room_below(tmp_path):
    loaded = run(LOADED, folder=tmp_path).split()
    makers = [path for path in (ROOT / "estimax").rglob("*.py") if MAKES_OPS.search(path.read_text(encoding="utf-8"))]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in makers]
    assert [name for name in names if name.split(".")[1] not in ABOVE and name not in loaded] == []


def test_a_model_is_loaded_without_the_code_that_made_it(saved, tmp_path):
    model, path = saved("classifier")
    request = {"sqft": [500.0, 1500.0, 2500.0], "type": ["house", "apartment", "palace"]}
    answer = json.loads(run(CODE, path, given=json.dumps(request), folder=tmp_path))
    wanted = houses.run_directly(model, {name: np.array(v) for name, v in request.items()})
    assert answer["classes"] == [c.decode() for c in wanted["classes"]]
    np.testing.assert_allclose(answer["p"], wanted["probabilities"], rtol=1e-5)
