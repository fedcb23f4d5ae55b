"""How training counts its steps, continues, and ends."""

import logging
import shutil

import numpy as np
import pytest

import estimax as tf
from tests.estimator.trees import rows


def progress(estimator):
    """Returns the rounds that are done and the steps of the one that is not."""
    return estimator.get_variable_value("boosted_trees/progress")[:2].tolist()


class Interruption(Exception):
    pass


class Interrupter(tf.train.CheckpointSaverListener):
    """Raises after the checkpoint of a step was written."""

    def __init__(self, at):
        self.at = at

    def after_save(self, session, global_step_value):
        if global_step_value == self.at:
            raise Interruption


def test_training_ends_by_itself_when_all_trees_are_grown(model_dir, caplog):
    estimator = rows.classifier(model_dir, n_trees=4)
    estimator.train(rows.input_fn(repeats=True))
    assert progress(estimator) == [4, 0]
    assert estimator.get_variable_value("global_step") == 4 * 3
    before = rows.variables(estimator)
    caplog.set_level(logging.WARNING, logger="tensorflow")
    estimator.train(rows.input_fn(), steps=5)
    rows.assert_equal(before, rows.variables(estimator))
    assert "all 4 trees were grown before" in caplog.text


def test_a_layer_takes_as_many_steps_as_it_has_batches(model_dir):
    estimator = rows.classifier(model_dir, n_trees=2, n_batches_per_layer=rows.COUNT / 100)
    estimator.train(rows.input_fn(batch=100))
    assert estimator.get_variable_value("global_step") == 2 * 3 * 4


def test_a_run_that_stops_in_a_tree_leaves_its_layers_and_the_next_one_goes_on(tmp_path):
    whole = rows.classifier(str(tmp_path / "whole"))
    whole.train(rows.input_fn())
    parts = rows.classifier(str(tmp_path / "parts"))
    losses = []
    for steps in (1, 3, 2, 7, 6):
        parts.train(rows.input_fn(), steps=steps)
        losses.append(float(parts.evaluate(rows.input_fn())["loss"]))
    assert progress(parts) == [6, 1]
    assert losses == sorted(losses, reverse=True)  # each layer helps
    parts.train(rows.input_fn())
    rows.assert_equal(rows.variables(whole), rows.variables(parts))


def test_steps_that_make_no_layer_yet_are_counted(model_dir):
    estimator = rows.classifier(model_dir, n_batches_per_layer=4)
    estimator.train(rows.input_fn(), steps=3)
    assert progress(estimator) == [0, 3]
    assert not estimator.get_variable_value("boosted_trees/gain").any()
    estimator.train(rows.input_fn(), steps=1)
    assert np.count_nonzero(estimator.get_variable_value("boosted_trees/gain")) == 1


def test_max_steps_that_were_reached_do_nothing(model_dir, caplog):
    estimator = rows.classifier(model_dir)
    estimator.train(rows.input_fn(), max_steps=6)
    caplog.set_level(logging.INFO, logger="tensorflow")
    estimator.train(rows.input_fn(), max_steps=6)
    assert "Skipping training since max_steps has already saved." in caplog.messages
    assert progress(estimator) == [2, 0]


def shuffled():
    data = tf.data.Dataset.from_tensor_slices((rows.FEATURES, rows.SOLD))
    return data.shuffle(100).repeat().batch(30)


def test_interrupted_again_and_again_equals_uninterrupted(tmp_path):
    whole, parts = (rows.classifier(str(tmp_path / n), run={"save_checkpoints_steps": 5}) for n in ("whole", "parts"))
    whole.train(shuffled)
    for at in (0, 6, 12, 18):
        with pytest.raises(Interruption):
            parts.train(shuffled, saving_listeners=[Interrupter(at)])
    parts.train(shuffled)
    rows.assert_equal(rows.variables(whole), rows.variables(parts))


