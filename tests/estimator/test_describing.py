"""What a run tells of itself: texts for a reader, and a row of TensorBoard's table of hyper-parameters."""

import os

import pytest
from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData

import estimax as tf
from estimax.estimator import _describing, _inputs
from estimax.estimator._mode_keys import ModeKeys
from estimax.summary import EventWriter, read_events
from estimax.summary._hparams import hparams_end, hparams_start
from tests.estimator import homes
from tests.tensorboard_plugins import Plugins

fc = tf.feature_column


def told(estimator, labels=None, is_success=True, step=0):
    """Lets a run begin and end, and returns the texts that it has told."""
    read = homes.input_fn(homes.LABELS["binary"] if labels is None else labels, epochs=None)
    given = _inputs.open_input(read, ModeKeys.TRAIN, estimator.params, estimator.config, True)
    traced = estimator.model.traced(ModeKeys.TRAIN, given)
    with EventWriter(estimator.model_dir) as writer:
        _describing.begin(estimator, traced, step, writer, given)
        _describing.end(writer, is_success)
    return {event.tag: event.value for event in read_events(estimator.model_dir) if event.tag.startswith("run/")}


@pytest.mark.parametrize("name", homes.MODELS)
def test_every_pre_made_estimator_is_described(name, model_dir, caplog):
    model = homes.MODELS[name]
    texts = told(model.make(model_dir), model.labels)
    assert {"run/model", "run/variables", "run/environment"} <= texts.keys()
    assert ("run/columns" in texts) == ("baseline" not in name)
    assert ("run/embeddings" in texts) == ("dnn" in name or "combined" in name)
    assert type(model.make(model_dir)).__name__ in texts["run/model"]
    assert [r for r in caplog.records if r.levelname == "WARNING"] == []


def test_the_texts_tell_columns_variables_and_where_the_run_takes_place(model_dir):
    texts = told(homes.MODELS["dnn-binary"].make(model_dir, seed=5), step=7)
    assert "| `hidden_units` | `8, 4` |" in texts["run/model"]
    assert "FromSlices → Repeat → Batch(size 16, drop_remainder False)" in texts["run/model"].replace("(count -1)", "")
    assert "| `town_embedding` | `Embedding` | `town` | `20` | `4` | `combiner mean` |" in texts["run/columns"]
    assert "words house, apt, out of vocabulary 0" in texts["run/columns"]
    assert texts["run/variables"].startswith("**193** numbers are trained, of 193 in 7 variables.")
    assert "| `dnn/hiddenlayer_0/kernel` | `8 × 8` | `64` | `float32` |  |" in texts["run/variables"]
    assert "| `seed` | `5` |" in texts["run/environment"]
    assert "| `global step` | `7` |" in texts["run/environment"]
    assert "`20 of 20` | `bucket 0, bucket 1" in texts["run/embeddings"]


def test_nothing_of_the_user_is_told(model_dir, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["/home/somebody/train.py", "--password=secret"])
    path = tmp_path / "somebody" / "towns.txt"
    path.parent.mkdir()
    path.write_text("Bern\nBasel\n")
    town = fc.embedding_column(fc.categorical_column_with_vocabulary_file("town", str(path)), 2)
    texts = "\n".join(told(tf.estimator.DNNClassifier([2], [town], model_dir)).values())
    assert "`train.py`" in texts
    assert "vocabulary_file towns.txt" in texts
    assert "somebody" not in texts
    assert "secret" not in texts
    assert os.path.expanduser("~") not in texts


def test_every_line_of_a_table_has_the_columns_of_its_head_whatever_names_hold(model_dir):
    strange = fc.categorical_column_with_vocabulary_list("town", ["a|b", "`c`", "d\n| e |", "Zürich"])
    columns = [fc.embedding_column(strange, 2), fc.bucketized_column(fc.numeric_column("sq_footage"), [1, 2])]
    for text in told(tf.estimator.DNNClassifier([2], columns, model_dir)).values():
        lines = [line.replace("\\|", "") for line in text.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) == 1


def test_runs_of_several_models_stand_side_by_side_in_tensorboards_table(tmp_path):
    made = {name: homes.MODELS[name].make(str(tmp_path / name)) for name in ("linear-binary", "dnn-binary")}
    for name, estimator in made.items():
        estimator.train(homes.input_fn(homes.LABELS["binary"], epochs=None), steps=2)
        told(estimator, is_success=name == "dnn-binary")
        estimator.evaluate(homes.input_fn(homes.LABELS["binary"]))
    board = Plugins(tmp_path)
    sessions = board.sessions()
    assert sessions.keys() == made.keys()
    linear, dnn = (sessions[name] for name in made)
    assert (linear[0]["estimator"], dnn[0]["estimator"]) == ("LinearClassifier", "DNNClassifier")
    assert dnn[0]["hidden_units"] == "8, 4"
    assert dnn[2] == "STATUS_SUCCESS"
    for name, (_, metrics, _) in sessions.items():
        assert {("eval", "accuracy"), ("eval", "auc"), ("eval", "loss"), ("", "loss")} <= metrics.keys()
        evaluated = {event.tag: event.value for event in read_events(made[name].eval_dir())}
        assert metrics["eval", "accuracy"] == pytest.approx(evaluated["accuracy"])
    differing = {h["name"] for h in board.hparams("experiment")["hparamInfos"] if h["differs"]}
    assert "estimator" in differing


@pytest.mark.parametrize("is_success", [True, False])
def test_the_table_says_how_a_run_ended(is_success, model_dir):
    told(homes.small(model_dir), homes.PRICE, is_success)
    ((_, _, status),) = Plugins(model_dir).sessions().values()
    assert status == ("STATUS_SUCCESS" if is_success else "STATUS_FAILURE")


def test_the_messages_of_the_table_hold_values_by_their_kinds_and_times():
    started = hparams_start({"rate": 0.5, "fast": True, "name": "ä"}, 12.5).value[0].metadata.plugin_data
    content = HParamsPluginData.FromString(started.content).session_start_info
    values = {name: getattr(value, value.WhichOneof("kind")) for name, value in content.hparams.items()}
    assert (started.plugin_name, content.start_time_secs) == ("hparams", 12.5)
    assert values == {"rate": 0.5, "fast": True, "name": "ä"}
    ended = HParamsPluginData.FromString(hparams_end(False, 13.0).value[0].metadata.plugin_data.content)
    assert (ended.session_end_info.status, ended.session_end_info.end_time_secs) == (2, 13.0)


def test_trees_that_trace_nothing_are_described_too(model_dir):
    trees = tf.estimator.BoostedTreesClassifier([fc.numeric_column("x")], 1, n_trees=7, model_dir=model_dir)
    with EventWriter(model_dir) as writer:
        _describing.begin(trees, None, 0, writer)
        _describing.end(writer, True)
    texts = {event.tag: event.value for event in read_events(model_dir) if event.tag.startswith("run/")}
    assert texts.keys() == {"run/model", "run/columns", "run/environment"}
    assert "| `n_trees` | `7` |" in texts["run/model"]


def test_labels_that_cannot_be_written_are_a_warning_and_the_rest_is_told(model_dir, caplog):
    with open(os.path.join(model_dir, "projector"), "w") as file:
        file.write("in place of the folder")
    texts = told(homes.MODELS["dnn-binary"].make(model_dir))
    assert {"run/model", "run/variables"} <= texts.keys()
    assert "run/embeddings" not in texts
    assert len([r for r in caplog.records if "could not be made" in r.message]) == 1
