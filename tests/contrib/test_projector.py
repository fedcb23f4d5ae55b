"""`visualize_embeddings`: variables that a program names itself, with labels and pictures of its own."""

import importlib
import pathlib

import numpy as np
import pytest

import estimax as tf
from estimax.contrib.tensorboard.plugins import projector
from tests.tensorboard_plugins import Plugins

with_tensorboard = importlib.import_module("tensorboard.plugins.projector")


def model_fn(features, labels, mode):
    table = tf.compat.v1.get_variable("words", [4, 3])
    loss = tf.reduce_mean(tf.nn.embedding_lookup(table, features["id"]) ** 2)
    train_op = tf.compat.v1.train.GradientDescentOptimizer(0.1).minimize(loss)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def train(model_dir, steps=2):
    estimator = tf.estimator.Estimator(model_fn, model_dir)
    return estimator.train(lambda: tf.data.Dataset.from_tensor_slices({"id": [0, 1, 2]}).repeat().batch(3), steps=steps)


def configured(module, **fields):
    config = module.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = "words:0"
    for name, value in fields.items():
        setattr(embedding, name, value)
    return config


WRITERS = {
    "writer": tf.compat.v1.summary.FileWriter,
    "folder": str,
    "path": pathlib.Path,
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("is_before", [True, False])
def test_a_named_variable_is_shown_as_training_left_it_with_the_labels_of_the_program(writer, is_before, model_dir):
    pathlib.Path(model_dir, "words.tsv").write_text("a\nb\nc\nd\n")
    steps = [lambda: train(model_dir), lambda: projector.visualize_embeddings(WRITERS[writer](model_dir), config)]
    config = configured(projector, metadata_path="words.tsv")
    for step in reversed(steps) if is_before else steps:
        step()
    projector.visualize_embeddings(model_dir, config)
    board = Plugins(model_dir)
    assert list(board.embeddings()) == ["words"]
    vectors = np.frombuffer(board.projector("tensor", run=".", name="words"), "<f4").reshape(4, 3)
    np.testing.assert_allclose(vectors, tf.train.load_variable(model_dir, "words"), rtol=1e-4)
    assert board.projector("metadata", run=".", name="words") == b"a\nb\nc\nd\n"


def test_training_goes_on_in_the_picture(model_dir):
    projector.visualize_embeddings(model_dir, configured(projector))
    shown = []
    for _ in range(2):
        train(model_dir)
        shown.append(Plugins(model_dir).projector("tensor", run=".", name="words"))
    assert shown[0] != shown[1]


def test_another_folder_shows_the_checkpoint_that_its_list_names(model_dir, tmp_path):
    train(model_dir)
    config = configured(projector)
    config.model_checkpoint_path = tf.train.latest_checkpoint(model_dir)
    folder = tmp_path / "board"
    folder.mkdir()
    projector.visualize_embeddings(folder, config)
    assert Plugins(folder).embeddings()["words"]["tensorShape"] == [4, 3]


def test_tensorboards_own_messages_are_taken_and_say_the_same(tmp_path):
    texts = []
    for module in (projector, with_tensorboard):
        config = configured(module, metadata_path="words.tsv", bookmarks_path="marks.txt")
        config.embeddings[0].sprite.image_path = "pictures.png"
        config.embeddings[0].sprite.single_image_dim.extend([28, 28])
        config.embeddings.extend([module.EmbeddingInfo(tensor_name="more", tensor_shape=[3, 2])])
        projector.visualize_embeddings(tmp_path, config)
        texts.append((tmp_path / "projector_config.pbtxt").read_text())
    assert texts[0] == texts[1]
    assert projector.SpriteMetadata(single_image_dim=[1]).single_image_dim == [1]


def test_the_names_of_the_messages_fields_are_those_of_tensorboard():
    for name in ("ProjectorConfig", "EmbeddingInfo", "SpriteMetadata"):
        ours, theirs = (
            {field.name: field.number for field in getattr(module, name).DESCRIPTOR.fields}
            for module in (projector, with_tensorboard)
        )
        assert ours == theirs


def test_a_writer_without_a_folder_is_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match="needs a FileWriter with a folder"):
        projector.visualize_embeddings(None, projector.ProjectorConfig())


def test_the_namespace_is_found_where_programs_look_for_it():
    assert tf.contrib.tensorboard.plugins.projector is projector
    assert {"ProjectorConfig", "EmbeddingInfo", "SpriteMetadata", "visualize_embeddings"} <= set(dir(projector))
    assert "plugins" in dir(tf.contrib.tensorboard) and "projector" in dir(tf.contrib.tensorboard.plugins)
