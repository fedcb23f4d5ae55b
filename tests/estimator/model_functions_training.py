"""Programs about training: gradients, several losses and optimizers, schedules, control flow, counters."""

import numpy as np

from tests.estimator.model_function_parts import CLASS, PRICE, X, batches, ramp, step_of


def gradients_clipped_each_in_its_way(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        with v1.variable_scope("net", initializer=ramp(tf), regularizer=lambda w: 0.01 * tf.nn.l2_loss(w)):
            w = v1.get_variable("w", [6, 4])
            with v1.variable_scope("top") as scope:
                u = v1.get_variable("u", [4, 1])
                scope.reuse_variables()
                again = v1.get_variable("u", [4, 1])
        unused = v1.get_variable("unused", [2], initializer=v1.ones_initializer())
        y = tf.matmul(tf.nn.tanh(tf.matmul(features, w)), (u + again) / 2.0)[:, 0]
        run.noted.setdefault(f"shared {mode}", np.asarray(scope.name))
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, {"y": y})
        loss = tf.reduce_mean(tf.square(y - labels)) + v1.losses.get_regularization_loss()
        optimizer = v1.train.RMSPropOptimizer(0.01, momentum=0.5, centered=True)
        pairs = optimizer.compute_gradients(loss)
        run.noted.setdefault(f"pairs {mode}", np.asarray([f"{v.name} {g is None}" for g, v in pairs]))
        clipped = []
        for gradient, variable in pairs:
            if gradient is None:
                continue
            if "top" in variable.op.name:
                gradient = tf.clip_by_value(gradient, -0.05, 0.05)
            else:
                gradient = tf.clip_by_norm(gradient, 0.1)
            v1.summary.histogram(variable.op.name + "/gradient", gradient)
            clipped.append((gradient * 0.5, variable))
        train_op = optimizer.apply_gradients(clipped, v1.train.get_global_step(), name="train")
        return tf.estimator.EstimatorSpec(mode, {"y": y}, loss, train_op, {"first": v1.metrics.mean(unused)})

    run.whole(run.estimator(model_fn), batches(tf, X, PRICE), batches(tf, X, PRICE, epochs=1))


def gradients_of_activations(tf, run):
    """A saliency among the predictions, and a penalty on the gradient by the input."""
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        x = tf.identity(features["x"], name="input")
        hidden = v1.layers.dense(x, 4, tf.nn.tanh, kernel_initializer=ramp(tf))
        logits = v1.layers.dense(hidden, 3, kernel_initializer=ramp(tf))
        score = tf.reduce_max(tf.nn.softmax(logits), axis=1)
        saliency = tf.gradients(score, x)[0]
        by_hidden = tf.gradients(tf.reduce_sum(score), [hidden, x])
        predictions = {
            "saliency": saliency,
            "hidden": by_hidden[0],
            "x": by_hidden[1],
            "stopped": tf.stop_gradient(score),
        }
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions)
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
        (slope,) = tf.gradients(loss, [x])
        penalty = tf.reduce_mean(tf.square(tf.norm(slope, axis=1)))
        total = loss + 10.0 * penalty
        train_op = step_of(tf, v1.train.AdamOptimizer(0.01), total)
        metrics = {"penalty": v1.metrics.mean(penalty)}
        return tf.estimator.EstimatorSpec(mode, loss=total, train_op=train_op, eval_metric_ops=metrics)

    rows = {"x": X}
    run.whole(run.estimator(model_fn), batches(tf, rows, CLASS), batches(tf, rows, CLASS, epochs=1))


