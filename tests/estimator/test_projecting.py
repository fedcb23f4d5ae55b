"""The projector's files: rows with their words, read by TensorBoard's own plugin."""

import os
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax.estimator import _projecting
from estimax.estimator._projecting import leave_labels, refresh, shown_rows, write_projector
from estimax.summary._projector_files import (
    ProjectorConfig,
    labelled,
    read_config,
    write_config,
    write_labels,
    write_vectors,
)
from tests.tensorboard_plugins import Plugins

fc = tf.feature_column
WORDS = ["cat", "dog", "a\tb", "", "Zürich"]


def columns():
    return [
        fc.embedding_column(fc.categorical_column_with_vocabulary_list("word", WORDS, num_oov_buckets=2), 4),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("hashed", 12), 3),
        *fc.shared_embeddings([fc.categorical_column_with_identity(key, 5) for key in ("one", "other")], 2),
    ]


def input_fn():
    rng = np.random.default_rng(1)
    features = {
        "word": rng.choice([*WORDS, "unknown"], 64),
        "hashed": rng.choice(["x", "y", "z"], 64),
        "one": rng.integers(0, 5, 64),
        "other": rng.integers(0, 5, 64),
    }
    return tf.data.Dataset.from_tensor_slices((features, rng.integers(0, 2, 64))).repeat().batch(8)


def model_fn(features, labels, mode, params):
    net = tf.compat.v1.feature_column.input_layer(features, params["columns"])
    logits = tf.compat.v1.layers.dense(net, 1)
    loss = tf.compat.v1.losses.sigmoid_cross_entropy(tf.reshape(labels, [-1, 1]), logits)
    train_op = tf.compat.v1.train.AdagradOptimizer(0.1).minimize(loss)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def sequences():
    words = tf.ragged.constant([["cat"], ["dog", "cat"], ["cat"], ["dog"]])
    return tf.data.Dataset.from_tensor_slices(({"word": words.to_sparse()}, [0, 1, 1, 0])).repeat().batch(2)


def sequence_columns():
    return [fc.embedding_column(fc.sequence_categorical_column_with_vocabulary_list("word", ["cat", "dog"]), 3)]


PROGRAMS = {
    "pre-made": (
        lambda folder: tf.estimator.DNNClassifier([4], columns(), folder),
        input_fn,
        {"word_embedding": (7, 4), "hashed_embedding": (12, 3), "one_other_shared_embedding": (5, 2)},
    ),
    "of its own": (
        lambda folder: tf.estimator.Estimator(model_fn, folder, params={"columns": columns()}),
        input_fn,
        {"word_embedding": (7, 4), "hashed_embedding": (12, 3), "one_other_shared_embedding": (5, 2)},
    ),
    "recurrent": (
        lambda folder: tf.estimator.experimental.RNNClassifier(sequence_columns(), units=[3], model_dir=folder),
        sequences,
        {"word_embedding": (2, 3)},
    ),
}


def column_of(variable):
    parts = variable.split("/")
    return parts[-2] if parts[-1] == "embedding_weights" else parts[-1]


@pytest.mark.parametrize("program", PROGRAMS)
def test_tensorboard_shows_every_embedding_of_a_run_with_its_words(program, model_dir):
    make, read, expected = PROGRAMS[program]
    estimator = make(model_dir)
    estimator.train(read, steps=3)
    board = Plugins(model_dir)
    found = board.embeddings()
    assert {column_of(name): tuple(e["tensorShape"]) for name, e in found.items()} == expected
    for name, embedding in found.items():
        rows, width = embedding["tensorShape"]
        vectors = np.frombuffer(board.projector("tensor", run=".", name=name), "<f4").reshape(rows, width)
        np.testing.assert_allclose(vectors, estimator.get_variable_value(name), rtol=1e-4, atol=1e-30)
        labels = board.projector("metadata", run=".", name=name).decode().splitlines()
        assert len(labels) == rows
        if column_of(name) == "word_embedding" and rows == 7:
            assert labels == ["cat", "dog", "a b", "''", "Zürich", "out of vocabulary 0", "out of vocabulary 1"]


