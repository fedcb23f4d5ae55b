"""Input that is wrong: what the error says, and that nothing already saved is lost."""

import gzip
import logging
import pathlib

import numpy as np
import pytest

import estimax as tf
from estimax.errors import DataLossError, InvalidArgumentError, NotFoundError
from tests.estimator import homes

FOREVER = homes.input_fn(homes.PRICE, epochs=None)


def batches(features, labels):
    return lambda: tf.data.Dataset.from_tensor_slices((features, labels)).batch(4)


def test_a_loss_that_is_not_a_number_ends_training_and_names_the_step(model_dir):
    estimator = homes.small(model_dir, save_checkpoints_steps=2)
    sizes = np.ones(40, np.float32)
    sizes[22] = np.nan  # in batch 5, counted from 0
    with pytest.raises(tf.train.NanLossDuringTrainingError, match=r"the loss is nan at step 5\.") as error:
        estimator.train(batches({"sq_footage": sizes}, np.ones(40, np.float32)))
    assert isinstance(error.value, tf.estimator.NanLossDuringTrainingError)
    assert estimator.get_variable_value("global_step") == 4
    assert np.isfinite(estimator.get_variable_value("linear/linear_model/bias_weights")).all()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 2, 1], r"whole numbers from 0 to 1 \(n_classes=2\); got 2 in row 2"),
        ([0, 1, -1, 1], r"got -1 in row 2"),
        ([0.0, 1.5, 1.0, 1.0], r"got 1.5 in row 1"),
        ([0.0, 1.0, 1.0, np.nan], r"got nan in row 3"),
    ],
)
def test_labels_outside_the_classes_are_refused_with_their_value(labels, message, model_dir):
    classifier = tf.estimator.LinearClassifier([tf.feature_column.numeric_column("x")], model_dir)
    with pytest.raises(InvalidArgumentError, match=message):
        classifier.train(batches({"x": np.ones(4, np.float32)}, np.array(labels)))


def test_labels_outside_the_vocabulary_are_refused_with_their_value(model_dir):
    columns = [tf.feature_column.numeric_column("x")]
    classifier = tf.estimator.LinearClassifier(columns, model_dir, n_classes=3, label_vocabulary=["a", "b", "c"])
    with pytest.raises(InvalidArgumentError, match=r"label_vocabulary \['a', 'b', 'c'\]; got b'd' in row 2"):
        classifier.train(batches({"x": np.ones(4, np.float32)}, np.array(["a", "b", "d", "a"])))


@pytest.mark.parametrize(
    ("vocabulary", "labels", "message"),
    [
        (None, ["a", "b", "a", "b"], "labels that are strings need a label_vocabulary"),
        (["a", "b"], [0, 1, 0, 1], "with a label_vocabulary the labels must be strings; got int64"),
        (None, [[0, 1], [1, 0], [0, 0], [1, 1]], r"labels must have shape \[batch, 1\] or \[batch\]; got \[None, 2\]"),
    ],
)
def test_labels_of_the_wrong_kind_are_refused_before_anything_is_read(vocabulary, labels, message, model_dir):
    columns = [tf.feature_column.numeric_column("x")]
    classifier = tf.estimator.LinearClassifier(columns, model_dir, label_vocabulary=vocabulary)
    with pytest.raises(ValueError, match=message):
        classifier.train(batches({"x": np.ones(4, np.float32)}, np.array(labels)))


def test_booleans_and_whole_floats_are_labels_of_a_binary_classifier(tmp_path):
    found = []
    for dtype in (np.bool_, np.int64, np.float32):
        columns = [tf.feature_column.numeric_column("x")]
        classifier = tf.estimator.LinearClassifier(columns, str(tmp_path / np.dtype(dtype).name))
        labels = np.array([0, 1, 1, 1]).astype(dtype)
        classifier.train(batches({"x": np.float32([1, 2, 3, 4])}, labels))
        found.append(classifier.get_variable_value("linear/linear_model/x/weights"))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_numbers_are_asked_for_by_a_regressor(model_dir):
    with pytest.raises(ValueError, match="the labels of a regressor must be numbers; got string"):
        homes.small(model_dir).train(homes.input_fn(homes.LABELS["named"]))


