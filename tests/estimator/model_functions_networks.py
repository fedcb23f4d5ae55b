"""Programs with networks: convolutions, batch norm, embeddings, factorization."""

import numpy as np

from tests.estimator.model_function_parts import CLASS, DIGIT, IMAGES, PRICE, WORDS, X, batches, ramp, step_of


class Digits:
    """A network as a class that holds its layers."""

    def __init__(self, tf):
        self.tf, layers, start = tf, tf.layers, ramp(tf)
        self.first = layers.Conv2D(3, 3, padding="same", activation=tf.nn.relu, kernel_initializer=start)
        self.pool = layers.MaxPooling2D((2, 2), (2, 2), padding="same")
        self.second = layers.Conv2D(2, 3, activation=tf.nn.relu, kernel_initializer=start, name="second")
        self.hidden = layers.Dense(5, activation=tf.nn.relu, kernel_initializer=start)
        self.drop = layers.Dropout(0.0)
        self.out = layers.Dense(4, kernel_initializer=start)

    def __call__(self, inputs, training):
        y = self.pool(self.first(self.tf.reshape(inputs, [-1, 8, 8, 1])))
        y = self.tf.layers.flatten(self.second(y))
        return self.out(self.drop(self.hidden(y), training=training))


def digits_with_layers_of_a_class(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode, params):
        model = Digits(v1)
        image = features["image"] if isinstance(features, dict) else features
        if mode == tf.estimator.ModeKeys.PREDICT:
            logits = model(image, training=False)
            predictions = {"classes": tf.argmax(logits, axis=1), "probabilities": tf.nn.softmax(logits)}
            return tf.estimator.EstimatorSpec(
                mode=tf.estimator.ModeKeys.PREDICT,
                predictions=predictions,
                export_outputs={"classify": tf.estimator.export.PredictOutput(predictions)},
            )
        if mode == tf.estimator.ModeKeys.TRAIN:
            optimizer = v1.train.AdamOptimizer(learning_rate=params["rate"])
            logits = model(image, training=True)
            loss = v1.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
            accuracy = v1.metrics.accuracy(labels=labels, predictions=tf.argmax(logits, axis=1))
            tf.identity(params["rate"], "learning_rate")
            tf.identity(loss, "cross_entropy")
            tf.identity(accuracy[1], name="train_accuracy")
            v1.summary.scalar("train_accuracy", accuracy[1])
            train_op = optimizer.minimize(loss, v1.train.get_or_create_global_step())
            return tf.estimator.EstimatorSpec(mode=tf.estimator.ModeKeys.TRAIN, loss=loss, train_op=train_op)
        logits = model(image, training=False)
        loss = v1.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
        accuracy = v1.metrics.accuracy(labels=labels, predictions=tf.argmax(logits, axis=1))
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, eval_metric_ops={"accuracy": accuracy})

    model = run.estimator(model_fn, params={"rate": 1e-3})
    run.whole(model, batches(tf, IMAGES, DIGIT), batches(tf, IMAGES, DIGIT, epochs=1))
    run.note("events", run.events())


