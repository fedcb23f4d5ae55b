"""Control flow and gradients as model functions write them, for the original and for this package alike.

`recorded/model_functions.json` holds what the original computed for `programs(tensorflow.compat.v1)` of `X`, with
each variable initialised by a constant: name -> results, and the names of the variables.
"""

import numpy as np

X = np.round(np.random.default_rng(3).normal(size=(4, 3)), 2).astype(np.float32)
W = np.array([[0.5, -1.0], [1.5, 0.25], [-0.5, 1.0]], np.float32)


def _weights(tf, name="w"):
    return tf.get_variable(name, [3, 2], initializer=tf.constant_initializer(W))


def _dense(tf, x, units=2, **options):
    return tf.layers.dense(x, units, kernel_initializer=tf.constant_initializer(0.3), **options)


def _gradients(tf):
    def of_a_feature(x):
        logits = tf.matmul(tf.tanh(x), _weights(tf))
        return tf.gradients(logits[:, 1], x)

    def of_activations(x):
        w = _weights(tf)
        hidden = tf.nn.relu(tf.matmul(x, w))
        other = hidden * 2.0
        y = tf.reduce_sum(hidden * other) + tf.reduce_sum(other)
        return tf.gradients(y, [hidden, other, x, w])

    def weighted_and_several(x):
        w = _weights(tf)
        ys = [tf.matmul(x, w), tf.square(w)]
        return tf.gradients(ys, [x, w], grad_ys=[tf.ones([4, 2]) * 2.0, w])

    def unconnected(x):
        w, other = _weights(tf), _weights(tf, "other")
        y = tf.reduce_sum(tf.matmul(x, w))
        found = tf.gradients(y, [other, x])
        assert found[0] is None
        return found[1:] + tf.gradients(y, [other, w], unconnected_gradients=tf.UnconnectedGradients.ZERO)

    def of_the_last_layer(x):
        hidden = _dense(tf, x, 3, activation=tf.nn.relu)
        y = _dense(tf, hidden, 1)
        return tf.gradients(tf.reduce_max(y), [hidden, *tf.trainable_variables()])

    def adversarial(x):
        def loss(x):
            with tf.variable_scope("net", reuse=tf.AUTO_REUSE):
                return tf.reduce_mean(tf.square(tf.tanh(tf.matmul(x, _weights(tf))) - 0.5))

        plain = loss(x)
        (slope,) = tf.gradients(plain, x)
        moved = tf.stop_gradient(x + 0.1 * tf.sign(slope))
        total = plain + loss(moved)
        return [total, moved, *tf.gradients(total, tf.trainable_variables())]

    def penalised(x):
        w = _weights(tf)
        loss = tf.reduce_sum(tf.square(tf.matmul(x, w)))
        (slope,) = tf.gradients(loss, x)
        total = loss + tf.reduce_sum(tf.square(slope))
        return [total, *tf.gradients(total, w)]

    def penalised_by_variables(x):
        w = _weights(tf)
        loss = tf.reduce_sum(tf.sin(tf.matmul(x, w)))
        (slope,) = tf.gradients(loss, w)
        return tf.gradients(loss + tf.reduce_sum(tf.square(slope)), w)

    def stopped(x):
        w = _weights(tf)
        return tf.gradients(tf.reduce_sum(tf.stop_gradient(tf.matmul(x, w)) * tf.matmul(x, w)), w)

    def custom(x):
        @tf.custom_gradient
        def clipped(x):
            return tf.identity(x), lambda dy: tf.clip_by_value(dy, -0.5, 0.5)

        w = _weights(tf)
        return tf.gradients(tf.reduce_sum(3.0 * clipped(tf.matmul(x, w))), w)

    def processed(x):
        w = _weights(tf)
        b = tf.get_variable("b", [2], initializer=tf.constant_initializer(0.5))
        tf.get_variable("unused", [2], initializer=tf.constant_initializer(0.5))
        loss = tf.reduce_sum(tf.square(tf.matmul(x, w) + b))
        pairs = tf.train.GradientDescentOptimizer(0.1).compute_gradients(loss)
        pairs = [(g, v) for g, v in pairs if g is not None]
        clipped, norm = tf.clip_by_global_norm([g for g, _ in pairs], 1.5)
        return [*clipped, norm, *(tf.clip_by_norm(g, 0.3) for g, _ in pairs)]

    return {f.__name__: f for f in list(locals().values()) if callable(f) and f is not tf}


