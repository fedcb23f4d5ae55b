"""Rows that trees have something to learn from, the columns that read them, and estimators of small trees."""

import numpy as np

import estimax as tf

fc = tf.feature_column
WORDS = ["ash", "birch", "cedar"]
COUNT = 400


def features(count=COUNT, seed=0):
    """Returns a number with missing values, a pair, an amount, a word, tags (two or none a row) and weights."""
    random = np.random.default_rng(seed)
    number = random.normal(size=count).astype(np.float32)
    number[random.random(count) < 0.1] = np.nan
    tags = random.choice([*WORDS, ""], (count, 2))
    return {
        "number": number,
        "pair": random.normal(size=(count, 2)).astype(np.float32),
        "amount": random.uniform(0, 100, count).astype(np.float32),
        "word": random.choice([*WORDS, "unknown"], count),
        "tags": tags,
        "tag_weights": random.uniform(0.5, 2, (count, 2)).astype(np.float32),
        "weight": random.integers(1, 4, count).astype(np.float32),
    }


def signal(given):
    """Returns what the labels are made of, [count]."""
    known = np.nan_to_num(given["number"], nan=0.8)
    return known + given["pair"][:, 1] * (given["amount"] > 40) + 1.5 * (given["word"] == "birch")


FEATURES = features()
PRICE = signal(FEATURES).astype(np.float32) * 10 + 30
SOLD = (signal(FEATURES) > 0.4).astype(np.int64)
KIND = np.digitize(signal(FEATURES), [0.0, 1.0])


def columns():
    """Returns a column of every kind that trees take."""
    words = fc.categorical_column_with_vocabulary_list("word", WORDS)
    tags = fc.categorical_column_with_vocabulary_list("tags", WORDS)
    return [
        fc.numeric_column("number"),
        fc.numeric_column("pair", shape=2),
        fc.bucketized_column(fc.numeric_column("amount"), [20, 40, 60]),
        fc.indicator_column(words),
        fc.categorical_column_with_hash_bucket("word", 7),
        fc.indicator_column(fc.weighted_categorical_column(tags, "tag_weights")),
        tags,
    ]


def input_fn(labels=SOLD, batch=50, given=FEATURES, repeats=False):
    """Returns an input function."""

    def rows():
        dataset = tf.data.Dataset.from_tensor_slices(given if labels is None else (given, labels))
        return (dataset.repeat() if repeats else dataset).batch(batch)

    return rows


def config(model_dir=None, **given):
    return tf.estimator.RunConfig(model_dir=model_dir, **{"tf_random_seed": 1, **given})


def classifier(model_dir=None, n_trees=8, max_depth=3, columns_=None, run=None, **given):
    """Returns a classifier of a few small trees."""
    settings = config(model_dir, **(run or {}))
    given = {"n_trees": n_trees, "max_depth": max_depth, "learning_rate": 0.3, **given}
    return tf.estimator.BoostedTreesClassifier(columns_ or columns(), config=settings, **given)


def variables(estimator):
    return {name: estimator.get_variable_value(name) for name in estimator.get_variable_names()}


def assert_equal(one, other):
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(value, other[name], err_msg=name)
