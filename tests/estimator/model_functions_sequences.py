"""Programs over sequences: recurrent cells, attention, convolutions along time."""

import math

import numpy as np

from tests.estimator.model_function_parts import CLASS, PRICE, X, batches, ramp, step_of


def static_recurrent_network(tf, run):
    """Sums of sequences, with weights in plain variables."""
    v1 = tf.compat.v1

    def simple_rnn(features, labels, mode):
        steps = tf.split(features["series"], 3, axis=1)
        cell = v1.nn.rnn_cell.BasicLSTMCell(3, forget_bias=1.0)
        with v1.variable_scope("net", initializer=ramp(tf)):
            outputs, _ = v1.nn.static_rnn(cell, steps, dtype=tf.float32)
        weight = v1.Variable(ramp(tf)([3, 1]), name="weight")
        bias = v1.Variable(tf.constant([0.1]), name="bias")
        predictions = tf.matmul(outputs[-1], weight) + bias
        loss = train_op = metrics = None
        if mode != tf.estimator.ModeKeys.PREDICT:
            loss = v1.losses.mean_squared_error(labels, predictions)
            train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.1), loss)
            metrics = {"rmse": v1.metrics.root_mean_squared_error(labels, predictions)}
        outputs = {"predict_export_outputs": tf.estimator.export.PredictOutput(outputs=predictions)}
        return tf.estimator.EstimatorSpec(mode, {"predicted": predictions}, loss, train_op, metrics, outputs)

    rows = {"series": X[:, :3]}
    labels = PRICE[:, None]
    run.whole(run.estimator(simple_rnn), batches(tf, rows, labels), batches(tf, rows, labels, epochs=1))


def recurrent_network_over_lengths(tf, run):
    v1 = tf.compat.v1
    lengths = np.array([1, 2, 3, 2] * 8, "i4")

    def model_fn(features, labels, mode, params):
        keep = 1.0
        inputs = tf.reshape(features["x"], [-1, 3, 2])
        lengths = features["length"]

        def cell(size):
            lstm = v1.nn.rnn_cell.LSTMCell(size, use_peepholes=False, initializer=ramp(tf))
            return v1.nn.rnn_cell.DropoutWrapper(lstm, output_keep_prob=keep)

        with v1.variable_scope("stacked"):
            cells = v1.nn.rnn_cell.MultiRNNCell([cell(size) for size in params["sizes"]])
            outputs, state = v1.nn.dynamic_rnn(cells, inputs, sequence_length=lengths, dtype=tf.float32)
        with v1.variable_scope("both", initializer=ramp(tf)):
            forward, backward = v1.nn.rnn_cell.GRUCell(2), v1.nn.rnn_cell.GRUCell(2)
            pair, _ = v1.nn.bidirectional_dynamic_rnn(forward, backward, outputs, lengths, dtype=tf.float32)
        mask = tf.tile(tf.expand_dims(tf.sequence_mask(lengths, tf.shape(inputs)[1]), 2), [1, 1, 4])
        zero_outside = tf.where(mask, tf.concat(pair, 2), tf.zeros_like(tf.concat(pair, 2)))
        final = tf.concat([tf.reduce_sum(zero_outside, axis=1), state[-1].h, state[0].c], axis=1)
        logits = v1.layers.dense(final, params["classes"], kernel_initializer=ramp(tf))
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"logits": logits, "class": tf.argmax(logits, 1)})
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        train_op = step_of(tf, v1.train.AdagradOptimizer(0.1), loss)
        metrics = {"accuracy": v1.metrics.accuracy(labels, tf.argmax(logits, 1))}
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)

    rows = {"x": X, "length": lengths}
    model = run.estimator(model_fn, params={"sizes": [3, 2], "classes": 3})
    run.whole(model, batches(tf, rows, CLASS), batches(tf, rows, CLASS, epochs=1))