def _choices(tf):
    def with_gradient(y):
        return [y, *tf.gradients(tf.reduce_sum(y), tf.trainable_variables())]

    def cond_of_variables(x):
        w = _weights(tf)
        y = tf.cond(tf.reduce_sum(x) > 0.0, lambda: tf.matmul(x, w), lambda: tf.matmul(x, 2.0 * w))
        return with_gradient(y)

    def cond_with_layers(x):
        y = tf.cond(
            tf.reduce_sum(x) > 100.0, lambda: _dense(tf, x, name="first"), lambda: _dense(tf, 2.0 * x, name="second")
        )
        return [y, *[g for g in tf.gradients(tf.reduce_sum(y), tf.trainable_variables()) if g is not None]]

    def cond_without_division(x):
        w = _weights(tf)
        count = tf.reduce_sum(tf.cast(x > 100.0, tf.float32))
        total = tf.reduce_sum(tf.matmul(x, w))
        return with_gradient(tf.cond(tf.equal(count, 0.0), lambda: tf.constant(0.0) * total, lambda: total / count))

    def cond_of_structures(x):
        a, b = tf.cond(x[0, 0] < 0.0, lambda: (x, tf.constant(1)), lambda: (tf.abs(x), tf.constant(2)))
        return [a, b]

    def cond_in_cond(x):
        w = _weights(tf)
        inner = lambda: tf.cond(x[0, 1] > 0.0, lambda: w * 2.0, lambda: w * 3.0)  # noqa: E731
        return with_gradient(tf.cond(x[0, 0] > 0.0, inner, lambda: tf.cond(x[1, 0] > 0.0, inner, lambda: w)))

    def cases(x):
        w = _weights(tf)
        s = tf.reduce_sum(x)
        return with_gradient(
            tf.case([(s > 10.0, lambda: w), (s > -10.0, lambda: tf.square(w))], default=lambda: tf.zeros_like(w))
        )

    return {f.__name__: f for f in list(locals().values()) if callable(f) and f not in (tf, with_gradient)}


def _loops(tf):
    def with_gradient(y):
        return [y, *tf.gradients(tf.reduce_sum(y), tf.trainable_variables())]

    def powers(x):
        w = _weights(tf)
        _, y = tf.while_loop(
            lambda i, y: i < 3, lambda i, y: (i + 1, tf.tanh(tf.matmul(y, w) @ tf.transpose(w))), [tf.constant(0), x]
        )
        return with_gradient(y)

    def powers_from_constants(x):
        w = _weights(tf)
        _, y = tf.while_loop(
            lambda i, total: i < 4,
            lambda i, total: [i + 1, total + tf.cast(i, tf.float32) * tf.reduce_sum(w)],
            [tf.constant(0), tf.constant(0.0)],
        )
        return with_gradient(y)

    def bounded(x):
        w = _weights(tf)
        y = tf.while_loop(
            lambda y: tf.reduce_sum(tf.abs(y)) < 50.0,
            lambda y: y + tf.square(tf.matmul(y, w) @ tf.transpose(w)),
            [x],
            maximum_iterations=6,
        )
        return with_gradient(y)

    def on_data(x):
        return [tf.while_loop(lambda y: tf.reduce_sum(tf.abs(y)) < 50.0, lambda y: 2.0 * y, [x])]

    def structures(x):
        w = _weights(tf)
        out = tf.while_loop(
            lambda state: state["i"] < 3,
            lambda state: [{"i": state["i"] + 1, "pair": (state["pair"][1], state["pair"][0] * w)}],
            [{"i": tf.constant(0), "pair": (tf.ones([3, 2]), w)}],
            shape_invariants=[{"i": tf.TensorShape([]), "pair": (tf.TensorShape([None, 2]),) * 2}],
            parallel_iterations=1,
        )
        state = out if isinstance(out, dict) else out[0]
        return [state["i"], *state["pair"]]

    def nested(x):
        def outer(i, y):
            _, y = tf.while_loop(lambda j, y: j < i, lambda j, y: (j + 1, y * 0.5 + 1.0), [tf.constant(0), y])
            return i + 1, y

        return [tf.while_loop(lambda i, y: i < 4, outer, [tf.constant(0), x])[1]]

    def with_a_layer(x):
        def body(i, y):
            with tf.variable_scope("loop", reuse=tf.AUTO_REUSE):
                return i + 1, _dense(tf, y, 3, name="step")

        return [tf.while_loop(lambda i, y: i < 2, body, [tf.constant(0), x])[1]]

    def mapped(x):
        w = _weights(tf)
        return with_gradient(tf.map_fn(lambda row: tf.squeeze(tf.matmul(row[tf.newaxis], w), 0), x))

    def mapped_pairs(x):
        w = _weights(tf)
        y = tf.map_fn(
            lambda pair: (pair[0] * pair[1], tf.reduce_sum(w) * pair[1]), (x, x[:, 0]), dtype=(tf.float32,) * 2
        )
        return list(y)

    def scanned(x):
        w = _weights(tf)
        return with_gradient(
            tf.scan(
                lambda a, row: tf.tanh(a + tf.squeeze(tf.matmul(row[tf.newaxis], w), 0)), x, initializer=tf.zeros([2])
            )
        )

    def folded(x):
        w = _weights(tf)
        ahead = tf.foldl(lambda a, row: a * 0.5 + tf.reduce_sum(row) * w[0], x, initializer=tf.zeros([2]))
        return [*with_gradient(ahead), tf.foldr(lambda a, row: a - row, x)]

    def mapped_constants(x):
        w = _weights(tf)
        return with_gradient(tf.map_fn(lambda i: tf.gather(w, i) * x[0, :2], tf.constant([0, 2]), dtype=tf.float32))

    return {f.__name__: f for f in list(locals().values()) if callable(f) and f not in (tf, with_gradient)}


def programs(tf):
    """Returns name -> function of the features, which returns a list of arrays."""
    return {**_gradients(tf), **_choices(tf), **_loops(tf)}
