"""Pre-made estimators compute what the original computed: the programs of `canned_programs.py`, number by number."""

import json

import numpy as np
import pytest
import safetensors.numpy

import estimax as tf
from tests.estimator import canned_programs, homes

RECORDED = homes.RECORDED / "canned"
PROGRAMS = json.loads((homes.RECORDED / "canned_programs.json").read_text())

QUICK = ("v1_linear_reg2_ftrl", "v1_combined_c4s_obj_rms", "v1_baseline_c3_fn_adam", "v2_dnn_custom_obj_sgd")
QUICK += ("v2_linear_regression_default", "v2_combined_multihead_obj_rmsc", "v2_baseline_bins_obj_mom")


def marked(name):
    return pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow)


def tolerance(name):
    return {"rtol": 2e-3, "atol": 2e-4} if name.startswith("metric|") else {"rtol": 2e-4, "atol": 2e-5}


@pytest.mark.parametrize("name", [marked(name) for name in PROGRAMS])
def test_a_program_gives_the_numbers_of_the_original(name, tmp_path):
    with np.load(RECORDED / f"{name}.npz") as file:
        recorded = dict(file)
    init = {k.removeprefix("init|"): recorded.pop(k) for k in list(recorded) if k.startswith("init|")}
    start = tmp_path / "init.safetensors"
    safetensors.numpy.save_file(init, start)
    found = canned_programs.run(tf, PROGRAMS[name], str(tmp_path / "model"), start)
    assert found.keys() == recorded.keys()
    for key, value in recorded.items():
        assert found[key].shape == value.shape, key
        if value.dtype.kind == "f":
            assert found[key].dtype == value.dtype, key
            np.testing.assert_allclose(found[key], value, err_msg=key, **tolerance(key))
        else:
            np.testing.assert_array_equal(found[key].astype(str), value.astype(str), err_msg=key)


def test_the_quick_ones_are_among_them():
    assert set(QUICK) <= set(PROGRAMS)
