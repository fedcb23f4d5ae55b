"""Flights as numbers, for models in JAX: what feature columns do in flights.py is done here by hand.

Strings become numbers on the host, where training, evaluation and the exported model run the same function.
"""

import argparse
import pathlib
import shutil

from flights_data import COLUMNS, write_flights

import estimax as tf

DEFAULTS = [[0], [0], [0], [0], [0.0], ["?"], ["?"], ["?"], ["?"], [0.0]]
NUMBERS = 4
PLACES = {"carrier": 64, "origin": 8, "dest": 512}  # how many ids their names are hashed to
FLIGHT = {
    "hour": 19,
    "dep_delay": 42.0,
    "distance": 1400.0,
    "weekday": 5,
    "carrier": "UA",
    "origin": "EWR",
    "dest": "IAH",
}


def as_numbers(row):
    delay = tf.clip_by_value(row["dep_delay"], -30.0, 120.0) / 30.0
    hour, weekday = tf.to_float(row["hour"]) / 24.0, tf.to_float(row["weekday"]) / 7.0
    features = {name: tf.strings.to_hash_bucket_fast(row[name], size) for name, size in PLACES.items()}
    return {"numbers": tf.stack([delay, row["distance"] / 1000.0, hour, weekday], axis=-1), **features}


def decode_line(line):
    row = dict(zip(COLUMNS, tf.decode_csv(line, DEFAULTS)))
    label = row.pop("late")
    return as_numbers(row), label


def make_input_fn(pattern, batch_size=512, training=False):
    def input_fn():
        files = tf.data.Dataset.list_files(str(pattern), shuffle=training)
        rows = files.flat_map(tf.data.TextLineDataset).map(decode_line)
        if training:
            rows = rows.shuffle(20_000).repeat()
        return rows.batch(batch_size)

    return input_fn


def serving_input_fn():
    strings = {name: tf.placeholder(tf.string, [None]) for name in PLACES}
    numbers = {name: tf.placeholder(tf.float32, [None]) for name in FLIGHT if name not in PLACES}
    received = {**strings, **numbers}
    return tf.estimator.export.ServingInputReceiver(as_numbers(received), received)


def run(model_fn, what, default_dir):
    """Trains and evaluates a model, exports it, and asks the export about one flight."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(default_dir))
    parser.add_argument("--steps", type=int, default=1200)
    arguments = parser.parse_args()
    tf.logging.set_verbosity(tf.logging.INFO)
    data, model_dir = arguments.dir / "data", arguments.dir / "model"
    rows, held_out = write_flights(data)
    print(f"{rows:,} flights to train on and {held_out:,} to evaluate on, in {data}")
    shutil.rmtree(model_dir, ignore_errors=True)
    estimator = tf.estimator.Estimator(model_fn, str(model_dir), tf.estimator.RunConfig(tf_random_seed=1))
    estimator.train(make_input_fn(data / "train-*.csv", training=True), max_steps=arguments.steps)
    metrics = estimator.evaluate(make_input_fn(data / "eval-*.csv", 4096))
    print(f"\naccuracy {metrics['accuracy']:.4f}, of always saying 'in time' {1 - metrics['late']:.4f}")
    folder = estimator.export_saved_model(str(arguments.dir / "export"), serving_input_fn).decode()
    answer = tf.saved_model.load(folder).signatures["predict"](**{name: [value] for name, value in FLIGHT.items()})
    print(
        f"The exported model says: {FLIGHT['carrier']} from {FLIGHT['origin']} to {FLIGHT['dest']}, which left "
        f"{FLIGHT['dep_delay']:.0f} minutes late, arrives late with {float(answer['probability'][0]):.1%}"
    )


def spec_of(mode, logits, labels, optimizer):
    """Returns what a model with one logit [batch] for 'arrives late' says in a mode."""
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {"probability": tf.sigmoid(logits)})
    loss = tf.losses.sigmoid_cross_entropy(labels, logits)
    metrics = {"accuracy": tf.metrics.accuracy(labels, logits > 0), "late": tf.metrics.mean(labels)}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=optimizer, eval_metric_ops=metrics)
