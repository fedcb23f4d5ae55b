"""Estimators read TFRecord files: fields of any number of values are categories of a column."""

import pytest

import estimax as tf

ROWS = 120


@pytest.fixture
def records(tmp_path):
    path = str(tmp_path / "houses.tfrecord")
    with tf.io.TFRecordWriter(path) as writer:
        for i in range(ROWS):
            words = [b"garden", b"garage"][: i % 3]
            fields = {
                "size": tf.train.Feature(float_list=tf.train.FloatList(value=[float(i % 7)])),
                "has": tf.train.Feature(bytes_list=tf.train.BytesList(value=words)),
                "price": tf.train.Feature(float_list=tf.train.FloatList(value=[float(len(words))])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=fields)).SerializeToString())
    return path


@pytest.mark.parametrize("kind", ["sparse", "ragged"])
def test_a_model_learns_from_fields_of_any_number_of_values(records, kind):
    has = tf.feature_column.categorical_column_with_vocabulary_list("has", ["garden", "garage"])
    columns = [tf.feature_column.numeric_column("size"), has]
    spec = tf.feature_column.make_parse_example_spec(columns) | {"price": tf.FixedLenFeature([1], tf.float32)}
    assert isinstance(spec["has"], tf.VarLenFeature)
    if kind == "ragged":
        spec["has"] = tf.io.RaggedFeature(tf.string)

    def input_fn():
        batches = tf.data.TFRecordDataset(records).repeat(5).batch(20).map(lambda r: tf.parse_example(r, spec))
        return batches.map(lambda features: (features, features.pop("price")))

    model = tf.compat.v1.estimator.LinearRegressor(columns, optimizer=tf.train.GradientDescentOptimizer(0.002))
    before = model.train(input_fn, steps=1).evaluate(input_fn)["average_loss"]
    assert model.train(input_fn).evaluate(input_fn)["average_loss"] < before / 2
