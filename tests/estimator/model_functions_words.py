"""Programs with strings and lists: splitting, look-ups, hashes, numbers in text, sparse features."""

import numpy as np

from tests.estimator.model_function_parts import MOOD, PRICE, WORDS, X, batches, ramp, step_of

KINDS = ["bad", "good"]


def classified_texts(tf, run):
    """Words by vocabulary, padded to one length, convolved; classes told by name."""
    v1 = tf.compat.v1
    length, vocabulary = 4, ["the", "cat", "dog", "sat"]

    def model_fn(features, labels, mode):
        table = tf.lookup.StaticVocabularyTable(
            tf.lookup.KeyValueTensorInitializer(vocabulary, tf.range(len(vocabulary), dtype=tf.int64)),
            num_oov_buckets=2,
        )
        words = v1.string_split(v1.strings.regex_replace(features["words"], "down", ""))
        dense = v1.sparse_tensor_to_dense(words, default_value="PADWORD")
        numbers = table.lookup(dense)
        padded = tf.pad(numbers, tf.constant([[0, 0], [0, length]]))
        sliced = tf.slice(padded, [0, 0], [-1, length])
        table = v1.get_variable("embedding", [6, 3], initializer=ramp(tf))
        net = tf.nn.embedding_lookup(table, sliced)
        net = v1.layers.conv1d(net, 2, 2, activation=tf.nn.relu, kernel_initializer=ramp(tf))
        net = tf.concat([tf.reduce_max(net, 1), v1.layers.flatten(net)], 1)
        logits = v1.layers.dense(net, 2, kernel_initializer=ramp(tf), activation=None)
        classes = tf.argmax(logits, 1)
        if mode == tf.estimator.ModeKeys.PREDICT:
            names = tf.constant(KINDS)
            predictions = {"name": tf.gather(names, classes), "words": features["words"], "p": tf.nn.softmax(logits)}
            return tf.estimator.EstimatorSpec(mode, predictions)
        wanted = tf.cast(tf.equal(labels, "good"), tf.int64)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=wanted))
        train_op = step_of(tf, v1.train.AdamOptimizer(0.01), loss) if mode == tf.estimator.ModeKeys.TRAIN else None
        metrics = {"accuracy": v1.metrics.accuracy(wanted, classes), "recall": v1.metrics.recall(wanted, classes)}
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)

    rows = {"words": WORDS}
    run.whole(run.estimator(model_fn), batches(tf, rows, MOOD), batches(tf, rows, MOOD, epochs=1), steps=4)


def words_by_hash_and_numbers_in_text(tf, run):
    v1 = tf.compat.v1
    rows = {"line": np.array([f"{i % 4},{i * 0.25 - 3},k{i % 3}" for i in range(32)]), "tag": WORDS}

    def model_fn(features, labels, mode):
        parts = v1.decode_csv(features["line"], record_defaults=[[0], [0.0], [""]])
        bucket = tf.strings.to_hash_bucket_fast(parts[2], 5)
        joined = tf.strings.join([features["tag"], parts[2]], separator="-")
        crossed = tf.strings.to_hash_bucket_fast(joined, 7)
        length = tf.strings.length(features["tag"])
        first = tf.strings.substr(features["tag"], 0, 1)
        number = tf.strings.to_number(tf.strings.as_string(parts[0]), tf.float32)
        w = v1.get_variable("w", [5, 1], initializer=ramp(tf))
        c = v1.get_variable("c", [7], initializer=ramp(tf))
        y = tf.nn.embedding_lookup(w, bucket)[:, 0] + tf.gather(c, crossed) * parts[1]
        y += (
            0.1 * number
            + 0.01 * tf.cast(length, tf.float32)
            + tf.where(tf.equal(first, "t"), tf.ones_like(y), tf.zeros_like(y))
        )
        predictions = {"y": y, "text": tf.strings.join(["y=", joined])}
        if mode == "infer":
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        loss = v1.losses.absolute_difference(labels, y)
        train_op = step_of(tf, v1.train.FtrlOptimizer(0.1, l2_regularization_strength=0.01), loss)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={"y": v1.metrics.mean(y)})

    run.whole(run.estimator(model_fn), batches(tf, rows, PRICE), batches(tf, rows, PRICE, epochs=1))


