"""Folders that TensorFlow wrote are gone on with as if they were ours: trained, evaluated, used and exported.

What the original computed stands in `recorded/original`; see `original_programs.py`.
"""

import logging
import os
import pathlib
import shutil

import numpy as np
import pytest

import estimax as tf
from estimax._base._array_files import open_arrays
from estimax.train._our_names import our_names
from tests.estimator import original_programs as programs

v1 = tf.compat.v1
RECORDED = pathlib.Path(__file__).parent / "recorded" / "original"

# Adam makes steps of full size out of gradients that are zero but for rounding: those of a bias before a normalisation.
LOOSE = {"v2_dnn": 5e-4}


def original(name, to):
    """Returns a copy of a folder that the original wrote."""
    return shutil.copytree(RECORDED / name, to, ignore=shutil.ignore_patterns("after.npz"))


QUICK = ("v1_linear_three_parts", "v1_dnn_two_parts", "v2_combined_one_rule", "custom_adam")


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in programs.PROGRAMS]
)
def test_training_goes_on_as_the_original_would_have(name, tmp_path):
    estimator, label = programs.make(tf, name, original(name, tmp_path / "model"))
    got = programs.go_on(tf, estimator, label)
    want = dict(np.load(RECORDED / name / "after.npz"))
    with open_arrays(RECORDED / name) as file:
        ours = {source: taken.name for taken in our_names(file).taken.values() for source in taken.sources}
    compared = 0
    for key, value in want.items():
        kind, _, source = key.partition("|")
        if source.endswith("/iter"):  # counts like the global step, of the optimizer that does not use that
            continue
        found = got[f"{kind}|{ours[source]}" if kind == "variable" else key]
        atol = LOOSE.get(name, 2e-6)
        np.testing.assert_allclose(found, value, rtol=2e-4, atol=atol, err_msg=key)
        compared += 1
    assert compared > 5
    assert int(got["variable|global_step"]) == 2 * programs.STEPS


def test_a_folder_of_the_original_is_evaluated_used_and_exported_untrained(tmp_path, caplog):
    estimator, label = programs.make(tf, "v1_dnn_normed", original("v1_dnn_normed", tmp_path / "model"))
    with caplog.at_level(logging.INFO, logger="tensorflow"):
        metrics = estimator.evaluate(programs.input_fn(tf, label, epochs=1))
    assert metrics["global_step"] == programs.STEPS
    text = caplog.text
    assert "model.ckpt-6 is a checkpoint of TensorFlow: " in text and "under another name, and 0 are left" in text
    assert "dnn/logits/bias/t_0/RMSProp is taken as dnn/logits/bias/RMSProp\n" in text
    predicted = [p["logits"] for p in estimator.predict(programs.input_fn(tf, label, epochs=1))]
    types = {"a": tf.float32, "s": tf.string, "t": tf.string}

    def receiver():
        given = {name: v1.placeholder(kind, [None], name) for name, kind in types.items()}
        return tf.estimator.export.ServingInputReceiver(given, given)

    exported = estimator.export_saved_model(str(tmp_path / "export"), receiver)
    served = tf.saved_model.load(exported.decode()).signatures["predict"](**programs.FEATURES)
    np.testing.assert_allclose(served["logits"], predicted, rtol=1e-5)
    assert sorted(os.listdir(tmp_path / "model"))[:3] == ["checkpoint", "eval", "model.ckpt-6.data-00000-of-00001"]


def test_new_checkpoints_stand_beside_the_old_and_the_index_goes_on(tmp_path):
    folder = original("v2_linear", tmp_path / "model")
    estimator, label = programs.make(tf, "v2_linear", folder)
    assert estimator.latest_checkpoint() == f"{folder}/model.ckpt-6"
    assert "linear/linear_model/s/weights" in estimator.get_variable_names()
    estimator.train(programs.input_fn(tf, label), steps=2)
    state = tf.train.get_checkpoint_state(folder)
    names = [os.path.basename(path) for path in state.all_model_checkpoint_paths]
    assert names[-1] == "model.ckpt-8" and "model.ckpt-6" in names
    assert os.path.exists(f"{folder}/model.ckpt-6.index") and os.path.exists(f"{folder}/model.ckpt-8.safetensors")
    old = estimator.evaluate(programs.input_fn(tf, label, epochs=1), checkpoint_path=f"{folder}/model.ckpt-6")
    assert old["global_step"] == 6
    again, _ = programs.make(tf, "v2_linear", folder)
    assert again.evaluate(programs.input_fn(tf, label, epochs=1))["global_step"] == 8


def test_a_damaged_folder_of_the_original_says_which_file(tmp_path):
    folder = original("v2_linear", tmp_path / "model")
    path = pathlib.Path(folder, "model.ckpt-6.data-00000-of-00001")
    data = bytearray(path.read_bytes())
    data[40] ^= 4
    path.write_bytes(data)
    estimator, label = programs.make(tf, "v2_linear", folder)
    with pytest.raises(tf.errors.DataLossError, match=r"model\.ckpt-6"):
        estimator.evaluate(programs.input_fn(tf, label, epochs=1))


def test_another_optimizer_starts_anew_and_that_is_said(tmp_path, caplog):
    folder = original("v1_linear", tmp_path / "model")
    config = tf.estimator.RunConfig(model_dir=str(folder))
    estimator = programs.v1_linear(tf, config, optimizer=tf.compat.v1.train.AdamOptimizer(0.1))
    with caplog.at_level(logging.INFO, logger="tensorflow"):
        estimator.train(programs.input_fn(tf, "price"), steps=1)
    assert "does not have linear/linear_model/a/weights/Adam" in caplog.text
    assert "does not use linear/linear_model/a/weights/Ftrl" in caplog.text
    assert "linear/linear_model/a/weights/Adam" in estimator.get_variable_names()
