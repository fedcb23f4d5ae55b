"""Several heads on one model; the numbers are those of the original."""

import json
import pathlib

import numpy as np
import pytest

import estimax as tf
from tests.estimator.test_heads_recorded import assert_metrics

PRICE, SOLD = [[0.5], [1.0]], [[1.0], [-1.0]]
LOGITS = np.concatenate([PRICE, SOLD], 1).astype(np.float32)
LABELS = {"price": [1.0, 2.0], "sold": [1, 0]}
FEATURES = {"w": [1.0, 3.0]}
METRICS = {
    "regularization_loss/price_sold": 0.5,
    "loss/price": 0.625,
    "loss/sold": 0.6265233755111694,
    "average_loss/price": 0.625,
    "prediction/mean/price": 0.75,
    "label/mean/price": 1.5,
    "average_loss/sold": 0.3132616877555847,
    "accuracy/sold": 1.0,
    "precision/sold": 1.0,
    "recall/sold": 1.0,
    "prediction/mean/sold": 0.38447073101997375,
    "label/mean/sold": 0.25,
    "accuracy_baseline/sold": 0.75,
    "auc/sold": 1.0,
    "auc_precision_recall/sold": 1.0,
}

# After one pass over six rows in batches of two with the default optimizer.
ROWS = {"x": np.arange(6, dtype=np.float32) / 6, "w": np.ones(6, np.float32)}
ROW_LABELS = {"price": np.arange(6, dtype=np.float32), "sold": np.array([0, 0, 0, 0, 0, 1])}
TRAINED = {
    "accuracy/sold": 0.8333333,
    "accuracy_baseline/sold": 0.8333333,
    "auc/sold": 0.0,
    "auc_precision_recall/sold": 0.08839202,
    "average_loss/price": 5.507179,
    "average_loss/sold": 0.60368687,
    "label/mean/price": 2.5,
    "label/mean/sold": 0.16666667,
    "loss": 6.7145524,
    "loss/price": 5.507179,
    "loss/sold": 0.60368687,
    "precision/sold": 0.0,
    "prediction/mean/price": 0.7569995,
    "prediction/mean/sold": 0.4175808,
    "recall/sold": 0.0,
    "global_step": 3,
}


def two_heads(weights=(1.0, 2.0), **options):
    heads = [
        tf.estimator.RegressionHead(name="price", **options),
        tf.estimator.BinaryClassHead(name="sold", weight_column="w"),
    ]
    return tf.estimator.MultiHead(heads, weights)


def batches():
    return tf.data.Dataset.from_tensor_slices((ROWS, ROW_LABELS)).batch(2)


def test_it_is_one_head_with_the_names_and_logits_of_all():
    head = two_heads()
    assert (head.name, head.logits_dimension, head.loss_reduction) == ("price_sold", 2, "sum_over_batch_size")
    assert isinstance(head, tf.estimator.Head)


@pytest.mark.parametrize("logits", [LOGITS, {"price": PRICE, "sold": SOLD}], ids=["one array", "by name"])
def test_its_loss_is_the_weighted_sum_of_losses(logits):
    head = two_heads()
    assert float(head.loss(LABELS, logits, FEATURES)) == pytest.approx(1.8780467510223389)
    assert float(head.loss(LABELS, logits, FEATURES, regularization_losses=[0.2, 0.3])) == pytest.approx(2.3780468)
    unweighted = two_heads(None).loss(LABELS, logits, FEATURES)
    assert float(unweighted) == pytest.approx(0.625 + 0.6265233755111694)


def test_its_metrics_are_those_of_all_heads_and_their_losses():
    head = two_heads()
    metrics = head.metrics([0.5])
    head.update_metrics(metrics, FEATURES, LOGITS, LABELS, regularization_losses=[0.5])
    assert_metrics({key: metric.result().numpy() for key, metric in metrics.items()}, METRICS)


def test_its_predictions_have_the_name_of_their_head_in_the_key():
    found = two_heads().predictions(LOGITS)
    assert set(found) == {("price", "predictions")} | {
        ("sold", key)
        for key in ("logits", "logistic", "probabilities", "class_ids", "classes", "all_class_ids", "all_classes")
    }
    np.testing.assert_array_equal(found["price", "predictions"], PRICE)
    assert found["sold", "classes"].numpy().tolist() == [[b"1"], [b"0"]]


def test_it_trains_and_predicts_like_the_original(model_dir):
    columns = [tf.feature_column.numeric_column("x")]
    estimator = tf.estimator.LinearEstimator(two_heads(), columns, model_dir)
    estimator.train(batches)
    assert_metrics(estimator.evaluate(batches), TRAINED)
    row = next(estimator.predict(batches))
    assert row["price", "predictions"] == pytest.approx(0.5572143793106079, rel=1e-4)
    assert row["sold", "logistic"] == pytest.approx(0.42865148186683655, rel=1e-4)
    tags = {event.tag for event in tf.summary.read_events(model_dir)}
    assert {"loss", "loss/price", "loss/sold"} <= tags


def test_an_export_answers_for_each_head_and_for_all(model_dir, tmp_path):
    estimator = tf.estimator.LinearEstimator(two_heads(), [tf.feature_column.numeric_column("x")], model_dir)
    estimator.train(batches)

    def receiver():
        examples = tf.placeholder(tf.string, [None])
        features = tf.parse_example(examples, {"x": tf.FixedLenFeature([1], tf.float32)})
        return tf.estimator.export.ServingInputReceiver(features, {"examples": examples})

    folder = estimator.export_saved_model(str(tmp_path / "export"), receiver).decode()
    signatures = json.loads((pathlib.Path(folder) / "saved_model.json").read_text())["signatures"]
    assert {name: s["method_name"].rpartition("/")[2] for name, s in signatures.items()} == {
        "serving_default": "regress",
        "price": "regress",
        "price/regression": "regress",
        "price/predict": "predict",
        "sold": "classify",
        "sold/classification": "classify",
        "sold/regression": "regress",
        "sold/predict": "predict",
        "predict": "predict",
    }
    assert {"price/predictions", "sold/class_ids"} <= set(signatures["predict"]["outputs"])


REFUSED = [
    (lambda: tf.estimator.MultiHead([]), "needs heads; got none"),
    (lambda: tf.estimator.MultiHead([tf.estimator.RegressionHead()]), "must have names, each another"),
    (lambda: tf.estimator.MultiHead([tf.estimator.RegressionHead(name="a")] * 2), "must have names, each another"),
    (lambda: two_heads([1.0]), "as many as heads; got 1 for 2 heads"),
    (lambda: two_heads(loss_reduction="sum").loss_reduction, "must have one loss_reduction"),
    (lambda: two_heads().loss(LABELS["price"], LOGITS, FEATURES), "must be a dictionary from the names of its heads"),
    (lambda: two_heads().loss({"price": [1.0, 2.0]}, LOGITS, FEATURES), r"\['sold'\] are missing among \['price'\]"),
    (lambda: two_heads().loss(LABELS, {"sold": SOLD}, FEATURES), "logits must have a value for each head"),
    (lambda: two_heads().loss(LABELS, PRICE, FEATURES), r"shape \[batch, 2\], the sum over the heads"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_what_does_not_fit_together_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_only_heads_are_heads():
    with pytest.raises(TypeError, match=r"must be heads of estimax\.estimator; got 'price'"):
        tf.estimator.MultiHead(["price"])
