"""Hooks as programs write them: closures over the model function, the global step, the session's graph."""

import numpy as np
import pytest

import estimax as tf
from tests.train.hooks.small import Watch, estimator, evaluation_fn, input_fn, training, variables


def test_a_class_inside_of_the_model_function_closes_over_its_values(tmp_path):
    lines = []

    def hooks(held):
        shifted = held["predictions"] - 1

        class LoggerHook(tf.train.SessionRunHook):
            def begin(self):
                self.step = -1

            def before_run(self, run_context):
                self.step += 1
                return tf.train.SessionRunArgs([shifted, held["w"]])

            def after_run(self, run_context, run_values):
                values, w = run_values.results
                if self.step % 2 == 0:
                    lines.append((self.step, values.shape, float(w)))

        return [LoggerHook()]

    estimator(tmp_path, training(training_hooks=hooks)).train(input_fn(), steps=5)
    assert [line[:2] for line in lines] == [(0, (2,)), (2, (2,)), (4, (2,))]
    assert lines[0][2] == 0 < lines[1][2] < lines[2][2]


def test_the_global_step_can_be_asked_for_in_every_method(tmp_path):
    class Steps(tf.train.SessionRunHook):
        def __init__(self):
            self.seen = []

        def after_create_session(self, session, coord):
            self.seen.append(int(session.run(tf.train.get_or_create_global_step())))

        def before_run(self, run_context):
            return tf.train.SessionRunArgs({"step": tf.train.get_global_step()})

        def after_run(self, run_context, run_values):
            after = run_context.session.run(tf.train.get_global_step())
            self.seen.append((int(run_values.results["step"]), int(after)))

        def end(self, session):
            self.seen.append(int(session.run(tf.train.get_global_step())))

    trained = estimator(tmp_path).train(input_fn(), steps=3)
    hook = Steps()
    trained.train(input_fn(), hooks=[hook], steps=2)
    assert hook.seen == [3, (3, 4), (4, 5), 5]


def test_a_hook_restores_pretrained_weights_into_a_new_run_alone(tmp_path):
    pretrained = estimator(tmp_path / "pretrained").train(input_fn(), steps=7)

    class Restore(tf.train.SessionRunHook):
        def begin(self):
            self.saver = tf.train.Saver({"w": "w", "b": "b"})

        def after_create_session(self, session, coord=None):
            if session.run(tf.train.get_or_create_global_step()) == 0:
                self.saver.restore(session, pretrained.latest_checkpoint())

    reference = estimator(tmp_path / "reference").train(input_fn(), hooks=[Restore()], steps=2)
    first = reference.get_variable_value("w")
    reference.train(input_fn(), steps=1)
    trained = estimator(tmp_path / "model")
    for _ in range(2):
        trained.train(input_fn(), hooks=[Restore()], max_steps=2)
    assert trained.get_variable_value("w") == first
    trained.train(input_fn(), hooks=[Restore()], steps=1)
    assert variables(trained) == variables(reference)


def test_a_session_gives_variables_that_a_hook_holds_as_they_are_now(tmp_path):
    made = []

    def hooks(held):
        class Reads(tf.train.SessionRunHook):
            def __init__(self):
                self.tensors = [tf.train.get_global_step(), held["w"]]
                self.seen = []

            def read(self, session):
                self.seen.append([float(v) for v in session.run(self.tensors)])

            def after_create_session(self, session, coord):
                self.read(session)

            def after_run(self, run_context, run_values):
                self.read(run_context.session)

        made.append(Reads())
        made.append(tf.train.FinalOpsHook({"w": held["w"]}))
        return made[-2:]

    trained = estimator(tmp_path, training(training_hooks=hooks), save_checkpoints_steps=1).train(input_fn(), steps=2)
    weights = [float(tf.train.load_variable(f"{tmp_path}/model.ckpt-{step}", "w")) for step in range(3)]
    assert made[0].seen == [[step, weight] for step, weight in enumerate(weights)]
    assert float(made[1].final_ops_values["w"]) == float(trained.get_variable_value("w"))


def test_names_are_looked_up_in_the_graph_of_the_session(tmp_path):
    class Looks(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            self.loss = session.graph.get_tensor_by_name("loss:0")

        def before_run(self, run_context):
            return tf.train.SessionRunArgs(fetches=[self.loss, "predictions:0"])

        def after_run(self, run_context, run_values):
            self.loss_value, self.predictions = run_values.results

    looks = Looks()
    estimator(tmp_path).train(input_fn(), hooks=[looks], steps=1)
    assert float(looks.loss_value) == pytest.approx(np.mean(np.square([0.2, 0.4])))
    assert looks.predictions.tolist() == [0, 0]


def test_values_are_scalars_and_arrays_of_numpy(tmp_path):
    watch = Watch({"loss": "loss:0", "all": ["predictions:0", ("global_step:0",)]})
    estimator(tmp_path).train(input_fn(), hooks=[watch], steps=1)
    (values,) = watch.seen
    assert isinstance(values["loss"], np.float32)
    assert {values["loss"]: "hashable"}
    assert (values["all"][0].dtype, values["all"][0].shape) == (np.float32, (2,))
    assert isinstance(values["all"][1], tuple) and isinstance(values["all"][1][0], np.int64)


def test_hooks_of_evaluations_and_predictions_see_each_batch(tmp_path):
    of_model = []

    def more(mode, held):
        of_model.append(Watch(held["predictions"]))
        return {"evaluation_hooks": [of_model[-1]]} if mode == "eval" else {}

    trained = estimator(tmp_path, more).train(input_fn(), steps=5)
    of_model.clear()
    outside = Watch("loss:0")
    results = trained.evaluate(evaluation_fn, hooks=[outside])
    assert results["loss"] == pytest.approx(np.mean(outside.seen))
    assert [len(p) for p in of_model[0].seen] == [5, 5]
    seen = Watch("predictions:0")
    rows = list(
        trained.predict(lambda: tf.data.Dataset.from_tensor_slices({"x": [1.0, 2.0, 3.0]}).batch(2), hooks=[seen])
    )
    assert np.concatenate(seen.seen).tolist() == rows


def test_a_hook_that_is_none_is_refused(tmp_path):
    with pytest.raises(TypeError, match="SessionRunHook; got 'hook'"):
        estimator(tmp_path).train(input_fn(), hooks=["hook"], steps=1)


def test_a_hook_that_feeds_is_told_that_it_cannot(tmp_path):
    class Feeds(tf.train.SessionRunHook):
        def before_run(self, run_context):
            return tf.train.SessionRunArgs(None, feed_dict={"x": 1})

    with pytest.raises(tf.errors.UnimplementedError, match="input function"):
        estimator(tmp_path).train(input_fn(), hooks=[Feeds()], steps=1)


def test_hooks_serve_pre_made_estimators(tmp_path):
    column = tf.feature_column.numeric_column("x")
    model = tf.estimator.LinearRegressor([column], str(tmp_path))
    watch = Watch({"loss": "loss", "weights": "linear/linear_model/x/weights:0"})
    model.train(input_fn(), hooks=[watch, tf.train.StopAtStepHook(last_step=4)])
    assert len(watch.seen) == model.get_variable_value("global_step") == 4
    assert watch.seen[-1]["weights"].shape == (1, 1)