def residual_network(tf, run):
    v1 = tf.compat.v1

    def fixed_padding(inputs, size):
        before = (size - 1) // 2
        return tf.pad(inputs, [[0, 0], [before, size - 1 - before], [before, size - 1 - before], [0, 0]])

    def convolution(inputs, filters, size, strides):
        if strides > 1:
            inputs = fixed_padding(inputs, size)
        padding = "SAME" if strides == 1 else "VALID"
        return v1.layers.conv2d(
            inputs, filters, size, strides, padding=padding, use_bias=False, kernel_initializer=ramp(tf)
        )

    def norm(inputs, training):
        return v1.layers.batch_normalization(
            inputs, axis=3, momentum=0.7, epsilon=1e-2, center=True, scale=True, training=training, fused=True
        )

    def block(inputs, filters, training, shortcut, strides):
        rest = inputs
        inputs = tf.nn.relu(norm(inputs, training))
        if shortcut is not None:
            rest = shortcut(inputs)
        inputs = convolution(inputs, filters, 3, strides)
        inputs = tf.nn.relu(norm(inputs, training))
        return convolution(inputs, filters, 3, 1) + rest

    def model_fn(features, labels, mode, params):
        training = mode == tf.estimator.ModeKeys.TRAIN
        with v1.variable_scope("resnet_model"):
            net = tf.identity(convolution(tf.reshape(features, [-1, 8, 8, 1]), 2, 3, 1), "initial_conv")
            for number, filters in enumerate((2, 3)):

                def project(inputs, filters=filters, strides=number + 1):
                    return convolution(inputs, filters, 1, strides)

                net = block(net, filters, training, project, number + 1)
                net = tf.identity(net, f"block_layer{number + 1}")
            net = tf.nn.relu(norm(net, training))
            net = tf.squeeze(tf.reduce_mean(net, [1, 2], keepdims=True), [1, 2])
            logits = tf.cast(v1.layers.dense(net, 4, kernel_initializer=ramp(tf)), tf.float32)
        predictions = {
            "classes": tf.argmax(logits, axis=1),
            "probabilities": tf.nn.softmax(logits, name="softmax_tensor"),
        }
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions)
        cross_entropy = v1.losses.sparse_softmax_cross_entropy(logits=logits, labels=labels)
        tf.identity(cross_entropy, name="cross_entropy")
        l2 = [
            tf.nn.l2_loss(tf.cast(v, tf.float32))
            for v in v1.trainable_variables()
            if "batch_normalization" not in v.name
        ]
        l2_loss = params["decay"] * tf.add_n(l2)
        v1.summary.scalar("l2_loss", l2_loss)
        loss = cross_entropy + l2_loss
        train_op = None
        if training:
            global_step = v1.train.get_or_create_global_step()
            rate = v1.train.piecewise_constant(global_step, [1, 3], [0.1, 0.05, 0.01])
            tf.identity(rate, name="learning_rate")
            v1.summary.scalar("learning_rate", rate)
            optimizer = v1.train.MomentumOptimizer(learning_rate=rate, momentum=0.9)
            minimize = optimizer.apply_gradients(optimizer.compute_gradients(loss), global_step)
            train_op = tf.group(minimize, v1.get_collection(v1.GraphKeys.UPDATE_OPS))
        accuracy = v1.metrics.accuracy(labels, predictions["classes"])
        top = v1.metrics.mean(tf.nn.in_top_k(predictions=logits, targets=labels, k=2, name="top_2_op"))
        return tf.estimator.EstimatorSpec(
            mode, predictions, loss, train_op, eval_metric_ops={"accuracy": accuracy, "accuracy_top_2": top}
        )

    config = tf.estimator.RunConfig(save_summary_steps=2)
    model = run.estimator(model_fn, params={"decay": 1e-2}, config=config)
    run.whole(model, batches(tf, IMAGES, DIGIT), batches(tf, IMAGES, DIGIT, epochs=1), steps=4)
    run.note("events", run.events())
    run.note("evaluated events", run.events("eval"))


def autoencoder_without_labels(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, mode):
        start = ramp(tf)
        with v1.variable_scope("encoder"):
            net = v1.layers.conv2d(
                features, 2, 3, strides=2, padding="same", activation=tf.nn.tanh, kernel_initializer=start
            )
            code = v1.layers.average_pooling2d(net, 2, 2, name="code")
        with v1.variable_scope("decoder"):
            net = v1.layers.conv2d_transpose(code, 2, 3, strides=(2, 2), padding="same", kernel_initializer=start)
            net = v1.layers.conv2d_transpose(net, 1, 2, strides=2, activation=tf.nn.sigmoid, kernel_initializer=start)
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"image": net, "code": v1.layers.flatten(code)})
        loss = tf.reduce_mean(tf.reduce_sum(tf.math.squared_difference(net, features), axis=[1, 2, 3]))
        train_op = step_of(tf, v1.train.RMSPropOptimizer(1e-2, decay=0.8), loss)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    images = IMAGES.reshape(16, 8, 8, 1)
    run.whole(run.estimator(model_fn), batches(tf, images), batches(tf, images, epochs=1))