def test_labels_are_asked_for(model_dir):
    with pytest.raises(ValueError, match="need labels; the input function gives only features for mode 'train'"):
        homes.small(model_dir).train(homes.input_fn())


def test_a_missing_feature_is_named(model_dir):
    estimator = homes.MODELS["linear-regressor"].make(model_dir)
    features = {"sq_foot": homes.FEATURES["sq_footage"], "type": homes.FEATURES["type"]}
    with pytest.raises(InvalidArgumentError, match=r"'sq_footage'.*'sq_foot'"):
        estimator.train(homes.input_fn(homes.PRICE, features=features))


@pytest.mark.parametrize(
    ("weight", "message"),
    [("wait", "weight_column 'wait' is not among the features"), ("type", "'type' must hold numbers")],
)
def test_a_weight_column_must_be_a_feature_that_holds_numbers(weight, message, model_dir):
    columns = [tf.feature_column.numeric_column("sq_footage")]
    estimator = tf.estimator.LinearRegressor(columns, model_dir, weight_column=weight)
    with pytest.raises(ValueError, match=message):
        estimator.train(FOREVER, steps=1)


@pytest.mark.parametrize("result", [None, 5, {}])
def test_an_input_function_must_return_data(result, model_dir):
    with pytest.raises((TypeError, ValueError)):
        homes.small(model_dir).train(lambda: result, steps=1)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ({"steps": 5, "max_steps": 5}, "not both"),
        ({"steps": 0}, "steps must be positive; got 0"),
        ({"max_steps": 0}, "max_steps must be positive; got 0"),
        ({"max_steps": -1}, "max_steps must be positive; got -1"),
    ],
)
def test_wrong_numbers_of_steps_are_refused(lengths, message, model_dir):
    with pytest.raises(ValueError, match=message):
        homes.small(model_dir).train(FOREVER, **lengths)


def test_an_evaluation_needs_a_batch_and_a_positive_number_of_steps(model_dir):
    estimator = homes.small(model_dir)
    with pytest.raises(ValueError, match="gave no batch"):
        estimator.evaluate(lambda: homes.input_fn(homes.PRICE)().take(0))
    with pytest.raises(ValueError, match="steps must be positive"):
        estimator.evaluate(homes.input_fn(homes.PRICE), steps=0)


def test_model_dir_and_configuration_must_agree(tmp_path):
    columns = [tf.feature_column.numeric_column("x")]
    config = tf.estimator.RunConfig(model_dir=str(tmp_path / "one"))
    with pytest.raises(ValueError, match="they must be equal"):
        tf.estimator.LinearRegressor(columns, str(tmp_path / "other"), config=config)
    with pytest.raises(ValueError, match=r"config must be a tf\.estimator\.RunConfig"):
        tf.estimator.LinearRegressor(columns, config={"model_dir": "x"})
    assert tf.estimator.LinearRegressor(columns, tmp_path / "one", config=config).model_dir == str(tmp_path / "one")


