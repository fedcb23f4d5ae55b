"""Models in JAX in a model function: pytrees, Flax NNX, Flax linen and Equinox, with dropout and running statistics."""

import equinox as eqx
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

import estimax as tf

TRAIN = tf.estimator.ModeKeys.TRAIN
X = np.random.default_rng(0).normal(size=(192, 4)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0).astype(np.int32)


class NnxNet(nnx.Module):
    def __init__(self, rngs):
        self.first = nnx.Linear(4, 8, rngs=rngs)
        self.norm = nnx.BatchNorm(8, rngs=rngs)
        self.drop = nnx.Dropout(0.3, rngs=rngs)
        self.heads = nnx.List([nnx.Linear(8, 2, rngs=rngs)])

    def __call__(self, x):
        return self.heads[0](self.drop(jax.nn.relu(self.norm(self.first(x)))))


class LinenNet(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        x = nn.BatchNorm(use_running_average=not train, name="norm")(nn.Dense(8, name="first")(x))
        return nn.Dense(2, name="head")(nn.Dropout(0.3, deterministic=not train)(jax.nn.relu(x)))


class EquinoxNet(eqx.Module):
    first: eqx.nn.Linear
    norm: eqx.nn.BatchNorm
    drop: eqx.nn.Dropout
    head: eqx.nn.Linear

    def __init__(self, key):
        one, two = jax.random.split(key)
        self.first, self.head = eqx.nn.Linear(4, 8, key=one), eqx.nn.Linear(8, 2, key=two)
        self.norm, self.drop = eqx.nn.BatchNorm(8, "batch", mode="batch"), eqx.nn.Dropout(0.3)

    def __call__(self, x, state, key):
        x, state = self.norm(self.first(x), state)
        return self.head(self.drop(jax.nn.relu(x), key=key)), state


def nnx_logits(x, mode):
    return tf.modules.from_nnx(NnxNet, mode)(x)


def linen_logits(x, mode):
    return tf.modules.from_linen(LinenNet())(x, mode == TRAIN)


def equinox_logits(x, mode):
    net, state = tf.modules.from_equinox(lambda key: eqx.nn.make_with_state(EquinoxNet)(key=key), mode)
    keys = jax.random.split(tf.modules.next_key(), x.shape[0])
    logits, after = jax.vmap(net, axis_name="batch", in_axes=(0, None, 0), out_axes=(0, None))(x, state, keys)
    tf.set_variables(state, after)
    return logits


def mlp_logits(x, mode):
    return jax.vmap(tf.modules.from_equinox(lambda key: eqx.nn.MLP(4, 2, 8, 1, key=key), mode, name="mlp"))(x)


def tree_logits(x, mode):
    def init(key):
        return {"layers": [{"kernel": jax.random.normal(key, (4, 2)), "bias": 0.0}], "calls": jnp.int32(0)}

    tree = tf.get_variables("net", init)
    tf.set_variables({"calls": tree["calls"]}, {"calls": tree["calls"] + 1})
    return x @ tree["layers"][0]["kernel"] + tree["layers"][0]["bias"]


# How the logits are made, the names of trained variables, and those of others.
MODELS = {
    "nnx": (
        nnx_logits,
        ["first/bias", "first/kernel", "heads/0/bias", "heads/0/kernel", "norm/bias", "norm/scale"],
        ["norm/mean", "norm/var"],
    ),
    "linen": (
        linen_logits,
        ["first/bias", "first/kernel", "head/bias", "head/kernel", "norm/bias", "norm/scale"],
        ["norm/mean", "norm/var"],
    ),
    "equinox": (
        equinox_logits,
        ["first/bias", "first/weight", "head/bias", "head/weight", "norm/bias", "norm/weight"],
        ["state/0", "state/1/0", "state/1/1"],
    ),
    "tree": (tree_logits, ["layers/0/bias", "layers/0/kernel"], ["calls"]),
}
everywhere = pytest.mark.parametrize("model", MODELS)


def model_fn(features, labels, mode, params):
    logits = MODELS[params["model"]][0](features["x"], mode)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {"probabilities": jax.nn.softmax(logits)})
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
    accuracy = tf.metrics.accuracy(labels, jnp.argmax(logits, -1))
    return tf.estimator.EstimatorSpec(
        mode, loss=loss, train_op=optax.adam(0.02), eval_metric_ops={"accuracy": accuracy}
    )


def estimator_of(model, folder, **options):
    config = tf.estimator.RunConfig(tf_random_seed=5)
    return tf.estimator.Estimator(model_fn, str(folder), config, {"model": model}, **options)


def rows(first=0, last=192, epochs=1):
    return lambda: tf.data.Dataset.from_tensor_slices(({"x": X[first:last]}, Y[first:last])).batch(16).repeat(epochs)


def values(estimator):
    return {name: estimator.get_variable_value(name) for name in estimator.get_variable_names()}


@everywhere
def test_a_model_learns_and_its_arrays_are_variables(model, model_dir):
    estimator = estimator_of(model, model_dir).train(rows(epochs=6))
    assert estimator.evaluate(rows())["accuracy"] > 0.85
    _, trained, others = MODELS[model]
    names = estimator.get_variable_names()
    assert [n for n in names if n.startswith("net/")] == sorted(f"net/{n}" for n in trained + others)
    assert [n for n in names if "/mu/" in n] == sorted(f"training/optax/0/mu/net/{n}" for n in trained)
    assert all(np.any(estimator.get_variable_value(f"net/{n}") != 0) for n in others)


