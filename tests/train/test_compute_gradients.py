"""Gradients inside a model function: real arrays, and steps equal to those of `minimize`."""

import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax import layers
from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import frame
from estimax._scope._variables import Table, get_variable
from estimax.initializers import zeros_initializer
from estimax.summary import DeclaredSummary
from estimax.train._gradients import IndexedSlices
from estimax.train._optimizers import (
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
)
from tests.train.programs import (
    BATCH,
    IDS,
    IDS_SPEC,
    NUMBERS,
    NUMBERS_SPEC,
    ROWS,
    TARGETS,
    TARGETS_SPEC,
    WIDTH,
    embedded,
    run,
    step_of,
)


def network(numbers, targets):
    """A network with dropout, whose random numbers must be those of the loss that is reported."""
    net = layers.dropout(layers.dense(numbers, 4, activation=jnp.tanh), 0.4, training=True)
    return jnp.mean(jnp.square(layers.dense(net, 1)[:, 0] - targets))


def by_minimize(loss_of, optimizer):
    def model(*inputs):
        loss = loss_of(*inputs)
        return loss, [optimizer.minimize(loss)]

    return model


def in_halves(loss_of, optimizer, change=lambda pairs: pairs):
    def model(*inputs):
        loss = loss_of(*inputs)
        return loss, [optimizer.apply_gradients(change(optimizer.compute_gradients(loss)))]

    return model


def same(one, other):
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_allclose(other[name], value, rtol=1e-5, atol=1e-6, err_msg=name)


def test_the_halves_of_minimize_do_what_it_does_to_a_network():
    specs, entries = (NUMBERS_SPEC, TARGETS_SPEC), (NUMBERS, TARGETS)
    optimizer = AdamOptimizer(0.05)
    variables, values = run(step_of(by_minimize(network, optimizer), *specs), entries)
    others, other_values = run(step_of(in_halves(network, optimizer), *specs), entries)
    same(variables, others)
    same(values, other_values)


@pytest.mark.parametrize(
    "optimizer",
    [AdagradOptimizer(0.1), MomentumOptimizer(0.05, 0.9), AdamOptimizer(0.02), tf.optimizers.RMSprop(0.01)],
    ids=lambda optimizer: optimizer.name,
)
def test_the_halves_of_minimize_do_what_it_does_to_a_table(optimizer):
    specs, entries = (IDS_SPEC, TARGETS_SPEC), (IDS, TARGETS)
    variables, _ = run(step_of(by_minimize(embedded, optimizer), *specs), entries)
    others, _ = run(step_of(in_halves(embedded, optimizer), *specs), entries)
    same(variables, others)


def test_gradients_can_be_clipped_by_hand_or_by_the_optimizer():
    def clipped(pairs):
        gradients, variables = zip(*pairs)
        return list(zip(tf.clip_by_global_norm(gradients, 0.3)[0], variables))

    optimizer = GradientDescentOptimizer(0.1)
    specs, entries = (IDS_SPEC, TARGETS_SPEC), (IDS, TARGETS)
    by_hand, _ = run(step_of(in_halves(embedded, optimizer, clipped), *specs), entries)
    wrapped = tf.contrib.estimator.clip_gradients_by_norm(optimizer, 0.3)
    by_wrapper, _ = run(step_of(by_minimize(embedded, wrapped), *specs), entries)
    keras = tf.optimizers.SGD(0.1, global_clipnorm=0.3)
    by_keras, _ = run(step_of(by_minimize(embedded, keras), *specs), entries)
    same(by_hand, by_wrapper)
    for name in ("table", "scale"):
        np.testing.assert_allclose(by_keras[name], by_hand[name], rtol=1e-5, atol=1e-6)
    unclipped, _ = run(step_of(by_minimize(embedded, optimizer), *specs), entries)
    assert np.abs(unclipped["table"] - by_hand["table"]).max() > 0.1


def test_a_norm_counts_each_row_once_for_each_look_up():
    found = {}

    def model(ids, targets):
        table = Table("table", (ROWS, 1), zeros_initializer())
        loss = jnp.sum(table.lookup(ids[:, 0])) + 2 * jnp.sum(table.lookup(ids[:, 1]))
        pairs = GradientDescentOptimizer(0.1).compute_gradients(loss)
        frame().summaries.append(DeclaredSummary("scalar", "norm", tf.global_norm([g for g, _ in pairs])))
        found["slices"] = pairs[0][0]
        return loss, [GradientDescentOptimizer(0.1).apply_gradients(pairs)]

    ids = np.zeros((1, BATCH, 2), np.int32)
    ids[0, :, 1] = [0, 0, 0, 1, -1]
    variables, values = run(step_of(model, IDS_SPEC, TARGETS_SPEC), (ids, TARGETS[:1]))
    # Row 0 got 5 from the first look-up and 3 * 2 from the second, row 1 got 2.
    assert values["norm"][0] == pytest.approx(np.sqrt(5**2 + 6**2 + 2**2))
    np.testing.assert_allclose(variables["table"][:3, 0], [-1.1, -0.2, 0], rtol=1e-6)
    assert isinstance(found["slices"], IndexedSlices)
    assert found["slices"].dense_shape == (ROWS, 1)


