"""What the arguments of pre-made estimators may be, and what is refused before anything is trained."""

import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from tests.estimator import homes

V1 = tf.compat.v1.estimator
NAMESPACES = {"v1": V1, "v2": tf.estimator}
X = tf.feature_column.numeric_column("x")
KIND = tf.feature_column.categorical_column_with_vocabulary_list("kind", ["a", "b"])
FEATURES = {"x": np.float32([1, 2, 3, 4]), "kind": np.array(["a", "b", "a", "c"]), "weight": np.float32([1, 2, 0, 1])}
LABELS = np.float32([1, 2, 3, 3])

every_family = pytest.mark.parametrize("namespace", NAMESPACES.values(), ids=NAMESPACES)


def input_fn(labels=LABELS, epochs=1):
    return homes.input_fn(labels, batch=2, epochs=epochs, features=FEATURES)


def variables(estimator):
    return {n: v for n, v in homes.variables(estimator).items() if "training/" not in n and n != "global_step"}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def make_network(namespace, folder, columns=None, **options):
    config = tf.estimator.RunConfig(model_dir=str(folder), tf_random_seed=4)
    columns = [X, tf.feature_column.indicator_column(KIND)] if columns is None else columns
    return namespace.DNNRegressor(**({"hidden_units": [3]} | options), feature_columns=columns, config=config)


@every_family
def test_columns_may_come_in_any_form_and_order(namespace, tmp_path):
    forms = {
        "list": [X, KIND],
        "reversed": (KIND, X),
        "values": {"a": KIND, "b": X}.values(),
        "generator": (c for c in (X, KIND)),
    }
    found = {}
    for form, columns in forms.items():
        model = namespace.LinearRegressor(columns, str(tmp_path / form))
        found[form] = variables(model.train(input_fn(), steps=2).train(input_fn(), steps=1))
    for form in forms:
        assert_same(found["list"], found[form])


def test_one_column_needs_no_list(tmp_path):
    one = tf.estimator.LinearRegressor(X, str(tmp_path / "linear")).train(input_fn())
    assert "linear/linear_model/x/weights" in one.get_variable_names()
    two = tf.estimator.DNNRegressor([2], X, str(tmp_path / "dnn")).train(input_fn())
    assert two.get_variable_value("dnn/hiddenlayer_0/kernel").shape == (1, 2)


@every_family
def test_both_sides_may_read_one_column(namespace, model_dir):
    buckets = tf.feature_column.bucketized_column(X, [2.0, 3.0])
    model = namespace.DNNLinearCombinedRegressor(
        model_dir, linear_feature_columns=[buckets], dnn_feature_columns=[buckets], dnn_hidden_units=["2"]
    )
    model.train(input_fn())
    assert model.get_variable_value("linear/linear_model/x_bucketized/weights").shape == (3, 1)
    assert model.get_variable_value("dnn/hiddenlayer_0/kernel").shape == (3, 2)


@every_family
def test_without_hidden_layers_a_network_is_linear(namespace, model_dir):
    model = namespace.DNNRegressor([], [X], model_dir).train(input_fn())
    assert model.get_variable_value("dnn/logits/kernel").shape == (1, 1)


@pytest.mark.parametrize(
    ("given", "function"),
    [("relu", tf.nn.relu), ("tanh", jnp.tanh), ("softplus", tf.nn.softplus), (None, lambda x: x), ("linear", None)],
)
def test_activations_may_have_names(given, function, tmp_path):
    by_name = make_network(V1, tmp_path / "name", activation_fn=given).train(input_fn())
    by_function = make_network(V1, tmp_path / "function", activation_fn=function).train(input_fn())
    assert_same(variables(by_name), variables(by_function))


@every_family
def test_dropout_leaves_out_while_training_only(namespace, tmp_path):
    models = {share: make_network(namespace, tmp_path / str(share), dropout=share) for share in (None, 0, 0.5)}
    before = {share: [r["predictions"][0] for r in m.predict(input_fn(None))] for share, m in models.items()}
    assert before[None] == before[0] == before[0.5]
    found = {share: variables(m.train(input_fn(), steps=2)) for share, m in models.items()}
    assert_same(found[None], found[0])
    assert not np.array_equal(found[None]["dnn/logits/kernel"], found[0.5]["dnn/logits/kernel"])