class Looking(tf.estimator.SessionRunHook):
    """Waits, after the first step, for what TensorBoard shows."""

    def __init__(self, model_dir):
        self.model_dir = model_dir
        self.found = None

    def after_run(self, run_context, run_values):
        until = time.monotonic() + 60
        while self.found is None and time.monotonic() < until:
            if os.path.exists(os.path.join(self.model_dir, "projector_config.pbtxt")):
                self.found = Plugins(self.model_dir).embeddings()
            time.sleep(0.01)


def test_embeddings_are_shown_from_the_first_step_on(model_dir):
    looking = Looking(model_dir)
    tf.estimator.DNNClassifier([4], columns(), model_dir).train(input_fn, hooks=[looking], steps=1)
    assert looking.found is not None
    assert {column_of(name) for name in looking.found} == set(PROGRAMS["pre-made"][2])
    assert all("metadataPath" in embedding for embedding in looking.found.values())


def test_the_latest_checkpoint_of_a_run_that_was_killed_is_shown(model_dir):
    estimator = tf.estimator.DNNClassifier([4], columns(), model_dir)
    estimator.train(input_fn, steps=2)
    for name in labelled(model_dir):
        os.remove(os.path.join(model_dir, "projector", f"{name}.bytes"))
    os.remove(os.path.join(model_dir, "projector_config.pbtxt"))
    refresh(model_dir)
    assert len(Plugins(model_dir).embeddings()) == 3


def test_a_model_without_embeddings_leaves_no_file(model_dir):
    tf.estimator.LinearClassifier([fc.categorical_column_with_identity("one", 5)], model_dir).train(input_fn, steps=1)
    refresh(model_dir)
    assert not {"projector", "projector_config.pbtxt"} & set(os.listdir(model_dir))


def test_what_a_program_has_written_into_the_list_stays(model_dir):
    config = ProjectorConfig(model_checkpoint_dir="somewhere")
    mine = config.embeddings.add(tensor_name="dnn/logits/kernel:0", metadata_path="mine.tsv")
    mine.sprite.image_path = "pictures.png"
    mine.sprite.single_image_dim.extend([28, 28])
    config.embeddings.add(tensor_name="elsewhere", tensor_path="elsewhere.tsv", tensor_shape=[1, 2])
    config.embeddings.add(tensor_name="unknown", metadata_path="nothing.tsv")
    write_config(model_dir, config)
    tf.estimator.DNNClassifier([4], columns(), model_dir).train(input_fn, steps=1)
    after = read_config(model_dir)
    entries = {e.tensor_name: e for e in after.embeddings}
    assert after.model_checkpoint_dir == "somewhere"
    assert list(entries)[:3] == ["dnn/logits/kernel:0", "elsewhere", "unknown"]
    assert len(entries) == 6
    shown = entries["dnn/logits/kernel:0"]
    assert (shown.metadata_path, shown.sprite, list(shown.tensor_shape)) == ("mine.tsv", mine.sprite, [4, 1])
    assert shown.tensor_path == "projector/dnn/logits/kernel.bytes"
    assert (entries["elsewhere"], entries["unknown"]) == tuple(config.embeddings)[1:]


ROWS = {
    "zeros": np.zeros((3, 2)),
    "what is not finite": np.array([[np.nan, np.inf], [-np.inf, 1]]),
    "short floats": np.ones((2, 3), np.float16),
    "text, if it were any": np.frombuffer(b"1.00\t2.0\n3.0\t4.0", "<f4").reshape(2, 2),
}


