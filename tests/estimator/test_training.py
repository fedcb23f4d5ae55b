"""How long `train` trains, what it leaves in the folder, and what it tells."""

import logging
import pathlib
import re

import numpy as np
import pytest

import estimax as tf
from estimax.summary import read_events
from tests.estimator import homes

FOREVER = homes.input_fn(homes.PRICE, epochs=None)
ONE_EPOCH = homes.input_fn(homes.PRICE)


@pytest.fixture
def lines(caplog):
    """A function that returns what was logged so far."""
    caplog.set_level(logging.INFO, logger="tensorflow")
    return lambda: [record.getMessage() for record in caplog.records]


def step_of(estimator):
    return int(estimator.get_variable_value("global_step"))


def steps_of_checkpoints(model_dir):
    return sorted(int(p.stem.split("-")[1]) for p in pathlib.Path(model_dir).glob("model.ckpt-*.safetensors"))


def never():
    raise AssertionError("the input function was called")


def test_steps_are_relative_max_steps_absolute_and_the_input_may_end_before(model_dir):
    estimator = homes.small(model_dir)
    assert estimator.train(FOREVER, steps=3) is estimator
    assert step_of(estimator) == 3
    estimator.train(FOREVER, steps=3)
    assert step_of(estimator) == 6
    estimator.train(FOREVER, max_steps=8)
    assert step_of(estimator) == 8
    estimator.train(ONE_EPOCH)
    assert step_of(estimator) == 12
    estimator.train(ONE_EPOCH, steps=100)
    assert step_of(estimator) == 16
    estimator.train(ONE_EPOCH, max_steps=18)
    assert step_of(estimator) == 18


def test_max_steps_may_be_a_fraction_that_is_passed(model_dir):
    estimator = homes.small(model_dir)
    estimator.train(FOREVER, max_steps=2.5)
    assert step_of(estimator) == 3
    estimator.train(never, max_steps=2.5)


def test_nothing_is_read_when_max_steps_was_reached_before(model_dir, lines):
    estimator = homes.small(model_dir)
    estimator.train(FOREVER, steps=2)
    estimator.train(never, max_steps=2)
    homes.small(model_dir).train(never, max_steps=1)
    assert lines()[-2:] == ["Skipping training since max_steps has already saved."] * 2


def test_the_checkpoints_that_are_kept_are_those_of_the_original(model_dir):
    estimator = homes.small(model_dir, save_checkpoints_steps=5, keep_checkpoint_max=3, save_summary_steps=2)
    estimator.train(FOREVER, steps=17)
    assert estimator.latest_checkpoint() == f"{model_dir}/model.ckpt-17"
    state = tf.train.get_checkpoint_state(model_dir)
    assert [p.rsplit("/", 1)[1] for p in state.all_model_checkpoint_paths] == [
        "model.ckpt-10",
        "model.ckpt-15",
        "model.ckpt-17",
    ]
    estimator.train(FOREVER, max_steps=20)
    assert steps_of_checkpoints(model_dir) == [15, 17, 20]
    index = pathlib.Path(model_dir, "checkpoint").read_text()
    assert 'model_checkpoint_path: "model.ckpt-20"\n' in index
    assert model_dir not in index


@pytest.mark.parametrize("keep", [0, None])
def test_all_checkpoints_are_kept_on_request(keep, model_dir):
    homes.small(model_dir, save_checkpoints_steps=1, keep_checkpoint_max=keep).train(FOREVER, steps=7)
    assert steps_of_checkpoints(model_dir) == list(range(8))


def test_a_checkpoint_is_written_before_the_first_step_and_after_the_last(model_dir):
    homes.small(model_dir).train(FOREVER, steps=4)
    assert steps_of_checkpoints(model_dir) == [0, 4]


def test_checkpoints_by_time_are_written_when_they_are_due(model_dir):
    homes.small(model_dir, save_checkpoints_secs=1e-9, keep_checkpoint_max=None).train(ONE_EPOCH)
    assert steps_of_checkpoints(model_dir) == [0, 4]
    homes.small(model_dir, save_checkpoints_secs=1e9, keep_checkpoint_max=None).train(ONE_EPOCH)
    assert steps_of_checkpoints(model_dir) == [0, 4, 8]