@every_family
def test_batch_normalization_moves_its_averages_by_a_thousandth(namespace, tmp_path):
    model = make_network(namespace, tmp_path, [X], batch_norm=True, activation_fn=None)
    model.train(input_fn(), steps=1)
    first, last = (f"{tmp_path}/model.ckpt-{step}" for step in (0, 1))
    kernel = tf.train.load_variable(first, "dnn/hiddenlayer_0/kernel")
    hidden = FEATURES["x"][:2, None] @ kernel
    averages = {
        n: tf.train.load_variable(last, f"dnn/hiddenlayer_0/batchnorm_0/moving_{n}") for n in ("mean", "variance")
    }
    np.testing.assert_allclose(averages["mean"], 0.001 * hidden.mean(0), rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(averages["variance"], 0.999 + 0.001 * hidden.var(0), rtol=1e-6)


@every_family
@pytest.mark.parametrize("make", [lambda: tf.train.GradientDescentOptimizer(0.1), lambda: tf.optimizers.SGD(0.1)])
def test_optimizers_of_either_style_serve_both_families(namespace, make, tmp_path):
    made = namespace.LinearRegressor([X], str(tmp_path / "object"), optimizer=make()).train(input_fn())
    function = namespace.LinearRegressor([X], str(tmp_path / "function"), optimizer=make).train(input_fn())
    assert_same(variables(made), variables(function))
    same = V1.LinearRegressor([X], str(tmp_path / "v1"), optimizer=tf.train.GradientDescentOptimizer(0.1))
    if namespace is V1:
        assert_same(variables(made), variables(same.train(input_fn())))


@every_family
def test_optax_transformations_are_optimizers(namespace, tmp_path):
    optax = pytest.importorskip("optax")
    plain = tf.train.GradientDescentOptimizer(0.1)
    expected = namespace.LinearRegressor([X], str(tmp_path / "plain"), optimizer=plain).train(input_fn())
    for name, given in {"object": optax.sgd(0.1), "function": lambda: optax.sgd(0.1)}.items():
        model = namespace.LinearRegressor([X], str(tmp_path / name), optimizer=given).train(input_fn())
        weights = model.get_variable_value("linear/linear_model/x/weights")
        np.testing.assert_allclose(weights, expected.get_variable_value("linear/linear_model/x/weights"), rtol=1e-6)


def v2_arguments(name):
    """Returns the arguments of a classifier with a plain optimizer on each side."""
    plain = tf.train.GradientDescentOptimizer(0.1)
    return {
        "Linear": {"feature_columns": [X, KIND], "optimizer": plain},
        "DNN": {"feature_columns": [X], "hidden_units": [3], "optimizer": plain, "batch_norm": True},
        "DNNLinearCombined": {
            "linear_feature_columns": [KIND],
            "dnn_feature_columns": [X],
            "dnn_hidden_units": [3],
            "linear_optimizer": plain,
            "dnn_optimizer": plain,
        },
        "Baseline": {"optimizer": plain},
    }[name]


@pytest.mark.parametrize("name", ["Linear", "DNN", "DNNLinearCombined", "Baseline"])
def test_both_families_agree_where_nothing_is_left_to_defaults(name, tmp_path):
    labels = np.int32([0, 0, 1, 1])
    found = {}
    for family, reduction in (("v1", "weighted_sum_over_batch_size"), ("v2", "sum_over_batch_size")):
        config = tf.estimator.RunConfig(str(tmp_path / family), tf_random_seed=2)
        make = getattr(NAMESPACES[family], f"{name}Classifier")
        model = make(loss_reduction=reduction, weight_column="weight", config=config, **v2_arguments(name))
        model.train(input_fn(labels), steps=2)
        metrics = model.evaluate(input_fn(labels))
        curves = [metrics.pop(key) for key in ("auc", "auc_precision_recall")]
        found[family] = (variables(model), metrics, curves, next(model.predict(input_fn(None)))["logits"])
    assert_same(found["v1"][0], found["v2"][0])
    assert_same(found["v1"][1], found["v2"][1])
    assert found["v1"][3] == found["v2"][3]


@every_family
def test_a_function_that_makes_an_optimizer_sees_the_global_step(namespace, model_dir):
    def make():
        step = tf.train.get_global_step()
        return tf.train.GradientDescentOptimizer(tf.where(step < 2, 1.0, 0.0))

    model = namespace.BaselineRegressor(model_dir, optimizer=make, loss_reduction="weighted_sum")
    model.train(input_fn(epochs=None), steps=2)
    before = model.get_variable_value("baseline/bias")
    assert model.train(input_fn(epochs=None), steps=3).get_variable_value("baseline/bias") == before
    assert before != 0


@every_family
def test_each_side_has_its_optimizer_and_the_step_counts_once(namespace, model_dir):
    model = namespace.DNNLinearCombinedRegressor(
        model_dir,
        linear_feature_columns=[X],
        dnn_feature_columns=[X],
        dnn_hidden_units=[2],
        linear_optimizer=tf.train.GradientDescentOptimizer(0.0),
        dnn_optimizer=lambda: tf.train.GradientDescentOptimizer(0.1),
    )
    model.train(input_fn(), steps=2)
    assert model.get_variable_value("global_step") == 2
    assert model.get_variable_value("linear/linear_model/x/weights") == 0
    assert model.get_variable_value("dnn/logits/bias") != 0


@every_family
def test_partitioners_are_accepted_by_name(namespace, tmp_path):
    namespace.LinearRegressor([X], str(tmp_path / "linear"), partitioner=None)
    namespace.DNNClassifier([2], [X], str(tmp_path / "dnn"), input_layer_partitioner=lambda shape: shape)


class Shifted(tf.estimator.Head):
    """A head of one's own: predicts its logit and one more; its loss is the absolute error."""

    name = None
    logits_dimension = 1
    loss_reduction = "sum"

    def loss(self, labels, logits, features=None, mode=None, regularization_losses=None):
        return tf.reduce_sum(tf.abs(logits[:, 0] + 1.0 - labels))

    def predictions(self, logits, keys=None):
        return {"shifted": logits + 1.0}

    def metrics(self, regularization_losses=None):
        return {}

    def update_metrics(self, eval_metrics, features, logits, labels, mode=None, regularization_losses=None):
        return eval_metrics

    def create_estimator_spec(
        self,
        features,
        mode,
        logits,
        labels=None,
        optimizer=None,
        trainable_variables=None,
        train_op_fn=None,
        update_ops=None,
        regularization_losses=None,
    ):
        predictions = self.predictions(logits)
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions)
        loss = self.loss(labels, logits)
        train_op = None
        if mode == tf.estimator.ModeKeys.TRAIN:
            train_op = train_op_fn(loss) if train_op_fn else optimizer.minimize(loss, var_list=trainable_variables)
        return tf.estimator.EstimatorSpec(mode, predictions, loss, train_op)


