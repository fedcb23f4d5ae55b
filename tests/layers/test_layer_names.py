"""Variables of layers get the names that the original gives them, whatever scopes stand around."""

import json
import pathlib

import jax
import jax.numpy as jnp
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered
from tests.layers import name_programs

RECORDED = json.loads((pathlib.Path(name_programs.__file__).parent / "recorded" / "names.json").read_text())


@pytest.mark.parametrize("seed", name_programs.SEEDS)
def test_names_are_those_of_the_original(seed):
    active = Frame({})

    def call():
        with entered(active):
            name_programs.names(tf, jnp.ones([3, 2]), name_programs.program(seed))

    if RECORDED[str(seed)] is None:
        with pytest.raises(ValueError, match="exist"):
            jax.eval_shape(call)
    else:
        jax.eval_shape(call)
        assert list(active.specs) == RECORDED[str(seed)]
