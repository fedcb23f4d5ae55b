"""`tf.contrib.layers`: names of variables, numbers by hand, and whole programs with `optimize_loss`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import UnimplementedError
from estimax._scope._assigning import run_now
from estimax._scope._frame import Frame, entered

layers = tf.contrib.layers
ROWS = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
IMAGES = np.random.default_rng(1).normal(size=(2, 6, 6, 2)).astype(np.float32)


def names(build):
    """Returns the shapes of the variables that a function makes, by name."""
    active = Frame({}, key=lambda: jax.random.key(0))
    with entered(active):
        build()
    return {name: spec.shape for name, spec in active.specs.items()}


def with_values(**values):
    """Enters a frame whose variables have these values."""
    given = {name.replace("__", "/"): jnp.asarray(value, jnp.float32) for name, value in values.items()}
    return entered(Frame(given, key=lambda: jax.random.key(0)))


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            lambda: layers.fully_connected(layers.fully_connected(ROWS, 4), 2, biases_initializer=None),
            {"fully_connected/weights": (3, 4), "fully_connected/biases": (4,), "fully_connected_1/weights": (4, 2)},
        ),
        (
            lambda: layers.stack(ROWS, layers.fully_connected, [4, 2]),
            {
                "Stack/fully_connected_1/weights": (3, 4),
                "Stack/fully_connected_1/biases": (4,),
                "Stack/fully_connected_2/weights": (4, 2),
                "Stack/fully_connected_2/biases": (2,),
            },
        ),
        (
            lambda: layers.stack(IMAGES, layers.conv2d, [(4, 3), (2, [1, 2])], scope="s", biases_initializer=None),
            {"s/s_1/weights": (3, 3, 2, 4), "s/s_2/weights": (1, 2, 4, 2)},
        ),
        (
            lambda: layers.repeat(IMAGES, 2, layers.conv2d, 2, 3, biases_initializer=None),
            {"Repeat/convolution_1/weights": (3, 3, 2, 2), "Repeat/convolution_2/weights": (3, 3, 2, 2)},
        ),
        (
            lambda: layers.linear(ROWS, 2, normalizer_fn=layers.batch_norm, scope="out"),
            {
                "out/weights": (3, 2),
                "out/BatchNorm/beta": (2,),
                "out/BatchNorm/moving_mean": (2,),
                "out/BatchNorm/moving_variance": (2,),
            },
        ),
        (lambda: layers.layer_norm(IMAGES), {"LayerNorm/beta": (2,), "LayerNorm/gamma": (2,)}),
        (lambda: layers.bias_add(ROWS), {"BiasAdd/biases": (3,)}),
        (
            lambda: layers.separable_conv2d(IMAGES, 5, 3, 2),
            {
                "SeparableConv2d/depthwise_weights": (3, 3, 2, 2),
                "SeparableConv2d/pointwise_weights": (1, 1, 4, 5),
                "SeparableConv2d/biases": (5,),
            },
        ),
        (
            lambda: layers.separable_conv2d(IMAGES, None, 3),
            {"SeparableConv2d/depthwise_weights": (3, 3, 2, 1), "SeparableConv2d/biases": (2,)},
        ),
        (
            lambda: layers.conv2d_transpose(IMAGES, 5, 3, 2),
            {"Conv2d_transpose/weights": (3, 3, 5, 2), "Conv2d_transpose/biases": (5,)},
        ),
        (lambda: layers.embed_sequence(jnp.array([[1, 2]]), 7, 3), {"EmbedSequence/embeddings": (7, 3)}),
        (lambda: layers.bow_encoder(jnp.array([[1, 2]]), 7, 3), {"BowEncoder/embeddings": (7, 3)}),
    ],
)
def test_variables_have_the_names_of_1x(build, expected):
    assert names(build) == expected


def test_layers_share_variables_under_reuse():
    def build():
        for reuse in (None, True):
            layers.fully_connected(ROWS, 4, scope="a", reuse=reuse)
        with tf.variable_scope("b", reuse=tf.AUTO_REUSE):
            layers.fully_connected(ROWS, 4)
        with tf.variable_scope("b", reuse=tf.AUTO_REUSE):
            layers.fully_connected(ROWS, 4)

    assert list(names(build)) == ["a/weights", "a/biases", "b/fully_connected/weights", "b/fully_connected/biases"]


def test_a_fully_connected_layer_has_relu_unless_told_otherwise():
    weights, biases = np.arange(6.0).reshape(3, 2) - 2, np.array([0.5, -1])
    product = ROWS @ weights + biases
    for layer, expected in (
        (layers.fully_connected, np.maximum(product, 0)),
        (layers.relu, np.maximum(product, 0)),
        (layers.relu6, np.clip(product, 0, 6)),
        (layers.linear, product),
    ):
        with with_values(mine__weights=weights, mine__biases=biases):
            np.testing.assert_allclose(layer(ROWS, 2, scope="mine"), expected, rtol=1e-5, atol=1e-5)


def test_convolutions_are_those_of_nn():
    kernel = np.random.default_rng(2).normal(size=(3, 3, 2, 4))
    with with_values(c__weights=kernel, c__biases=np.zeros(4)):
        out = layers.conv2d(IMAGES, 4, 3, stride=2, activation_fn=None, scope="c")
    np.testing.assert_allclose(out, tf.nn.conv2d(IMAGES, kernel, 2, "SAME"), rtol=1e-5, atol=1e-5)
    with with_values(c__weights=kernel, c__biases=np.ones(4)):
        first = layers.conv2d(IMAGES.transpose(0, 3, 1, 2), 4, [3, 3], data_format="NCHW", rate=2, scope="c")
    expected = np.maximum(np.asarray(tf.nn.conv2d(IMAGES, kernel, 1, "SAME", dilations=2)) + 1, 0)
    np.testing.assert_allclose(first, expected.transpose(0, 3, 1, 2), rtol=1e-5, atol=1e-5)
    assert layers.conv2d_transpose(IMAGES, 3, 3, stride=2).shape == (2, 12, 12, 3)
    assert layers.conv2d_transpose(IMAGES, 3, 3, stride=2, padding="VALID").shape == (2, 13, 13, 3)
    assert layers.conv1d(IMAGES[:, 0], 3, 2).shape == (2, 6, 3)
    assert layers.max_pool2d(IMAGES, 2).shape == layers.avg_pool2d(IMAGES, [2, 2]).shape == (2, 3, 3, 2)
    assert layers.flatten(IMAGES).shape == (2, 72)


def test_batch_norm_moves_its_averages_by_the_variance_of_a_sample():
    for collection, fused in ((tf.GraphKeys.UPDATE_OPS, None), (None, None), ("mine", False)):
        with with_values(bn__moving_mean=[1, 0, 0], bn__moving_variance=[2, 1, 1], bn__beta=[0, 0, 5]) as active:
            out = layers.batch_norm(ROWS, decay=0.9, updates_collections=collection, fused=fused, scope="bn")
            assert bool(active.updates) == (collection is None)
            run_now(tf.get_collection(collection) if collection else [])
        np.testing.assert_allclose(
            out, (ROWS - ROWS.mean(0)) / np.sqrt(ROWS.var(0) + 1e-3) + [0, 0, 5], rtol=1e-4, atol=1e-5
        )
        np.testing.assert_allclose(active.updates["bn/moving_mean"], [0.9, 0, 0] + 0.1 * ROWS.mean(0), rtol=1e-5)
        variance = ROWS.var(0, ddof=0 if fused is False else 1)
        np.testing.assert_allclose(active.updates["bn/moving_variance"], [1.8, 0.9, 0.9] + 0.1 * variance, rtol=1e-5)


def test_batch_norm_takes_the_averages_outside_of_training():
    with with_values(bn__moving_mean=[1, 0, 0], bn__moving_variance=[4, 1, 1], bn__gamma=[2, 1, 1], bn__beta=[0] * 3):
        out = layers.batch_norm(ROWS, is_training=False, scale=True, scope="bn")
    np.testing.assert_allclose(out, (ROWS - [1, 0, 0]) / np.sqrt([4.001, 1.001, 1.001]) * [2, 1, 1], rtol=1e-4)
    with pytest.raises(UnimplementedError, match="renorm"):
        layers.batch_norm(ROWS, renorm=True)


def test_layer_norm_normalizes_each_example():
    out = layers.layer_norm(IMAGES)
    over = (1, 2, 3)
    expected = (IMAGES - IMAGES.mean(over, keepdims=True)) / IMAGES.std(over, keepdims=True)
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="must name axes"):
        layers.layer_norm(ROWS, begin_norm_axis=2)


def test_ids_become_vectors():
    table = np.arange(8.0).reshape(4, 2)
    with with_values(e__embeddings=table):
        out = layers.embed_sequence(jnp.array([[1, 3], [0, 0]]), 4, 2, scope="e")
    np.testing.assert_array_equal(out, table[[[1, 3], [0, 0]]])
    for is_sparse, expected in ((True, [[4, 5], [2, 3]]), (False, [[4, 5], [1, 2]])):
        with with_values(e__embeddings=table):
            out = layers.bow_encoder(jnp.array([[1, 3], [0, 1]]), 4, 2, sparse_lookup=is_sparse, scope="e")
        np.testing.assert_allclose(out, expected)
    with pytest.raises(ValueError, match="vocab_size and embed_dim"):
        layers.embed_sequence(jnp.array([[1]]))


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (layers.l1_regularizer(0.5), 3.0),
        (layers.l2_regularizer(0.5), 3.5),
        (layers.l1_l2_regularizer(0.5, 0.25), 4.75),
        (layers.sum_regularizer([layers.l1_regularizer(0.5), None, layers.l1_regularizer(1.0)]), 9.0),
        (layers.l2_regularizer(0.0), None),
        (layers.l1_l2_regularizer(0.0, 1.0), 7.0),
    ],
)
def test_regularizers_have_the_scales_of_1x(regularizer, expected):
    found = regularizer(jnp.array([1.0, -2.0, 3.0]))
    assert found is expected or float(found) == expected


@pytest.mark.parametrize("scale", [1, -0.5])
def test_a_scale_is_a_float_that_is_not_negative(scale):
    for make in (layers.l1_regularizer, layers.l2_regularizer):
        with pytest.raises(ValueError, match="scale of a regularizer"):
            make(scale)


def test_penalties_are_collected():
    with with_values():
        layers.fully_connected(ROWS, 2, weights_regularizer=layers.l2_regularizer(1.0), scope="a")
        layers.fully_connected(ROWS, 2, weights_regularizer=layers.l2_regularizer(1.0), scope="a", reuse=True)
        layers.fully_connected(ROWS, 2, weights_regularizer=layers.l2_regularizer(0.0), scope="b")
        assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1
        total = layers.apply_regularization(layers.l1_regularizer(2.0), [jnp.array([1.0, -2.0]), jnp.array(3.0)])
        assert float(total) == 12
        assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 2
        assert len(tf.contrib.framework.get_model_variables()) == 4
        assert [v.name for v in tf.contrib.framework.get_variables("a", "weights")] == ["a/weights:0"]


@pytest.mark.parametrize(
    ("initializer", "shape", "limit", "deviation"),
    [
        (layers.xavier_initializer(seed=1), (300, 200), np.sqrt(6 / 500), np.sqrt(2 / 500)),
        (layers.xavier_initializer(seed=1), (3, 3, 30, 40), np.sqrt(6 / 630), np.sqrt(2 / 630)),
        (layers.xavier_initializer(False, seed=1), (300, 200), 2 * np.sqrt(2.6 / 500), 0.88 * np.sqrt(2.6 / 500)),
        (layers.variance_scaling_initializer(seed=1), (300, 200), 2 * np.sqrt(2.6 / 300), 0.88 * np.sqrt(2.6 / 300)),
    ],
)
def test_initializers_have_their_limits_and_deviations(initializer, shape, limit, deviation):
    values = initializer(shape)
    assert 0.95 * limit < np.abs(values).max() <= limit * 1.0001
    assert values.std() == pytest.approx(deviation, rel=0.02)


def test_arg_scope_sets_defaults_for_what_is_called_inside():
    framework = tf.contrib.framework
    ones = tf.ones_initializer()
    with framework.arg_scope([layers.fully_connected, layers.conv2d], activation_fn=None, weights_initializer=ones):
        assert float(layers.fully_connected([[-1.0]], 1)[0, 0]) == -1
        assert float(layers.fully_connected([[-1.0]], 1, activation_fn=tf.nn.relu)[0, 0]) == 0
        with framework.arg_scope([layers.fully_connected], biases_initializer=ones) as scope:
            assert float(layers.fully_connected([[-3.0]], 1)[0, 0]) == -2
        assert float(layers.fully_connected([[-3.0]], 1)[0, 0]) == -3
    assert float(layers.fully_connected([[-3.0]], 1, weights_initializer=ones)[0, 0]) == 0
    with framework.arg_scope(scope):
        assert float(layers.fully_connected([[-3.0]], 1)[0, 0]) == -2

    @framework.add_arg_scope
    def own(x, factor=1):
        return x * factor

    with framework.arg_scope([own], factor=5):
        assert own(2) == 10
    assert own(2) == 2
    with pytest.raises(ValueError, match="add_arg_scope"), framework.arg_scope([len], x=1):
        pass


def test_feature_columns_have_their_older_names():
    hashed = layers.sparse_column_with_hash_bucket("b", 10)
    columns = [
        layers.real_valued_column("a", 2),
        layers.embedding_column(hashed, 3),
        layers.one_hot_column(layers.sparse_column_with_keys("c", ["x", "y"])),
        layers.one_hot_column(layers.sparse_column_with_integerized_feature("d", 4)),
        layers.bucketized_column(layers.real_valued_column("e"), [1.0, 2.0]),
        layers.one_hot_column(layers.crossed_column([hashed, "f"], 5)),
    ]
    assert columns[0] == tf.feature_column.numeric_column("a", (2,))
    assert sorted(layers.create_feature_spec_for_parsing(columns)) == ["a", "b", "c", "d", "e", "f"]


# Whole programs.


def linear_data():
    x = np.random.default_rng(3).normal(size=(64, 3)).astype(np.float32)
    return x, (x @ np.array([[1.0], [-2.0], [3.0]]) + 0.5).astype(np.float32)


def input_fn():
    x, y = linear_data()
    return tf.data.Dataset.from_tensor_slices(({"x": x}, y)).repeat().batch(16)


def trained(model_dir, train_op, steps=3):
    """Trains a line with a train op; returns the estimator."""

    def model_fn(features, labels, mode):
        out = layers.linear(features["x"], 1, weights_initializer=tf.zeros_initializer(), scope="line")
        loss = tf.losses.mean_squared_error(labels, out)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op(loss, tf.train.get_global_step()))

    return tf.estimator.Estimator(model_fn, model_dir).train(input_fn, steps=steps)


def by_hand(steps, rate, change=lambda g: g, decay=lambda rate, step: rate):
    """Returns weights and biases after steps of gradient descent, whose gradients are changed first."""
    x, y = linear_data()
    w, b = np.zeros((3, 1)), np.zeros(1)
    for step in range(steps):
        rows, wanted = x[16 * step : 16 * step + 16], y[16 * step : 16 * step + 16]
        error = 2 * (rows @ w + b - wanted) / 16
        gw, gb = change((rows.T @ error, error.sum(0)))
        w, b = w - decay(rate, step) * gw, b - decay(rate, step) * gb
    return w, b


def clipped(gradients):
    norm = np.sqrt(sum((g**2).sum() for g in gradients))
    return tuple(g * min(1, 0.5 / norm) for g in gradients)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"learning_rate": 0.1, "optimizer": "SGD"}, by_hand(3, 0.1)),
        ({"learning_rate": 0.1, "optimizer": tf.train.GradientDescentOptimizer}, by_hand(3, 0.1)),
        ({"learning_rate": None, "optimizer": tf.train.GradientDescentOptimizer(0.1)}, by_hand(3, 0.1)),
        (
            {"learning_rate": 0.1, "optimizer": lambda rate: tf.train.GradientDescentOptimizer(rate / 2)},
            by_hand(3, 0.05),
        ),
        ({"learning_rate": 0.1, "optimizer": "SGD", "clip_gradients": 0.5}, by_hand(3, 0.1, clipped)),
        (
            {"learning_rate": 0.1, "optimizer": "SGD", "clip_gradients": lambda pairs: [(-g, v) for g, v in pairs]},
            by_hand(3, -0.1),
        ),
        (
            {"learning_rate": 0.1, "optimizer": "SGD", "gradient_multipliers": {"line/weights": 3.0}},
            by_hand(3, 0.1, lambda g: (g[0] * 3, g[1])),
        ),
        (
            {
                "learning_rate": 0.1,
                "optimizer": "SGD",
                "learning_rate_decay_fn": lambda rate, step: tf.train.exponential_decay(rate, step, 1, 0.5),
                "summaries": ["learning_rate", "loss", "gradients", "gradient_norm"],
            },
            by_hand(3, 0.1, decay=lambda rate, step: rate * 0.5**step),
        ),
        (
            {"learning_rate": 0.1, "optimizer": "SGD", "variables": ["line/biases"]},
            by_hand(3, 0.1, lambda g: (0 * g[0], g[1])),
        ),
    ],
)
def test_optimize_loss_does_what_its_arguments_say(model_dir, arguments, expected):
    estimator = trained(model_dir, lambda loss, step: layers.optimize_loss(loss, step, **arguments))
    for name, value in zip(("weights", "biases"), expected, strict=True):
        np.testing.assert_allclose(estimator.get_variable_value(f"line/{name}"), value, rtol=1e-4, atol=1e-6)
    assert ("OptimizeLoss/learning_rate" in estimator.get_variable_names()) == (arguments["learning_rate"] is not None)
    assert estimator.get_variable_value("global_step") == 3


@pytest.mark.parametrize("optimizer", sorted(layers.OPTIMIZER_CLS_NAMES))
def test_optimizers_have_names(model_dir, optimizer):
    estimator = trained(model_dir, lambda loss, step: layers.optimize_loss(loss, step, 0.1, optimizer), steps=1)
    assert estimator.get_variable_value("line/weights").any()


def test_noise_is_added_to_gradients(model_dir):
    estimator = trained(
        model_dir, lambda loss, step: layers.optimize_loss(loss, step, 0.1, "SGD", gradient_noise_scale=10.0), steps=1
    )
    moved = estimator.get_variable_value("line/weights") - by_hand(1, 0.1)[0]
    assert 0.01 < np.abs(moved).max() <= 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": 0.1, "optimizer": "Adams"}, "did you mean 'Adam'"),
        ({"learning_rate": None, "optimizer": "SGD"}, "needs a learning_rate"),
        ({"learning_rate": "fast", "optimizer": "SGD"}, "number or a scalar"),
        ({"learning_rate": 0.1, "optimizer": 7}, "must be a name, a class"),
        ({"learning_rate": 0.1, "optimizer": "SGD", "summaries": ["all"]}, "must be some of"),
        ({"learning_rate": 0.1, "optimizer": "SGD", "clip_gradients": "much"}, "clip_gradients must be"),
    ],
)
def test_optimize_loss_refuses_what_makes_no_sense(model_dir, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        trained(model_dir, lambda loss, step: layers.optimize_loss(loss, step, **arguments))


def test_create_train_op_clips_each_gradient(model_dir):
    training = tf.contrib.training

    def each(gradients):
        return tuple(g * min(1, 0.5 / np.sqrt((g**2).sum())) for g in gradients)

    estimator = trained(
        model_dir,
        lambda loss, step: training.create_train_op(
            loss,
            tf.train.GradientDescentOptimizer(0.1),
            transform_grads_fn=training.clip_gradient_norms_fn(0.5),
            summarize_gradients=True,
        ),
    )
    expected = by_hand(3, 0.1, each)
    np.testing.assert_allclose(estimator.get_variable_value("line/weights"), expected[0], rtol=1e-4)
    np.testing.assert_allclose(estimator.get_variable_value("line/biases"), expected[1], rtol=1e-4)


def test_a_deep_program_learns_and_moves_its_averages(model_dir):
    def model_fn(features, labels, mode):
        training = mode == tf.estimator.ModeKeys.TRAIN
        net = layers.stack(
            features["x"],
            layers.fully_connected,
            [16, 8],
            normalizer_fn=layers.batch_norm,
            normalizer_params={"is_training": training, "decay": 0.8},
            weights_regularizer=layers.l2_regularizer(1e-4),
        )
        net = layers.dropout(net, keep_prob=0.95, is_training=training)
        out = layers.linear(net, 1)
        loss = tf.losses.mean_squared_error(labels, out) + tf.losses.get_regularization_loss()
        train_op = layers.optimize_loss(loss, tf.train.get_global_step(), 0.05, "Adam", clip_gradients=5.0)
        return tf.estimator.EstimatorSpec(mode, predictions=out, loss=loss, train_op=train_op if training else None)

    estimator = tf.estimator.Estimator(model_fn, model_dir)
    estimator.train(input_fn, steps=4)
    first = estimator.evaluate(input_fn, steps=4)["loss"]
    estimator.train(input_fn, steps=80)
    assert estimator.evaluate(input_fn, steps=4)["loss"] < first / 2
    mean = estimator.get_variable_value("Stack/fully_connected_1/BatchNorm/moving_mean")
    assert np.abs(mean).max() > 0.01