SHAPES = {
    "LinearEstimator": {"feature_columns": [X]},
    "DNNEstimator": {"feature_columns": [X], "hidden_units": [2], "activation_fn": "tanh"},
    "DNNLinearCombinedEstimator": {
        "linear_feature_columns": [KIND],
        "dnn_feature_columns": [X],
        "dnn_hidden_units": [2],
        "dnn_activation_fn": "tanh",
    },
    "BaselineEstimator": {},
}


@pytest.mark.parametrize("name", SHAPES)
def test_any_shape_of_model_takes_a_head_of_ones_own(name, model_dir):
    config = tf.estimator.RunConfig(model_dir, tf_random_seed=1)
    model = getattr(tf.estimator, name)(Shifted(), config=config, **SHAPES[name])
    before = model.evaluate(input_fn())["loss"]
    model.train(input_fn(epochs=None), steps=20)
    assert model.evaluate(input_fn())["loss"] < before
    assert list(next(model.predict(input_fn(None)))) == ["shifted"]


@pytest.mark.parametrize("name", SHAPES)
def test_any_shape_of_model_learns_for_several_heads(name, model_dir):
    heads = [tf.estimator.RegressionHead(name="r", weight_column="weight"), tf.estimator.MultiClassHead(3, name="c")]
    config = tf.estimator.RunConfig(model_dir, tf_random_seed=1)
    model = getattr(V1, name)(tf.estimator.MultiHead(heads), config=config, **SHAPES[name])
    labels = {"r": LABELS, "c": np.int32([0, 1, 2, 2])}
    before = model.evaluate(input_fn(labels))
    model.train(input_fn(labels, epochs=None), steps=20)
    after = model.evaluate(input_fn(labels))
    assert after["loss"] < before["loss"]
    assert {"average_loss/r", "accuracy/c", "loss/r", "loss/c"} <= after.keys()
    row = next(model.predict(input_fn(None)))
    assert row["c", "probabilities"].shape == (3,)