@pytest.mark.parametrize("name", ROWS)
def test_tensorboard_takes_vectors_for_vectors_whatever_their_bytes_are(name, tmp_path):
    with np.errstate(all="ignore"):
        write_projector(tmp_path, {"rows": lambda most: ["x"] * len(ROWS[name])}, {"rows": ROWS[name]})
        read = np.frombuffer(Plugins(tmp_path).projector("tensor", run=".", name="rows"), "<f4")
        expected = np.nan_to_num(ROWS[name].astype(np.float32), posinf=0.0, neginf=0.0).ravel()
    np.testing.assert_allclose(read, expected, rtol=1e-4, atol=1e-30)


@given(st.lists(st.text() | st.binary(), min_size=1, max_size=8))
def test_every_label_is_one_line_that_is_not_blank(tmp_path_factory, labels):
    folder = tmp_path_factory.mktemp("labels")
    write_labels(folder, "scope/words", labels)
    lines = (folder / "projector" / "scope" / "words.tsv").read_text("utf-8").split("\n")
    assert len(lines) == len(labels) + 1
    assert lines.pop() == ""
    assert all(line.strip() and "\t" not in line for line in lines)
    assert labelled(folder) == ["scope/words"]


def test_of_a_great_table_the_first_rows_are_shown_and_the_log_says_so(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(_projecting, "_MOST_NUMBERS", 6)
    assert shown_rows((10, 2), 1) == 3
    table = np.arange(20.0).reshape(10, 2)
    with caplog.at_level("INFO", logger="tensorflow"):
        write_projector(tmp_path, {"rows": lambda most: ["first", "second", "third"][:most]}, {"rows": table})
    assert "first 3 of the 10 rows of rows" in caplog.text
    board = Plugins(tmp_path)
    assert board.embeddings()["rows"]["tensorShape"] == [3, 2]
    assert board.projector("metadata", run=".", name="rows") == b"first\nsecond\nthird\n"


def test_labels_that_are_there_are_left_alone_and_those_of_another_table_replaced(tmp_path):
    path = tmp_path / "projector" / "rows.tsv"
    leave_labels(str(tmp_path), {"rows": lambda most: ["a", "b"][:most]}, {"rows": (2, 1)})
    first = path.stat()
    write_projector(tmp_path, {"rows": lambda most: ["a", "b"][:most]}, {"rows": np.ones((2, 1))})
    assert os.path.samestat(first, path.stat())
    for words in (["a", "c"], ["a"]):
        write_projector(tmp_path, {"rows": lambda most, w=words: w[:most]}, {"rows": np.ones((len(words), 1))})
        assert path.read_text().split() == words


BAD = {
    "a file in place of the folder": lambda folder: (folder / "projector").write_text("mine"),
    "a list that is none": lambda folder: (folder / "projector_config.pbtxt").write_text("{"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("again", [False, True])
def test_files_that_cannot_be_written_are_one_warning(name, again, tmp_path, caplog):
    BAD[name](tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    if again:
        (tmp_path / "checkpoint").write_text("damaged")
        before["checkpoint"] = b"damaged"
        refresh(tmp_path)
    write_projector(tmp_path, {"rows": lambda most: ["a"]}, {"rows": np.ones((1, 1))})
    warnings = [r.message for r in caplog.records if r.levelname == "WARNING" and "projector shows" in r.message]
    assert warnings
    assert len(warnings) == 1 + (again and name == "a list that is none")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_run_in_a_folder_whose_list_cannot_be_read_ends_well_with_one_warning(model_dir, caplog):
    with open(os.path.join(model_dir, "projector_config.pbtxt"), "w") as file:
        file.write("{")
    tf.estimator.DNNClassifier([4], columns(), model_dir).train(input_fn, steps=1)
    warnings = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "must hold a ProjectorConfig in text form" in warnings[0]


@pytest.mark.parametrize("name", ["../rows", "a//b", "/rows", ""])
def test_a_name_that_leads_out_of_the_folder_is_refused(name, tmp_path):
    with pytest.raises(InvalidArgumentError, match="whose name can be that of a file"):
        write_vectors(tmp_path, name, np.ones((1, 1)))
