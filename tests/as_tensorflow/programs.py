"""Little programs as people wrote them for TensorFlow, in each of the ways in which they import it.

Each is a whole file, and runs as it stands on TensorFlow of its time.
"""

WIDE_AND_DEEP = """
import os
import sys
import tempfile

import tensorflow as tf
from tensorflow import keras
from tensorflow.python.platform import gfile

print("version", tf.__version__, tf.__version__ >= "2")
folder = tempfile.mkdtemp()
path = os.path.join(folder, "rides.csv")
with gfile.GFile(path, "w") as file:
    for i in range(200):
        file.write("{},{},{}\\n".format(i % 7, "ab"[i % 2], 1 if i % 7 > 3 else 0))


def input_fn(path, epochs=None):
    def parse(line):
        day, kind, label = tf.io.decode_csv(line, [[0.0], [""], [0]])
        return {"day": day, "kind": kind}, label

    return tf.data.TextLineDataset(path).map(parse).shuffle(100).repeat(epochs).batch(20)


day = tf.feature_column.numeric_column("day")
kind = tf.feature_column.categorical_column_with_vocabulary_list("kind", ["a", "b"])
buckets = tf.feature_column.bucketized_column(day, [2.0, 4.0])
model = tf.estimator.DNNLinearCombinedClassifier(
    model_dir=os.path.join(folder, "model"),
    linear_feature_columns=[kind, tf.feature_column.crossed_column([buckets, "kind"], 10)],
    dnn_feature_columns=[day, tf.feature_column.embedding_column(kind, 2)],
    dnn_hidden_units=[8],
    dnn_optimizer=keras.optimizers.legacy.Adam(0.05),
    config=tf.estimator.RunConfig(tf_random_seed=1),
)
result, _ = tf.estimator.train_and_evaluate(
    model,
    tf.estimator.TrainSpec(lambda: input_fn(path), max_steps=200),
    tf.estimator.EvalSpec(lambda: input_fn(path, 1), steps=None),
)
print("accuracy", result["accuracy"] > 0.9, "steps", result["global_step"])
"""

CUSTOM_MODEL = """
import tensorflow.compat.v1 as tf
from tensorflow.contrib.training.python.training.hparam import HParams

tf.disable_v2_behavior()
flags = tf.app.flags
flags.DEFINE_integer("steps", 10, "How long to train.")
flags.DEFINE_string("hparams", "", "Changes of the hyperparameters: name=value,...")
FLAGS = flags.FLAGS


def model_fn(features, labels, mode, params):
    hidden = tf.layers.dense(features["x"], params.units, activation=tf.nn.relu)
    logits = tf.layers.dense(hidden, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"y": logits})
    loss = tf.losses.mean_squared_error(labels, logits)
    optimizer = tf.train.AdamOptimizer(params.learning_rate)
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def main(unused_argv):
    hparams = HParams(learning_rate=0.1, units=4).parse(FLAGS.hparams)
    tf.logging.set_verbosity(tf.logging.INFO)
    model = tf.estimator.Estimator(model_fn, params=hparams)
    x = [[float(i)] for i in range(8)]
    input_fn = lambda: tf.data.Dataset.from_tensor_slices(({"x": x}, x)).repeat().batch(4)
    model.train(input_fn, steps=FLAGS.steps)
    print("trained", model.get_variable_value("global_step"), "units", model.get_variable_value("dense/bias").shape)
    print("rest", unused_argv[1:], "rate", model.params.learning_rate)


if __name__ == "__main__":
    tf.app.run()
"""

# As a course had it, for TensorFlow 1.
COURSE = """
import itertools

import tensorflow as tf
from tensorflow.python.estimator.export import export
from tensorflow.contrib import lookup

tf.logging.set_verbosity(tf.logging.__dict__["ERROR"])


def train_input_fn():
    features = {
        "sq_footage": [1000, 2000, 3000, 1000, 2000, 3000],
        "type": ["house", "house", "house", "apt", "apt", "apt"],
    }
    labels = [500, 1000, 1500, 700, 1300, 1900]
    return features, labels


def predict_input_fn():
    return {"sq_footage": [1500, 1500], "type": ["house", "apt"]}


columns = [
    tf.feature_column.numeric_column("sq_footage"),
    tf.feature_column.categorical_column_with_vocabulary_list("type", ["house", "apt"]),
]
model = tf.estimator.LinearRegressor(columns)
model.train(train_input_fn, steps=100)
for row in itertools.islice(model.predict(predict_input_fn), 2):
    print(round(float(row["predictions"][0]), 2))
print(tf.VERSION, type(model).__module__, lookup.__name__, export.ServingInputReceiver.__name__)
"""

