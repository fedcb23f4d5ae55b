"""The examples of models in JAX: each trains, evaluates, exports and answers."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent


@pytest.mark.slow
@pytest.mark.parametrize("name", ["equinox_model", "flax_nnx", "jax_model"])
def test_an_example_runs_and_its_model_has_learned(name, tmp_path):
    command = [sys.executable, str(ROOT / "examples" / f"{name}.py"), "--dir", str(tmp_path), "--steps", "150"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    accuracy, baseline = map(float, re.search(r"accuracy (\S+), .* (\S+)\n", result.stdout).groups())
    assert accuracy > baseline + 0.05
    assert re.search(r"arrives late with \d+\.\d%", result.stdout)
