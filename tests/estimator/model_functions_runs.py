"""Programs about runs: files and steps, warm starts, scaffolds, train_and_evaluate, ways to evaluate and predict."""

import numpy as np

from tests.estimator.model_function_parts import CLASS, PRICE, X, batches, ramp, step_of


def _net(tf, units=3, scope="net", extra=False, **spec):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        with v1.variable_scope(scope):
            hidden = v1.layers.dense(features["x"], units, tf.nn.tanh, name="hidden", kernel_initializer=ramp(tf))
            y = v1.layers.dense(hidden, 1, name="out", kernel_initializer=ramp(tf))[:, 0]
            if extra:
                y += v1.get_variable("extra", [1], initializer=v1.ones_initializer())
        made = {name: make() for name, make in spec.items()}
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, {"y": y, "hidden": hidden, "twice": y * 2}, **made)
        loss = v1.losses.mean_squared_error(labels, y)
        train_op = step_of(tf, v1.train.AdagradOptimizer(0.1), loss)
        return tf.estimator.EstimatorSpec(
            mode, loss=loss, train_op=train_op, eval_metric_ops={"mean": v1.metrics.mean(y)}, **made
        )

    return model_fn


ROWS = {"x": X}


def _pretrained(tf, run, name="first"):
    model = tf.estimator.Estimator(_net(tf), str(run.folder / name))
    return model.train(batches(tf, ROWS, PRICE), steps=3)


def files_and_steps(tf, run):
    config = tf.estimator.RunConfig(save_checkpoints_steps=3, keep_checkpoint_max=2, save_summary_steps=4)
    model = run.estimator(_net(tf), config=config)
    for step in ({"steps": 5}, {"max_steps": 8}, {"max_steps": 8}, {"steps": 2}):
        model.train(batches(tf, ROWS, PRICE), **step)
        run.note(f"{len(run.noted)} files", run.files())
        run.note(f"{len(run.noted)} latest", model.latest_checkpoint().rsplit("/", 1)[1])
    model.train(batches(tf, ROWS, PRICE, epochs=1))
    run.note("after one epoch", model.get_variable_value("global_step"))
    state = tf.train.get_checkpoint_state(run.model_dir)
    run.note("kept", [p.rsplit("/", 1)[1] for p in state.all_model_checkpoint_paths])
    older = state.all_model_checkpoint_paths[0]
    run.note_dict("older", model.evaluate(batches(tf, ROWS, PRICE, epochs=1), checkpoint_path=older))
    run.note_dict("two steps", model.evaluate(batches(tf, ROWS, PRICE), steps=2, name="short"))
    run.note("then", run.files())
    run.note("events", run.events())
    run.note("evaluated", run.events("eval_short"))
    listed = tf.train.list_variables(older)
    run.note("listed", sorted(f"{name} {tuple(shape)}" for name, shape in listed))
    run.note("loaded", tf.train.load_variable(run.model_dir, "net/out/bias"))


def ways_to_predict(tf, run):
    model = run.estimator(_net(tf)).train(batches(tf, ROWS, PRICE), steps=2)
    rows = batches(tf, ROWS, epochs=1, size=12)
    run.note_predictions(model, rows, predict_keys=["y", "twice"])
    whole = list(model.predict(rows, predict_keys="hidden", yield_single_examples=False))
    run.note("batches", [len(batch["hidden"]) for batch in whole])
    run.note("last", whole[-1]["hidden"])
    run.note("of labelled rows", next(model.predict(batches(tf, ROWS, PRICE)))["y"])
    for name in ("keys", "no steps"):
        try:
            _ = next(model.predict(rows, predict_keys=["none"])) if name == "keys" else model.train(rows, steps=0)
            run.note(name, "nothing")
        except Exception as error:
            run.note(name, type(error).__name__)


def warm_starts(tf, run):
    first = _pretrained(tf, run)
    ws = tf.estimator.WarmStartSettings
    ways = {
        "all": first.model_dir,
        "checkpoint": first.latest_checkpoint(),
        "some": ws(first.model_dir, vars_to_warm_start=".*hidden.*"),
        "list": ws(first.model_dir, vars_to_warm_start=["net/out/kernel", "hidden/bias"]),
        "nothing trainable": ws(first.model_dir, vars_to_warm_start=[".*Adagrad"]),
        "everything": ws(first.model_dir, vars_to_warm_start=[".*"]),
        "renamed": ws(
            first.model_dir,
            ".*",
            var_name_to_prev_var_name={
                "deep/out/kernel": "net/out/kernel",
                "deep/out/bias": "net/out/bias",
                "deep/hidden/kernel": "net/hidden/kernel",
                "deep/hidden/bias": "net/hidden/bias",
            },
        ),
    }
    for name, way in ways.items():
        scope = "deep" if name == "renamed" else "net"
        model = tf.estimator.Estimator(_net(tf, scope=scope), str(run.folder / name), warm_start_from=way)
        model.train(batches(tf, ROWS, PRICE), steps=1)
        for variable in sorted(set(model.get_variable_names()) - {"global_step"}):
            run.note(f"{name}/{variable}", model.get_variable_value(variable))


