"""What the programs of `model_functions_*.py` share: rows, weights to start from, and how a run is noted down.

A program is `program(tf, run)`, with `tf` TensorFlow 2.15 or estimax. It writes what it finds
with `run.note(name, value)`.
"""

import glob
import pathlib
import struct

import numpy as np

_random = np.random.RandomState(3)
X = _random.normal(size=(32, 6)).astype("f4")
CLASS = (X @ _random.normal(size=(6, 3))).argmax(1).astype("i4")
PRICE = (X[:, 0] * 2 + X[:, 1] + 0.3).astype("f4")
IMAGES = _random.uniform(size=(16, 64)).astype("f4")
DIGIT = _random.randint(0, 4, 16).astype("i4")
WORDS = np.array(["the cat sat", "a dog", "the dog sat down", "cat"] * 8)
MOOD = np.array(["good", "bad", "good", "bad", "bad", "good"] * 5 + ["bad", "good"])


def batches(tf, features, labels=None, size=8, epochs=None):
    """An input function without shuffling."""
    rows = features if labels is None else (features, labels)
    return lambda: tf.data.Dataset.from_tensor_slices(rows).repeat(epochs).batch(size)


def ramp(tf, low=-0.3, high=0.4):
    """An initializer with a value of its own for each element, the same wherever it runs."""

    def initializer(shape, dtype=None, partition_info=None, **_):
        shape = [int(n) for n in shape]
        values = np.linspace(low, high, int(np.prod(shape))).astype("f4")
        return tf.constant(values[np.argsort(np.sin(np.arange(len(values))))].reshape(shape))

    return initializer


def step_of(tf, optimizer, loss):
    return optimizer.minimize(loss, global_step=tf.compat.v1.train.get_global_step())


class Run:
    """Takes what a program finds; hands it a folder."""

    def __init__(self, tf, folder):
        self.tf = tf
        self.folder = pathlib.Path(folder)
        self.model_dir = str(self.folder / "model")
        self.noted = {}

    def note(self, name, value):
        value = np.asarray(value)
        if value.dtype.kind in "SO":
            texts = [v.decode() if isinstance(v, bytes) else str(v) for v in value.ravel()]
            value = np.array(texts).reshape(value.shape)
        assert name not in self.noted, name
        self.noted[name] = value

    def note_dict(self, prefix, values):
        for key, value in values.items():
            self.note(f"{prefix}/{key}", value)

    def note_variables(self, model):
        names = sorted(model.get_variable_names())
        self.note("variables", names)
        for name in names:
            self.note(f"variable/{name}", model.get_variable_value(name))

    def note_predictions(self, model, input_fn, count=3, **options):
        for number, row in zip(range(count), model.predict(input_fn, **options), strict=False):
            self.note_dict(f"prediction/{number}", row if isinstance(row, dict) else {"": row})

    def whole(self, model, train, test, steps=3):
        """Trains, evaluates, predicts, and notes all of it."""
        model.train(train, steps=steps)
        self.note_variables(model)
        self.note_dict("metric", model.evaluate(test))
        self.note_predictions(model, test)

    def estimator(self, model_fn, **options):
        return self.tf.estimator.Estimator(model_fn, self.model_dir, **options)

    def events(self, folder=""):
        """(step, tag) of all events of summaries in a folder, sorted; without what estimax alone tells of a run."""
        found = set()
        for path in glob.glob(str(self.folder / "model" / folder / "events.out.tfevents*")):
            for record in _records(pathlib.Path(path).read_bytes()):
                step, tags = _step_and_tags(record)
                found |= {f"{step:>4} {tag}" for tag in tags if not tag.startswith(("run/", "_hparams_/"))}
        return sorted(found)

    def files(self, folder=""):
        """Names of checkpoints and folders in the model folder."""
        root = pathlib.Path(self.model_dir) / folder
        stems = {p.name.split(".safetensors")[0].split(".index")[0].split(".meta")[0] for p in root.glob("model.ckpt*")}
        return sorted({n for n in stems if ".data-" not in n} | {p.name for p in root.iterdir() if p.is_dir()})

    def serve(self, path, inputs, signature="serving_default"):
        """What an export answers."""
        tf = self.tf
        path = path.decode() if isinstance(path, bytes) else path
        if not tf.__name__.startswith("tensorflow"):
            answer = tf.saved_model.load(path).signatures[signature](**inputs)
            return {k: np.asarray(v) for k, v in answer.items()}
        loaded = tf.saved_model.load(path)
        answer = loaded.signatures[signature](**{k: tf.constant(v) for k, v in inputs.items()})
        return {k: v.numpy() for k, v in answer.items()}


def _records(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        yield data[at + 12 : at + 12 + length]
        at += 16 + length


def _fields(data):
    """Number and value of each field of a protocol buffer message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
        else:
            length = {1: 8, 5: 4}.get(kind) or varint()
            yield key >> 3, data[at : at + length]
            at += length


def _step_and_tags(record):
    fields = dict(_fields(record))
    values = [value for number, value in _fields(fields.get(5, b"")) if number == 1]
    return fields.get(2, 0), [dict(_fields(value))[1].decode() for value in values]
