"""Every head and every kind of column: the loss falls, and features decide as they should."""

import numpy as np
import pytest

import estimax as tf
from tests.estimator.trees import rows

COUNTS = np.random.default_rng(0).poisson(np.exp(np.clip(rows.signal(rows.FEATURES), -2, 2))).astype(np.float32)
SHARES = (1 / (1 + np.exp(-rows.signal(rows.FEATURES)))).astype(np.float32)
BOTH = np.stack([rows.SOLD, rows.KIND == 1], axis=1).astype(np.int64)
PAIRS = np.stack([rows.PRICE, -rows.PRICE], axis=1)


def quartic(labels, logits):
    return tf.square((labels - logits) / 30) + ((labels - logits) / 30) ** 4


HEADS = {
    "binary": (tf.estimator.BinaryClassHead(), rows.SOLD),
    "binary, summed": (tf.estimator.BinaryClassHead(loss_reduction="sum"), rows.SOLD),
    "three classes": (tf.estimator.MultiClassHead(3), rows.KIND),
    "several labels": (tf.estimator.MultiLabelHead(2), BOTH),
    "pairs": (tf.estimator.RegressionHead(label_dimension=2), PAIRS),
    "counts": (tf.estimator.PoissonRegressionHead(), COUNTS),
    "shares": (tf.estimator.LogisticRegressionHead(), SHARES),
    "own loss": (tf.estimator.RegressionHead(loss_fn=quartic), rows.PRICE),
    "weighted": (tf.estimator.RegressionHead(weight_column="weight"), rows.PRICE),
}


@pytest.mark.parametrize("name", HEADS)
def test_trees_lower_the_loss_of_a_head(name, model_dir):
    head, labels = HEADS[name]
    columns = rows.columns()[:4]
    config = rows.config(model_dir)
    estimator = tf.estimator.BoostedTreesEstimator(
        columns, 1, head, n_trees=10, max_depth=3, learning_rate=0.5, config=config, center_bias=True
    )
    estimator.train(rows.input_fn(labels), steps=1)
    one = estimator.evaluate(rows.input_fn(labels))
    estimator.train(rows.input_fn(labels))
    many = estimator.evaluate(rows.input_fn(labels))
    limit = 0.97 if name == "counts" else 0.9  # what Poisson leaves to chance is most of it
    assert many["average_loss"] < limit * one["average_loss"]


def test_several_heads_share_the_trees_rounds(model_dir):
    head = tf.estimator.MultiHead(
        [tf.estimator.BinaryClassHead(name="sold"), tf.estimator.RegressionHead(name="price")]
    )
    estimator = tf.estimator.BoostedTreesEstimator(
        rows.columns()[:4], 1, head, n_trees=10, max_depth=3, learning_rate=0.5, config=rows.config(model_dir)
    )
    labels = {"sold": rows.SOLD, "price": rows.PRICE}
    estimator.train(rows.input_fn(labels))
    metrics = estimator.evaluate(rows.input_fn(labels))
    assert metrics["auc/sold"] > 0.95
    assert metrics["average_loss/price"] < 0.3 * rows.PRICE.var()


def test_the_weight_column_can_stand_beside_the_head(tmp_path):
    def trained(name, head, **given):
        estimator = tf.estimator.BoostedTreesEstimator(
            rows.columns()[:2], 1, head, n_trees=2, max_depth=2, config=rows.config(str(tmp_path / name)), **given
        )
        estimator.train(rows.input_fn())
        return rows.variables(estimator)

    inside = trained("inside", tf.estimator.BinaryClassHead(weight_column="weight"))
    beside = trained("beside", tf.estimator.BinaryClassHead(), weight_column="weight")
    rows.assert_equal(inside, beside)


def test_names_of_classes_are_learned_and_predicted(model_dir):
    estimator = rows.classifier(model_dir, label_vocabulary=["kept", "sold"])
    estimator.train(rows.input_fn(np.array(["kept", "sold"])[rows.SOLD]))
    found = [row["classes"][0].decode() for row in estimator.predict(rows.input_fn(None))]
    assert np.mean(np.array(found) == np.array(["kept", "sold"])[rows.SOLD]) > 0.9


