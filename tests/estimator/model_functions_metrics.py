"""Programs about losses and metrics: reductions, collections, weights, metrics made by hand."""

import numpy as np

from tests.estimator.model_function_parts import CLASS, PRICE, X, batches, ramp, step_of

WEIGHT = np.random.RandomState(8).choice([0.0, 0.5, 1.0, 2.0], 32).astype("f4")


def reductions_of_losses(tf, run):
    """Every loss with every reduction, and what the collection of losses holds."""
    v1 = tf.compat.v1
    of = v1.losses.Reduction
    reductions = [
        of.SUM,
        of.NONE,
        of.MEAN,
        of.SUM_OVER_BATCH_SIZE,
        of.SUM_BY_NONZERO_WEIGHTS,
        of.SUM_OVER_NONZERO_WEIGHTS,
    ]

    def model_fn(features, labels, mode):
        w = features["weight"]
        logits = v1.layers.dense(features["x"], 3, kernel_initializer=ramp(tf))
        hot = tf.one_hot(labels, 3)
        column = tf.expand_dims(w, 1)
        losses = {
            "softmax": lambda **o: v1.losses.softmax_cross_entropy(hot, logits, weights=w, label_smoothing=0.2, **o),
            "sparse": lambda **o: v1.losses.sparse_softmax_cross_entropy(labels, logits, weights=w, **o),
            "sigmoid": lambda **o: v1.losses.sigmoid_cross_entropy(
                hot, logits, weights=column, label_smoothing=0.1, **o
            ),
            "mse": lambda **o: v1.losses.mean_squared_error(hot, logits, weights=column, **o),
            "absolute": lambda **o: v1.losses.absolute_difference(hot, logits, weights=2.0, **o),
            "huber": lambda **o: v1.losses.huber_loss(hot, logits, weights=column, delta=0.4, **o),
            "hinge": lambda **o: v1.losses.hinge_loss(hot, logits, weights=column, **o),
            "log": lambda **o: v1.losses.log_loss(hot, tf.nn.sigmoid(logits), weights=column, epsilon=1e-3, **o),
            "cosine": lambda **o: v1.losses.cosine_distance(
                tf.nn.l2_normalize(hot, 1), tf.nn.l2_normalize(logits, 1), axis=1, weights=column, **o
            ),
        }
        found = {}
        for name, loss in losses.items():
            for number, reduction in enumerate(reductions):
                value = loss(reduction=reduction, scope=f"{name}_loss", loss_collection=None)
                found[f"{name}/{number}"] = tf.reduce_mean(value)
            loss(scope=f"{name}_loss")
        found["pairwise"] = v1.losses.mean_pairwise_squared_error(hot, logits, weights=column)
        v1.losses.add_loss(tf.reduce_sum(logits) * 0.1)
        v1.losses.compute_weighted_loss(tf.reduce_sum(logits, 1), w)
        found["number"] = float(len(v1.losses.get_losses()))
        found["of_hinge"] = float(len(v1.losses.get_losses(scope="hinge")))
        total = v1.losses.get_total_loss(add_regularization_losses=False)
        metrics = {key: v1.metrics.mean(value) for key, value in found.items()}
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.01), total)
        return tf.estimator.EstimatorSpec(mode, loss=total, train_op=train_op, eval_metric_ops=metrics)

    model = run.estimator(model_fn)
    rows = {"x": X, "weight": WEIGHT}
    model.train(batches(tf, rows, CLASS), steps=3)
    run.note_variables(model)
    run.note_dict("metric", model.evaluate(batches(tf, rows, CLASS, epochs=1)))