def test_without_checkpoints_nothing_is_saved_and_listeners_are_refused(model_dir):
    estimator = homes.small(model_dir, save_checkpoints_secs=None)
    estimator.train(FOREVER, steps=2)
    assert estimator.latest_checkpoint() is None
    with pytest.raises(ValueError, match="saving_listeners need checkpoints"):
        estimator.train(FOREVER, steps=2, saving_listeners=[tf.train.CheckpointSaverListener()])


def test_the_log_reads_as_that_of_the_original(model_dir, lines):
    config = {"save_checkpoints_steps": 100, "log_step_count_steps": 2}
    homes.small(model_dir, **config).train(FOREVER, steps=5)
    text = "\n".join(lines())
    number = r"[-+.\de]+"
    expected = [
        "Calling model_fn.",
        "Done calling model_fn.",
        rf"Saving checkpoints for 0 into {model_dir}/model.ckpt.",
        rf"loss = {number}, step = 0",
        rf"loss = {number}, step = 2 \({number} sec\)",
        rf"loss = {number}, step = 4 \({number} sec\)",
        rf"global_step/sec: {number}",
        rf"Saving checkpoints for 5 into {model_dir}/model.ckpt.",
        rf"Loss for final step: {number}.",
    ]
    for line in expected:
        assert re.search(f"^{line}$", text, re.MULTILINE), (line, text)
    homes.small(model_dir).train(FOREVER, steps=1)
    assert f"Restoring parameters from {model_dir}/model.ckpt-5" in lines()
    homes.small(model_dir).evaluate(ONE_EPOCH)
    saving = rf"Saving dict for global step 6: average_loss = {number}, global_step = 6, label/mean = {number}, "
    assert re.match(rf"{saving}loss = {number}, prediction/mean = {number}$", lines()[-1])


def test_an_empty_input_gives_a_warning(model_dir, lines):
    estimator = homes.small(model_dir)
    estimator.train(lambda: ONE_EPOCH().take(0))
    assert lines()[-1] == "Training with estimator made no steps. Perhaps input is empty or misspecified."
    estimator.train(FOREVER, steps=1)
    assert step_of(estimator) == 1


def test_every_way_to_give_an_input_trains_alike(tmp_path):
    features = {"sq_footage": [1.0, 2.0, 3.0]}
    labels = [0.5, 1.0, 1.5]
    ways = {
        "lists": lambda: (features, labels),
        "tensors": lambda: ({"sq_footage": tf.constant([1.0, 2.0, 3.0])}, tf.constant(labels)),
        "dataset": lambda: tf.data.Dataset.from_tensors((features, labels)).repeat(),
        "iterator": lambda: (
            tf.data.Dataset.from_tensors((features, labels)).repeat().make_one_shot_iterator().get_next()
        ),
        "numpy": tf.estimator.inputs.numpy_input_fn(
            {"sq_footage": np.float32([1, 2, 3])}, np.float32(labels), batch_size=3, num_epochs=None, shuffle=False
        ),
    }
    trained = {}
    for name, way in ways.items():
        estimator = homes.small(str(tmp_path / name))
        estimator.train(way, steps=3)
        trained[name] = homes.variables(estimator)
    for found in trained.values():
        homes.assert_equal(trained["lists"], found)


def test_an_input_function_gets_the_arguments_that_it_names(model_dir):
    seen = {}

    def input_fn(mode, params, config):
        seen[mode] = (params, config.model_dir)
        return ONE_EPOCH()

    estimator = homes.small(model_dir)
    estimator.train(input_fn, steps=1)
    estimator.evaluate(input_fn)
    next(estimator.predict(input_fn))
    assert seen == {mode: (None, model_dir) for mode in ("train", "eval", "infer")}