COLUMNS = {
    "indicator": rows.fc.indicator_column,
    "categories": lambda words: words,
    "hashed": lambda _: rows.fc.categorical_column_with_hash_bucket("word", 100_000),
    "crossed": lambda _: rows.fc.crossed_column(["word", "tags"], 50_000),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_category_decides_in_any_kind_of_column(kind, model_dir):
    words = rows.fc.categorical_column_with_vocabulary_list("word", rows.WORDS)
    given = rows.FEATURES | {"tags": np.full(rows.COUNT, "same")}
    labels = (given["word"] == "birch").astype(np.int64)
    estimator = rows.classifier(model_dir, n_trees=3, columns_=[COLUMNS[kind](words)], learning_rate=1.0)
    estimator.train(rows.input_fn(labels, given=given))
    assert estimator.evaluate(rows.input_fn(labels, given=given))["accuracy"] == 1
    (name, *_), *_ = estimator.experimental_feature_importances().items()
    assert name == ("tags_X_word" if kind == "crossed" else "word")


def sparse_and_dense():
    """Returns one feature of several words, in three forms."""
    words = rows.FEATURES["tags"]
    as_ragged = tf.data.Dataset.from_tensor_slices(words).map(
        lambda row: tf.strings.split(tf.strings.reduce_join(row, separator=" "))
    )
    return {"dense": tf.data.Dataset.from_tensor_slices(words), "ragged": as_ragged}


def test_several_categories_of_a_row_count_each_whatever_their_form(tmp_path):
    tags = rows.fc.categorical_column_with_vocabulary_list("tags", rows.WORDS)
    labels = (rows.FEATURES["tags"] == "ash").any(axis=1).astype(np.int64)
    found = {}
    for name, words in sparse_and_dense().items():
        estimator = rows.classifier(str(tmp_path / name), columns_=[tags], n_trees=3, learning_rate=1.0)
        targets = tf.data.Dataset.from_tensor_slices(labels)
        pairs = tf.data.Dataset.zip((words.map(lambda word: {"tags": word}), targets))
        batches = pairs.batch(40) if name == "dense" else pairs.apply(tf.data.experimental.dense_to_ragged_batch(40))
        estimator.train(lambda batches=batches: batches)
        assert estimator.evaluate(lambda batches=batches: batches)["accuracy"] == 1
        found[name] = rows.variables(estimator)
    rows.assert_equal(found["dense"], found["ragged"])


def test_the_order_of_buckets_counts_however_many_there_are(model_dir):
    amount = rows.fc.bucketized_column(rows.fc.numeric_column("amount"), list(np.arange(0.25, 100, 0.25)))
    labels = (rows.FEATURES["amount"] > 61.5).astype(np.int64)
    estimator = rows.classifier(model_dir, columns_=[amount], n_trees=1, max_depth=1, learning_rate=1.0)
    estimator.train(rows.input_fn(labels))
    assert estimator.evaluate(rows.input_fn(labels))["accuracy"] == 1


def test_branches_are_pruned_before_and_after_they_are_grown(tmp_path):
    def leaves(name, **given):
        estimator = rows.classifier(str(tmp_path / name), n_trees=5, **given)
        estimator.train(rows.input_fn())
        return np.count_nonzero(estimator.get_variable_value("boosted_trees/gain")), estimator

    many, _ = leaves("none")
    before, _ = leaves("pre", pruning_mode="pre", tree_complexity=0.01)
    after, estimator = leaves("post", pruning_mode="post", tree_complexity=0.01)
    assert before <= after < many
    assert estimator.evaluate(rows.input_fn())["auc"] > 0.9


@pytest.mark.parametrize("mean", [1e-3, 0.3, 7.0, 3000.0])
def test_the_bias_of_counts_and_numbers_is_centered_however_far_it_is(mean, tmp_path):
    values = (np.arange(rows.COUNT) % 5 / 2 * mean).astype(np.float32)
    for name, head, expected in (
        ("counts", tf.estimator.PoissonRegressionHead(), np.log(values.mean())),
        ("numbers", tf.estimator.RegressionHead(), values.mean()),
    ):
        estimator = tf.estimator.BoostedTreesEstimator(
            rows.columns()[:1], 1, head, n_trees=1, config=rows.config(str(tmp_path / name)), center_bias=True
        )
        estimator.train(rows.input_fn(values), steps=1)
        np.testing.assert_allclose(estimator.get_variable_value("boosted_trees/bias"), [expected], rtol=1e-3)


def test_labels_that_are_all_the_same_are_predicted(model_dir):
    estimator = rows.classifier(model_dir, columns_=rows.columns()[:1], n_trees=2, center_bias=True)
    estimator.train(rows.input_fn(np.ones(rows.COUNT, np.int64)))
    assert all(row["logistic"][0] > 0.999 for row in estimator.predict(rows.input_fn(None)))
