"""Hooks are called in the original's order, with the original's values."""

import json
import pathlib

import pytest

import estimax as tf
from tests.train.hooks import order_programs

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "order.json").read_text())


@pytest.mark.parametrize("name", order_programs.NAMES)
def test_the_order_of_calls_is_the_originals(name, tmp_path):
    assert order_programs.run(name, tf, lambda: str(tmp_path / "model")) == RECORDED[name]
