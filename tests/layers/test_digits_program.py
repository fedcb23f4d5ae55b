"""A convolutional network in an Estimator ends where the original's ends."""

import json
import pathlib

import numpy as np

import estimax as tf
from tests.layers import digits_program

FOLDER = pathlib.Path(digits_program.__file__).parent / "recorded"


def test_a_convolutional_network_ends_where_the_original_ends(model_dir):
    estimator, found = digits_program.run(tf, model_dir)
    recorded = np.load(FOLDER / "digits.npz")
    assert sorted(estimator.get_variable_names()) == sorted(name.replace("|", "/") for name in recorded.files)
    for name in recorded.files:
        value = estimator.get_variable_value(name.replace("|", "/"))
        np.testing.assert_allclose(value, recorded[name], rtol=2e-4, atol=2e-5, err_msg=name)
    for name, value in json.loads((FOLDER / "digits.json").read_text()).items():
        np.testing.assert_allclose(found[name], value, rtol=2e-4, err_msg=name)