def test_the_seed_decides_about_everything(tmp_path):
    def shuffled():
        rows = tf.data.Dataset.from_tensor_slices((homes.FEATURES, homes.PRICE))
        return rows.shuffle(50).repeat().batch(16)

    def train(name, seed):
        config = tf.estimator.RunConfig(model_dir=str(tmp_path / name), tf_random_seed=seed)
        columns = [tf.feature_column.numeric_column("sq_footage")]
        estimator = tf.estimator.DNNRegressor([3], columns, config=config, dropout=0.4)
        estimator.train(shuffled, steps=5)
        return homes.variables(estimator)

    one, other, same = train("one", 7), train("other", 8), train("same", 7)
    homes.assert_equal(one, same)
    assert not np.array_equal(one["dnn/hiddenlayer_0/kernel"], other["dnn/hiddenlayer_0/kernel"])


def test_listeners_are_told_of_every_checkpoint_and_can_end_the_run(model_dir):
    told = []

    class Teller(tf.train.CheckpointSaverListener):
        def begin(self):
            told.append("begin")

        def before_save(self, session, global_step_value):
            told.append(f"before {global_step_value}")

        def after_save(self, session, global_step_value):
            told.append(f"after {global_step_value}")
            return global_step_value == 6

        def end(self, session, global_step_value):
            told.append(f"end {global_step_value}")

    estimator = homes.small(model_dir, save_checkpoints_steps=3)
    estimator.train(FOREVER, steps=100, saving_listeners=[Teller()])
    assert told == ["begin", "before 0", "after 0", "before 3", "after 3", "before 6", "after 6", "end 6"]
    assert step_of(estimator) == 6


def test_a_model_starts_warm_from_another(tmp_path):
    source = homes.small(str(tmp_path / "source")).train(FOREVER, steps=3)
    columns = [tf.feature_column.numeric_column(name) for name in ("sq_footage", "weight")]
    warm = tf.estimator.LinearRegressor(columns, str(tmp_path / "warm"), warm_start_from=source.model_dir)
    warm.train(FOREVER, steps=1)
    first = {name: tf.train.load_variable(f"{warm.model_dir}/model.ckpt-0", name) for name in warm.get_variable_names()}
    weights = "linear/linear_model/sq_footage/weights"
    np.testing.assert_array_equal(first[weights], source.get_variable_value(weights))
    assert first[f"training/Ftrl/{weights}/accumulator"] == np.float32(0.1)  # the optimizer starts anew
    assert first["linear/linear_model/weight/weights"] == 0
    warm.train(FOREVER, max_steps=2)  # goes on with its own checkpoint
    assert step_of(warm) == 2
    deep = tf.estimator.DNNRegressor([2], columns, str(tmp_path / "deep"), warm_start_from=source.model_dir)
    with pytest.raises(tf.errors.NotFoundError, match="has none of the model's variables"):
        deep.train(FOREVER, steps=1)


def test_curves_of_training_and_evaluation_stand_side_by_side(model_dir):
    estimator = homes.small(model_dir, save_summary_steps=2, log_step_count_steps=4)
    estimator.train(FOREVER, steps=5)
    metrics = estimator.evaluate(ONE_EPOCH)
    curves = {(event.tag, event.step): event.value for event in read_events(model_dir)}
    assert {step for tag, step in curves if tag == "loss"} == {1, 3, 5}
    assert {step for tag, step in curves if tag == "global_step/sec"} == {5}
    for tag in ("average_loss", "label/mean", "prediction/mean"):
        assert {step for found, step in curves if found == tag} == {1, 3, 5} and tag in metrics
    evaluated = {event.tag: event.value for event in read_events(estimator.eval_dir()) if event.step == 5}
    assert evaluated.pop("checkpoint_path") == f"{model_dir}/model.ckpt-5"
    assert evaluated == {key: pytest.approx(value) for key, value in metrics.items() if key != "global_step"}


def test_without_summaries_there_is_no_curve(model_dir):
    homes.small(model_dir, save_summary_steps=0, log_step_count_steps=0).train(FOREVER, steps=2)
    assert {event.tag.partition("/")[0] for event in read_events(model_dir)} == {"run"}