def generator_and_discriminator(tf, run):
    v1 = tf.compat.v1

    def generator(noise):
        with v1.variable_scope("generator", reuse=v1.AUTO_REUSE):
            net = v1.layers.dense(noise, 4, tf.nn.relu, kernel_initializer=ramp(tf), name="first")
            return v1.layers.dense(net, 4, kernel_initializer=ramp(tf), name="second")

    def discriminator(rows):
        with v1.variable_scope("discriminator", reuse=v1.AUTO_REUSE):
            net = v1.layers.dense(rows, 3, tf.nn.leaky_relu, kernel_initializer=ramp(tf), name="first")
            return v1.layers.dense(net, 1, kernel_initializer=ramp(tf), name="second")

    def model_fn(features, labels, mode):
        fake = generator(features["noise"])
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"fake": fake})
        for_real, for_fake = discriminator(features["real"]), discriminator(fake)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits
        d_loss = tf.reduce_mean(entropy(labels=tf.ones_like(for_real), logits=for_real))
        d_loss += tf.reduce_mean(entropy(labels=tf.zeros_like(for_fake), logits=for_fake))
        g_loss = tf.reduce_mean(entropy(labels=tf.ones_like(for_fake), logits=for_fake))
        d_vars = [v for v in v1.trainable_variables() if v.name.startswith("discriminator")]
        g_vars = v1.get_collection(v1.GraphKeys.TRAINABLE_VARIABLES, scope="generator")
        step = v1.train.get_global_step()
        d_op = v1.train.AdamOptimizer(0.01, beta1=0.5, name="d_adam").minimize(d_loss, var_list=d_vars)
        with tf.control_dependencies([d_op]):
            g_op = v1.train.AdamOptimizer(0.02, beta1=0.5, name="g_adam").minimize(
                g_loss, global_step=step, var_list=g_vars
            )
        metrics = {"d": v1.metrics.mean(d_loss), "g": v1.metrics.mean(g_loss)}
        return tf.estimator.EstimatorSpec(mode, loss=d_loss + g_loss, train_op=g_op, eval_metric_ops=metrics)

    rows = {"noise": X[:, :2], "real": X[:, 2:]}
    model = run.estimator(model_fn)
    model.train(batches(tf, rows), steps=1)
    run.note_variables(model)
    run.note_dict("metric", model.evaluate(batches(tf, rows, epochs=1)))
    run.note_predictions(model, batches(tf, rows, epochs=1))


def schedules_of_the_learning_rate(tf, run):
    """Each schedule, also warmed up by hand and through a condition."""
    v1 = tf.compat.v1
    t = v1.train

    def warmed_up(step):
        rate = t.polynomial_decay(0.1, step, 8, end_learning_rate=0.0, power=1.0, cycle=False)
        done = tf.cast(step, tf.float32) / tf.constant(3.0)
        warm = tf.cast(tf.cast(step, tf.int32) < 3, tf.float32)
        return (1.0 - warm) * rate + warm * 0.1 * done

    schedules = {
        "warmed": warmed_up,
        "cond": lambda s: tf.cond(
            tf.less(s, 2), lambda: tf.constant(0.3), lambda: t.exponential_decay(0.1, s - 2, 2, 0.5)
        ),
        "cycle": lambda s: t.polynomial_decay(0.1, s, 3, 0.01, power=0.5, cycle=True),
        "natural": lambda s: t.natural_exp_decay(0.1, s, 2, 0.3, staircase=True),
        "inverse": lambda s: t.inverse_time_decay(0.1, s, 2, 0.3, staircase=True),
        "restarts": lambda s: t.cosine_decay_restarts(0.1, s, 2, t_mul=1.5, m_mul=0.8, alpha=0.1),
        "linear_cosine": lambda s: t.linear_cosine_decay(0.1, s, 6, beta=0.01),
        "noam": lambda s: (
            0.5 * tf.minimum(tf.pow(tf.cast(s, tf.float32) + 1.0, -0.5), (tf.cast(s, tf.float32) + 1.0) * 4.0**-1.5)
        ),
        "pieces": lambda s: t.piecewise_constant(tf.cast(s, tf.int32), [2, 4], [0.3, 0.2, 0.1]),
    }

    def model_fn(features, labels, mode):
        step = t.get_or_create_global_step()
        loss, ops = 0.0, []
        for name, schedule in schedules.items():
            w = v1.get_variable(name, shape=[], initializer=v1.zeros_initializer())
            rate = schedule(step)
            v1.summary.scalar(f"rate/{name}", rate)
            ops.append(t.GradientDescentOptimizer(rate).minimize(w * tf.reduce_mean(features), var_list=[w]))
            loss += w
        with tf.control_dependencies(ops):
            train_op = v1.assign_add(step, 1).op
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    model = run.estimator(model_fn, config=tf.estimator.RunConfig(save_summary_steps=2))
    ones = np.ones((4, 1), "f4")
    for steps in (1, 3, 3):
        model.train(batches(tf, ones, size=4), steps=steps)
        for name in schedules:
            number = model.get_variable_value("global_step")
            run.note(f"{name}/{number}", model.get_variable_value(name))
    run.note("events", run.events())