def initialized_from_a_checkpoint(tf, run):
    """Fine tuning: init_from_checkpoint by scope and by name, with a part of the variables frozen."""
    v1 = tf.compat.v1
    first = _pretrained(tf, run)

    def model_fn(features, labels, mode):
        with v1.variable_scope("body"):
            hidden = v1.layers.dense(
                features["x"], 3, tf.nn.tanh, name="hidden", kernel_initializer=v1.zeros_initializer()
            )
        with v1.variable_scope("head"):
            logits = v1.layers.dense(hidden, 3, kernel_initializer=ramp(tf), name="logits")
            bias = v1.get_variable("bias", [1], initializer=v1.zeros_initializer())
        known = {name for name, _ in v1.train.list_variables(first.model_dir)}
        run.noted.setdefault("known", np.asarray(sorted(known)))
        v1.train.init_from_checkpoint(first.model_dir, {"net/hidden/": "body/hidden/"})
        v1.train.init_from_checkpoint(first.latest_checkpoint(), {"net/out/bias": "head/bias"})
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits * (1.0 + bias))
        scope = v1.get_collection(v1.GraphKeys.TRAINABLE_VARIABLES, scope="head")
        train_op = v1.train.GradientDescentOptimizer(0.1).minimize(loss, v1.train.get_global_step(), var_list=scope)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    model = run.estimator(model_fn).train(batches(tf, ROWS, CLASS), steps=3)
    run.note_variables(model)
    run.note_dict("metric", model.evaluate(batches(tf, ROWS, CLASS, epochs=1)))
    model.train(batches(tf, ROWS, CLASS), steps=2)
    run.note("later", model.get_variable_value("head/logits/kernel"))


def scaffolds_and_averaged_weights(tf, run):
    """A Saver that restores averages for evaluation, an init_fn, listeners of checkpoints."""
    v1 = tf.compat.v1
    first = _pretrained(tf, run)
    heard = []

    class Listening(v1.train.CheckpointSaverListener):
        def begin(self):
            heard.append("begin")

        def before_save(self, session, global_step_value):
            heard.append(f"before {global_step_value}")

        def after_save(self, session, global_step_value):
            heard.append(f"after {global_step_value}")

        def end(self, session, global_step_value):
            heard.append(f"end {global_step_value}")

    def model_fn(features, labels, mode):
        with v1.variable_scope("net"):
            hidden = v1.layers.dense(features["x"], 3, tf.nn.tanh, name="hidden", kernel_initializer=ramp(tf))
            y = v1.layers.dense(hidden, 1, name="out", kernel_initializer=ramp(tf))[:, 0]
        loss = v1.losses.mean_squared_error(labels, y)
        average = v1.train.ExponentialMovingAverage(0.8)
        variables = v1.trainable_variables()
        if mode == tf.estimator.ModeKeys.TRAIN:
            saver = v1.train.Saver({"net/hidden/kernel": variables[0]})
            path = first.latest_checkpoint()
            op = step_of(tf, v1.train.GradientDescentOptimizer(0.1), loss)
            with tf.control_dependencies([op]):
                train_op = average.apply(variables)
            keeper = v1.train.Saver(max_to_keep=1)
            scaffold = v1.train.Scaffold(init_fn=lambda scaffold, session: saver.restore(session, path), saver=keeper)
            return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, scaffold=scaffold)
        saver = v1.train.Saver(average.variables_to_restore())
        return tf.estimator.EstimatorSpec(mode, loss=loss, scaffold=v1.train.Scaffold(saver=saver))

    config = tf.estimator.RunConfig(save_checkpoints_steps=2)
    model = run.estimator(model_fn, config=config)
    model.train(batches(tf, ROWS, PRICE), steps=5, saving_listeners=[Listening()])
    run.note("heard", heard)
    run.note("files", run.files())
    run.note_variables(model)
    run.note_dict("metric", model.evaluate(batches(tf, ROWS, PRICE, epochs=1)))


def trained_and_evaluated(tf, run):
    """train_and_evaluate with exporters, hooks and a model of one's own."""
    v1 = tf.compat.v1

    class Counting(v1.train.SessionRunHook):
        def __init__(self):
            self.begins = self.runs = 0

        def begin(self):
            self.begins += 1

        def after_run(self, run_context, run_values):
            self.runs += 1

    def serving_input_fn():
        x = v1.placeholder(tf.float32, [None, 6], name="x")
        return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})

    training, evaluating = Counting(), Counting()
    exporters = [
        tf.estimator.LatestExporter("latest", serving_input_fn, exports_to_keep=2),
        tf.estimator.FinalExporter("final", serving_input_fn),
    ]
    config = tf.estimator.RunConfig(save_checkpoints_steps=4)
    model = run.estimator(_net(tf), config=config)
    metrics, exports = tf.estimator.train_and_evaluate(
        model,
        tf.estimator.TrainSpec(batches(tf, ROWS, PRICE), max_steps=10, hooks=[training]),
        tf.estimator.EvalSpec(
            batches(tf, ROWS, PRICE),
            steps=2,
            name="held",
            hooks=[evaluating],
            exporters=exporters,
            throttle_secs=0,
            start_delay_secs=0,
        ),
    )
    run.note_dict("metric", metrics)
    run.note("exports", ["none" if e is None else e.decode().rsplit("/", 2)[1] for e in exports])
    run.note("counted", [training.begins > 0, training.runs, evaluating.begins, evaluating.runs])
    run.note("files", run.files())
    run.note("evaluated", run.events("eval_held"))
    path = exports[-1]
    answer = run.serve(path, {"x": X[:3]})
    run.note("served", answer["y"])
    run.note_predictions(model, batches(tf, ROWS, epochs=1))