def matrix_factorization(tf, run):
    v1 = tf.compat.v1
    draw = np.random.RandomState(2)
    rows = {
        "user": draw.randint(0, 6, 32),
        "item": draw.randint(0, 5, 32),
        "weight": draw.uniform(0.5, 2, 32).astype("f4"),
    }

    def model_fn(features, labels, mode, params):
        with v1.variable_scope("factors", initializer=ramp(tf)), tf.device("/cpu:0"):
            users = v1.get_variable("users", [6, params["k"]])
            items = v1.get_variable("items", [5, params["k"]])
            biases = [
                v1.get_variable(f"{n}_bias", [size, 1], initializer=v1.zeros_initializer())
                for n, size in (("user", 6), ("item", 5))
            ]
        user = tf.nn.embedding_lookup(users, features["user"], name="user")
        item = tf.nn.embedding_lookup(items, features["item"])
        inner = tf.reduce_sum(tf.multiply(user, item), axis=1, keepdims=True)
        score = tf.squeeze(
            tf.add_n(
                [inner, tf.gather(biases[0], features["user"]), tf.nn.embedding_lookup(biases[1], features["item"])]
            )
        )
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"score": score, "user": user})
        loss = v1.losses.mean_squared_error(labels, score, weights=features["weight"])
        decay = 0.01 * (tf.nn.l2_loss(users) + tf.nn.l2_loss(items))
        optimizer = v1.train.FtrlOptimizer(0.1) if params["ftrl"] else v1.train.AdamOptimizer(0.05)
        train_op = step_of(tf, optimizer, loss + decay)
        metrics = {
            "rmse": v1.metrics.root_mean_squared_error(labels, score, weights=features["weight"]),
            "mae": v1.metrics.mean_absolute_error(labels, score),
        }
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)

    model = run.estimator(model_fn, params={"k": 3, "ftrl": False})
    run.whole(model, batches(tf, rows, PRICE), batches(tf, rows, PRICE, epochs=1))


