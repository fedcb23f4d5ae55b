"""Recurrent networks: recorded numbers of the original, laws of padding, exports, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import estimax as tf
from estimax.nn._recurrent_cell import RecurrentCell
from tests.estimator import rnn_programs

fc, rnn = tf.feature_column, tf.estimator.experimental
RECORDED = json.loads((Path(__file__).parent / "recorded" / "rnn.json").read_text())
PROGRAMS = rnn_programs.programs(tf, tf.keras.optimizers, tf.keras.layers)

WORDS = fc.sequence_categorical_column_with_vocabulary_list("words", rnn_programs.WORDS)
NUMBERS = fc.sequence_numeric_column("numbers", shape=(2,))


def start_from(values, folder):
    """Writes the values that the programs start from, and returns the path."""
    path = folder / "first.safetensors"
    firsts = {name: rnn_programs.first_value(name, np.shape(value)) for name, value in values.items()}
    safetensors.numpy.save_file(firsts, path)
    return str(path)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_network_trains_evaluates_and_predicts_as_the_original_did(name, tmp_path):
    make, label, scale = PROGRAMS[name]
    recorded = RECORDED[name]
    estimator = make(str(tmp_path / "model"))
    estimator.warm_start_from = start_from(recorded["variables"], tmp_path)
    input_fn = rnn_programs.batches(tf, label, scale)
    estimator.train(lambda: input_fn().repeat(), steps=rnn_programs.STEPS)
    names = {"global_step", *recorded["variables"], *recorded["state"]}
    assert set(estimator.get_variable_names()) == names
    for key, value in recorded["variables"].items():
        np.testing.assert_allclose(estimator.get_variable_value(key), value, rtol=2e-4, atol=2e-5, err_msg=key)
    metrics = estimator.evaluate(input_fn)
    assert set(metrics) == set(recorded["metrics"])
    for key, value in recorded["metrics"].items():
        np.testing.assert_allclose(metrics[key], value, rtol=2e-4, atol=2e-5, err_msg=key)
    predicted = list(estimator.predict(lambda: input_fn().take(1)))
    for ours, theirs in zip(predicted, recorded["predictions"], strict=True):
        assert set(ours) == set(theirs)
        for key, value in theirs.items():
            if ours[key].dtype.kind == "f":
                np.testing.assert_allclose(ours[key], value, rtol=2e-4, atol=2e-5, err_msg=key)
            else:
                found = np.vectorize(lambda b: b.decode() if isinstance(b, bytes) else b, otypes=[object])(ours[key])
                np.testing.assert_array_equal(found, np.array(value, object), err_msg=key)


def of_lengths(lengths, batch):
    """Returns an input function of sequences of the given lengths."""
    rng = np.random.default_rng(5)
    longest = max(lengths)
    words = rng.choice(rnn_programs.WORDS, (len(lengths), longest))
    numbers = rng.normal(size=(len(lengths), longest, 2)).astype(np.float32)
    price = rng.normal(size=len(lengths)).astype(np.float32)

    def input_fn():
        features = {
            "words": rnn_programs.sparse(tf, words, lengths),
            "numbers": rnn_programs.sparse(tf, numbers, lengths),
        }
        return tf.data.Dataset.from_tensor_slices((features, price)).batch(batch)

    return input_fn


def regressor(folder, **options):
    options = {"units": [3], "cell_type": "gru"} | options
    return rnn.RNNRegressor([fc.embedding_column(WORDS, 2), NUMBERS], model_dir=str(folder), **options)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Returns a small regressor after some steps on sequences of many lengths."""
    estimator = regressor(tmp_path_factory.mktemp("trained"))
    estimator.train(of_lengths([1, 2, 5, 3, 1, 1, 0, 2], 4))
    return estimator


