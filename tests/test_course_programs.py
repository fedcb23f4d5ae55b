"""The programs of the course notes run, and print what the notes print."""

import itertools
import pathlib

import numpy as np
import pandas as pd
import pytest

import estimax as tf


def columns():
    return [
        tf.feature_column.numeric_column("sq_footage"),
        tf.feature_column.categorical_column_with_vocabulary_list("type", ["house", "apt"]),
    ]


def train_input_fn():
    features = {
        "sq_footage": [1000, 2000, 3000, 1000, 2000, 3000],
        "type": ["house", "house", "house", "apt", "apt", "apt"],
    }
    labels = [500, 1000, 1500, 700, 1300, 1900]
    return features, labels


def predict_input_fn():
    return {"sq_footage": [1500, 1500], "type": ["house", "apt"]}


def predicted(model, input_fn=predict_input_fn):
    return [float(row["predictions"][0]) for row in itertools.islice(model.predict(input_fn), 2)]


def test_the_quick_model_predicts_what_the_notes_say(tmp_path):
    model = tf.estimator.LinearRegressor(columns(), str(tmp_path))
    model.train(train_input_fn, steps=100)
    assert predicted(model) == pytest.approx([855.93, 859.07], abs=0.01)


def test_a_trained_model_is_restored_from_its_folder(tmp_path):
    model = tf.estimator.LinearRegressor(columns(), str(tmp_path))
    model.train(train_input_fn, steps=100)
    files = {p.name for p in tmp_path.iterdir()}
    assert {"checkpoint", "graph.json", "model.ckpt-0.safetensors", "model.ckpt-100.safetensors"} <= files
    restored = tf.estimator.LinearRegressor(columns(), str(tmp_path))
    assert predicted(restored) == predicted(model)
    restored.train(train_input_fn, steps=10)
    assert restored.get_variable_value("global_step") == 110


def test_another_premade_estimator_takes_the_place_of_the_first(tmp_path):
    deep = [columns()[0], tf.feature_column.indicator_column(columns()[1])]
    model = tf.estimator.DNNRegressor(feature_columns=deep, hidden_units=[3, 2], model_dir=str(tmp_path))
    model.train(train_input_fn, steps=5)
    assert len(predicted(model)) == 2


def test_pandas_input_trains_until_it_is_exhausted_or_the_steps_are_done(tmp_path):
    random = np.random.RandomState(0)
    size = random.uniform(0.5, 3.0, 256)
    df = pd.DataFrame({"sq_footage": size, "type": random.choice(["house", "apt"], 256), "price": size / 2})

    def pandas_train_input_fn(df):
        return tf.estimator.inputs.pandas_input_fn(x=df, y=df["price"], batch_size=128, num_epochs=10, shuffle=True)

    model = tf.estimator.LinearRegressor(columns(), str(tmp_path))
    model.train(pandas_train_input_fn(df))
    assert model.get_variable_value("global_step") == 20
    model.train(pandas_train_input_fn(df), steps=15)
    assert model.get_variable_value("global_step") == 35
    model.train(pandas_train_input_fn(df), max_steps=30)
    assert model.get_variable_value("global_step") == 35


def decode_line(row):
    cols = tf.decode_csv(row, record_defaults=[[0], ["house"], [0]])
    features = {"sq_footage": cols[0], "type": cols[1]}
    label = cols[2]
    return features, label


def write_shards(folder: pathlib.Path):
    (folder / "train.csv-1").write_text("1000,house,500\n2000,house,1000\n3000,house,1500\n")
    (folder / "train.csv-2").write_text("1000,apt,700\n2000,apt,1300\n3000,apt,1900\n")


def test_a_dataset_made_outside_of_the_input_function_feeds_it(tmp_path):
    write_shards(tmp_path)
    dataset = tf.data.TextLineDataset(str(tmp_path / "train.csv-1")).map(decode_line)
    dataset = dataset.shuffle(1000).repeat(15).batch(3)

    def input_fn():
        features, label = dataset.make_one_shot_iterator().get_next()
        return features, label

    model = tf.estimator.LinearRegressor(columns(), str(tmp_path / "model"))
    model.train(input_fn)
    assert model.get_variable_value("global_step") == 15


def test_header_lines_are_skipped_and_rows_mapped_filtered_and_cached(tmp_path):
    (tmp_path / "homes.csv").write_text("sq_footage,type,price\n1000,house,500\n2000,tent,10\n3000,apt,1900\n")

    def preproc(features):
        return {**features, "sq_footage": features["sq_footage"] / 1000}

    dataset = (
        tf.data.TextLineDataset(str(tmp_path / "homes.csv"))
        .skip(1)
        .map(decode_line)
        .map(lambda features, label: (preproc(features), label))
        .filter(lambda features, label: tf.not_equal(features["type"], "tent"))
        .cache()
    )
    rows = list(dataset.repeat(2).as_numpy_iterator())
    assert [(float(f["sq_footage"]), f["type"], int(y)) for f, y in rows] == [
        (1.0, b"house", 500),
        (3.0, b"apt", 1900),
    ] * 2


def test_the_recap_trains_evaluates_and_exports_from_sharded_files(tmp_path):
    write_shards(tmp_path)

    def make_input_fn(epochs):
        def input_fn():
            dataset = (
                tf.data.Dataset.list_files(str(tmp_path / "train.csv-*"))
                .shuffle(100)
                .flat_map(tf.data.TextLineDataset)
                .map(decode_line)
            )
            return dataset.shuffle(1000).repeat(epochs).batch(6)

        return input_fn

    def serving_input_fn():
        json = {"sq_footage": tf.placeholder(tf.int32, [None]), "prop_type": tf.placeholder(tf.string, [None])}
        features = {"sq_footage": json["sq_footage"], "type": json["prop_type"]}
        return tf.estimator.export.ServingInputReceiver(features, json)

    run_config = tf.estimator.RunConfig(
        model_dir=str(tmp_path / "model"), save_summary_steps=100, save_checkpoints_steps=10
    )
    estimator = tf.estimator.LinearRegressor(feature_columns=columns(), config=run_config)
    train_spec = tf.estimator.TrainSpec(input_fn=make_input_fn(None), max_steps=20)
    export_latest = tf.estimator.LatestExporter(serving_input_receiver_fn=serving_input_fn)
    eval_spec = tf.estimator.EvalSpec(input_fn=make_input_fn(1), steps=100, throttle_secs=0, exporters=export_latest)
    metrics, exports = tf.estimator.train_and_evaluate(estimator, train_spec, eval_spec)
    assert metrics["global_step"] == 20
    loaded = tf.saved_model.load(exports[0].decode())
    answer = loaded.signatures["serving_default"](sq_footage=[1500, 1500], prop_type=["house", "apt"])
    np.testing.assert_allclose(answer["predictions"].ravel(), predicted(estimator), rtol=1e-5)


@pytest.mark.parametrize(
    ("namespace", "slip", "meant"),
    [
        (tf.estimator, "LineRegressor", "LinearRegressor"),
        (tf, "unit8", "uint8"),
        (tf.feature_column, "numeric_colum", "numeric_column"),
    ],
)
def test_a_slip_of_the_pen_gets_a_suggestion(namespace, slip, meant):
    with pytest.raises(AttributeError, match=f"did you mean '{meant}'"):
        getattr(namespace, slip)
