"""A trained model answers alike wherever it is: here, exported, served, and where LightGBM is not installed."""

import json
import pathlib
import subprocess
import sys

import httpx
import numpy as np
import pytest

import estimax as tf
from estimax.serving import ModelServer, ServingOptions
from tests.estimator.trees import rows

ROOT = pathlib.Path(__file__).parents[3]
ASKED = {name: rows.FEATURES[name][:5] for name in rows.FEATURES if name != "weight"}

WITHOUT = """
import json, sys
sys.modules["lightgbm"] = None  # as if it were not installed
import estimax as tf
from tests.estimator.trees import rows

estimator = rows.classifier(sys.argv[1])
row = next(estimator.predict(rows.input_fn(None)))
explained = next(estimator.experimental_predict_with_explanations(rows.input_fn(None)))
auc = estimator.evaluate(rows.input_fn())["auc"]
from tests.estimator.trees.test_exporting import serving_input_fn
path = estimator.export_saved_model(sys.argv[1] + "/export", serving_input_fn)
try:
    estimator.train(rows.input_fn(), steps=1)
except RuntimeError as error:
    print(json.dumps([float(row["logits"][0]), explained["bias"], float(auc), path.decode(), str(error)]))
"""


def serving_input_fn():
    """Receives each feature as it is, with as many values a row as there are."""
    placeholders = {}
    for name, values in ASKED.items():
        kind = tf.string if values.dtype.kind == "U" else tf.float32
        placeholders[name] = tf.placeholder(kind, [None, *values.shape[1:]])
    return tf.estimator.export.ServingInputReceiver(placeholders, placeholders)


@pytest.fixture(scope="module")
def sold(tmp_path_factory):
    estimator = rows.classifier(str(tmp_path_factory.mktemp("sold")))
    estimator.train(rows.input_fn())
    return estimator


@pytest.fixture(scope="module")
def exported(sold):
    return sold.export_saved_model(sold.model_dir + "/exports", serving_input_fn).decode()


def expected(estimator):
    return list(estimator.predict(rows.input_fn(None)))[:5]


def test_an_export_answers_as_predict_does(sold, exported):
    answer = tf.saved_model.load(exported).signatures["predict"](**ASKED)
    for number, row in enumerate(expected(sold)):
        np.testing.assert_allclose(answer["logits"][number], row["logits"], rtol=1e-6, atol=1e-6)
        assert answer["class_ids"][number] == row["class_ids"]


def test_serialized_examples_are_answered_too(sold):
    columns = [rows.fc.numeric_column("number"), rows.columns()[3], rows.columns()[6]]
    estimator = rows.classifier(sold.model_dir + "/small", n_trees=3, columns_=columns)
    estimator.train(rows.input_fn())

    def parsing():
        serialized = tf.placeholder(tf.string, [None])
        features = tf.io.parse_example(serialized, tf.feature_column.make_parse_example_spec(columns))
        return tf.estimator.export.ServingInputReceiver(features, {"examples": serialized})

    path = estimator.export_saved_model(sold.model_dir + "/parsing", parsing).decode()
    examples = [example(number).SerializeToString() for number in range(5)]
    answer = tf.saved_model.load(path).signatures["predict"](examples=np.array(examples, object))
    np.testing.assert_allclose(answer["logits"], [row["logits"] for row in expected(estimator)], rtol=1e-6, atol=1e-6)


def example(number):
    """Returns a row as an Example; its tags are a list of any length."""
    words = [tag.encode() for tag in rows.FEATURES["tags"][number] if tag]
    feature = {
        "number": tf.train.Feature(float_list=tf.train.FloatList(value=[rows.FEATURES["number"][number]])),
        "word": tf.train.Feature(bytes_list=tf.train.BytesList(value=[rows.FEATURES["word"][number].encode()])),
        "tags": tf.train.Feature(bytes_list=tf.train.BytesList(value=words)),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature))


def test_a_server_answers_as_predict_does(sold, exported):
    options = ServingOptions("sold", str(pathlib.Path(exported).parent), host="127.0.0.1", rest_api_port=0)
    rows_asked = [{name: values[i].tolist() for name, values in ASKED.items()} for i in range(5)]
    chosen = [i for i in range(5) if not np.isnan(rows.FEATURES["number"][i])]  # JSON has no NaN
    with ModelServer(options, tf.saved_model.load) as server:
        server.wait_until_ready(20)
        url = httpx.URL(server.url).join("/v1/models/sold:predict")
        answer = httpx.post(url, json={"instances": [rows_asked[i] for i in chosen]}, timeout=20)
    found = [row["logits"] for row in answer.json()["predictions"]]
    np.testing.assert_allclose(found, [expected(sold)[i]["logits"] for i in chosen], rtol=1e-5, atol=1e-5)


def test_only_training_needs_lightgbm(sold):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, sold.model_dir], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    logit, bias, auc, path, message = json.loads(done.stdout.splitlines()[-1])
    assert logit == pytest.approx(float(expected(sold)[0]["logits"][0]), rel=1e-5)
    explained = next(sold.experimental_predict_with_explanations(rows.input_fn(None)))
    assert bias == pytest.approx(explained["bias"])
    assert auc > 0.95
    assert pathlib.Path(path, "saved_model.json").exists()
    assert "pip install 'estimax[trees]'" in message