def conditions_and_loops(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        w = v1.get_variable("w", [6], initializer=ramp(tf))
        x = tf.ensure_shape(features, [None, 6])
        step = v1.train.get_global_step()
        y = tf.reduce_sum(x * w, 1)
        y = tf.cond(tf.equal(step % 2, 0), true_fn=lambda: y * 2.0, false_fn=lambda: y - 1.0)
        y = tf.case([(tf.reduce_mean(y) > 5.0, lambda: y * 0.1)], default=lambda: y + 0.1)
        turns, total = tf.while_loop(lambda i, a: tf.less(i, 4), lambda i, a: [i + 1, a * 0.5 + w], [0, tf.zeros([6])])
        running = tf.scan(lambda a, row: a * 0.9 + row, tf.transpose(x) * w[:, None], initializer=tf.zeros_like(y))
        folded = tf.foldl(lambda a, row: a + row * row, tf.transpose(x))
        best = tf.map_fn(lambda row: tf.reduce_max(row * w), x)
        pair = tf.map_fn(lambda r: (r[0] * r[1], tf.reduce_sum(r)), x, dtype=(tf.float32, tf.float32))
        top, where = tf.nn.top_k(x * w, k=2, sorted=True)
        picked = tf.gather_nd(x, tf.stack([tf.range(tf.shape(x)[0]), where[:, 0]], axis=1))
        y += 0.01 * (running[-1] + folded + best + pair[0] + top[:, 1] + picked)
        predictions = {"y": y, "turns": tf.fill(tf.shape(y), turns), "where": where, "order": tf.argsort(x)[:, 0]}
        if mode == "infer":
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        loss = (
            tf.reduce_mean(tf.where(labels > 0, tf.square(y - labels), tf.abs(y - labels))) + tf.reduce_sum(total) * 0.1
        )
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.05), loss)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    run.whole(run.estimator(model_fn), batches(tf, X, PRICE), batches(tf, X, PRICE, epochs=1), steps=4)


def assertions_and_prints(tf, run):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        x = v1.Print(features, [tf.shape(features)], "shape: ", first_n=1)
        w = v1.get_variable("w", [6, 1], initializer=ramp(tf))
        checks = [
            v1.assert_greater(tf.reduce_max(tf.abs(x)), 0.0),
            v1.assert_equal(tf.shape(x)[1], 6),
            v1.assert_rank(x, 2),
            v1.Assert(tf.reduce_all(tf.math.is_finite(x)), [x]),
        ]
        with tf.control_dependencies([c for c in checks if c is not None]):
            y = tf.identity(tf.matmul(x, w))[:, 0]
        with tf.control_dependencies([tf.print("norm:", tf.norm(w), output_stream=f"file://{run.folder}/printed")]):
            y = tf.debugging.check_numerics(y, "y is not finite")
        loss = None if labels is None else tf.reduce_mean(tf.abs(y - labels))
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.1), loss) if mode == "train" else None
        return tf.estimator.EstimatorSpec(mode, {"y": y}, loss, train_op)

    run.whole(run.estimator(model_fn), batches(tf, X, PRICE), batches(tf, X, PRICE, epochs=1))
    printed = (run.folder / "printed").read_text().split("\n")
    run.note("printed", [line.split()[0] for line in printed if line][:5])