@everywhere
def test_a_run_in_two_parts_ends_where_one_run_ends(model, tmp_path):
    once = estimator_of(model, tmp_path / "once").train(rows())
    estimator_of(model, tmp_path / "parts").train(rows(0, 64))
    parts = estimator_of(model, tmp_path / "parts").train(rows(64, 192))
    for name, value in values(once).items():
        np.testing.assert_array_equal(value, parts.get_variable_value(name), err_msg=name)


@everywhere
def test_an_export_answers_what_is_predicted(model, tmp_path):
    estimator = estimator_of(model, tmp_path / "model").train(rows())
    receiver = tf.estimator.export.build_raw_serving_input_receiver_fn({"x": tf.placeholder(tf.float32, [None, 4])})
    folder = estimator.export_saved_model(str(tmp_path / "export"), receiver).decode()
    answer = tf.saved_model.load(folder).signatures["predict"](x=X[:7])
    predicted = [p["probabilities"] for p in estimator.predict(rows(0, 7))]
    np.testing.assert_allclose(answer["probabilities"], predicted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model", ["nnx", "tree"])
def test_a_new_model_starts_warm(model, tmp_path):
    first = estimator_of(model, tmp_path / "first").train(rows())
    second = estimator_of(model, tmp_path / "second", warm_start_from=first.model_dir).train(rows(), steps=1)
    for name in [f"net/{n}" for n in MODELS[model][1]]:
        np.testing.assert_allclose(first.get_variable_value(name), second.get_variable_value(name), atol=0.03)


def test_evaluation_changes_no_statistics_and_drops_nothing(model_dir):
    estimator = estimator_of("nnx", model_dir).train(rows())
    before = values(estimator)
    one, two = (next(iter(estimator.predict(rows())))["probabilities"] for _ in range(2))
    assert estimator.evaluate(rows()) == estimator.evaluate(rows())
    np.testing.assert_array_equal(one, two)
    assert all(np.array_equal(before[n], v) for n, v in values(estimator).items())


def test_plain_equinox_needs_no_state(model_dir):
    def plain(features, labels, mode):
        loss = jnp.mean(jnp.square(mlp_logits(features["x"], mode)[:, 0] - labels))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.train.minimize(loss, optax.sgd(0.1)))

    estimator = tf.estimator.Estimator(plain, model_dir).train(rows())
    assert estimator.get_variable_value("mlp/layers/0/weight").shape == (8, 4)


def test_first_values_are_computed_once_for_all_leaves(model_dir):
    computed = []

    def init(key):
        jax.debug.callback(lambda: computed.append(1))
        return {"a": jax.random.normal(key, (3,)), "b": jax.random.normal(key, (3,))}

    def tiny(features, labels, mode):
        tree = tf.get_variables("net", init)
        loss = jnp.sum(jnp.square(tree["a"] - tree["b"])) + 0 * jnp.sum(features["x"])
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=optax.sgd(0.1))

    estimator = tf.estimator.Estimator(tiny, model_dir).train(rows(), steps=2)
    jax.effects_barrier()
    assert len(computed) == 1
    np.testing.assert_array_equal(estimator.get_variable_value("net/a"), estimator.get_variable_value("net/b"))


def test_random_keys_and_what_is_no_array_keep_their_kind():
    def init(key):
        return {"key": key, "size": 3, "none": None, "function": (jax.nn.relu, np.float32(2))}

    tree = tf.get_variables("net", init)
    assert jnp.issubdtype(tree["key"].dtype, jax.dtypes.prng_key)
    assert tree["size"].dtype == jnp.int32
    assert (tree["none"], tree["function"][0], float(tree["function"][1])) == (None, jax.nn.relu, 2.0)


def test_what_is_trained_can_be_said_by_path(model_dir):
    def frozen(features, labels, mode):
        tree = tf.get_variables("net", lambda key: {"w": jnp.ones(4), "b": jnp.ones(())}, trainable=lambda p: p == "b")
        loss = jnp.mean(jnp.square(features["x"] @ tree["w"] + tree["b"] - labels))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=optax.sgd(0.1))

    estimator = tf.estimator.Estimator(frozen, model_dir).train(rows())
    assert estimator.get_variable_value("net/w").tolist() == [1, 1, 1, 1]
    assert estimator.get_variable_value("net/b") != 1


def test_nothing_without_arrays_and_no_other_trees():
    with pytest.raises(tf.errors.InvalidArgumentError, match="returned no array"):
        tf.get_variables("net", lambda key: {"activation": jax.nn.relu})
    tree = tf.get_variables("net", lambda key: {"w": jnp.ones(2)})
    with pytest.raises(tf.errors.InvalidArgumentError, match="same structure"):
        tf.set_variables(tree, {"v": jnp.ones(2)})
    with pytest.raises(tf.errors.InvalidArgumentError, match="no variable of the model"):
        tf.set_variables({"w": jnp.zeros(2)}, {"w": jnp.ones(2)})
    with pytest.raises(tf.errors.InvalidArgumentError, match="mode must be the mode"):
        tf.modules.from_nnx(NnxNet, "training")


def test_an_array_that_nnx_takes_for_a_constant_is_named():
    class Scaled(nnx.Module):
        def __init__(self, rngs):
            self.scale = jnp.ones(3)

    with pytest.raises(tf.errors.InvalidArgumentError, match=r"'scale' of an NNX module .* nnx.Param"):
        tf.modules.from_nnx(Scaled, True)