def test_without_a_seed_too_a_copy_taken_at_a_checkpoint_ends_as_its_origin(tmp_path):
    run = {"tf_random_seed": None, "save_checkpoints_steps": 5}
    origin = rows.classifier(str(tmp_path / "origin"), run=run)

    class Copier(tf.train.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            shutil.copytree(origin.model_dir, tmp_path / str(global_step_value))

    origin.train(shuffled, saving_listeners=[Copier()])
    copy = rows.classifier(str(tmp_path / "12"), run=run)
    assert progress(copy) == [4, 0]
    copy.train(shuffled)
    rows.assert_equal(rows.variables(origin), rows.variables(copy))


def test_new_trees_on_new_rows_lower_the_loss_of_these(model_dir):
    first = rows.classifier(model_dir, n_trees=3)
    first.train(rows.input_fn())
    grown = rows.variables(first)
    other = rows.features(seed=7)
    flipped = (rows.signal(other) < 0.4).astype(np.int64)
    before = first.evaluate(rows.input_fn(flipped, given=other))["loss"]
    more = rows.classifier(model_dir, n_trees=12)
    more.train(rows.input_fn(flipped, given=other))
    assert progress(more) == [12, 0]
    assert more.evaluate(rows.input_fn(flipped, given=other))["loss"] < before / 2
    kept = rows.variables(more)
    for name in ("feature", "threshold", "leaf_value"):
        np.testing.assert_array_equal(grown[f"boosted_trees/{name}"], kept[f"boosted_trees/{name}"][:3])


def test_another_model_can_be_started_from(tmp_path):
    origin = rows.classifier(str(tmp_path / "origin"), n_trees=3)
    origin.train(rows.input_fn())
    started = rows.classifier(str(tmp_path / "started"), n_trees=5, warm_start_from=origin.model_dir)
    started.train(rows.input_fn(), steps=3)
    assert progress(started) == [4, 0]
    np.testing.assert_array_equal(
        origin.get_variable_value("boosted_trees/leaf_value")[:3],
        started.get_variable_value("boosted_trees/leaf_value")[:3],
    )


def test_the_input_is_read_once_whatever_it_repeats_and_however_it_is_batched(tmp_path):
    def trained(name, input_fn, **given):
        estimator = rows.classifier(str(tmp_path / name), n_trees=3, **given)
        estimator.train(input_fn)
        return rows.variables(estimator)

    expected = trained("plain", rows.input_fn())
    repeated = tf.data.Dataset.from_tensor_slices((rows.FEATURES, rows.SOLD))
    rows.assert_equal(expected, trained("batches", rows.input_fn(batch=33, repeats=True)))
    rows.assert_equal(expected, trained("last", lambda: repeated.batch(7).repeat(3).prefetch(1)))
    rows.assert_equal(expected, trained("arrays", lambda: (rows.FEATURES, rows.SOLD)))


def test_an_input_without_end_is_read_for_the_batches_of_a_layer(model_dir, caplog):
    def drawn():
        numbers = tf.data.Dataset.range(10).repeat().map(lambda i: ({"number": tf.cast(i, tf.float32)}, i > 4))
        other = numbers.map(lambda features, label: (features, label))
        return tf.data.Dataset.zip((numbers, other)).map(lambda one, _: one).batch(5)

    columns = [rows.fc.numeric_column("number")]
    caplog.set_level(logging.INFO, logger="tensorflow")
    estimator = rows.classifier(model_dir, columns_=columns, n_batches_per_layer=4, n_trees=1)
    estimator.train(drawn)
    assert "Growing trees on 20 rows with 1 features." in caplog.messages


def test_rows_without_a_good_split_leave_trees_that_give_nothing(model_dir):
    same = {"number": np.ones(10, np.float32)}
    estimator = rows.classifier(model_dir, columns_=[rows.fc.numeric_column("number")], n_trees=2, center_bias=True)
    estimator.train(rows.input_fn(np.arange(10) % 5 == 0, given=same))
    assert progress(estimator) == [2, 0]
    predictions = list(estimator.predict(rows.input_fn(None, given=same)))
    np.testing.assert_allclose([p["logistic"][0] for p in predictions], 0.2, rtol=1e-5)


def test_losses_are_logged_and_written_and_evaluations_follow_checkpoints(model_dir, caplog):
    caplog.set_level(logging.INFO, logger="tensorflow")
    estimator = rows.classifier(
        model_dir, run={"save_checkpoints_steps": 10, "log_step_count_steps": 6, "save_summary_steps": 6}
    )
    told = []

    class Teller(tf.train.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            told.append(global_step_value)

    spec = tf.estimator.TrainSpec(rows.input_fn(), max_steps=24, saving_listeners=[Teller()])
    metrics, _ = tf.estimator.train_and_evaluate(estimator, spec, tf.estimator.EvalSpec(rows.input_fn(), steps=None))
    assert told == [0, 12, 24]  # checkpoints are written between trees
    assert metrics["global_step"] == 24
    assert metrics["auc"] > 0.95
    losses = [float(m.split()[2].rstrip(",")) for m in caplog.messages if m.startswith("loss =")]
    assert len(losses) == 4
    assert losses[0] == pytest.approx(np.log(2), rel=1e-6)
    assert losses == sorted(losses, reverse=True)
    curve = {event.step: event.value for event in tf.summary.read_events(model_dir) if event.tag == "loss"}
    assert list(curve) == list(range(1, 24, 3))  # one of each round
    assert [curve[step] for step in (1, 7, 13, 19)] == pytest.approx(losses)


def test_a_tree_of_another_model_is_refused(model_dir):
    rows.classifier(model_dir, n_trees=4).train(rows.input_fn())
    with pytest.raises(ValueError, match="features"):
        rows.classifier(model_dir, columns_=rows.columns()[:2]).train(rows.input_fn())
    with pytest.raises(ValueError, match="n_trees"):
        rows.classifier(model_dir, n_trees=3).train(rows.input_fn())
    linear = tf.estimator.LinearClassifier(rows.columns()[:1], model_dir=model_dir + "/linear")
    linear.train(rows.input_fn(batch=10), steps=1)
    with pytest.raises(ValueError, match="not a model of boosted trees"):
        rows.classifier(linear.model_dir).train(rows.input_fn())


def test_an_estimator_with_more_metrics_trains_the_same_trees(model_dir):
    def positives(labels):
        return {"positives": tf.metrics.mean(tf.cast(labels, tf.float32))}

    estimator = rows.classifier(model_dir, n_trees=4)
    more = tf.estimator.add_metrics(estimator, positives)
    more.train(rows.input_fn(), steps=6)
    estimator.train(rows.input_fn())
    assert progress(more) == [4, 0]
    assert more.evaluate(rows.input_fn())["positives"] == pytest.approx(rows.SOLD.mean())


def test_deep_trees_have_room_for_their_best_leaves(model_dir):
    estimator = rows.classifier(model_dir, n_trees=3, max_depth=16, columns_=rows.columns()[:2], learning_rate=1.0)
    estimator.train(rows.input_fn())
    assert estimator.get_variable_value("boosted_trees/leaf_value").shape == (3, 4096)
    assert estimator.evaluate(rows.input_fn())["accuracy"] > 0.99
