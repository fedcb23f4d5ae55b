"""A program that trains for some steps and may be killed at any moment and started again.

python -m tests.estimator.restarted MODEL MODEL_DIR CSV STEPS [STEPS_BETWEEN_CHECKPOINTS]
"""

import logging
import sys

import numpy as np

import estimax as tf

EVERY = 20
ROWS = 300
TABLES = {"custom": 500, "large": 200_000}
"""Rows of the table of a model of one's own; of the large one a checkpoint has 38 MB."""


def write_rows(path):
    """Writes rows of a number, a word that may be missing, and a label."""
    random = np.random.default_rng(0)
    numbers, words = random.uniform(-1, 1, ROWS), random.choice(["ash", "birch", "cedar", ""], ROWS)
    lines = [f"{x:.4f},{word},{2 * x + (word == 'ash'):.4f}\n" for x, word in zip(numbers, words)]
    path.write_text("".join(lines))


def input_fn(path, is_noisy=False):
    """Returns an input function: shuffled, repeated, in batches that go over the ends of epochs."""

    def decode(line):
        number, word, label = tf.io.decode_csv(line, [[0.0], [""], [0.0]])
        if is_noisy:
            number += tf.random.uniform([], -0.1, 0.1)
        return {"number": number, "word": word}, label

    return lambda: tf.data.TextLineDataset(path).map(decode).shuffle(50).repeat().batch(16)


def eval_input_fn(path):
    """Returns an input function that reads all rows once, in order."""

    def decode(line):
        number, word, label = tf.io.decode_csv(line, [[0.0], [""], [0.0]])
        return {"number": number, "word": word}, label

    return lambda: tf.data.TextLineDataset(path).map(decode).batch(100)


def own_model(features, labels, mode, params):
    """A network over a number, a looked-up row and noise, under Adam, with dropout."""
    table = tf.get_variable("table", [params["rows"], 16])
    ids = tf.strings.to_hash_bucket_fast(features["word"], params["rows"])
    number = tf.reshape(features["number"], [-1, 1])
    net = tf.concat([number, tf.nn.embedding_lookup(table, ids)], 1)
    if mode == tf.estimator.ModeKeys.TRAIN:
        net += tf.random.normal([17], stddev=0.1)
    net = tf.layers.dense(net, 8, activation=tf.nn.relu)
    net = tf.layers.dropout(net, 0.3, training=mode == tf.estimator.ModeKeys.TRAIN)
    predictions = tf.layers.dense(net, 1)[:, 0]
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {"predictions": predictions})
    loss = tf.losses.mean_squared_error(labels, predictions)
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def make(model, model_dir, seed=3, every=EVERY):
    """Makes an estimator.

    Args:
        model: 'linear' with sparse rows and Ftrl, 'dnn' with dropout, an embedding, Adagrad and moving averages,
            'custom' or 'large' with a model function of its own.
        model_dir: its folder.
        seed: of the configuration.
        every: steps between checkpoints.
    """
    fc = tf.feature_column
    number = fc.numeric_column("number")
    word = fc.categorical_column_with_hash_bucket("word", 300)
    config = tf.estimator.RunConfig(
        model_dir=model_dir, tf_random_seed=seed, save_checkpoints_steps=every, keep_checkpoint_max=3
    )
    if model in TABLES:
        return tf.estimator.Estimator(own_model, config=config, params={"rows": TABLES[model]})
    if model == "linear":
        return tf.estimator.LinearRegressor([number, word], config=config)
    columns = [number, fc.embedding_column(word, 3)]
    return tf.estimator.DNNRegressor([8], columns, config=config, dropout=0.3, batch_norm=True)


def run(model, model_dir, path, steps, every=EVERY, listeners=()):
    """Trains up to a step, from the latest checkpoint on; with '+' after the model's name, evaluates in between."""
    estimator = make(model.removesuffix("+"), model_dir, every=int(every))
    rows = input_fn(path, is_noisy=model in TABLES)
    if not model.endswith("+"):
        estimator.train(rows, max_steps=int(steps), saving_listeners=listeners)
        return
    training = tf.estimator.TrainSpec(rows, max_steps=int(steps), saving_listeners=listeners)
    evaluation = tf.estimator.EvalSpec(eval_input_fn(path), throttle_secs=0)
    tf.estimator.train_and_evaluate(estimator, training, evaluation)


if __name__ == "__main__":
    logging.getLogger("tensorflow").setLevel(logging.INFO)
    run(*sys.argv[1:])
