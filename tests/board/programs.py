"""Small programs of users, whose model folders the browser looks into.

Each takes the folder that it writes to, and the steps for which it trains.
"""

import numpy as np

import estimax as tf

CARRIERS = np.array(["AA", "B6", "DL", "EV", "UA", "WN"])
LATE = np.array([0.1, 0.9, -0.4, 1.2, 0.2, 0.5])
AIRPORTS = np.array(
    [
        "ATL",
        "BNA",
        "BOS",
        "CLT",
        "DCA",
        "DEN",
        "DFW",
        "DTW",
        "FLL",
        "IAD",
        "IAH",
        "LAS",
        "LAX",
        "MCO",
        "MIA",
        "MSP",
        "ORD",
        "PHL",
    ]
)
FAR = np.linspace(-1.5, 1.5, len(AIRPORTS))
ROWS = 4000


def flights(seed):
    """Makes flights of which some arrive late, by carrier, hour and delay at departure.

    Returns:
        The features, and for each flight what it is called, 1 if it is late, and by how many minutes.
    """
    rng = np.random.default_rng(seed)
    carrier = rng.integers(0, len(CARRIERS), ROWS)
    to = rng.integers(0, len(AIRPORTS), ROWS)
    hour = rng.integers(5, 23, ROWS)
    delay = (rng.exponential(20, ROWS) - 10).astype(np.float32)
    distance = rng.uniform(100, 2500, ROWS).astype(np.float32)
    score = LATE[carrier] + FAR[to] + 0.1 * (hour - 14) + 0.08 * delay - 0.6
    late = score + rng.logistic(0, 0.3, ROWS) > 0
    minutes = (10 * score + rng.normal(0, 3, ROWS)).astype(np.float32)
    features = {"carrier": CARRIERS[carrier], "to": AIRPORTS[to], "hour": hour, "delay": delay, "distance": distance}
    return features, np.where(late, "late", "in time"), late.astype(np.int32), minutes


def input_fns(label, seed=1):
    """Returns the input functions for training and evaluation; the label is one of those of `flights`, from 0."""

    def training():
        features, *labels = flights(seed)
        return tf.data.Dataset.from_tensor_slices((features, labels[label])).shuffle(ROWS, seed).repeat().batch(64)

    def test():
        features, *labels = flights(seed + 1)
        return tf.data.Dataset.from_tensor_slices((features, labels[label])).batch(500)

    return training, test


def columns():
    """Returns the columns of the wide and of the deep half."""
    numeric = tf.feature_column.numeric_column
    carrier = tf.feature_column.categorical_column_with_vocabulary_list("carrier", CARRIERS.tolist())
    to = tf.feature_column.categorical_column_with_vocabulary_list("to", AIRPORTS.tolist())
    hour = tf.feature_column.bucketized_column(numeric("hour"), [8, 11, 14, 17, 20])
    both = tf.feature_column.crossed_column(["carrier", hour], 100)
    delay = numeric("delay", normalizer_fn=lambda x: x / 20)
    distance = numeric("distance", normalizer_fn=lambda x: x / 1000)
    embedded = [tf.feature_column.embedding_column(column, 4) for column in (carrier, to, both)]
    return [carrier, to, hour, both], [delay, distance, *embedded]


def train(model, steps, label):
    """Trains, with an evaluation at every checkpoint."""
    training, test = input_fns(label)
    tf.estimator.train_and_evaluate(
        model,
        tf.estimator.TrainSpec(training, max_steps=steps),
        tf.estimator.EvalSpec(test, steps=None, throttle_secs=0),
    )


def config(folder, steps, **more):
    """Returns a configuration with five checkpoints and thirty summaries."""
    return tf.estimator.RunConfig(
        folder, tf_random_seed=1, save_summary_steps=steps // 30, save_checkpoints_steps=steps // 5, **more
    )


def classifier(folder, units=(32, 16), steps=600):
    """Whether a flight arrives late: wide and deep, and some steps profiled."""
    wide, deep = columns()
    model = tf.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=wide,
        dnn_feature_columns=deep,
        dnn_hidden_units=units,
        dnn_dropout=0.1,
        dnn_optimizer=tf.train.AdamOptimizer(0.003),
        label_vocabulary=["in time", "late"],
        config=config(folder, steps, profile_steps=(steps // 2, steps // 2 + 5)),
    )
    train(model, steps, label=0)


def regressor(folder, steps=300):
    """How much too late a flight arrives."""
    _, deep = columns()
    model = tf.estimator.DNNRegressor([16], deep, optimizer=tf.train.AdamOptimizer(0.01), config=config(folder, steps))
    train(model, steps, label=2)


def custom(folder, steps=150):
    """A model function of one's own that declares a summary of every kind."""
    model = tf.estimator.Estimator(_model_fn, config=config(folder, steps), params={"units": 8, "rate": 0.01})
    train(model, steps, label=1)


def _model_fn(features, labels, mode, params):
    inputs = tf.stack([features["delay"] / 20, features["distance"] / 1000], axis=1)
    hidden = tf.layers.dense(inputs, params["units"], activation=tf.nn.relu, name="hidden")
    logits = tf.squeeze(tf.layers.dense(hidden, 1, name="logits"), axis=1)
    loss = tf.losses.sigmoid_cross_entropy(labels, logits)
    chance = tf.sigmoid(logits)
    tf.summary.histogram("chance", chance)
    tf.summary.scalar("largest_chance", tf.reduce_max(chance))
    tf.summary.image("inputs", tf.reshape(inputs[:32], [1, 8, 8, 1]))
    tf.summary.audio("tone", tf.reshape(tf.sin(tf.range(2000, dtype=tf.float32) / 5), [1, 2000, 1]), 8000)
    tf.summary.text("remark", "two numbers, **one** hidden layer")
    return tf.estimator.EstimatorSpec(
        mode,
        predictions=chance,
        loss=loss,
        train_op=tf.train.AdamOptimizer(params["rate"]).minimize(loss, tf.train.get_global_step()),
        eval_metric_ops={"mean_chance": tf.metrics.mean(chance)},
    )