def test_without_a_folder_a_temporary_one_is_made(caplog, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    estimator = homes.small()
    assert pathlib.Path(estimator.model_dir).parent == tmp_path
    assert estimator.config.model_dir == estimator.model_dir
    assert caplog.messages == [f"Using temporary folder as model directory: {estimator.model_dir}"]


def test_a_folder_of_another_model_is_refused(model_dir):
    homes.small(model_dir).train(FOREVER, steps=1)
    other = tf.estimator.LinearRegressor([tf.feature_column.numeric_column("weight")], model_dir)
    with pytest.raises(NotFoundError, match=r"no variable linear/linear_model/weight/weights; .* another model"):
        other.train(FOREVER, steps=1)
    wider = tf.estimator.LinearRegressor([tf.feature_column.numeric_column("sq_footage")], model_dir, label_dimension=2)
    with pytest.raises(ValueError, match=r"has shape \(1, 2\) in this model and \(1, 1\) in"):
        wider.train(batches({"sq_footage": np.ones(4, np.float32)}, np.ones((4, 2), np.float32)))


def test_a_truncated_checkpoint_is_passed_over_with_a_warning(model_dir, caplog):
    estimator = homes.small(model_dir, save_checkpoints_steps=2)
    estimator.train(FOREVER, steps=6)
    kept = homes.variables(estimator)
    newest = pathlib.Path(model_dir, "model.ckpt-6.safetensors")
    newest.write_bytes(newest.read_bytes()[:-10])
    caplog.set_level(logging.WARNING, logger="tensorflow")
    again = homes.small(model_dir, save_checkpoints_steps=2)
    assert again.evaluate(homes.input_fn(homes.PRICE))["global_step"] == 4
    assert "model.ckpt-6 cannot be used, " in caplog.text and "model.ckpt-4 is used instead" in caplog.text
    again.train(FOREVER, max_steps=6)
    homes.assert_equal(kept, homes.variables(again))


def test_when_all_checkpoints_are_damaged_training_does_not_start_anew(model_dir):
    homes.small(model_dir).train(FOREVER, steps=1)
    for path in pathlib.Path(model_dir).glob("*.safetensors"):
        path.write_bytes(b"")
    with pytest.raises(DataLossError, match="are damaged"):
        homes.small(model_dir).train(FOREVER, steps=1)


def csv_input_fn(path):
    def decode(line):
        size, price = tf.io.decode_csv(line, [[0.0], [0.0]])
        return {"sq_footage": size}, price

    return lambda: tf.data.TextLineDataset(str(path)).map(decode).batch(4)


def test_a_row_that_cannot_be_read_surfaces_with_file_and_line(tmp_path, model_dir):
    path = tmp_path / "homes.csv"
    path.write_text("".join(f"{i},{i}\n" for i in range(10)) + "ten,10\n")
    estimator = homes.small(model_dir)
    with pytest.raises(InvalidArgumentError, match=r"homes\.csv.*11") as error:
        estimator.train(csv_input_fn(path))
    assert "ten" in str(error.value)
    for use in (estimator.evaluate, lambda f: list(estimator.predict(f))):
        with pytest.raises(InvalidArgumentError, match=r"homes\.csv.*11"):
            use(csv_input_fn(path))


def test_rows_behind_the_last_step_are_not_read(tmp_path, model_dir):
    path = tmp_path / "homes.csv"
    path.write_text("".join(f"{i},{i}\n" for i in range(8)) + "eight,8\n")
    estimator = homes.small(model_dir)
    estimator.train(csv_input_fn(path), steps=2)
    assert estimator.get_variable_value("global_step") == 2


def test_a_missing_file_or_pattern_is_named(tmp_path, model_dir):
    estimator = homes.small(model_dir)
    with pytest.raises(NotFoundError, match=r"nowhere\.csv"):
        estimator.train(csv_input_fn(tmp_path / "nowhere.csv"))
    with pytest.raises(NotFoundError, match=r"nowhere-\*\.csv"):
        estimator.train(lambda: tf.data.Dataset.list_files(str(tmp_path / "nowhere-*.csv")))


def test_a_file_that_breaks_off_is_named(tmp_path, model_dir):
    path = tmp_path / "homes.csv.gz"
    whole = gzip.compress("".join(f"{i},{i}\n" for i in range(5000)).encode())
    path.write_bytes(whole[: len(whole) // 2])

    def input_fn():
        lines = tf.data.TextLineDataset(str(path), compression_type="GZIP")
        rows = lines.map(lambda line: tf.io.decode_csv(line, [[0.0], [0.0]]))
        return rows.map(lambda size, price: ({"sq_footage": size}, price)).batch(4)

    with pytest.raises(DataLossError, match=r"homes\.csv\.gz"):
        homes.small(model_dir).train(input_fn)


def test_an_error_of_the_model_stands_where_the_user_wrote_it(model_dir):
    def model_fn(features, labels, mode):
        return features["sq_footage"] @ labels[:3]

    estimator = tf.estimator.Estimator(model_fn, model_dir)
    with pytest.raises(TypeError) as error:
        estimator.train(FOREVER, steps=1)
    assert any(entry.name == "model_fn" for entry in error.traceback)