def test_a_prediction_does_not_depend_on_how_long_other_sequences_are(trained):
    lengths = [1, 7, 3, 0, 2]
    together = [row["predictions"] for row in trained.predict(of_lengths(lengths, 5))]
    alone = [row["predictions"] for row in trained.predict(of_lengths(lengths, 1))]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_where_a_run_is_interrupted_changes_no_bit_though_it_changes_how_sequences_are_padded(tmp_path):
    config = tf.estimator.RunConfig(tf_random_seed=3)
    input_fn = of_lengths([1, 2, 2, 2, 1, 1, 9, 3, 1, 1, 1, 2], 2)
    whole, parts = (regressor(tmp_path / name, config=config) for name in ("whole", "parts"))
    whole.train(input_fn)
    for step in range(6):
        parts.train(lambda step=step: input_fn().skip(step).take(1))
    assert whole.get_variable_value("global_step") == parts.get_variable_value("global_step") == 6
    for name in whole.get_variable_names():
        np.testing.assert_array_equal(whole.get_variable_value(name), parts.get_variable_value(name), err_msg=name)


def test_the_network_learns_what_only_the_order_of_words_tells(tmp_path):
    rng = np.random.default_rng(0)
    words = rng.choice(["a", "b"], size=(64, 4))
    labels = (words[:, 0] == "a").astype(np.int64)
    columns = [fc.indicator_column(fc.sequence_categorical_column_with_vocabulary_list("words", ["a", "b"]))]
    estimator = rnn.RNNClassifier(
        columns, units=[8], cell_type="lstm", optimizer=tf.keras.optimizers.Adam(0.05), model_dir=str(tmp_path)
    )
    data = tf.data.Dataset.from_tensor_slices(({"words": words}, labels)).batch(64)
    estimator.train(data.repeat, steps=80)
    assert estimator.evaluate(lambda: data)["accuracy"] > 0.95


EXAMPLES = [(["a", "c", "b"], [0.5, 1.0, -1.0, 0.0, 2.0, 2.0]), (["unknown"], [1.5, -0.5]), ([], [])]


