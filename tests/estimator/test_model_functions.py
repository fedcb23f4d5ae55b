"""Model functions of programs' own compute what they did on the original: the programs of `model_functions_*.py`."""

import json

import numpy as np
import pytest

import estimax as tf
from tests.estimator import homes
from tests.estimator.model_function_programs import from_json, programs, run

RECORDED = json.loads((homes.RECORDED / "model_functions.json").read_text())
PROGRAMS = programs()

QUICK = ("static_recurrent_network", "matrix_factorization", "classified_texts", "counters_and_averages")
QUICK += ("gradients_of_activations", "metrics_made_by_hand", "a_hook_around_each_step", "summaries_of_a_run")
QUICK += ("files_and_steps", "trained_and_evaluated", "a_single_tensor_in_and_out", "names_of_scopes")
QUICK += ("an_optimizer_of_ones_own", "scaffolds_and_averaged_weights", "words_by_hash_and_numbers_in_text")


def marked(name):
    return pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("name", [marked(name) for name in RECORDED])
def test_a_program_finds_what_it_found_on_the_original(name, tmp_path):
    found, recorded = run(tf, PROGRAMS[name], tmp_path), from_json(RECORDED[name])
    assert found.keys() == recorded.keys()
    for key, value in recorded.items():
        assert found[key].shape == value.shape, key
        if value.dtype.kind == "f":
            np.testing.assert_allclose(found[key], value, rtol=2e-4, atol=2e-6, err_msg=key)
        else:
            np.testing.assert_array_equal(found[key], value, err_msg=key)


def test_every_program_is_recorded():
    assert PROGRAMS.keys() == RECORDED.keys()
    assert set(QUICK) <= set(RECORDED)