def factorization_machine(tf, run):
    """Weights in a dictionary of variables, values of fields, a deep part."""
    v1 = tf.compat.v1
    draw = np.random.RandomState(4)
    rows = {"ids": draw.randint(0, 10, (32, 3)), "vals": draw.uniform(size=(32, 3)).astype("f4")}

    def model_fn(features, labels, mode, params):
        size, fields, k = params["feature_size"], params["field_size"], params["embedding_size"]
        bias = v1.get_variable(name="fm_bias", shape=[1], initializer=v1.constant_initializer(0.0))
        first = v1.get_variable(name="fm_w", shape=[size], initializer=ramp(tf))
        table = v1.get_variable(name="fm_v", shape=[size, k], initializer=ramp(tf))
        ids = tf.reshape(features["ids"], shape=[-1, fields])
        values = tf.reshape(features["vals"], shape=[-1, fields])
        with v1.variable_scope("First-order"):
            weights = tf.nn.embedding_lookup(first, ids)
            y_w = tf.reduce_sum(tf.multiply(weights, values), 1)
        with v1.variable_scope("Second-order"):
            embeddings = tf.multiply(tf.nn.embedding_lookup(table, ids), tf.reshape(values, [-1, fields, 1]))
            y_v = 0.5 * tf.reduce_sum(
                tf.square(tf.reduce_sum(embeddings, 1)) - tf.reduce_sum(tf.square(embeddings), 1), 1
            )
        with v1.variable_scope("Deep-part"):
            net = tf.reshape(embeddings, [-1, fields * k])
            for i, units in enumerate(params["deep"]):
                net = v1.layers.dense(net, units, tf.nn.relu, kernel_initializer=ramp(tf), name=f"mlp{i}")
                net = v1.layers.batch_normalization(net, training=mode == "train", momentum=0.9, name=f"bn_{i}")
            y_d = tf.reshape(v1.layers.dense(net, 1, kernel_initializer=ramp(tf), name="deep_out"), shape=[-1])
        with v1.variable_scope("DeepFM-out"):
            y = bias * tf.ones_like(y_d, dtype=tf.float32) + y_w + y_v + y_d
            pred = tf.sigmoid(y)
        predictions = {"prob": pred}
        key = tf.compat.v1.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        outputs = {key: tf.estimator.export.PredictOutput(predictions)}
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions, export_outputs=outputs)
        real = tf.cast(tf.equal(labels, 1), tf.float32)
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=y, labels=real))
        loss += 0.01 * tf.nn.l2_loss(first) + 0.01 * tf.nn.l2_loss(table)
        metrics = {"auc": v1.metrics.auc(real, pred)}
        if mode == tf.estimator.ModeKeys.EVAL:
            return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions, loss=loss, eval_metric_ops=metrics)
        optimizer = v1.train.AdagradOptimizer(learning_rate=0.1, initial_accumulator_value=1e-3)
        with tf.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
            train_op = optimizer.minimize(loss, global_step=v1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions, loss=loss, train_op=train_op)

    params = {"feature_size": 10, "field_size": 3, "embedding_size": 2, "deep": [3, 2]}
    model = run.estimator(model_fn, params=params)
    run.whole(model, batches(tf, rows, CLASS), batches(tf, rows, CLASS, epochs=1))


def wide_and_deep_by_hand(tf, run):
    """Feature columns in a model function, two optimizers, a head."""
    v1, fc = tf.compat.v1, tf.feature_column
    rows = {"a": X[:, 0], "b": X[:, 1:3], "words": WORDS}

    def model_fn(features, labels, mode):
        words = fc.categorical_column_with_vocabulary_list("words", ["cat", "a dog", "the cat sat"], num_oov_buckets=1)
        numbers = [fc.numeric_column("a"), fc.numeric_column("b", shape=2)]
        shared = fc.embedding_column(words, 2, initializer=ramp(tf))
        cols = {}
        wide = v1.feature_column.linear_model(
            features, [words, fc.bucketized_column(numbers[0], [-0.5, 0.5])], units=3, cols_to_vars=cols
        )
        with v1.variable_scope("deep"):
            net = v1.feature_column.input_layer(features, [shared, fc.indicator_column(words), *numbers])
            net = v1.layers.dense(net, 4, tf.nn.relu, kernel_initializer=ramp(tf))
            deep = v1.layers.dense(net, 3, kernel_initializer=ramp(tf), name="logits")
        v1.summary.scalar("fraction", tf.nn.zero_fraction(net))
        logits = tf.add(wide, deep)

        def train_op_fn(loss):
            scopes = ("linear_model", "deep")
            optimizers = (v1.train.FtrlOptimizer(0.2), v1.train.AdagradOptimizer(0.05))
            ops = [
                o.minimize(loss, var_list=v1.get_collection(v1.GraphKeys.TRAINABLE_VARIABLES, s))
                for s, o in zip(scopes, optimizers)
            ]
            with tf.control_dependencies([tf.group(*ops)]):
                return v1.assign_add(v1.train.get_global_step(), 1)

        head = tf.estimator.MultiClassHead(3)
        return head.create_estimator_spec(
            features, mode, logits, labels=labels, train_op_fn=train_op_fn, trainable_variables=v1.trainable_variables()
        )

    model = run.estimator(model_fn)
    model.train(batches(tf, rows, CLASS), steps=3)
    run.note_variables(model)
    run.note_dict("metric", model.evaluate(batches(tf, rows, CLASS, epochs=1)))
    run.note_predictions(model, batches(tf, rows, CLASS, epochs=1))
