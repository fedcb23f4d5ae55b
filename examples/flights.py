"""Which flights will arrive late? The whole way: CSV files, a wide-and-deep model, a server that answers.

python examples/flights.py [--dir demo] [--epochs 2]
"""

import argparse
import json
import math
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

from flights_data import COLUMNS, write_flights

import estimax as tf

DEFAULTS = [[0], [0], [0], [0], [0.0], ["?"], ["?"], ["?"], ["?"], [0.0]]
CARRIERS = ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"]
FLIGHT = ["month", "weekday", "hour", "dep_delay", "distance", "carrier", "tailnum", "origin", "dest"]
FLIGHTS = [
    [7, 5, 19, 42, 1400, "UA", "N14228", "EWR", "IAH"],
    [4, 2, 7, -4, 1089, "AA", "N619AA", "JFK", "MIA"],
    [12, 1, 17, 12, 733, "EV", "N11106", "LGA", "ORD"],
]


def decode_line(line):
    features = dict(zip(COLUMNS, tf.decode_csv(line, DEFAULTS)))
    label = features.pop("late")
    return features, label


def make_input_fn(pattern, batch_size=512, epochs=1, shuffle=False):
    def input_fn():
        files = tf.data.Dataset.list_files(str(pattern), shuffle=shuffle)
        rows = files.flat_map(tf.data.TextLineDataset).map(decode_line)
        if shuffle:
            rows = rows.shuffle(20_000)
        return rows.repeat(epochs).batch(batch_size)

    return input_fn


def feature_columns():
    fc = tf.feature_column
    delay = fc.numeric_column("dep_delay", normalizer_fn=lambda minutes: tf.clip_by_value(minutes, -30.0, 120.0) / 30.0)
    distance = fc.numeric_column("distance", normalizer_fn=lambda miles: miles / 1000.0)
    delays = fc.bucketized_column(fc.numeric_column("dep_delay"), [-10, -5, 0, 5, 10, 15, 20, 30, 45, 60, 90])
    hours = fc.bucketized_column(fc.numeric_column("hour"), list(range(6, 24)))
    months = fc.bucketized_column(fc.numeric_column("month"), list(range(2, 13)))
    weekdays = fc.bucketized_column(fc.numeric_column("weekday"), list(range(2, 8)))
    carrier = fc.categorical_column_with_vocabulary_list("carrier", CARRIERS)
    origin = fc.categorical_column_with_vocabulary_list("origin", ["EWR", "JFK", "LGA"])
    dest = fc.categorical_column_with_hash_bucket("dest", 500)
    plane = fc.categorical_column_with_hash_bucket("tailnum", 10_000)
    route = fc.crossed_column(["carrier", "origin", "dest"], 5_000)
    rush = fc.crossed_column([delays, hours, "origin"], 2_000)
    wide = [delays, hours, months, weekdays, carrier, origin, dest, plane, route, rush]
    deep = [delay, distance, delays, hours, months, fc.indicator_column(weekdays), fc.indicator_column(origin)]
    deep += [fc.embedding_column(column, 8) for column in (carrier, dest, plane)]
    return wide, deep


def serving_input_fn():
    strings = {name: tf.placeholder(tf.string, [None]) for name in ("carrier", "tailnum", "origin", "dest")}
    numbers = {
        name: tf.placeholder(tf.float32, [None]) for name in ("month", "weekday", "hour", "dep_delay", "distance")
    }
    received = {**strings, **numbers}
    return tf.estimator.export.ServingInputReceiver(received, received)


def classifier(config):
    wide, deep = feature_columns()
    return tf.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=wide,
        dnn_feature_columns=deep,
        dnn_hidden_units=[64, 32],
        dnn_optimizer=tf.optimizers.Adam(0.002),
        linear_optimizer=tf.optimizers.Ftrl(0.1),
        config=config,
    )


def train(folder, data, rows, epochs):
    max_steps = rows * epochs // 512
    config = tf.estimator.RunConfig(
        model_dir=str(folder / "model"), tf_random_seed=1, save_checkpoints_steps=math.ceil(max_steps / 3)
    )
    estimator = classifier(config)
    train_spec = tf.estimator.TrainSpec(make_input_fn(data / "train-*.csv", epochs=epochs, shuffle=True), max_steps)
    exporter = tf.estimator.LatestExporter("exporter", serving_input_fn)
    eval_spec = tf.estimator.EvalSpec(
        make_input_fn(data / "eval-*.csv", 4096), steps=None, exporters=exporter, throttle_secs=0
    )
    metrics, _ = tf.estimator.train_and_evaluate(estimator, train_spec, eval_spec)
    return metrics


def print_metrics(metrics):
    share = float(metrics["label/mean"])
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    baseline = {
        "accuracy": metrics["accuracy_baseline"],
        "auc": 0.5,
        "auc_precision_recall": share,
        "average_loss": entropy,
    }
    print(f"\n{'metric':24}{'model':>10}{'baseline':>12}   (baseline: the same probability for every flight)")
    for name, value in baseline.items():
        print(f"{name:24}{metrics[name]:10.4f}{value:12.4f}")


def ask_server(folder):
    """Starts the model server, sends three flights as JSON, and stops it."""
    flights = [dict(zip(FLIGHT, values)) for values in FLIGHTS]
    base = folder / "model" / "export" / "exporter"
    command = [sys.executable, "-m", "estimax", "serve", "--model_name=flights", f"--model_base_path={base}"]
    port = free_port()
    server = subprocess.Popen([*command, f"--rest_api_port={port}", "--host=127.0.0.1"])
    try:
        url = f"http://127.0.0.1:{port}/v1/models/flights"
        wait_until_ready(url, server)
        body = json.dumps({"instances": flights}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{url}:predict", body)) as answer:
            predictions = json.load(answer)["predictions"]
    finally:
        server.terminate()
        server.wait(30)
    print("\nThe server says how likely these flights are to be 15 minutes late or more:")
    for flight, prediction in zip(flights, predictions):
        probability = prediction["probabilities"][1]
        name = f"{flight['carrier']} {flight['origin']}-{flight['dest']}"
        print(f"  {name:12} left {flight['dep_delay']:+3d} min: {probability:6.1%}  {'#' * round(40 * probability)}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(url, server):
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit("the server stopped; see its messages above")
        try:
            with urllib.request.urlopen(url) as answer:
                if json.load(answer)["model_version_status"][0]["state"] == "AVAILABLE":
                    return
        except (OSError, KeyError, IndexError):
            pass
        time.sleep(0.1)
    raise SystemExit("the server was not ready within a minute")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("demo"))
    parser.add_argument("--epochs", type=int, default=2)
    arguments = parser.parse_args()
    tf.logging.set_verbosity(tf.logging.INFO)
    began = time.perf_counter()
    rows, held_out = write_flights(arguments.dir / "data")
    print(f"{rows:,} flights to train on and {held_out:,} to evaluate on, in {arguments.dir / 'data'}")
    shutil.rmtree(arguments.dir / "model", ignore_errors=True)
    metrics = train(arguments.dir, arguments.dir / "data", rows, arguments.epochs)
    print_metrics(metrics)
    ask_server(arguments.dir)
    print(f"\nDone in {time.perf_counter() - began:.0f} seconds. Curves and more: estimax board {arguments.dir}/model")


if __name__ == "__main__":
    main()