def sparse_features(tf, run):
    """Lists of ids with weights, read as sparse tensors by the input function."""
    v1 = tf.compat.v1
    draw = np.random.RandomState(6)
    counts = draw.randint(0, 4, 32)
    lines = np.array([" ".join(f"{draw.randint(8)}" for _ in range(n)) for n in counts])

    def input_fn(epochs=None):
        def parse(rows, label):
            ids = v1.string_split(rows["line"])
            numbers = tf.sparse.map_values(tf.strings.to_number, ids, tf.int64)
            weights = tf.sparse.map_values(lambda v: tf.strings.to_number(v) * 0.25 + 0.5, ids)
            return {"ids": numbers, "weights": weights, "x": rows["x"]}, label

        rows = ({"line": lines, "x": X}, PRICE)
        return lambda: tf.data.Dataset.from_tensor_slices(rows).repeat(epochs).batch(8).map(parse)

    def model_fn(features, labels, mode):
        table = v1.get_variable("table", [8, 3], initializer=ramp(tf))
        wide = v1.get_variable("wide", [8, 1], initializer=ramp(tf))
        mean = tf.nn.embedding_lookup_sparse(table, features["ids"], None, combiner="mean")
        root = tf.nn.safe_embedding_lookup_sparse(table, features["ids"], features["weights"], combiner="sqrtn")
        total = tf.nn.safe_embedding_lookup_sparse(wide, features["ids"], features["weights"], combiner="sum")
        present = tf.cast(tf.sparse.to_dense(features["ids"], default_value=-1) >= 0, tf.float32)
        net = tf.concat([root, total, tf.reduce_sum(present, 1, keepdims=True)], 1)
        y = v1.layers.dense(net, 1, kernel_initializer=ramp(tf))[:, 0] + tf.reduce_mean(mean)
        y += tf.sparse.reduce_sum(features["weights"], 1)
        if mode == "infer":
            return tf.estimator.EstimatorSpec(mode, predictions={"y": y, "root": root})
        loss = v1.losses.mean_squared_error(labels, y)
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.02), loss)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    model = run.estimator(model_fn)
    model.train(input_fn(), steps=3)
    run.note_variables(model)
    run.note_dict("metric", model.evaluate(input_fn(1)))
    run.note_predictions(model, input_fn(1))


def census_rows_by_hand(tf, run):
    """Columns parsed and joined in the model function, labels looked up in a table, weights of rows."""
    v1, fc = tf.compat.v1, tf.feature_column
    rows = {
        "age": np.abs(X[:, 0] * 20 + 40),
        "education": np.array(["BA", "HS", "MA", "none"] * 8),
        "weight": np.abs(X[:, 1]),
    }

    def columns():
        education = fc.categorical_column_with_hash_bucket("education", 6)
        age = fc.numeric_column("age", normalizer_fn=lambda x: (tf.cast(x, tf.float32) - 40.0) / 20.0)
        buckets = fc.bucketized_column(fc.numeric_column("age"), [30, 45, 60])
        crossed = fc.crossed_column([buckets, "education"], 9)
        return [age, fc.indicator_column(education), fc.embedding_column(crossed, 2, initializer=ramp(tf))]

    def model_fn(features, labels, mode, params, config):
        net = v1.feature_column.input_layer(features, params["columns"])
        for i, units in enumerate(params.get("units", [4])):
            net = v1.layers.dense(
                net, units, activation=params["activation"], kernel_initializer=ramp(tf), name=f"hidden_{i}"
            )
        logits = v1.layers.dense(net, 1, kernel_initializer=ramp(tf))
        probability = tf.sigmoid(tf.squeeze(logits, 1))
        classes = tf.cast(probability > 0.5, tf.int32)
        predictions = {
            "probability": probability,
            "class": tf.gather(tf.constant(KINDS), classes),
            "seed": tf.fill(tf.shape(classes), config.tf_random_seed or 0),
        }
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(tf.constant(KINDS), tf.constant([0, 1])), -1
        )
        wanted = tf.expand_dims(tf.cast(table.lookup(labels), tf.float32), 1)
        loss = v1.losses.sigmoid_cross_entropy(
            wanted, logits, weights=tf.expand_dims(features["weight"], 1), reduction=v1.losses.Reduction.SUM
        )
        metrics = {"auc": v1.metrics.auc(wanted, probability[:, None], weights=features["weight"][:, None])}
        if mode == tf.estimator.ModeKeys.EVAL:
            return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
        optimizer = {"adagrad": v1.train.AdagradOptimizer, "sgd": v1.train.GradientDescentOptimizer}[
            params["optimizer"]
        ]
        train_op = optimizer(0.01).minimize(loss, global_step=v1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)

    params = {"columns": columns(), "units": [4, 2], "activation": tf.nn.relu, "optimizer": "adagrad"}
    model = run.estimator(model_fn, params=params, config=tf.estimator.RunConfig(tf_random_seed=7))
    run.note("units", model.params["units"])
    run.whole(model, batches(tf, rows, MOOD), batches(tf, rows, MOOD, epochs=1))
