"""Programs that export a model function and ask the export."""

import numpy as np

from tests.estimator.model_function_parts import CLASS, PRICE, WORDS, X, batches, ramp, step_of


def outputs_of_each_kind(tf, run):
    """PredictOutput, ClassificationOutput and RegressionOutput under names of their own."""
    v1 = tf.compat.v1
    export = tf.estimator.export
    kinds = ["low", "middle", "high"]

    def model_fn(features, labels, mode):
        x = tf.reshape(features["x"], [-1, 6])
        hidden = v1.layers.dense(x, 4, tf.nn.relu, kernel_initializer=ramp(tf))
        logits = v1.layers.dense(hidden, 3, kernel_initializer=ramp(tf))
        probabilities = tf.nn.softmax(logits, name="probabilities")
        number = tf.argmax(logits, 1)
        name = tf.gather(tf.constant(kinds), number)
        predictions = {"number": tf.cast(number, tf.int32), "name": name, "probabilities": probabilities}
        if mode == tf.estimator.ModeKeys.PREDICT:
            names = tf.gather(tf.constant(kinds), tf.zeros_like(number)[:, tf.newaxis] + tf.range(3, dtype=tf.int64))
            outputs = {
                "serving_default": export.PredictOutput(predictions),
                "classify": export.ClassificationOutput(scores=probabilities),
                "named": export.ClassificationOutput(scores=probabilities, classes=names),
                "regress": export.RegressionOutput(value=logits[:, 0]),
                "single": export.PredictOutput(outputs=hidden),
            }
            return tf.estimator.EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
        train_op = step_of(tf, v1.train.AdagradOptimizer(0.1), loss)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    rows = {"x": X}
    model = run.estimator(model_fn).train(batches(tf, rows, CLASS), steps=3)

    def receive():
        x = v1.placeholder(tf.float32, [None, 6], name="x")
        return export.ServingInputReceiver({"x": x}, {"x": x})

    path = model.export_saved_model(str(run.folder / "exports"), receive)
    run.note_dict("answer", run.serve(path, {"x": X[:5]}))
    run.note_dict("single", run.serve(path, {"x": X[:2]}, "single"))
    run.note_predictions(model, batches(tf, rows, epochs=1), count=5)


def texts_served_as_they_come(tf, run):
    """A receiver that computes features of what it gets; words are split in the export too."""
    v1 = tf.compat.v1
    rows = {"words": WORDS, "size": X[:, 0]}

    def model_fn(features, labels, mode):
        words = v1.string_split(features["words"])
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["the", "cat", "dog"], [0, 1, 2]), 3)
        ids = tf.SparseTensor(words.indices, table.lookup(words.values), words.dense_shape)
        weights = v1.get_variable("words", [4, 2], initializer=ramp(tf))
        total = tf.nn.safe_embedding_lookup_sparse(weights, ids, combiner="sum")
        y = tf.reduce_sum(total, 1) + v1.layers.dense(features["size"][:, None], 1, kernel_initializer=ramp(tf))[:, 0]
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, {"y": y, "said": tf.strings.join(["it was: ", features["words"]])})
        loss = v1.losses.mean_squared_error(labels, y)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step_of(tf, v1.train.FtrlOptimizer(0.1), loss))

    model = run.estimator(model_fn).train(batches(tf, rows, PRICE), steps=4)

    def receive():
        text = v1.placeholder(tf.string, [None], name="text")
        centimetres = v1.placeholder(tf.float32, [None], name="centimetres")
        features = {"words": tf.strings.lower(text), "size": centimetres / 100.0}
        return tf.estimator.export.ServingInputReceiver(features, {"text": text, "centimetres": centimetres})

    path = model.export_saved_model(str(run.folder / "exports"), receive)
    texts = np.array(["The Cat", "nothing", "DOG dog"])
    run.note_dict("answer", run.serve(path, {"text": texts, "centimetres": np.float32([10, 20, 30])}))
    run.whole(model, batches(tf, rows, PRICE), batches(tf, rows, PRICE, epochs=1), steps=1)


def a_single_tensor_in_and_out(tf, run):
    """Features that are one Tensor, predictions that are one array, a signature for both."""
    v1 = tf.compat.v1

    def model_fn(features, labels, mode, params=None):
        y = v1.layers.dense(features, 2, tf.nn.sigmoid, kernel_initializer=ramp(tf))
        loss = None if labels is None else v1.losses.log_loss(tf.one_hot(labels % 2, 2), y)
        train_op = step_of(tf, v1.train.GradientDescentOptimizer(0.5), loss) if mode == "train" else None
        outputs = {"serving_default": tf.estimator.export.PredictOutput(y)}
        return tf.estimator.EstimatorSpec(mode, y, loss, train_op, export_outputs=outputs)

    model = run.estimator(model_fn)
    run.whole(model, batches(tf, X, CLASS), batches(tf, X, CLASS, epochs=1))

    def receive():
        x = v1.placeholder(tf.float32, [None, 6], name="rows")
        return tf.estimator.export.TensorServingInputReceiver(x, {"rows": x})

    path = model.export_saved_model(str(run.folder / "exports"), receive)
    run.note_dict("answer", run.serve(path, {"rows": X[:3]}))