def weighted_metrics(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        m, w = v1.metrics, features["weight"]
        logits = v1.layers.dense(features["x"], 3, kernel_initializer=ramp(tf))
        p = tf.nn.softmax(logits)
        guess, real = tf.argmax(logits, 1), tf.equal(labels, 1)
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits, weights=w)
        metrics = {
            "accuracy": m.accuracy(labels, guess, weights=w, name="my_accuracy"),
            "auc": m.auc(real, p[:, 1], weights=w, num_thresholds=50),
            "auc_pr": m.auc(real, p[:, 1], weights=w, curve="PR", summation_method="careful_interpolation"),
            "precision": m.precision(real, guess, weights=w),
            "recall": m.recall(real, p[:, 1] > 0.4, weights=w),
            "fp": m.false_positives(real, p[:, 1] > 0.4),
            "tn": m.true_negatives(real, p[:, 1] > 0.4, weights=w),
            "fn_at": m.false_negatives_at_thresholds(real, p[:, 1], [0.2, 0.4], weights=w),
            "tp_at": m.true_positives_at_thresholds(real, p[:, 1], [0.2, 0.4]),
            "recall_at": m.recall_at_thresholds(real, p[:, 1], [0.3, 0.5], weights=w),
            "specificity": m.specificity_at_sensitivity(real, p[:, 1], 0.6, weights=w),
            "per_class": m.mean_per_class_accuracy(labels, guess, 3, weights=w),
            "iou": m.mean_iou(labels, guess, 3, weights=w),
            "top": m.recall_at_k(tf.cast(labels, tf.int64), logits, 2, weights=w),
            "precision_at_k": m.precision_at_k(tf.cast(labels, tf.int64), logits, 2),
            "average": m.average_precision_at_k(tf.cast(labels, tf.int64), logits, 3),
            "tensor": m.mean_tensor(tf.reduce_sum(p, 0)),
            "cosine": m.mean_cosine_distance(tf.nn.l2_normalize(tf.one_hot(labels, 3), 1), tf.nn.l2_normalize(p, 1), 1),
            "relative": m.mean_relative_error(tf.one_hot(labels, 3), p, tf.ones_like(p)),
            "below": m.percentage_below(p[:, 0], 0.3, weights=w),
            "mse": m.mean_squared_error(tf.one_hot(labels, 3), p, weights=w[:, None]),
            "label/mean": m.mean(tf.cast(labels, tf.float32), weights=w),
        }
        for key in ("accuracy", "auc"):
            v1.summary.scalar(key, metrics[key][1])
        train_op = step_of(tf, v1.train.AdagradOptimizer(0.1), loss) if mode == "train" else None
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)

    model = run.estimator(model_fn, config=tf.estimator.RunConfig(save_summary_steps=1))
    rows = {"x": X, "weight": WEIGHT}
    model.train(batches(tf, rows, CLASS), steps=3)
    run.note("names", model.get_variable_names())
    run.note_dict("metric", model.evaluate(batches(tf, rows, CLASS, size=10, epochs=1)))
    run.note("events", run.events())
    run.note("evaluated events", run.events("eval"))


def metrics_made_by_hand(tf, run):
    """A pair of a value and an update over local variables, groups of updates, values of values."""
    v1 = tf.compat.v1

    def metric_variable(shape, dtype, name):
        return v1.get_variable(
            name,
            shape=shape,
            dtype=dtype,
            initializer=v1.zeros_initializer(),
            trainable=False,
            collections=[v1.GraphKeys.LOCAL_VARIABLES, v1.GraphKeys.METRIC_VARIABLES],
        )

    def range_of(values):
        low = v1.Variable(1e9, trainable=False, collections=[v1.GraphKeys.LOCAL_VARIABLES], name="low")
        high = v1.Variable(-1e9, trainable=False, collections=[v1.GraphKeys.LOCAL_VARIABLES], name="high")
        update = tf.group(
            v1.assign(low, tf.minimum(low, tf.reduce_min(values))),
            v1.assign(high, tf.maximum(high, tf.reduce_max(values))),
        )
        return high - low, update

    def counted(values):
        with v1.variable_scope("counted"):
            total = metric_variable([], tf.float32, "total")
            histogram = metric_variable([3], tf.int64, "histogram")
        one_hot = tf.reduce_sum(tf.one_hot(values, 3, dtype=tf.int64), 0)
        update_total = v1.assign_add(total, tf.cast(tf.size(values), tf.float32))
        update = v1.assign_add(histogram, one_hot)
        with tf.control_dependencies([update_total]):
            update = tf.identity(update)
        return tf.cast(histogram, tf.float32) / total, update

    def model_fn(features, labels, mode):
        logits = v1.layers.dense(features, 3, kernel_initializer=ramp(tf))
        guess = tf.argmax(logits, 1, output_type=tf.int32)
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
        precision, precision_op = v1.metrics.precision(tf.equal(labels, 1), tf.equal(guess, 1))
        recall, recall_op = v1.metrics.recall(tf.equal(labels, 1), tf.equal(guess, 1))
        f1 = 2 * precision * recall / (precision + recall + 1e-6)
        metrics = {
            "range": range_of(logits),
            "counted": counted(guess),
            "f1": (f1, tf.group(precision_op, recall_op)),
            "loss_again": v1.metrics.mean(loss),
            "constant": (tf.constant(3.5), tf.no_op()),
        }
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.1), loss)
        return tf.estimator.EstimatorSpec(mode, {"guess": guess}, loss, train_op, metrics)

    model = run.estimator(model_fn)
    model.train(batches(tf, X, CLASS), steps=2)
    run.note_variables(model)
    run.note_dict("metric", model.evaluate(batches(tf, X, CLASS, size=12, epochs=1)))
    run.note_dict("twice", model.evaluate(batches(tf, X, CLASS, epochs=1), steps=2))


