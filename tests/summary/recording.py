"""Runs the programs of `tag_programs.py` and `eager_programs.py`, and notes what stands in their event files.

`python -m tests.summary.recording FOLDER`, with a Python that has TensorFlow 2.15, writes what the original does.
"""

import base64
import json
import os
import struct
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.summary import eager_programs, tag_programs


def records(folder):
    """Yields the records of all event files below a folder."""
    for path in sorted(Path(folder).rglob("*tfevents*")):
        data, place = path.read_bytes(), 0
        while place < len(data):
            size = struct.unpack_from("<Q", data, place)[0]
            yield data[place + 12 : place + 12 + size]
            place += size + 16


def tags_of(tf, program, folder, event):
    """Trains a step with a model function that declares summaries; returns their tags and kinds."""
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        program(tf, v1, features, labels)
        w = v1.get_variable("w_of_the_loss", [], initializer=v1.zeros_initializer())
        loss = tf.square(w - 1.0)
        step = v1.train.GradientDescentOptimizer(0.25).minimize(loss, v1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step)

    x = np.arange(12, dtype=np.float32).reshape(4, 3) / 12
    config = tf.estimator.RunConfig(folder, save_summary_steps=1, log_step_count_steps=100)
    estimator = tf.estimator.Estimator(model_fn, config=config)
    estimator.train(lambda: tf.data.Dataset.from_tensors((x, x[:, 0])).repeat(), steps=1)
    values = [value for data in records(folder) if (found := event(data)).step == 1 for value in found.summary.value]
    return sorted([value.tag, f"{value.WhichOneof('value')} {_plugin(value)}".strip()] for value in values)


def _plugin(value):
    return value.metadata.plugin_data.plugin_name


def events_of(tf, program, folder, event, array_of):
    """Runs a program that writes by itself; returns what it returns and what it has written."""
    returned = program(tf, folder)
    found = [(one.step, value) for one in map(event, records(folder)) for value in one.summary.value]
    return {"returned": returned, "events": [_noted(tf, step, value, array_of(value.tensor)) for step, value in found]}


def _noted(tf, step, value, array):
    data = array.ravel().tolist()
    if array.dtype.kind in "OSU":
        data = [base64.b64encode(_pixels(tf, one)).decode() for one in data]
    return {
        "tag": value.tag,
        "step": step,
        "plugin": _plugin(value),
        "content": base64.b64encode(value.metadata.plugin_data.content).decode(),
        "description": value.metadata.summary_description,
        "type": "object" if array.dtype.kind in "OSU" else array.dtype.name,
        "shape": list(array.shape),
        "data": data,
    }


def _pixels(tf, data):
    """Returns the pixels of a PNG file; other bytes as they are."""
    return tf.io.decode_png(data).numpy().tobytes() if data.startswith(b"\x89PNG") else data


def main(folder):
    import tensorflow as tf
    from tensorflow.core.util.event_pb2 import Event

    recorded = {"tags": {}, "events": {}}
    for name, program in tag_programs.PROGRAMS.items():
        recorded["tags"][name] = tags_of(tf, program, tempfile.mkdtemp(), Event.FromString)
    for name, program in eager_programs.PROGRAMS.items():
        found = events_of(tf, program, tempfile.mkdtemp(), Event.FromString, tf.make_ndarray)
        recorded["events"][name] = found
    with open(os.path.join(folder, "test_summary_programs.json"), "w") as file:
        json.dump(recorded, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