def test_heads_of_contrib_serve_v1(model_dir):
    head = tf.contrib.estimator.multi_class_head(3, weight_column="weight")
    model = tf.contrib.estimator.DNNEstimator(head, [2], [X], model_dir).train(input_fn(np.int32([0, 1, 2, 2])))
    assert next(model.predict(input_fn(None)))["probabilities"].shape == (3,)


EMBEDDING = tf.feature_column.embedding_column(KIND, 2)


@every_family
@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("LinearRegressor", {"feature_columns": []}, "must have at least one column"),
        ("LinearRegressor", {"feature_columns": ["x"]}, "must be columns, .* got 'x'"),
        ("LinearRegressor", {"feature_columns": "x"}, "must be a list of columns; got str"),
        ("LinearRegressor", {"feature_columns": [X, X]}, "two with the name 'x'"),
        ("LinearRegressor", {"feature_columns": [X], "sparse_combiner": "max"}, "sparse_combiner must be .* got 'max'"),
        ("LinearRegressor", {"feature_columns": [X], "optimizer": "adam"}, "optimizer must be one of .* got 'adam'"),
        ("LinearRegressor", {"feature_columns": [X], "optimizer": 0.1}, "optimizer .* got 0.1"),
        (
            "LinearRegressor",
            {"feature_columns": [X], "label_dimension": 0},
            "label_dimension must be at least 1; got 0",
        ),
        ("LinearRegressor", {"feature_columns": [X], "loss_reduction": "max"}, "loss_reduction must be .* got 'max'"),
        ("LinearClassifier", {"feature_columns": [X], "n_classes": 1}, "n_classes must be at least 2; got 1"),
        ("DNNRegressor", {"feature_columns": [], "hidden_units": [1]}, "must have at least one column"),
        (
            "DNNRegressor",
            {"feature_columns": [KIND], "hidden_units": [1]},
            "'kind' is categorical. Wrap it in an indic",
        ),
        ("DNNRegressor", {"feature_columns": [X], "hidden_units": [2, 0]}, r"positive whole numbers.* got \[2, 0\]"),
        ("DNNRegressor", {"feature_columns": [X], "hidden_units": 3}, "positive whole numbers.* got 3"),
        ("DNNRegressor", {"feature_columns": [X], "hidden_units": [1], "dropout": 1.0}, "dropout must be .* got 1.0"),
        ("DNNRegressor", {"feature_columns": [X], "hidden_units": [1], "dropout": -0.1}, "dropout must be .* got -0.1"),
        ("DNNRegressor", {"feature_columns": [X], "hidden_units": [1], "optimizer": None}, "optimizer .* got None"),
        ("DNNRegressor", {"feature_columns": [X], "hidden_units": [1], "activation_fn": "rely"}, "got 'rely'"),
        ("DNNLinearCombinedRegressor", {}, "must name at least one column"),
        ("DNNLinearCombinedRegressor", {"dnn_feature_columns": [X]}, "dnn_feature_columns need dnn_hidden_units"),
        (
            "DNNLinearCombinedRegressor",
            {"linear_feature_columns": [X], "dnn_feature_columns": [EMBEDDING, KIND], "dnn_hidden_units": [1]},
            "'kind' is categorical",
        ),
        ("BaselineClassifier", {"optimizer": "Adagard"}, "optimizer must be one of .* got 'Adagard'"),
    ],
)
def test_what_cannot_be_is_refused_at_construction(name, arguments, message, namespace, model_dir):
    with pytest.raises(ValueError, match=message):
        getattr(namespace, name)(model_dir=model_dir, **arguments)
