"""How a run starts and what is kept of it: `Scaffold` and `Saver`, as programs use them."""

import pathlib

import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import InvalidArgumentError, NotFoundError
from estimax.train._assign_from_checkpoint import assign_from_checkpoint_fn
from tests.train.hooks.small import estimator, evaluation_fn, input_fn, training, variables


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory):
    """A checkpoint of the small model after seven steps, and its variables."""
    trained = estimator(tmp_path_factory.mktemp("pretrained")).train(input_fn(), steps=7)
    return trained.latest_checkpoint(), {name: trained.get_variable_value(name) for name in ("w", "b")}


def first_values(folder):
    return {name: float(tf.train.load_variable(f"{folder}/model.ckpt-0", name)) for name in ("w", "b")}


def restoring(path, make=lambda held: tf.train.Saver([held["w"], held["b"]])):
    def scaffold(mode, held):
        saver = make(held)
        return {"scaffold": tf.train.Scaffold(init_fn=lambda scaffold, session: saver.restore(session, path))}

    return scaffold


WAYS = {
    "a list": lambda held: tf.train.Saver([held["w"], held["b"]]),
    "names": lambda held: tf.train.Saver({"w": held["w"], "b": "b:0"}),
    "what is trained": lambda held: tf.train.Saver(tf.trainable_variables()),
    "all that is there": lambda held: tf.train.Saver(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_run_starts_from_variables_that_are_restored(tmp_path, pretrained, way):
    path, values = pretrained
    estimator(tmp_path, restoring(path, WAYS[way])).train(input_fn(), steps=2)
    assert first_values(tmp_path) == {name: float(v) for name, v in values.items()}


def test_variables_may_have_other_names_in_the_checkpoint(tmp_path, pretrained):
    path, values = pretrained
    more = restoring(path, lambda held: tf.train.Saver({"b": held["w"]}))
    estimator(tmp_path, more).train(input_fn(), steps=2)
    assert first_values(tmp_path) == {"w": float(values["b"]), "b": 0.0}


def test_a_run_that_goes_on_is_not_started_anew(tmp_path, pretrained):
    calls = []

    def scaffold(held):
        return tf.train.Scaffold(init_fn=lambda scaffold, session: calls.append(scaffold))

    trained = estimator(tmp_path, training(scaffold=scaffold))
    trained.train(input_fn(), steps=2).train(input_fn(), steps=2)
    assert [type(s) for s in calls] == [tf.train.Scaffold]


def test_a_model_without_checkpoint_is_evaluated_and_used_with_what_is_restored(tmp_path, pretrained):
    path, values = pretrained
    started = estimator(tmp_path, restoring(path))
    row = next(started.predict(lambda: tf.data.Dataset.from_tensors({"x": [1.0]})))
    assert row == pytest.approx(values["w"] + values["b"])
    assert started.evaluate(evaluation_fn)["mean"] == pytest.approx(0.55 * values["w"] + values["b"])


def test_variables_are_assigned_from_a_checkpoint_that_lacks_some(tmp_path, pretrained, caplog):
    path, values = pretrained

    def scaffold(held):
        assign = assign_from_checkpoint_fn(path, {"w": held["w"], "other": held["b"]}, ignore_missing_vars=True)
        return tf.train.Scaffold(init_fn=lambda scaffold, session: assign(session))

    estimator(tmp_path, training(scaffold=scaffold)).train(input_fn(), steps=1)
    assert first_values(tmp_path) == {"w": float(values["w"]), "b": 0.0}
    assert "no variable other" in caplog.text


@pytest.mark.parametrize(
    ("make", "path", "kind", "words"),
    [
        (lambda held: tf.train.Saver({"v": held["w"]}), None, NotFoundError, "no variables v; it has b, b/Momentum"),
        (lambda held: tf.train.Saver(["v"]), None, NotFoundError, "no variables v; it has b"),
        (lambda held: tf.train.Saver(), "nowhere", ValueError, "nowhere"),
        (lambda held: tf.train.Saver({"wide": held["w"]}), "wide", InvalidArgumentError, r"\(\).*\(2,\)"),
    ],
)
def test_what_cannot_be_restored_is_named(tmp_path, pretrained, make, path, kind, words):
    if path == "wide":
        path = str(tmp_path / "wide")
        tf.train.Saver().save(_Session({"wide": np.zeros(2)}), path)
    with pytest.raises(kind, match=words):
        estimator(tmp_path / "model", restoring(path or pretrained[0], make)).train(input_fn(), steps=1)


class _Session:
    """As much of a session as saving needs."""

    def __init__(self, values):
        self.values = values

    def variables(self):
        return self.values

    def run(self, fetch):
        return fetch


def test_a_saver_in_a_hook_writes_checkpoints_of_its_own(tmp_path):
    class SaveSome(tf.train.SessionRunHook):
        def begin(self):
            self.saver = tf.train.Saver(max_to_keep=2)
            self.global_step = tf.train.get_global_step()

        def after_run(self, run_context, run_values):
            self.path = self.saver.save(run_context.session, str(tmp_path / "own" / "best"), self.global_step)

    hook = SaveSome()
    trained = estimator(tmp_path / "model").train(input_fn(), hooks=[hook], steps=4)
    assert hook.path == str(tmp_path / "own" / "best-4")
    assert hook.saver.last_checkpoints == [str(tmp_path / "own" / f"best-{step}") for step in (3, 4)]
    assert tf.train.latest_checkpoint(str(tmp_path / "own")) == hook.path
    assert sorted(p.name for p in (tmp_path / "own").iterdir()) == [
        "best-3.safetensors",
        "best-4.safetensors",
        "checkpoint",
    ]
    assert {n: tf.train.load_variable(hook.path, n).tobytes() for n, _ in tf.train.list_variables(hook.path)} == (
        variables(trained)
    )


def test_numbers_in_file_names_may_be_padded_and_left_out(tmp_path):
    saver = tf.train.Saver(pad_step_number=True)
    session = _Session({"a": np.float32(3), "global_step": np.int64(5)})
    assert saver.save(session, str(tmp_path / "x"), 12) == str(tmp_path / "x-00000012")
    assert saver.save(session, str(tmp_path / "x")) == str(tmp_path / "x")
    assert tf.train.load_variable(str(tmp_path / "x"), "a") == 3


def test_the_saver_of_a_scaffold_says_how_many_checkpoints_are_kept(tmp_path):
    def scaffold(held):
        return tf.train.Scaffold(saver=tf.train.Saver(max_to_keep=2), local_init_op=tf.group(tf.tables_initializer()))

    estimator(tmp_path, training(scaffold=scaffold), save_checkpoints_steps=2).train(input_fn(), steps=11)
    kept = tf.train.get_checkpoint_state(str(tmp_path)).all_model_checkpoint_paths
    assert [pathlib.Path(p).name for p in kept] == ["model.ckpt-10", "model.ckpt-11"]