def counters_and_averages(tf, run):
    """Assignments in the train op: counters, moving averages, a target network, gathered gradients."""
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        step = v1.train.get_global_step()
        w = v1.get_variable("w", [6, 1], initializer=ramp(tf))
        target = v1.get_variable("target", [6, 1], initializer=v1.zeros_initializer(), trainable=False)
        seen = v1.Variable(0, trainable=False, name="seen", dtype=tf.int64)
        gathered = v1.Variable(tf.zeros([6, 1]), trainable=False, name="gathered")
        y = tf.matmul(features, w)[:, 0]
        loss = tf.reduce_mean(tf.square(y - labels)) if labels is not None else None
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, {"y": y, "of_target": tf.matmul(features, target)[:, 0]})
        (gradient,) = tf.gradients(loss, [w])
        add = gathered.assign_add(gradient)
        with tf.control_dependencies([add]):
            due = tf.equal(step % 2, 1)

            def apply():
                now = v1.assign_sub(w, 0.05 * gathered.read_value())
                with tf.control_dependencies([now]):
                    return v1.assign(gathered, tf.zeros_like(gathered)).op

            stepped = tf.cond(due, apply, tf.no_op)
        with tf.control_dependencies([stepped]):
            average = v1.train.ExponentialMovingAverage(0.9)
            averaged = average.apply([w])
            moved = v1.assign(target, 0.8 * target + 0.2 * w.read_value())
        counted = v1.assign_add(seen, tf.size(y, out_type=tf.int64))
        with tf.control_dependencies([averaged, moved, counted]):
            train_op = v1.assign_add(step, 1)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    run.whole(run.estimator(model_fn), batches(tf, X, PRICE), batches(tf, X, PRICE, epochs=1), steps=5)


def an_optimizer_of_ones_own(tf, run):
    """Adam with decoupled decay as a subclass of Optimizer, as BERT has it."""
    v1 = tf.compat.v1

    class AdamWeightDecay(v1.train.Optimizer):
        def __init__(self, rate, decay, exclude):
            super().__init__(False, "AdamWeightDecay")
            self.rate, self.decay, self.exclude = rate, decay, exclude

        def apply_gradients(self, grads_and_vars, global_step=None, name=None):
            assignments = []
            for grad, param in grads_and_vars:
                if grad is None:
                    continue
                name = param.op.name
                zeros = v1.zeros_initializer()
                m = v1.get_variable(
                    name=name + "/adam_m",
                    shape=param.shape.as_list(),
                    dtype=tf.float32,
                    trainable=False,
                    initializer=zeros,
                )
                v = v1.get_variable(
                    name=name + "/adam_v",
                    shape=param.shape.as_list(),
                    dtype=tf.float32,
                    trainable=False,
                    initializer=zeros,
                )
                next_m = tf.multiply(0.9, m) + tf.multiply(0.1, grad)
                next_v = tf.multiply(0.999, v) + tf.multiply(0.001, tf.square(grad))
                update = next_m / (tf.sqrt(next_v) + 1e-3)
                if not any(e in name for e in self.exclude):
                    update += self.decay * param
                assignments += [param.assign(param - self.rate * update), m.assign(next_m), v.assign(next_v)]
            return tf.group(*assignments, name=name)

    def model_fn(features, labels, mode):
        y = v1.layers.dense(
            v1.layers.dense(features, 3, tf.nn.tanh, kernel_initializer=ramp(tf)), 1, kernel_initializer=ramp(tf)
        )
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, {"y": y})
        loss = v1.losses.mean_squared_error(labels[:, None], y)
        if mode == tf.estimator.ModeKeys.EVAL:
            return tf.estimator.EstimatorSpec(mode, loss=loss)
        step = v1.train.get_or_create_global_step()
        variables = v1.trainable_variables()
        gradients = tf.gradients(loss, variables)
        gradients, _ = tf.clip_by_global_norm(gradients, clip_norm=1.0)
        train_op = AdamWeightDecay(0.01, 0.1, ["bias"]).apply_gradients(zip(gradients, variables), global_step=step)
        train_op = tf.group(train_op, [step.assign(step + 1)])
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)

    run.whole(run.estimator(model_fn), batches(tf, X, PRICE), batches(tf, X, PRICE, epochs=1))