# What every process that the program starts finds.
CHILDREN = """
import multiprocessing
import subprocess
import sys


def version(_):
    import tensorflow as tf

    return tf.__version__, tf.__file__ if hasattr(tf, "__file__") else "a view"


if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(version, [0]))
    code = "import tensorflow.compat.v1 as tf; print(tf.VERSION)"
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run("python -c 'import tensorflow_estimator as e; print(e.estimator.__name__)'", shell=True, check=True)
"""

# A package of two modules, as samples for the cloud were written for TensorFlow 1.
TRAINER_MODEL = """
from __future__ import absolute_import, division, print_function

import tensorflow as tf

COLUMNS = ["age", "workclass", "income"]


def input_fn(files, num_epochs=None, shuffle=True, batch_size=8):
    def parse_csv(rows):
        columns = tf.decode_csv(tf.expand_dims(rows, -1), record_defaults=[[0.0], [""], [""]])
        features = dict(zip(COLUMNS, columns))
        return features, features.pop("income")

    dataset = tf.data.TextLineDataset(files).repeat(num_epochs).batch(batch_size).map(parse_csv)
    iterator = dataset.make_one_shot_iterator()
    features, labels = iterator.get_next()
    table = tf.contrib.lookup.index_table_from_tensor(tf.constant(["lo", "hi"]))
    return features, table.lookup(labels)


def build_estimator(config, hidden_units):
    age = tf.feature_column.numeric_column("age")
    workclass = tf.feature_column.categorical_column_with_hash_bucket("workclass", 100, dtype=tf.string)
    return tf.estimator.DNNLinearCombinedClassifier(
        config=config,
        linear_feature_columns=[workclass, tf.feature_column.bucketized_column(age, [20, 40])],
        dnn_feature_columns=[age, tf.feature_column.indicator_column(workclass)],
        dnn_hidden_units=hidden_units,
    )


def serving_input_fn():
    inputs = {
        "age": tf.placeholder(shape=[None], dtype=tf.float32),
        "workclass": tf.placeholder(shape=[None], dtype=tf.string),
    }
    features = {key: tf.expand_dims(tensor, -1) for key, tensor in inputs.items()}
    return tf.estimator.export.ServingInputReceiver(features, inputs)
"""

TRAINER_TASK = """
import argparse
import os

import tensorflow as tf
from tensorflow.contrib.training.python.training import hparam

from . import model


def run_experiment(hparams):
    config = tf.estimator.RunConfig(session_config=tf.ConfigProto(device_filters=["/job:ps"]))
    config = config.replace(model_dir=hparams.job_dir)
    estimator = model.build_estimator(config, [int(n) for n in hparams.units.split(",")])
    exporter = tf.estimator.FinalExporter("census", model.serving_input_fn)
    tf.estimator.train_and_evaluate(
        estimator,
        tf.estimator.TrainSpec(lambda: model.input_fn(hparams.train_files), max_steps=hparams.train_steps),
        tf.estimator.EvalSpec(lambda: model.input_fn(hparams.train_files, 1), steps=3, exporters=[exporter], name="e"),
    )
    folder = os.path.join(hparams.job_dir, "export", "census")
    folder = os.path.join(folder, tf.gfile.ListDirectory(folder)[0])
    predict_fn = tf.contrib.predictor.from_saved_model(folder, signature_def_key="predict")
    print(sorted(predict_fn({"age": [20.0], "workclass": ["Private"]})))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--train-files", nargs="+")
    parser.add_argument("--job-dir")
    parser.add_argument("--train-steps", type=int, default=10)
    parser.add_argument("--units", default="8,4")
    parser.add_argument("--verbosity", default="INFO")
    args, _ = parser.parse_known_args()
    tf.logging.set_verbosity(args.verbosity)
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = str(tf.logging.__dict__[args.verbosity] / 10)
    run_experiment(hparam.HParams(**args.__dict__))
"""
