"""Every loss gives the recorded numbers of the original, and every reduction what its name says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax.losses as losses
from estimax._base._errors import InvalidArgumentError
from estimax.losses import Reduction

A = np.arange(6, dtype="f4").reshape(3, 2)
B = A[::-1] * np.float32(0.3)
IDS = np.array([[0], [1], [1]])
HOT = np.array([[0, 1], [1, 0], [1, 0]])
ROW_WEIGHTS = np.array([[1.0], [0.0], [3.0]], "f4")
UNIT_A = A / np.linalg.norm(A, axis=1, keepdims=True)
UNIT_B = B / np.maximum(np.linalg.norm(B, axis=1, keepdims=True), 1e-12)

# What the original gave.
RECORDED = {
    "squared": (lambda: losses.mean_squared_error(A, B), 7.691666),
    "squared, weighted": (lambda: losses.mean_squared_error(A, B, weights=ROW_WEIGHTS), 28.989998),
    "squared, of integers": (lambda: losses.mean_squared_error(A.astype("i4"), B.astype("i4")), 9.166667),
    "squared, of doubles": (lambda: losses.mean_squared_error(A.astype("f8"), B.astype("f8")), 7.691666),
    "absolute": (lambda: losses.absolute_difference(A, B), 2.3166666),
    "huber": (lambda: losses.huber_loss(A, B, delta=0.7), 1.3799998),
    "hinge": (lambda: losses.hinge_loss(HOT, B), 1.1333333),
    "log": (lambda: losses.log_loss(HOT, B / 10), 3.5135376),
    "sigmoid, smoothed": (lambda: losses.sigmoid_cross_entropy(HOT, B, label_smoothing=0.2), 0.81013995),
    "softmax, smoothed": (
        lambda: losses.softmax_cross_entropy(HOT, B, label_smoothing=0.2, weights=np.array([1.0, 2.0, 0.0], "f4")),
        1.1165329,
    ),
    "sparse softmax": (lambda: losses.sparse_softmax_cross_entropy(IDS, B, weights=ROW_WEIGHTS), 1.2587105),
    "cosine": (lambda: losses.cosine_distance(UNIT_A, UNIT_B, axis=1), 0.14608745),
    "cosine, unreduced": (
        lambda: losses.cosine_distance(A, B, axis=1, reduction=Reduction.NONE),
        [[-0.5], [-2.9], [-0.5]],
    ),
}

REDUCED = {  # of the squared error, with ROW_WEIGHTS
    Reduction.NONE: [[1.44, 0.25], [0.0, 0.0], [48.0, 66.27]],
    Reduction.SUM: 115.95999,
    Reduction.MEAN: 14.494999,
    Reduction.SUM_OVER_BATCH_SIZE: 19.326666,
    Reduction.SUM_BY_NONZERO_WEIGHTS: 28.989998,
}

SAME_SHAPE = [
    losses.mean_squared_error,
    losses.absolute_difference,
    losses.huber_loss,
    losses.hinge_loss,
    losses.log_loss,
    losses.sigmoid_cross_entropy,
    losses.softmax_cross_entropy,
    lambda labels, predictions: losses.cosine_distance(labels, predictions, axis=0),
]


@pytest.mark.parametrize(("loss", "expected"), RECORDED.values(), ids=RECORDED)
def test_a_loss_gives_the_number_of_the_original(loss, expected):
    value = loss()
    assert value.dtype == jnp.float32
    np.testing.assert_allclose(value, expected, rtol=2e-6)


@pytest.mark.parametrize(("reduction", "expected"), REDUCED.items(), ids=str)
def test_a_reduction_gives_the_number_of_the_original(reduction, expected):
    value = losses.mean_squared_error(A, B, weights=ROW_WEIGHTS, reduction=reduction)
    np.testing.assert_allclose(value, expected, rtol=2e-6)


def test_the_reductions_have_the_names_of_the_original():
    assert Reduction.all() == (
        "none",
        "weighted_sum",
        "weighted_mean",
        "weighted_sum_over_batch_size",
        "weighted_sum_by_nonzero_weights",
    )
    assert Reduction.SUM_OVER_NONZERO_WEIGHTS == Reduction.SUM_BY_NONZERO_WEIGHTS


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=4, max_size=4))
def test_reductions_agree_with_their_names(weights):
    each, weight = np.array([1.0, -2.0, 3.0, 4.0], "f4"), np.array(weights, "f4")
    total = float((each * weight).sum())

    def reduced(reduction):
        return float(losses.compute_weighted_loss(each, weight, reduction=reduction))

    assert reduced(Reduction.SUM) == pytest.approx(total)
    assert reduced(Reduction.SUM_OVER_BATCH_SIZE) == pytest.approx(total / 4)
    assert reduced(Reduction.MEAN) == pytest.approx(total / weight.sum() if weight.any() else 0.0)
    present = np.count_nonzero(weight)
    assert reduced(Reduction.SUM_BY_NONZERO_WEIGHTS) == pytest.approx(total / present if present else 0.0)


@pytest.mark.parametrize("reduction", [r for r in Reduction.all() if r != Reduction.NONE])
def test_an_empty_batch_has_a_loss_and_a_gradient_of_zero(reduction):
    def loss(scale):
        return losses.compute_weighted_loss(scale * jnp.zeros((0,)), reduction=reduction)

    value, gradient = jax.value_and_grad(loss)(1.0)
    assert (value, gradient) == (0.0, 0.0)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32"])
def test_a_reduced_loss_keeps_the_type_of_the_losses(dtype):
    assert losses.compute_weighted_loss(jnp.ones(3, dtype)).dtype == dtype


def test_a_bad_reduction_is_refused_with_the_good_ones():
    with pytest.raises(InvalidArgumentError, match=r"weighted_sum_over_batch_size, .*got 'mean'"):
        losses.compute_weighted_loss(A, reduction="mean")


@pytest.mark.parametrize("loss", SAME_SHAPE)
def test_a_vector_and_a_column_are_refused_instead_of_broadcast(loss):
    with pytest.raises(InvalidArgumentError, match="of one shape"):
        loss(A[:, 0], A[:, :1])


def test_the_message_about_shapes_says_what_to_do():
    with pytest.raises(ValueError, match=r"labels has shape \(3,\), predictions \(3, 1\).*tf.reshape\(labels"):
        losses.mean_squared_error(A[:, 0], A[:, :1])


def test_weights_of_another_rank_are_refused():
    with pytest.raises(InvalidArgumentError, match=r"weights\[:, tf.newaxis\]"):
        losses.mean_squared_error(A, B, weights=np.ones(3, "f4"))


@pytest.mark.parametrize("label", [-1, 2])
def test_a_label_that_is_no_class_is_an_error_or_nan_when_compiled(label):
    labels = np.array([0, 1, label])
    with pytest.raises(InvalidArgumentError, match=f"labels from 0 to 1; got {label}"):
        losses.sparse_softmax_cross_entropy(labels, B)
    assert jnp.isnan(jax.jit(losses.sparse_softmax_cross_entropy)(labels, B))


def test_labels_that_are_not_integers_are_no_ids():
    with pytest.raises(InvalidArgumentError, match="integers"):
        losses.sparse_softmax_cross_entropy(np.array([0.0, 1.0, 1.0]), B)


def test_labels_of_another_length_are_refused():
    with pytest.raises(InvalidArgumentError, match=r"labels have shape \(2,\), the logits \(3, 2\)"):
        losses.sparse_softmax_cross_entropy(np.array([0, 1]), B)


def test_a_cosine_needs_an_axis():
    with pytest.raises(InvalidArgumentError, match="axis="):
        losses.cosine_distance(UNIT_A, UNIT_B)


@pytest.mark.parametrize(
    ("loss", "points", "expected"),
    [
        (losses.huber_loss, [-1.0, 0.0, 1.0, 2.0], [-1.0, 0.0, 1.0, 1.0]),
        (losses.absolute_difference, [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]),
        (losses.hinge_loss, [-2.0, -1.0, 0.0], [0.0, 0.0, 1.0]),
        (losses.sigmoid_cross_entropy, [0.0], [0.5]),
    ],
)
def test_gradients_at_corners_are_those_of_the_original(loss, points, expected):
    def total(predictions):
        return loss(jnp.zeros(len(points)), predictions, reduction=Reduction.SUM)

    assert jax.grad(total)(jnp.array(points)).tolist() == expected


def test_cross_entropy_sends_no_gradient_to_its_labels():
    gradient = jax.grad(lambda labels: losses.softmax_cross_entropy(labels, B))(jnp.asarray(HOT, jnp.float32))
    assert not gradient.any()


def test_the_sparse_and_the_dense_form_agree():
    logits = np.random.default_rng(0).normal(size=(5, 4)).astype("f4")
    ids = np.array([0, 3, 1, 2, 3])

    def sparse(z):
        return losses.sparse_softmax_cross_entropy(ids, z)

    def dense(z):
        return losses.softmax_cross_entropy(np.eye(4)[ids], z)

    np.testing.assert_allclose(sparse(logits), dense(logits), rtol=1e-6)
    np.testing.assert_allclose(jax.grad(sparse)(logits), jax.grad(dense)(logits), atol=1e-7)
