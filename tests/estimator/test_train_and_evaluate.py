"""`train_and_evaluate`: when it evaluates, when it exports, what it returns."""

import itertools
import logging
import pathlib
import re

import pytest

import estimax as tf
from estimax.estimator._train_and_evaluate import _Evaluator
from tests.estimator import homes

FOREVER = homes.input_fn(homes.PRICE, epochs=None)
ONE_EPOCH = homes.input_fn(homes.PRICE)


def serving_input_fn():
    size = tf.placeholder(tf.float32, [None])
    return tf.estimator.export.ServingInputReceiver({"sq_footage": size}, {"sq_footage": size})


@pytest.fixture
def evaluated(caplog):
    """A function that returns the steps that were evaluated so far."""
    caplog.set_level(logging.INFO, logger="tensorflow")
    pattern = re.compile(r"Saving dict for global step (\d+):")
    return lambda: [int(found[1]) for m in caplog.messages if (found := pattern.match(m))]


def train_spec(**options):
    return tf.estimator.TrainSpec(FOREVER, **options)


def eval_spec(throttle_secs=0, **options):
    return tf.estimator.EvalSpec(ONE_EPOCH, steps=None, throttle_secs=throttle_secs, **options)


def test_every_checkpoint_but_the_first_is_evaluated(model_dir, evaluated):
    estimator = homes.small(model_dir, save_checkpoints_steps=2)
    metrics, exports = tf.estimator.train_and_evaluate(estimator, train_spec(max_steps=5), eval_spec())
    assert evaluated() == [2, 4, 5]
    assert metrics["global_step"] == 5
    assert metrics == estimator.evaluate(ONE_EPOCH)
    assert exports == []
    assert pathlib.Path(model_dir, "eval").is_dir()


def test_the_training_input_is_made_once_and_that_of_the_evaluation_each_time(model_dir):
    made = []

    def train_input_fn():
        made.append("train")
        return FOREVER()

    def eval_input_fn():
        made.append("eval")
        return ONE_EPOCH()

    tf.estimator.train_and_evaluate(
        homes.small(model_dir, save_checkpoints_steps=2),
        tf.estimator.TrainSpec(train_input_fn, max_steps=4),
        tf.estimator.EvalSpec(eval_input_fn, throttle_secs=0),
    )
    assert made == ["train", "eval", "eval"]


def test_the_last_step_is_evaluated_however_soon_it_comes(model_dir, evaluated):
    estimator = homes.small(model_dir, save_checkpoints_steps=2)
    tf.estimator.train_and_evaluate(estimator, train_spec(max_steps=7), eval_spec(throttle_secs=1e6))
    assert evaluated() == [2, 7]


def test_evaluations_start_no_sooner_than_the_throttle_allows(model_dir, evaluated):
    estimator = homes.small(model_dir, save_checkpoints_steps=1)
    seconds = itertools.count(0, 10)  # each look at the clock takes ten of them
    evaluator = _Evaluator(estimator, eval_spec(throttle_secs=25), None, lambda: next(seconds))
    estimator.train(FOREVER, steps=8, saving_listeners=[evaluator])
    assert evaluated() == [1, 4, 7, 8]


def test_without_max_steps_the_end_of_the_input_is_the_end(model_dir, evaluated):
    estimator = homes.small(model_dir)
    metrics, _ = tf.estimator.train_and_evaluate(estimator, tf.estimator.TrainSpec(ONE_EPOCH), eval_spec())
    assert metrics["global_step"] == 4
    assert evaluated() == [4]


def test_a_run_that_is_done_evaluates_nothing_and_returns_nothing(model_dir, evaluated):
    homes.small(model_dir).train(FOREVER, steps=3)
    result = tf.estimator.train_and_evaluate(homes.small(model_dir), train_spec(max_steps=3), eval_spec())
    assert result == (None, None)
    assert evaluated() == []


def test_a_run_that_goes_on_evaluates_its_first_new_checkpoint(model_dir, evaluated):
    homes.small(model_dir).train(FOREVER, steps=2)
    estimator = homes.small(model_dir, save_checkpoints_steps=2)
    tf.estimator.train_and_evaluate(estimator, train_spec(max_steps=6), eval_spec())
    assert evaluated() == [4, 6]