def serialized():
    made = []
    for words, numbers in EXAMPLES:
        features = {
            "words": tf.train.Feature(bytes_list=tf.train.BytesList(value=[w.encode() for w in words])),
            "numbers": tf.train.Feature(float_list=tf.train.FloatList(value=numbers)),
        }
        made.append(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
    return made


def as_ragged():
    words, numbers = ([pair[i] for pair in EXAMPLES] for i in (0, 1))
    features = {"words": tf.ragged.constant(words, tf.string), "numbers": tf.ragged.constant(numbers, tf.float32)}
    return tf.data.Dataset.from_tensors(features)


def exported(estimator, folder, columns):
    spec = fc.make_parse_example_spec(columns)

    def receiver_fn():
        examples = tf.placeholder(tf.string, [None])
        return tf.estimator.export.ServingInputReceiver(tf.io.parse_example(examples, spec), {"examples": examples})

    path = estimator.export_saved_model(str(folder), receiver_fn)
    return tf.saved_model.load(path.decode()).signatures


def test_an_export_answers_serialized_examples_with_what_is_predicted(trained, tmp_path):
    signatures = exported(trained, tmp_path, [fc.embedding_column(WORDS, 2), NUMBERS])
    predicted = [row["predictions"] for row in trained.predict(as_ragged)]
    for count in (3, 2, 1):
        answer = signatures["predict"](examples=tf.constant(serialized()[:count]))["predictions"]
        np.testing.assert_allclose(np.asarray(answer), predicted[:count], rtol=1e-5)


def test_an_export_takes_raw_sequences_padded_with_empty_words(tmp_path):
    columns = [fc.indicator_column(WORDS)]
    estimator = rnn.RNNClassifier(columns, units=[2], model_dir=str(tmp_path / "model"))
    words = [["a", "b", ""], ["c", "", ""]]
    estimator.train(lambda: ({"words": words}, [0, 1]), steps=1)
    placeholders = {"words": tf.placeholder(tf.string, [None, None])}
    receiver_fn = tf.estimator.export.build_raw_serving_input_receiver_fn(placeholders)
    path = estimator.export_saved_model(str(tmp_path / "export"), receiver_fn)
    answer = tf.saved_model.load(path.decode()).signatures["predict"](words=tf.constant(words))
    predicted = [row["logits"] for row in estimator.predict(lambda: {"words": words})]
    np.testing.assert_allclose(np.asarray(answer["logits"]), predicted, rtol=1e-5)


def test_labels_by_step_are_predicted_and_exported_as_long_as_the_sequences(tmp_path):
    columns = [fc.embedding_column(WORDS, 2), NUMBERS]
    estimator = rnn.RNNClassifier(
        columns,
        units=[2],
        return_sequences=True,
        label_vocabulary=["no", "yes"],
        model_dir=str(tmp_path / "model"),
    )

    def input_fn():
        labels = tf.ragged.constant([["yes", "no", "no"], ["yes"], []], tf.string)
        return tf.data.Dataset.zip((as_ragged(), tf.data.Dataset.from_tensors(labels)))

    estimator.train(input_fn, steps=1)
    rows = list(estimator.predict(as_ragged))
    assert [row["classes"].shape for row in rows] == [(3, 1)] * 3
    assert [row["sequence_mask"].tolist() for row in rows] == [[True] * 3, [True, False, False], [False] * 3]
    answer = exported(estimator, tmp_path / "export", columns)["predict"](examples=tf.constant(serialized()))
    np.testing.assert_allclose(np.asarray(answer["logits"]), [row["logits"] for row in rows], rtol=1e-5)
    np.testing.assert_array_equal(np.asarray(answer["sequence_mask"]), [row["sequence_mask"] for row in rows])


def test_context_columns_are_seen_at_each_step(tmp_path):
    estimator = rnn.RNNRegressor([NUMBERS], [fc.numeric_column("size")], units=[2], model_dir=str(tmp_path))
    features = {"numbers": tf.ragged.constant([[1.0, 2.0], [1.0, 2.0]]), "size": [1.0, -1.0]}
    estimator.train(lambda: (features, [1.0, 2.0]), steps=1)
    assert estimator.get_variable_value("rnn_model/rnn/simple_rnn_cell/kernel").shape == (3, 2)
    first, second = (row["predictions"] for row in estimator.predict(lambda: features))
    assert first != second


class OwnCell(RecurrentCell):
    """A running sum, written as a program would."""

    def __init__(self, units):
        self.units = units

    @property
    def state_size(self):
        return self.units

    @property
    def output_size(self):
        return self.units

    def weights(self, input_size):
        return {}

    def step(self, weights, inputs, state):
        total = state + inputs.sum(axis=1, keepdims=True)
        return total, total


def test_a_program_can_bring_a_cell_of_its_own(tmp_path):
    estimator = rnn.RNNRegressor([NUMBERS], units=[1], cell_type=OwnCell, model_dir=str(tmp_path))
    numbers = {"numbers": tf.ragged.constant([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0]])}
    estimator.train(lambda: (numbers, [1.0, 2.0]), steps=1)
    kernel, bias = (estimator.get_variable_value(f"rnn_model/logits/{n}") for n in ("kernel", "bias"))
    predicted = [row["predictions"] for row in estimator.predict(lambda: numbers)]
    np.testing.assert_allclose(predicted, [kernel[0] * 10 + bias, kernel[0] * 11 + bias], rtol=1e-5)


