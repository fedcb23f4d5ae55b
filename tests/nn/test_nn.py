"""Activations, norms, top-k and cross entropies against recorded numbers of the original, and at their edges."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax.compat.v1.nn as nn_v1
import estimax.nn as nn
from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import Boundary, current_boundary
from estimax._graph._tensor import Tensor, as_concrete

X = [-1.0, -0.25, 0.0, 3.0, 6.0, 7.0]

# What the original gave at X.
ACTIVATIONS = {
    "relu": [0.0, 0.0, 0.0, 3.0, 6.0, 7.0],
    "relu6": [0.0, 0.0, 0.0, 3.0, 6.0, 6.0],
    "elu": [-0.63212055, -0.22119921, 0.0, 3.0, 6.0, 7.0],
    "selu": [-1.1113307, -0.38889018, 0.0, 3.152103, 6.304206, 7.354907],
    "leaky_relu": [-0.2, -0.05, 0.0, 3.0, 6.0, 7.0],
    "gelu": [-0.15865526, -0.10032342, 0.0, 2.9959502, 6.0, 7.0],
    "silu": [-0.26894143, -0.10945588, 0.0, 2.8577223, 5.9851642, 6.9936228],
    "softplus": [0.3132617, 0.57593942, 0.6931472, 3.0485873, 6.0024757, 7.0009117],
    "softsign": [-0.5, -0.2, 0.0, 0.75, 0.85714287, 0.875],
    "tanh": [-0.7615942, -0.24491866, 0.0, 0.99505472, 0.99998784, 0.99999833],
    "sigmoid": [0.26894143, 0.43782350, 0.5, 0.95257413, 0.99752736, 0.99908894],
    "softmax": [0.00024166123, 0.00051159685, 0.00065690326, 0.013194254, 0.26501372, 0.72038192],
    "log_softmax": [-8.3279734, -7.5779738, -7.3279738, -4.3279738, -1.3279738, -0.32797381],
    "crelu": [0.0, 0.0, 0.0, 3.0, 6.0, 7.0, 1.0, 0.25, 0.0, 0.0, 0.0, 0.0],
}

# The gradients of the original at [-1, 0, 3, 6, 7].
CORNERS = {
    "relu": [0.0, 0.0, 1.0, 1.0, 1.0],
    "relu6": [0.0, 0.0, 1.0, 0.0, 0.0],
    "elu": [0.36787945, 1.0, 1.0, 1.0, 1.0],
    "selu": [0.64676857, 1.050701, 1.050701, 1.050701, 1.050701],
    "leaky_relu": [0.2, 0.2, 1.0, 1.0, 1.0],
    "softsign": [0.25, 1.0, 0.0625, 0.02040816, 0.015625],
}

every_activation = pytest.mark.parametrize(("name", "expected"), ACTIVATIONS.items())


@every_activation
def test_an_activation_gives_the_numbers_of_the_original(name, expected):
    activation = getattr(nn, name)
    for values in (X, np.array(X, "f4"), jnp.array(X), as_concrete(X, float32)):
        np.testing.assert_allclose(activation(values), expected, rtol=3e-6, atol=1e-7)
    np.testing.assert_allclose(jax.jit(activation)(jnp.array(X)), expected, rtol=3e-6, atol=1e-7)


@every_activation
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.bfloat16])
def test_an_activation_keeps_the_type_of_floats(name, expected, dtype):
    assert getattr(nn, name)(jnp.array(X, dtype)).dtype == dtype


@pytest.mark.parametrize(("name", "expected"), CORNERS.items())
def test_a_gradient_at_a_corner_is_that_of_the_original(name, expected):
    gradient = jax.grad(lambda x: getattr(nn, name)(x).sum())(jnp.array([-1.0, 0.0, 3.0, 6.0, 7.0]))
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


def test_whole_numbers_become_floats_where_the_result_has_fractions():
    assert nn.sigmoid([0, 1]).dtype == jnp.float32
    assert nn.relu(np.array([-1, 2])).tolist() == [0, 2]


def test_a_softmax_sums_to_one_along_the_axis_asked_for():
    logits = np.random.default_rng(0).normal(size=(3, 4)).astype("f4")
    np.testing.assert_allclose(nn.softmax(logits).sum(-1), np.ones(3), rtol=1e-6)
    np.testing.assert_allclose(nn.softmax(logits, axis=0).sum(0), np.ones(4), rtol=1e-6)
    np.testing.assert_allclose(nn.softmax(logits, dim=0), nn.softmax(logits, axis=0))
    np.testing.assert_allclose(jnp.exp(nn.log_softmax(logits)), nn.softmax(logits), rtol=1e-5)


def test_swish_is_silu():
    assert nn.swish is nn.silu
    np.testing.assert_allclose(nn.swish([2.0], beta=0.5), [2 / (1 + np.exp(-1.0))], rtol=1e-6)


def test_norms_are_taken_over_the_axes_asked_for():
    x = np.array([[3.0, 4.0], [0.0, 0.0]], "f4")
    assert nn.l2_loss(x) == 12.5
    np.testing.assert_allclose(nn.l2_normalize(x, axis=1), [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)
    np.testing.assert_allclose(nn.l2_normalize(x, dim=0), [[1.0, 1.0], [0.0, 0.0]], rtol=1e-6)
    np.testing.assert_allclose(nn.l2_normalize(x), nn.l2_normalize(x, axis=[0, 1]))


def test_top_k_gives_values_and_positions_in_falling_order():
    values, indices = nn.top_k([[1.0, 3.0, 3.0, 2.0]], k=3)
    assert values.tolist() == [[3.0, 3.0, 2.0]]
    assert indices.tolist() == [[1, 2, 3]]
    assert indices.dtype == jnp.int32


@pytest.mark.parametrize("array", [[1.0, 2.0], 1.0])
def test_top_k_of_too_few_is_refused(array):
    with pytest.raises(InvalidArgumentError, match="k=3"):
        nn.top_k(array, k=3)


PREDICTIONS = [[0.1, 0.5, 0.5], [0.3, 0.2, np.inf], [0.3, 0.3, 0.3], [0.1, np.nan, 0.2], [0.1, 0.2, 0.3]]


@pytest.mark.parametrize(
    ("targets", "k", "expected"),
    [
        ([1, 0, 2, 2, 2], 1, [True, False, True, False, True]),
        ([0, 0, 2, 2, 1], 2, [False, False, True, False, True]),
        ([0, 0, 2, 2, 7], 3, [True, False, True, False, False]),
        ([0, 0, 2, 2, -1], 3, [True, False, True, False, False]),
    ],
)
def test_targets_are_sought_among_the_largest(targets, k, expected):
    assert nn.in_top_k(np.array(PREDICTIONS, "f4"), np.array(targets), k).tolist() == expected
    assert nn.in_top_k(np.array(targets), np.array(PREDICTIONS, "f4"), k).tolist() == expected


def test_in_top_k_refuses_other_shapes():
    with pytest.raises(InvalidArgumentError, match=r"\(2,\) and \(3,\)"):
        nn.in_top_k(np.zeros(2), np.zeros(3, int), 1)


def test_cross_entropies_give_the_numbers_of_the_original():
    hot = np.array([[0, 1], [1, 0], [1, 0]], "f4")
    z = np.array([[1.2, 1.5], [0.6, 0.9], [0.0, 0.3]], "f4")
    np.testing.assert_allclose(
        nn.weighted_cross_entropy_with_logits(labels=hot, logits=z, pos_weight=2.5),
        [[1.4632825, 0.50353324], [1.0937198, 1.241154], [1.732868, 0.8543553]],
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        nn.weighted_cross_entropy_with_logits(targets=hot, logits=z, pos_weight=1.0),
        nn.sigmoid_cross_entropy_with_logits(labels=hot, logits=z),
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        nn.softmax_cross_entropy_with_logits(labels=z, logits=z, axis=0), [1.46734, 2.56101], rtol=1e-5
    )
    np.testing.assert_allclose(nn.softmax_cross_entropy_with_logits(labels=z[:1], logits=z), [1.8567593] * 3, rtol=1e-6)


def test_poisson_losses_give_the_numbers_of_the_original():
    counts = np.arange(6, dtype="f4").reshape(3, 2)
    logs = np.array([[1.2, 1.5], [0.6, 0.9], [0.0, 0.3]], "f4")
    np.testing.assert_allclose(
        nn.log_poisson_loss(counts, logs),
        [[3.320117, 2.981689], [0.62211883, -0.24039674], [1.0, -0.15014112]],
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        nn.log_poisson_loss(counts, logs, compute_full_loss=True),
        [[3.320117, 2.981689], [1.2739253, 1.5236849], [4.1572633, 4.620706]],
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    ("entropy", "expected"),
    [
        (lambda z: nn.sigmoid_cross_entropy_with_logits(labels=[1.0] * 3, logits=z), [-0.5, -0.49999973, -0.50000024]),
        (lambda z: nn.weighted_cross_entropy_with_logits([1.0] * 3, z, 3.0), [0.0, -1.4999992, -1.5000008]),
    ],
)
def test_gradients_of_cross_entropies_at_zero_are_those_of_the_original(entropy, expected):
    gradient = jax.grad(lambda z: entropy(z).sum())(jnp.array([0.0, 1e-6, -1e-6]))
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "entropy",
    [
        lambda y, z: nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z),
        lambda y, z: nn.weighted_cross_entropy_with_logits(labels=y, logits=z, pos_weight=3.0),
        lambda y, z: nn.sparse_softmax_cross_entropy_with_logits(y.astype(jnp.int32), jnp.stack([-z, z], -1)),
    ],
)
def test_cross_entropies_and_their_gradients_stay_finite_far_out(entropy):
    labels, logits = jnp.array([0.0, 1.0] * 4), jnp.repeat(jnp.array([-1e4, -90.0, 90.0, 1e4]), 2)
    gradient, values = jax.jit(
        jax.grad(lambda z: (entropy(labels, z).sum(), entropy(labels, z)), has_aux=True),
    )(logits)
    assert jnp.isfinite(values).all()
    assert jnp.isfinite(gradient).all()


def test_the_form_of_1_x_alone_sends_no_gradient_to_the_labels():
    labels, logits = jnp.array([[0.2, 0.8]]), jnp.array([[1.0, 2.0]])
    for form, sends in (
        (nn_v1.softmax_cross_entropy_with_logits, False),
        (nn.softmax_cross_entropy_with_logits, True),
        (nn.softmax_cross_entropy_with_logits_v2, True),
    ):
        gradient = jax.grad(lambda y, form=form: form(labels=y, logits=logits).sum())(labels)
        assert bool(gradient.any()) == sends


def test_a_class_of_probability_zero_costs_nothing_where_it_is_not_the_label():
    logits = jnp.array([[0.0, -jnp.inf]])
    assert nn.sparse_softmax_cross_entropy_with_logits(labels=[0], logits=logits).tolist() == [0.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[[1.0]]),
        lambda: nn.sigmoid_cross_entropy_with_logits(labels=[1.0]),
        lambda: nn.weighted_cross_entropy_with_logits(labels=[1.0], logits=[1.0]),
        lambda: nn.softmax_cross_entropy_with_logits(labels=[[1.0, 0.0]], logits=[[1.0, 2.0, 3.0]]),
        lambda: nn.softmax_cross_entropy_with_logits(logits=[[1.0, 2.0]]),
        lambda: nn.sparse_softmax_cross_entropy_with_logits(labels=[[1]], logits=[[1.0, 2.0]]),
        lambda: nn.sparse_softmax_cross_entropy_with_logits(labels=[2], logits=[[1.0, 2.0]]),
        lambda: nn.log_poisson_loss([1.0], [1.0, 2.0]),
    ],
)
def test_arguments_that_do_not_fit_are_refused(call):
    with pytest.raises(InvalidArgumentError, match="needs"):
        call()


class _Entering(Boundary):
    """Gives every host Tensor that comes in the same device array, and remembers it."""

    def __init__(self, array):
        self.array, self.entered = array, []

    def enter(self, tensor):
        self.entered.append(tensor)
        return self.array

    def leave(self, array):
        raise NotImplementedError

    def take_rows(self, table, ids):
        raise NotImplementedError

    def run(self, ops):
        raise NotImplementedError

    def name(self, name, value):
        raise NotImplementedError

    def take_name(self, name):
        pass

    def summarize(self, name, declared):
        raise NotImplementedError

    def collect(self, collections, summary):
        raise NotImplementedError

    def summaries(self, collection):
        return []


def test_a_host_tensor_enters_the_device_part_of_a_model():
    class Symbolic(Tensor):
        is_symbolic = True

    tensor = Symbolic(TensorSpec([2], "int32"))
    boundary = _Entering(jnp.array([1, 0]))
    token = current_boundary.set(boundary)
    try:
        loss = nn.sparse_softmax_cross_entropy_with_logits(labels=tensor, logits=jnp.zeros((2, 2)))
    finally:
        current_boundary.reset(token)
    assert boundary.entered == [tensor]
    np.testing.assert_allclose(loss, np.log([2.0, 2.0]), rtol=1e-6)


def test_a_host_tensor_outside_of_a_model_is_refused():
    class Symbolic(Tensor):
        is_symbolic = True

    with pytest.raises(TypeError, match="no value yet"):
        nn.relu(Symbolic(TensorSpec([2], "float32")))
