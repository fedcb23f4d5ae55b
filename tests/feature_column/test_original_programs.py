"""Programs over all columns, run on the original (TensorFlow 2.15.1) and recorded with what came of them.

They were drawn at random and those kept that show most of the ways in which columns
can be combined: `original_programs.json`, in the form that `programs` builds, with
the names of the variables and, to six digits, the `expected` output. Before they ran on
the original, the keys of crosses of sparse features were put in the order in which
it hashes dense ones, columns first (see docs/feature_columns.md).
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from estimax._scope._frame import Frame, entered
from tests.feature_column.programs import columns_of, feature_of, output_of, value_of

PROGRAMS = json.loads(pathlib.Path(__file__).with_name("original_programs.json").read_text(encoding="utf-8"))


def name(program):
    return f"{program['layer']} of " + ", ".join(c["c"] for c in program["columns"])


@pytest.mark.parametrize("program", PROGRAMS, ids=name)
def test_a_program_gives_what_it_gave_on_the_original(program, tmp_path):
    frame = Frame({}, create=lambda spec: jnp.asarray(value_of(spec.name, spec.shape)))
    with entered(frame):
        features = {key: feature_of(described) for key, described in program["features"].items()}
        columns = columns_of(program, tmp_path)
        made = jax.jit(lambda: output_of(program, features, columns))()  # compiled as one, which is faster
    assert sorted(frame.specs) == program["variables"]
    np.testing.assert_allclose(made, np.float32(program["expected"]), rtol=1e-5, atol=1e-5)
