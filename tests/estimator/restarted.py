"""A program that trains for some steps and may be killed at any moment and started again.

python -m tests.estimator.restarted MODEL MODEL_DIR CSV STEPS
"""

import sys

import numpy as np

import estimax as tf

EVERY = 20
ROWS = 300


def write_rows(path):
    """Writes rows of a number, a word that may be missing, and a label."""
    random = np.random.default_rng(0)
    numbers, words = random.uniform(-1, 1, ROWS), random.choice(["ash", "birch", "cedar", ""], ROWS)
    lines = [f"{x:.4f},{word},{2 * x + (word == 'ash'):.4f}\n" for x, word in zip(numbers, words)]
    path.write_text("".join(lines))


def input_fn(path):
    """Returns an input function: shuffled, repeated, in batches that go over the ends of epochs."""

    def decode(line):
        number, word, label = tf.io.decode_csv(line, [[0.0], [""], [0.0]])
        return {"number": number, "word": word}, label

    return lambda: tf.data.TextLineDataset(path).map(decode).shuffle(50).repeat().batch(16)


def make(model, model_dir, seed=3, every=EVERY):
    """Makes an estimator: 'linear' with sparse rows and Ftrl, 'dnn' with dropout, an embedding and moving averages."""
    fc = tf.feature_column
    number = fc.numeric_column("number")
    word = fc.categorical_column_with_hash_bucket("word", 300)
    config = tf.estimator.RunConfig(
        model_dir=model_dir, tf_random_seed=seed, save_checkpoints_steps=every, keep_checkpoint_max=3
    )
    if model == "linear":
        return tf.estimator.LinearRegressor([number, word], config=config)
    columns = [number, fc.embedding_column(word, 3)]
    return tf.estimator.DNNRegressor([8], columns, config=config, dropout=0.3, batch_norm=True)


class Teller(tf.train.CheckpointSaverListener):
    """Says on the standard output which checkpoint was written."""

    def after_save(self, session, global_step_value):
        print(global_step_value, flush=True)


def run(model, model_dir, path, steps, listeners=()):
    """Trains up to a step, from the latest checkpoint on."""
    make(model, model_dir).train(input_fn(path), max_steps=int(steps), saving_listeners=listeners)


if __name__ == "__main__":
    run(*sys.argv[1:], listeners=[Teller()])
