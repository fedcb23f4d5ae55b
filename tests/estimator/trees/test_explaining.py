"""What a model tells about its columns, and about single predictions."""

import numpy as np
import pytest

import estimax as tf
from tests.estimator.trees import rows


@pytest.fixture(scope="module")
def sold(tmp_path_factory):
    estimator = rows.classifier(str(tmp_path_factory.mktemp("sold")), n_trees=10, center_bias=True)
    estimator.train(rows.input_fn())
    return estimator


def test_importances_are_gains_by_column_the_greatest_first(sold):
    found = sold.experimental_feature_importances()
    assert set(found) == {"number", "pair", "amount_bucketized", "word", "tags", "tags_weighted_by_tag_weights"}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert {next(iter(found)), list(found)[1], list(found)[2]} == {"number", "word", "pair"}
    gains = sold.get_variable_value("boosted_trees/gain")
    assert sum(found.values()) == pytest.approx(gains.sum(), rel=1e-5)
    normalized = sold.experimental_feature_importances(normalize=True)
    assert sum(normalized.values()) == pytest.approx(1)
    assert list(normalized) == list(found)


def test_importances_can_tell_categories_apart(sold):
    by_value = sold.experimental_feature_importances(by_value=True)
    assert {"pair:1", "number"} <= set(by_value)
    assert "word_indicator:birch" in by_value or any(name.startswith("word:") for name in by_value)
    by_column = sold.experimental_feature_importances()
    assert sum(by_value.values()) == pytest.approx(sum(by_column.values()))


def test_contributions_add_up_to_the_probability(sold):
    found = list(sold.experimental_predict_with_explanations(rows.input_fn(None)))
    predicted = list(sold.predict(rows.input_fn(None)))
    for row, plain in zip(found, predicted):
        assert row["bias"] == found[0]["bias"]
        assert row["bias"] + sum(row["dfc"].values()) == pytest.approx(row["logistic"][0], abs=1e-5)
        np.testing.assert_allclose(row["logistic"], plain["logistic"], rtol=1e-5)
    assert found[0]["bias"] == pytest.approx(rows.SOLD.mean(), abs=0.05)
    assert set(found[0]["dfc"]) == set(sold.experimental_feature_importances())
    birch = [r["dfc"]["word"] for r, word in zip(found, rows.FEATURES["word"]) if word == "birch"]
    other = [r["dfc"]["word"] for r, word in zip(found, rows.FEATURES["word"]) if word != "birch"]
    assert np.mean(birch) > 0.1 > 0 > np.mean(other)


def test_contributions_add_up_to_the_number_and_are_those_of_a_walk_by_hand(model_dir):
    columns = rows.columns()[:3]
    estimator = tf.estimator.BoostedTreesRegressor(columns, n_trees=3, max_depth=2, config=rows.config(model_dir))
    estimator.train(rows.input_fn(rows.PRICE))
    found = list(estimator.experimental_predict_with_explanations(rows.input_fn(None), predict_keys="predictions"))
    assert set(found[0]) == {"predictions", "bias", "dfc"}
    with pytest.raises(ValueError, match="predict_keys must be among"):
        next(estimator.experimental_predict_with_explanations(rows.input_fn(None), predict_keys="price"))
    for row in found:
        assert row["bias"] + sum(row["dfc"].values()) == pytest.approx(row["predictions"][0], abs=1e-4)
    assert found[0]["bias"] == pytest.approx(np.mean([r["predictions"][0] for r in found]), rel=1e-4)
    trees = {name.removeprefix("boosted_trees/"): value for name, value in rows.variables(estimator).items()}
    assert walked(trees, 7) == pytest.approx(found[7]["dfc"], abs=1e-4)


def walked(trees, row):
    """Adds up the contributions of one row of `rows`, node by node."""
    amount = np.searchsorted([20, 40, 60], rows.FEATURES["amount"][row], side="right")
    values = [amount, rows.FEATURES["number"][row], *rows.FEATURES["pair"][row]]
    names = ["amount_bucketized", "number", "pair", "pair"]
    total = dict.fromkeys(names, 0.0)
    for t in range(3):
        node = 0
        while node >= 0:
            feature = trees["feature"][t, node]
            value = values[feature]
            left = trees["nan_left"][t, node] if np.isnan(value) else value <= trees["threshold"][t, node]
            after = trees["left" if left else "right"][t, node]
            there = trees["node_value"][t, after] if after >= 0 else trees["leaf_value"][t, -1 - after]
            total[names[feature]] += float(there - trees["node_value"][t, node])
            node = after
    return total


def test_counts_are_explained_as_counts(model_dir):
    counts = np.round(rows.PRICE).clip(0)
    estimator = tf.estimator.BoostedTreesEstimator(
        rows.columns()[:2],
        1,
        tf.estimator.PoissonRegressionHead(),
        n_trees=3,
        config=rows.config(model_dir),
        center_bias=True,
    )
    estimator.train(rows.input_fn(counts))
    for row in estimator.experimental_predict_with_explanations(rows.input_fn(None)):
        assert row["bias"] + sum(row["dfc"].values()) == pytest.approx(row["predictions"][0], rel=1e-4)


def test_what_has_not_been_trained_or_has_several_logits_is_not_explained(model_dir):
    estimator = rows.classifier(model_dir)
    with pytest.raises(ValueError, match="has not been trained"):
        estimator.experimental_feature_importances()
    with pytest.raises(FileNotFoundError, match="has not been trained"):
        estimator.experimental_predict_with_explanations(rows.input_fn(None))
    with pytest.raises(NotImplementedError, match="3 logits"):
        rows.classifier(model_dir + "/3", n_classes=3).experimental_predict_with_explanations(rows.input_fn(None))
    same = {"number": np.ones(10, np.float32)}
    flat = rows.classifier(model_dir + "/flat", columns_=[rows.fc.numeric_column("number")])
    flat.train(rows.input_fn(np.arange(10) % 2, given=same))
    assert flat.experimental_feature_importances() == {"number": 0}
    with pytest.raises(ValueError, match="no tree has a split"):
        flat.experimental_feature_importances(normalize=True)