def metrics_added_to_a_model(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        price = v1.layers.dense(features["x"], 1, kernel_initializer=ramp(tf))
        predictions = {"price": price[:, 0]}
        loss = None if labels is None else v1.losses.mean_squared_error(labels["price"], price[:, 0])
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.1), loss) if mode == "train" else None
        metrics = {} if labels is None else {"mae": v1.metrics.mean_absolute_error(labels["price"], price[:, 0])}
        return tf.estimator.EstimatorSpec(mode, predictions, loss, train_op, metrics)

    def more(features, labels, predictions):
        dear = labels["price"] > 0.5
        metric = tf.keras.metrics.MeanAbsoluteError("keras")
        metric.update_state(labels["price"], predictions["price"])
        return {
            "auc": v1.metrics.auc(dear, tf.sigmoid(predictions["price"])),
            "in_class": v1.metrics.mean(
                predictions["price"], weights=tf.cast(tf.equal(labels["class"], 1), tf.float32)
            ),
            "weighted": v1.metrics.mean(features["weight"]),
            "keras": metric,
        }

    model = tf.estimator.add_metrics(run.estimator(model_fn), more)
    rows, labels = {"x": X, "weight": WEIGHT}, {"price": PRICE, "class": CLASS}
    run.whole(model, batches(tf, rows, labels), batches(tf, rows, labels, epochs=1))


def labels_and_features_of_many_kinds(tf, run):
    """Labels as a dictionary and of rank two, features of 64 bits and booleans."""
    v1 = tf.compat.v1
    rows = {
        "long": np.arange(32, dtype="i8") % 7,
        "double": X[:, 0].astype("f8"),
        "flag": X[:, 1] > 0,
        "byte": (np.arange(32) % 5).astype("u1"),
        "short": (np.arange(32) % 3).astype("i2"),
    }
    labels = {"price": PRICE[:, None], "many": (X[:, :3] > 0).astype("i8")}

    def model_fn(features, labels, mode):
        columns = [
            tf.cast(features["long"], tf.float32) / 7.0,
            v1.to_float(features["double"]),
            tf.where(
                features["flag"],
                tf.ones_like(features["double"], tf.float32),
                -tf.ones_like(features["double"], tf.float32),
            ),
            tf.cast(features["byte"], tf.float32) * 0.1,
            tf.cast(features["short"] % 2, tf.float32),
        ]
        net = tf.stack(columns, axis=1)
        price = v1.layers.dense(net, 1, kernel_initializer=ramp(tf), name="price")
        many = v1.layers.dense(net, 3, kernel_initializer=ramp(tf), name="many")
        predictions = {
            "price": price,
            "many": tf.cast(tf.sigmoid(many) > 0.5, tf.int32),
            "both": features["flag"] & (price[:, 0] > 0),
            "double": features["double"] * 2,
        }
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions)
        first = v1.losses.mean_squared_error(labels=labels["price"], predictions=price)
        second = v1.losses.sigmoid_cross_entropy(multi_class_labels=labels["many"], logits=many)
        loss = v1.losses.get_total_loss()
        metrics = {
            "first": v1.metrics.mean(first),
            "second": v1.metrics.mean(second),
            "auc": v1.metrics.auc(labels["many"], tf.sigmoid(many)),
            "flags": v1.metrics.accuracy(tf.cast(features["flag"], tf.int32), predictions["many"][:, 0]),
            "double": v1.metrics.mean(features["double"]),
        }
        train_op = step_of(tf, v1.train.MomentumOptimizer(0.05, 0.9, use_nesterov=True), loss)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)

    run.whole(run.estimator(model_fn), batches(tf, rows, labels), batches(tf, rows, labels, epochs=1))
