"""The collection of losses: what stands in it, under which names, and what is added up."""

import jax.numpy as jnp
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered


def run(program):
    frame = Frame({})
    with entered(frame):
        return program(), frame


def two_losses():
    first = tf.losses.mean_squared_error([[1.0]], [[3.0]])
    with tf.name_scope("second"):
        tf.losses.softmax_cross_entropy([[0.0, 1.0]], [[0.0, 0.0]], weights=2.0)
    return first


def test_each_loss_adds_its_result_and_the_total_is_their_sum():
    def program():
        first = two_losses()
        return first, tf.losses.get_losses(), tf.losses.get_total_loss()

    (first, listed, total), _ = run(program)
    assert listed[0] is first
    assert len(listed) == 2
    assert float(total) == pytest.approx(4 + 2 * 0.6931472)


def test_losses_have_the_names_of_the_original():
    _, frame = run(two_losses)
    assert list(frame.tensors) == ["mean_squared_error/value", "second/softmax_cross_entropy_loss/value"]


def test_a_second_loss_of_a_kind_has_a_number():
    def program():
        for scope in (None, None, "own"):
            tf.losses.log_loss([1.0], [0.5], scope=scope)

    _, frame = run(program)
    assert list(frame.tensors) == ["log_loss/value", "log_loss_1/value", "own/value"]


def test_losses_are_found_by_their_scope():
    def program():
        two_losses()
        return tf.losses.get_losses(scope="second"), tf.losses.get_total_loss(scope="mean_squared")

    (found, total), _ = run(program)
    assert len(found) == 1
    assert float(total) == 4


def test_a_loss_of_ones_own_counts_and_one_without_a_collection_does_not():
    def program():
        tf.losses.add_loss(tf.constant(2.5))
        tf.losses.add_loss(tf.constant(1.0), loss_collection=None)
        tf.losses.mean_squared_error([1.0], [2.0], loss_collection=None)
        tf.losses.absolute_difference([1.0], [2.0], loss_collection="mine")
        return tf.losses.get_total_loss(), tf.losses.get_losses(loss_collection="mine")

    (total, mine), _ = run(program)
    assert float(total) == 2.5
    assert [float(m) for m in mine] == [1.0]


def test_penalties_of_regularizers_are_part_of_the_total_unless_they_are_not_wanted():
    def program():
        tf.get_variable(
            "weights", [2], initializer=tf.ones_initializer(), regularizer=lambda w: 0.25 * jnp.sum(jnp.square(w + 1))
        )
        tf.losses.mean_squared_error([1.0], [2.0])
        return (
            tf.losses.get_regularization_losses(),
            tf.losses.get_regularization_loss(),
            tf.losses.get_total_loss(),
            tf.losses.get_total_loss(add_regularization_losses=False),
        )

    (penalties, penalty, total, without), _ = run(program)
    assert (len(penalties), float(penalty), float(total), float(without)) == (1, 0.5, 1.5, 1.0)


def test_without_losses_there_is_no_total_but_a_penalty_of_zero():
    assert run(tf.losses.get_regularization_loss)[0] == 0
    with pytest.raises(ValueError, match="the model function has computed none so far"):
        run(tf.losses.get_total_loss)