def attention_with_tied_embeddings(tf, run):
    """A small encoder with layer norm, self-attention and outputs that share the table of inputs."""
    v1 = tf.compat.v1
    width, heads, tokens = 4, 2, 9
    ids = np.random.RandomState(1).randint(0, tokens, (32, 5)).astype("i4")
    ids[::3, 3:] = 0

    def layer_norm(tensor):
        with v1.variable_scope(None, default_name="LayerNorm"):
            beta = v1.get_variable("beta", [width], initializer=v1.zeros_initializer())
            gamma = v1.get_variable("gamma", [width], initializer=v1.ones_initializer())
            mean, variance = tf.nn.moments(tensor, [-1], keepdims=True)
            return tf.nn.batch_normalization(tensor, mean, variance, beta, gamma, 1e-6)

    def gelu(x):
        return x * 0.5 * (1.0 + tf.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * tf.pow(x, 3))))

    def attend(layer, mask):
        def split(tensor):
            return tf.transpose(tf.reshape(tensor, [-1, 5, heads, width // heads]), [0, 2, 1, 3])

        def dense(name):
            return v1.layers.dense(layer, width, name=name, kernel_initializer=ramp(tf, -1, 1))

        query, key, value = (split(dense(name)) for name in ("query", "key", "value"))
        scores = tf.multiply(tf.matmul(query, key, transpose_b=True), 1.0 / math.sqrt(width // heads))
        scores += (1.0 - tf.cast(mask[:, tf.newaxis, tf.newaxis, :], tf.float32)) * -10000.0
        context = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
        return tf.reshape(context, [-1, 5, width])

    def model_fn(features, labels, mode, params):
        ids = features["input_ids"]
        mask = tf.cast(tf.not_equal(ids, 0), tf.int32)
        with v1.variable_scope("bert"):
            with v1.variable_scope("embeddings"):
                table = v1.get_variable("word_embeddings", [tokens, width], initializer=ramp(tf))
                flat = tf.gather(table, tf.reshape(ids, [-1]))
                net = tf.reshape(flat, [-1, 5, width])
                positions = v1.get_variable("position_embeddings", [8, width], initializer=ramp(tf, -0.1, 0.1))
                net += tf.reshape(tf.slice(positions, [0, 0], [5, -1]), [1, 5, width])
                net = layer_norm(net)
            for number in range(2):
                with v1.variable_scope(f"layer_{number}"):
                    with v1.variable_scope("attention"), v1.variable_scope("self"):
                        attention = attend(net, mask)
                    with v1.variable_scope("output"):
                        net = layer_norm(v1.layers.dense(attention, width, kernel_initializer=ramp(tf)) + net)
                    with v1.variable_scope("intermediate"):
                        wide = v1.layers.dense(net, 6, activation=gelu, kernel_initializer=ramp(tf))
                    with v1.variable_scope("output", reuse=tf.compat.v1.AUTO_REUSE):
                        net = layer_norm(
                            v1.layers.dense(wide, width, name="dense_1", kernel_initializer=ramp(tf)) + net
                        )
        with v1.variable_scope("cls/predictions"):
            bias = v1.get_variable("output_bias", shape=[tokens], initializer=v1.zeros_initializer())
            logits = tf.nn.bias_add(tf.matmul(tf.reshape(net, [-1, width]), table, transpose_b=True), bias)
            log_probs = tf.nn.log_softmax(logits, axis=-1)
            one_hot = tf.one_hot(tf.reshape(ids, [-1]), depth=tokens, dtype=tf.float32)
            weight = tf.reshape(tf.cast(mask, tf.float32), [-1])
            numerator = -tf.reduce_sum(weight * tf.reduce_sum(log_probs * one_hot, axis=[-1]))
            loss = numerator / (tf.reduce_sum(weight) + 1e-5)
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"next": tf.reshape(logits, [-1, 5, tokens])[:, -1]})
        variables = v1.trainable_variables()
        gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, variables), clip_norm=0.2)
        run.note(f"variables of {mode}", [v.name for v in variables])
        optimizer = v1.train.GradientDescentOptimizer(params["rate"])
        train_op = optimizer.apply_gradients(zip(gradients, variables), global_step=v1.train.get_global_step())
        metrics = {
            "accuracy": v1.metrics.accuracy(tf.reshape(ids, [-1]), tf.argmax(log_probs, -1), weights=weight),
            "norm": v1.metrics.mean(norm),
        }
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)

    model = run.estimator(model_fn, params={"rate": 0.5})
    rows = {"input_ids": ids}
    noted, run.note = run.note, lambda name, value: None if name in run.noted else noted(name, value)
    run.whole(model, batches(tf, rows), batches(tf, rows, epochs=1))


def one_dimensional_convolutions(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        net = tf.expand_dims(features, -1)
        for i, filters in enumerate([2, 3]):
            net = v1.layers.conv1d(
                net,
                filters,
                2,
                padding="same",
                activation=tf.nn.leaky_relu,
                kernel_initializer=ramp(tf),
                name=f"conv{i}",
            )
            net = v1.layers.max_pooling1d(net, 2, 2 - i, padding="same")
        net = v1.layers.separable_conv1d(net, 2, 2, depthwise_initializer=ramp(tf), pointwise_initializer=ramp(tf))
        net = tf.reduce_max(net, axis=1)
        net = tf.math.l2_normalize(net, axis=1)
        price = v1.layers.dense(net, 1, kernel_initializer=ramp(tf), use_bias=False)[:, 0]
        loss = None if labels is None else v1.losses.huber_loss(labels, price)
        train_op = step_of(tf, v1.train.AdadeltaOptimizer(1.0), loss) if mode == "train" else None
        return tf.estimator.EstimatorSpec(mode, predictions=price, loss=loss, train_op=train_op)

    run.whole(run.estimator(model_fn), batches(tf, X, PRICE), batches(tf, X, PRICE, epochs=1))
