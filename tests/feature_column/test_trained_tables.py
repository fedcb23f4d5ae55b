"""Tables of embeddings in an Estimator: what they start with and what they are trained to."""

import os

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import NotFoundError

fc = tf.feature_column
v1 = tf.compat.v1
ROWS = np.arange(14, dtype=np.float32).reshape(7, 2) / 10 - 0.5
NUMBERS = np.arange(40)
FEATURES = {
    "a": np.stack([NUMBERS % 7, (3 * NUMBERS) % 8 - 1], 1),
    "b": np.stack([(NUMBERS * NUMBERS) % 7, (5 * NUMBERS) % 8 - 1, NUMBERS % 3], 1),
}
LABELS = np.float32((NUMBERS % 5) / 5 - 0.4)
A, B = (fc.categorical_column_with_identity(key, 7) for key in "ab")
NAME = "input_layer/a_embedding/embedding_weights"


def input_fn():
    return tf.data.Dataset.from_tensor_slices((FEATURES, LABELS)).batch(8)


def estimator_of(outputs, model_dir):
    """Makes an estimator whose prediction is the sum of what a function makes of the features, squared."""

    def model_fn(features, labels, mode):
        prediction = sum((output**2).sum(1) for output in outputs(features))
        loss = ((prediction - labels) ** 2).sum()
        train_op = v1.train.AdagradOptimizer(0.1).minimize(loss, v1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    return tf.estimator.Estimator(model_fn, model_dir=str(model_dir))


def layer(columns):
    return lambda features: [v1.feature_column.input_layer(features, columns)]


# What the original (TensorFlow 2.15.1) trains both kinds of shared tables to, in five steps of eight examples.
TRAINED = """
    -0.36543 -0.27071 -0.14355 -0.12893 -0.05568 -0.0558 -0.04114 0.09277 0.29543 0.32337 0.3155 0.41106 0.50964 0.60267
"""


@pytest.mark.parametrize("shared", [fc.shared_embeddings, v1.feature_column.shared_embedding_columns])
def test_shared_rows_are_trained_as_on_the_original(shared, model_dir):
    columns = shared([A, B], 2, initializer=tf.constant_initializer(ROWS))
    estimator = estimator_of(layer(columns), model_dir)
    estimator.train(input_fn)
    (name,) = (n for n in estimator.get_variable_names() if n.endswith(("shared_embedding", "embedding_weights")))
    trained = np.array(TRAINED.split(), float)
    np.testing.assert_allclose(estimator.get_variable_value(name).ravel(), trained, atol=2e-5)


def test_rows_that_are_not_trained_keep_their_values_and_have_no_slots(model_dir):
    frozen = fc.embedding_column(A, 2, initializer=tf.constant_initializer(ROWS), trainable=False)
    estimator = estimator_of(layer([frozen, fc.embedding_column(B, 2)]), model_dir)
    estimator.train(input_fn)
    np.testing.assert_array_equal(estimator.get_variable_value(NAME), ROWS)
    slots = [name for name in estimator.get_variable_names() if "Adagrad" in name]
    assert slots and not any(name.startswith(NAME) for name in slots)


@pytest.fixture
def trained(tmp_path):
    """Trains a table once and returns the folder of its estimator with the rows."""
    estimator = estimator_of(layer([fc.embedding_column(A, 2)]), tmp_path / "trained")
    estimator.train(input_fn)
    return estimator.model_dir, estimator.get_variable_value(NAME)


def path_of(folder, form):
    prefix = tf.train.latest_checkpoint(folder)
    return {"folder": folder, "prefix": prefix, "file": f"{prefix}.safetensors"}[form]


@pytest.mark.parametrize("form", ["folder", "prefix", "file"])
def test_rows_start_as_those_of_a_checkpoint(form, trained, tmp_path):
    folder, rows = trained
    column = fc.embedding_column(
        B, 2, ckpt_to_load_from=path_of(folder, form), tensor_name_in_ckpt=NAME, trainable=False
    )
    shared = fc.shared_embeddings([A], 2, ckpt_to_load_from=path_of(folder, form), tensor_name_in_ckpt=f"{NAME}:0")
    estimator = estimator_of(layer([column, *shared]), tmp_path / "new")
    estimator.train(input_fn, steps=1)
    np.testing.assert_array_equal(estimator.get_variable_value(NAME.replace("a_", "b_")), rows)
    untouched = sorted(set(range(7)) - set(FEATURES["a"][:8].ravel()))
    np.testing.assert_array_equal(estimator.get_variable_value("a_shared_embedding")[untouched], rows[untouched])


def test_a_checkpoint_is_not_needed_any_more_once_rows_are_made(trained, tmp_path):
    folder, _ = trained
    columns = [fc.embedding_column(A, 2, ckpt_to_load_from=folder, tensor_name_in_ckpt=NAME)]
    estimator = estimator_of(layer(columns), tmp_path / "new")
    estimator.train(input_fn, steps=1)
    os.rename(folder, f"{folder}-elsewhere")
    estimator.train(input_fn, steps=1)
    assert estimator.evaluate(input_fn)["global_step"] == 2


@pytest.mark.parametrize(
    ("dimension", "name", "error", "message"),
    [
        (3, NAME, ValueError, r"column 'a_embedding' needs float values of shape \(7, 3\).* of shape \(7, 2\)"),
        (2, "global_step", ValueError, "'global_step' in .* is int64"),
        (2, "rows", NotFoundError, "tensor_name_in_ckpt of column 'a_embedding' is 'rows'.*it has 'global_step', 'inp"),
    ],
)
def test_rows_that_do_not_fit_are_refused(dimension, name, error, message, trained, tmp_path):
    column = fc.embedding_column(A, dimension, ckpt_to_load_from=trained[0], tensor_name_in_ckpt=name)
    with pytest.raises(error, match=message):
        estimator_of(layer([column]), tmp_path / "new").train(input_fn)


def test_a_checkpoint_that_is_not_there_is_an_error(tmp_path):
    column = fc.embedding_column(A, 2, ckpt_to_load_from=tmp_path / "nowhere", tensor_name_in_ckpt=NAME)
    with pytest.raises(NotFoundError, match=r"ckpt_to_load_from of column 'a_embedding': .*nowhere"):
        estimator_of(layer([column]), tmp_path / "new").train(input_fn)
