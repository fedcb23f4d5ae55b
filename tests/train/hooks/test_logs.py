"""What hooks log is what the original's log: the same lines, numbers and order."""

import json
import pathlib

import pytest

import estimax as tf
from tests.train.hooks import log_programs

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "logs.json").read_text())


@pytest.mark.parametrize("name", log_programs.PROGRAMS)
def test_the_lines_are_the_originals(name, tmp_path):
    lines = [log_programs.plain(line) for line in log_programs.run(name, tf, str(tmp_path))]
    assert lines == RECORDED[name]
