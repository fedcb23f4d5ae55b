"""Reads and parses a TFRecord file of examples, on estimax or on the original, and says how many rows a second.

    python benchmarks/records.py --write --rows 200000 rides.tfrecord
    python benchmarks/records.py rides.tfrecord
    .venv-original/bin/python benchmarks/records.py --module tensorflow.compat.v1 rides.tfrecord

Every form is a program that a user would write: `one` parses the examples one by one, `expert` whole batches, and
`parallel` whole batches on several threads. A file that one side has written can be read by the other.
"""

import argparse
import importlib
import json
import random
import statistics
import time

BATCH = 512
NUMBERS = ("fare_amount", "pickuplon", "pickuplat", "dropofflon", "dropofflat", "passengers")
DAYS = (b"Sun", b"Monday", b"Tuesday", b"Wed", b"Thursday", b"Friday", b"Saturday")


def write(tf, path, rows):
    """Writes examples of six numbers, an integer and two strings."""
    draw = random.Random(0)
    with tf.io.TFRecordWriter(path) as writer:
        for number in range(rows):
            example = tf.train.Example()
            feature = example.features.feature
            for name in NUMBERS:
                feature[name].float_list.value.append(draw.gauss(0, 50))
            feature["hourofday"].int64_list.value.append(draw.randrange(24))
            feature["dayofweek"].bytes_list.value.append(draw.choice(DAYS))
            feature["key"].bytes_list.value.append(b"%d" % number)
            writer.write(example.SerializeToString())


def parsed(tf, path, form):
    """Returns a dataset of batches."""
    features = {name: tf.io.FixedLenFeature([], tf.float32) for name in NUMBERS}
    features["hourofday"] = tf.io.FixedLenFeature([], tf.int64)
    features["dayofweek"] = features["key"] = tf.io.FixedLenFeature([], tf.string)
    records = tf.data.TFRecordDataset(path)
    if form == "one":
        return records.map(lambda record: tf.io.parse_single_example(record, features)).batch(BATCH)
    batches = records.batch(BATCH)
    if form == "expert":
        return batches.map(lambda batch: tf.io.parse_example(batch, features))
    parallel = batches.map(lambda batch: tf.io.parse_example(batch, features), num_parallel_calls=tf.data.AUTOTUNE)
    return parallel.prefetch(tf.data.AUTOTUNE)


def measure(tf, path, form):
    """Reads all batches; returns the number of rows and the seconds it took."""
    dataset = parsed(tf, path, form)
    began = time.perf_counter()
    rows = sum(len(batch["key"]) for batch in dataset.as_numpy_iterator())
    return rows, time.perf_counter() - began


def main():
    """Writes the file, or reads it in every form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--module", default="estimax")
    parser.add_argument("--write", action="store_true", help="write the file first")
    parser.add_argument("--rows", type=int, default=200_000, help="how many rows to write")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--forms", nargs="+", default=["one", "expert", "parallel"])
    args = parser.parse_args()
    tf = importlib.import_module(args.module)
    if args.write:
        write(tf, args.file, args.rows)
        return
    for form in args.forms:
        measured = [measure(tf, args.file, form) for _ in range(args.rounds)]
        rates = [rows / seconds for rows, seconds in measured]
        print(
            json.dumps(
                {
                    "module": args.module,
                    "form": form,
                    "rows": measured[0][0],
                    "rows_per_second": round(statistics.median(rates)),
                    "best": round(max(rates)),
                }
            )
        )


if __name__ == "__main__":
    main()