def test_an_evaluation_that_fails_ends_the_run_which_can_be_started_again(tmp_path):
    def fails():
        raise OSError("the disk is gone")

    whole, parts = (homes.small(str(tmp_path / name), save_checkpoints_steps=3) for name in ("whole", "parts"))
    tf.estimator.train_and_evaluate(whole, train_spec(max_steps=7), eval_spec())
    with pytest.raises(OSError, match="the disk is gone"):
        tf.estimator.train_and_evaluate(parts, train_spec(max_steps=7), tf.estimator.EvalSpec(fails))
    assert parts.get_variable_value("global_step") == 3
    tf.estimator.train_and_evaluate(parts, train_spec(max_steps=7), eval_spec())
    homes.assert_equal(homes.variables(whole), homes.variables(parts))


def test_the_latest_exports_are_kept_and_their_paths_returned(model_dir):
    exporter = tf.estimator.LatestExporter("latest", serving_input_fn, exports_to_keep=1)
    final = tf.estimator.FinalExporter("final", serving_input_fn)
    estimator = homes.small(model_dir, save_checkpoints_steps=2)
    spec = eval_spec(exporters=[exporter, final])
    _, exports = tf.estimator.train_and_evaluate(estimator, train_spec(max_steps=4), spec)
    base = pathlib.Path(model_dir, "export")
    latest, last = (list((base / name).iterdir()) for name in ("latest", "final"))
    assert exports == [str(latest[0]).encode(), str(last[0]).encode()]
    assert len(latest) == len(last) == 1
    assert re.fullmatch(r"\d{10}", latest[0].name)
    assert tf.saved_model.load(exports[0].decode()).signatures.keys() >= {"predict"}


def test_there_is_no_final_export_where_no_end_is_known(model_dir):
    spec = eval_spec(exporters=tf.estimator.FinalExporter("final", serving_input_fn))
    train = tf.estimator.TrainSpec(ONE_EPOCH)
    _, exports = tf.estimator.train_and_evaluate(homes.small(model_dir), train, spec)
    assert exports == [None]
    assert not pathlib.Path(model_dir, "export").exists()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: tf.estimator.TrainSpec(5), TypeError, "input_fn must be a function; got 5"),
        (lambda: tf.estimator.TrainSpec(FOREVER, max_steps=0), ValueError, "max_steps must be positive"),
        (lambda: tf.estimator.EvalSpec(None), TypeError, "input_fn must be a function"),
        (lambda: tf.estimator.EvalSpec(ONE_EPOCH, steps=0), ValueError, "steps must be positive"),
        (lambda: tf.estimator.EvalSpec(ONE_EPOCH, throttle_secs=-1), ValueError, "throttle_secs must not be negative"),
        (lambda: tf.estimator.EvalSpec(ONE_EPOCH, exporters="latest"), TypeError, "exporters must be Exporters"),
        (
            lambda: tf.estimator.EvalSpec(
                ONE_EPOCH, exporters=[tf.estimator.FinalExporter("one", serving_input_fn) for _ in range(2)]
            ),
            ValueError,
            "exporters must have different names",
        ),
        (lambda: tf.estimator.LatestExporter("x"), ValueError, "needs a serving_input_receiver_fn"),
        (
            lambda: tf.estimator.LatestExporter("x", serving_input_fn, exports_to_keep=0),
            ValueError,
            "exports_to_keep must be positive",
        ),
        (
            lambda: tf.estimator.train_and_evaluate(homes.small(), eval_spec(), train_spec()),
            TypeError,
            "an Estimator, a TrainSpec and an EvalSpec",
        ),
    ],
)
def test_wrong_specs_are_refused(make, error, message, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(error, match=message):
        make()


def test_an_evaluation_has_a_hundred_batches_where_nothing_is_said():
    spec = tf.estimator.EvalSpec(ONE_EPOCH)
    assert (spec.steps, spec.throttle_secs, spec.start_delay_secs) == (100, 600, 120)