def towers_that_share_layers(tf, run):
    """Layers by name and reuse, a triplet loss over distances, variables by scope."""
    v1 = tf.compat.v1

    def embed(rows, reuse):
        with v1.variable_scope("tower", reuse=reuse):
            net = v1.layers.dense(rows, 4, activation=tf.nn.relu, name="one", kernel_initializer=ramp(tf))
            dense = v1.layers.Dense(
                2, name="two", kernel_initializer=ramp(tf), kernel_regularizer=lambda w: 0.1 * tf.nn.l2_loss(w)
            )
            return tf.nn.l2_normalize(dense(net) + 0.1, axis=1)

    def model_fn(features, labels, mode):
        left, right = embed(features[:, :3], False), embed(features[:, 3:], True)
        if labels is None:
            return tf.estimator.EstimatorSpec(mode, predictions={"left": left, "right": right})
        dots = tf.matmul(left, right, transpose_b=True)
        distances = tf.maximum(
            tf.reduce_sum(left**2, 1)[:, None] - 2.0 * dots + tf.reduce_sum(right**2, 1)[None, :], 0.0
        )
        same = tf.equal(tf.expand_dims(labels, 0), tf.expand_dims(labels, 1))
        hardest = tf.reduce_max(tf.where(same, distances, tf.zeros_like(distances)), axis=1)
        closest = tf.reduce_min(distances + 10.0 * tf.cast(same, tf.float32), axis=1)
        loss = tf.reduce_mean(tf.maximum(hardest - closest + 0.5, 0.0)) + tf.add_n(
            v1.losses.get_regularization_losses("tower")
        )
        train_op = step_of(tf, v1.train.ProximalGradientDescentOptimizer(0.1, l2_regularization_strength=0.01), loss)
        return tf.estimator.EstimatorSpec(
            mode, loss=loss, train_op=train_op, eval_metric_ops={"same": v1.metrics.mean(tf.cast(same, tf.float32))}
        )

    run.whole(run.estimator(model_fn), batches(tf, X, CLASS), batches(tf, X, CLASS, epochs=1))


def names_of_scopes(tf, run):
    """Which names variables get: nested, reused, unnamed and reopened scopes, layers and plain variables."""
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        zeros = v1.zeros_initializer()
        net = features
        for _ in range(2):
            with v1.variable_scope(None, default_name="block") as block:
                net = v1.layers.dense(net, 2)
                v1.get_variable("a", [1], initializer=zeros)
                with v1.name_scope("inner"):
                    v1.get_variable("b", [1], initializer=zeros)
                    v1.Variable([0.0], name="c")
                    net = v1.layers.dense(net, 2)
        with v1.variable_scope(block, reuse=True):
            v1.get_variable("a", [1])
        with v1.variable_scope("block"):
            net = v1.layers.dense(net, 2, name="reopened")
            v1.Variable([1.0, 2.0], name="c")
            v1.Variable(3.0)
        with v1.variable_scope("x/y"), v1.variable_scope("z"):
            v1.get_local_variable("here_only", [1], initializer=zeros)
            net = v1.layers.batch_normalization(net)
            net = v1.layers.batch_normalization(net, name="bn", scale=False)
        for name in ("v", "v"):
            v1.Variable(0.0, name=name)
        if mode == tf.estimator.ModeKeys.TRAIN:
            run.noted.setdefault("trainable", np.asarray(sorted(v.name for v in v1.trainable_variables())))
            run.noted.setdefault("local", np.asarray([v.op.name for v in v1.local_variables()]))
        loss = tf.reduce_mean(net) + tf.add_n([tf.reduce_sum(v) for v in v1.trainable_variables()])
        return tf.estimator.EstimatorSpec(
            mode, loss=loss, train_op=step_of(tf, v1.train.MomentumOptimizer(0.1, 0.9), loss)
        )

    model = run.estimator(model_fn)
    model.train(batches(tf, X), steps=1)
    run.note("variables", sorted(model.get_variable_names()))
    run.note("shapes", [str(model.get_variable_value(n).shape) for n in sorted(model.get_variable_names())])