COLUMNS = [NUMBERS]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rnn.RNNClassifier([], units=[2]), "at least one column"),
        (lambda: rnn.RNNClassifier([fc.numeric_column("x")], units=[2]), "must read sequences; 'x' does not"),
        (lambda: rnn.RNNClassifier([WORDS], units=[2]), "'words' is categorical"),
        (lambda: rnn.RNNClassifier(COLUMNS, [WORDS], units=[2]), "'words' is categorical"),
        (lambda: rnn.RNNClassifier(COLUMNS), "needs units, a list with the size of each layer, or rnn_cell_fn"),
        (lambda: rnn.RNNClassifier(COLUMNS, units=3), r"such as \[32, 16\]; got 3"),
        (lambda: rnn.RNNClassifier(COLUMNS, units=[]), "got an empty one"),
        (lambda: rnn.RNNClassifier(COLUMNS, units=[2, 0]), "must be a whole number, 1 or more; got 0"),
        (lambda: rnn.RNNClassifier(COLUMNS, units=[2], cell_type="lstn"), "cell_type must be one of .* got 'lstn'"),
        (
            lambda: rnn.RNNClassifier(COLUMNS, units=[2], rnn_cell_fn=lambda: None),
            "units and cell_type must not be given with it",
        ),
        (
            lambda: rnn.RNNClassifier(COLUMNS, cell_type="gru", rnn_cell_fn=lambda: None),
            "units and cell_type must not be given with it",
        ),
        (lambda: rnn.RNNClassifier(COLUMNS, rnn_cell_fn="gru"), "rnn_cell_fn must be a function"),
        (lambda: rnn.RNNClassifier(COLUMNS, units=[2], n_classes=1), "n_classes must be"),
        (lambda: rnn.RNNClassifier(COLUMNS, units=[2], optimizer="Adagard"), "optimizer must be one of"),
        (lambda: rnn.RNNClassifier(COLUMNS, units=[2], loss_reduction="most"), "loss_reduction must be one of"),
        (
            lambda: rnn.RNNEstimator(tf.estimator.RegressionHead(), COLUMNS, units=[2], return_sequences=True),
            "the head must be a SequentialHeadWrapper",
        ),
        (
            lambda: rnn.RNNEstimator(
                rnn.SequentialHeadWrapper(tf.estimator.RegressionHead()), COLUMNS, units=[2], return_sequences=False
            ),
            "the head must be a SequentialHeadWrapper",
        ),
        (lambda: rnn.SequentialHeadWrapper("regression"), "takes a head for one kind of labels"),
        (lambda: rnn.SequentialHeadWrapper(tf.estimator.RegressionHead(), 3), "must be the name of a feature; got 3"),
    ],
)
def test_a_network_that_cannot_be_is_refused_when_it_is_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def trains(labels, features=None, units=(2,), **options):
    features = features or {"numbers": tf.ragged.constant([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0]])}
    rnn.RNNClassifier(COLUMNS, units=units, **options).train(lambda: (features, labels), steps=1)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (lambda: trains([0, 1], rnn_cell_fn=lambda: "gru", units=None), "needs a cell, such as .*; got 'gru'"),
        (lambda: trains([0, 1], {"number": [[1.0, 2.0]]}), "reads the feature 'numbers', which is not there"),
        (lambda: trains([[0, 1]], return_sequences=True), "2 rows of features but 1 rows of labels"),
        (
            lambda: trains(tf.ragged.constant([[0, 1], [1, 1]]), return_sequences=True),
            "there must be labels for each step of a sequence; in row 1 of a batch there are 2 for 1 steps",
        ),
        (
            lambda: trains(tf.ragged.constant([[0], [1]]), return_sequences=True),
            "in row 0 of a batch there are 1 for 2 steps",
        ),
        (lambda: trains([0, 1], return_sequences=True), r"labels of steps must have shape \[batch, time\]"),
        (lambda: trains([[0, 7], [1, 0]], return_sequences=True), "labels must be .* got 7"),
    ],
)
def test_what_a_network_cannot_be_trained_on_is_refused(program, message):
    with pytest.raises(ValueError, match=message):
        program()


def test_labels_of_steps_that_are_not_there_do_not_matter():
    head = rnn.SequentialHeadWrapper(tf.estimator.BinaryClassHead())
    features = {"sequence_length_mask": [[True, True], [True, False]]}
    logits = [[[1.0], [-2.0]], [[0.5], [7.0]]]
    given = ([[0, 1], [1, 0]], [[0, 1], [1, 7]], tf.ragged.constant([[0, 1], [1]]))
    losses = [float(head.loss(labels, logits, features)) for labels in given]
    expected = tf.estimator.BinaryClassHead().loss([0, 1, 1], [[1.0], [-2.0], [0.5]])
    np.testing.assert_allclose(losses, [expected] * 3, rtol=1e-6)


@pytest.mark.parametrize(
    "reduction", ["sum", "sum_over_batch_size", "weighted_mean", "weighted_sum_by_nonzero_weights"]
)
def test_a_loss_by_step_is_that_of_the_steps_as_examples(reduction):
    head = tf.estimator.RegressionHead(2, weight_column="w", loss_reduction=reduction)
    labels, logits = np.arange(12.0).reshape(2, 3, 2), np.ones((2, 3, 2))
    weights, there = np.array([[1.0, 2.0, 0.0], [3.0, 5.0, 5.0]]), np.array([[True] * 3, [True, False, False]])
    steps = rnn.SequentialHeadWrapper(head, "there").loss(labels, logits, {"there": there, "w": weights})
    examples = head.loss(labels[there], logits[there], {"w": weights[there]})
    np.testing.assert_allclose(steps, examples, rtol=1e-6)
