"""Exports: what is predicted here is predicted there."""

import pathlib
import time

import numpy as np
import pytest

import estimax as tf
from estimax.errors import InvalidArgumentError
from tests.estimator import homes

FEATURES = {name: homes.FEATURES[name] for name in ("sq_footage", "type", "town")}


def serving_input_fn():
    placeholders = {
        name: tf.placeholder(tf.float32 if values.dtype.kind == "f" else tf.string, [None])
        for name, values in FEATURES.items()
    }
    return tf.estimator.export.ServingInputReceiver(placeholders, placeholders)


@pytest.mark.parametrize("name", ["linear-named", "dnn-binary", "combined-regressor"])
def test_an_export_answers_as_predict_does(name, trained, tmp_path):
    estimator = trained(name).estimator
    path = estimator.export_saved_model(tmp_path, serving_input_fn)
    answer = tf.saved_model.load(path.decode()).signatures["serving_default"](**FEATURES)
    predicted = list(estimator.predict(homes.input_fn(features=FEATURES, batch=homes.ROWS)))
    assert answer.keys() == predicted[0].keys()
    for key, values in answer.items():
        expected = np.stack([row[key] for row in predicted])
        assert (values.dtype, values.shape) == (expected.dtype, expected.shape)
        if values.dtype.kind == "f":
            np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6, err_msg=key)
        else:
            np.testing.assert_array_equal(values, expected, err_msg=key)


@pytest.fixture
def small(model_dir):
    estimator = homes.small(model_dir, save_checkpoints_steps=1)
    estimator.train(homes.input_fn(homes.PRICE), steps=2)
    return estimator


def size_receiver():
    size = tf.placeholder(tf.float32, [None])
    return tf.estimator.export.ServingInputReceiver({"sq_footage": size}, {"size": size})


def test_exports_of_one_second_get_folders_of_their_own(small, tmp_path):
    paths = [small.export_saved_model(tmp_path / "exports", size_receiver).decode() for _ in range(2)]
    names = sorted(p.name for p in (tmp_path / "exports").iterdir())
    assert names == [pathlib.Path(p).name for p in paths]
    assert all(len(n) == 10 and n.isdigit() and abs(int(n) - time.time()) < 60 for n in names)


def test_an_export_can_be_made_of_an_older_checkpoint_and_holds_further_files(small, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("by hand")
    older = f"{small.model_dir}/model.ckpt-0"
    path = small.export_savedmodel(tmp_path, size_receiver, assets_extra={"a/b.txt": str(notes)}, checkpoint_path=older)
    answer = tf.saved_model.load(path.decode()).signatures["predict"](size=np.float32([1, 2]))
    np.testing.assert_array_equal(answer["predictions"], [[0.0], [0.0]])
    assert pathlib.Path(path.decode(), "assets.extra/a/b.txt").read_text() == "by hand"


def test_an_export_that_fails_leaves_nothing_behind(small, tmp_path):
    with pytest.raises(FileNotFoundError):
        small.export_saved_model(tmp_path / "exports", size_receiver, assets_extra={"x": str(tmp_path / "nowhere")})
    assert list((tmp_path / "exports").iterdir()) == []


def test_a_feature_that_clients_cannot_send_is_named(small, tmp_path):
    def incomplete():
        size, rooms = (tf.placeholder(tf.float32, [None]) for _ in range(2))
        return tf.estimator.export.ServingInputReceiver({"sq_footage": size * rooms}, {"size": size})

    with pytest.raises(
        InvalidArgumentError, match=r"feature 'sq_footage' .* not among the receiver_tensors \['size'\]"
    ):
        small.export_saved_model(tmp_path, incomplete)


def test_only_a_trained_model_is_exported_and_only_for_prediction(small, tmp_path):
    with pytest.raises(ValueError, match="no trained model"):
        homes.small(str(tmp_path / "other")).export_saved_model(tmp_path, size_receiver)
    with pytest.raises(ValueError, match="must return a ServingInputReceiver"):
        small.export_saved_model(tmp_path, lambda: 5)
    with pytest.raises(NotImplementedError):
        small.export_saved_model(tmp_path, size_receiver, experimental_mode="eval")