def test_what_a_loss_does_not_depend_on_has_no_gradient_and_stays():
    def model(numbers, targets):
        used = get_variable("used", (2,), initializer=zeros_initializer())
        for name in ("unused", "stopped"):
            get_variable(name, (2,), initializer=zeros_initializer())
        stopped = tf.stop_gradient(get_variable("stopped", (2,), initializer=zeros_initializer()))
        loss = jnp.mean(jnp.square(numbers @ (used + stopped) - targets))
        optimizer = FtrlOptimizer(0.1)
        pairs = optimizer.compute_gradients(loss)
        assert [(v.name, v.op.name, g is None) for g, v in pairs] == [
            ("used:0", "used", False),
            ("unused:0", "unused", True),
            ("stopped:0", "stopped", True),
        ]
        return loss, [optimizer.apply_gradients(pairs)]

    variables, _ = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), (NUMBERS, TARGETS))
    assert variables["used"].all()


def test_minimize_leaves_alone_what_the_loss_does_not_depend_on():
    def model(numbers, targets):
        used = get_variable("used", (2,), initializer=tf.ones_initializer())
        unused = get_variable("unused", (2,), initializer=tf.ones_initializer())
        loss = jnp.mean(jnp.square(numbers @ used - targets + 0 * jnp.sum(tf.stop_gradient(unused))))
        return loss, [FtrlOptimizer(0.1, l1_regularization_strength=1.0).minimize(loss)]

    variables, _ = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), (NUMBERS, TARGETS))
    assert variables["unused"].tolist() == [1, 1]  # a gradient of zero would have made it 0
    assert variables["used"].tolist() != [1, 1]


def test_gradients_can_be_asked_for_several_times_and_of_some_variables():
    def model(numbers, targets):
        one = get_variable("one", (2,), initializer=zeros_initializer())
        other = get_variable("other", (2,), initializer=tf.ones_initializer())
        error = numbers @ (one + other) - targets
        loss = jnp.sum(jnp.square(error))
        (first,) = tf.gradients(loss, one)
        penalty = jnp.sum(jnp.square(first))  # a loss that holds a gradient
        (second,) = tf.gradients([loss, penalty * jnp.sum(other)], [other])
        sgd = GradientDescentOptimizer(0.1)
        pairs = sgd.compute_gradients(loss, [one])
        by_other = 4 * (numbers.T @ numbers) @ first * jnp.sum(other)  # of the penalty, through the gradient
        frame().summaries.append(DeclaredSummary("scalar", "sum", jnp.sum(second)))
        frame().summaries.append(DeclaredSummary("scalar", "expected", jnp.sum(first + penalty + by_other)))
        return loss, [sgd.apply_gradients([*pairs, (0 * second, "other")])]

    variables, values = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), (NUMBERS, TARGETS))
    np.testing.assert_allclose(values["sum"], values["expected"], rtol=1e-5)
    assert variables["other"].tolist() == [1, 1]
    assert variables["one"].all()


def test_minimize_and_given_gradients_go_together():
    def model(ids, targets):
        loss = embedded(ids, targets)
        sgd = GradientDescentOptimizer(0.01)
        pairs = sgd.compute_gradients(loss, "scale")
        return loss, [sgd.minimize(loss, var_list="table"), sgd.apply_gradients(pairs)]

    specs, entries = (IDS_SPEC, TARGETS_SPEC), (IDS, TARGETS)
    variables, _ = run(step_of(model, *specs), entries)
    others, _ = run(step_of(by_minimize(embedded, GradientDescentOptimizer(0.01)), *specs), entries)
    same(variables, others)


def test_grad_loss_is_a_factor_of_the_gradients():
    def model(numbers, targets):
        weight = get_variable("weight", (), initializer=zeros_initializer())
        (pair,) = GradientDescentOptimizer(1.0).compute_gradients(2 * weight, grad_loss=3.0)
        return weight, [
            GradientDescentOptimizer(1.0).apply_gradients([pair]),
            GradientDescentOptimizer(1.0).minimize(2 * weight, grad_loss=5.0),
        ]

    variables, _ = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), (NUMBERS[:1], TARGETS[:1]))
    assert variables["weight"] == -16


def test_keras_optimizers_compute_gradients_too():
    def model(numbers, targets):
        weight = get_variable("weight", (2,), initializer=zeros_initializer())
        loss = jnp.mean(jnp.square(numbers @ weight - targets))
        optimizer = tf.keras.optimizers.SGD(0.1)
        optimizer.iterations = tf.train.get_or_create_global_step()
        (gradient,) = optimizer.get_gradients(loss, [weight])
        (op,) = optimizer.get_updates(loss, tf.trainable_variables())
        assert op.var_list == ["weight"]
        return loss, [optimizer.apply_gradients([(gradient, weight)])]

    variables, _ = run(step_of(model, NUMBERS_SPEC, TARGETS_SPEC), (NUMBERS, TARGETS))
    assert variables["weight"].all()


def test_gradients_outside_of_a_model_function_are_refused():
    with pytest.raises(InvalidArgumentError, match=r"jax\.grad"):
        AdamOptimizer().compute_gradients(jnp.float32(1))
    with pytest.raises(InvalidArgumentError, match="no variable has a gradient"):
        AdamOptimizer().apply_gradients([(None, "w")])
    with pytest.raises(InvalidArgumentError, match=r"\['w'\] have several"):
        AdamOptimizer().apply_gradients([(1.0, "w"), (1.0, "w")])


def test_the_width_of_a_table_is_that_of_its_gradient():
    def model(ids, targets):
        loss = embedded(ids, targets)
        (dense, _), (slices, _) = AdamOptimizer().compute_gradients(loss, ["scale", "table"])
        assert slices.values.shape == (BATCH * 2, WIDTH)
        assert slices.to_dense().shape == (ROWS, WIDTH)
        assert dense.shape == (WIDTH,)
        return loss, [AdamOptimizer().apply_gradients([(slices.to_dense() / 2, "table")])]

    run(step_of(model, IDS_SPEC, TARGETS_SPEC), (IDS, TARGETS))
