"""Rows of variables that a model function looks up by itself: trained as the original trains them."""

import json
import pathlib

import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._scope._transform import transform
from estimax.compat import v1
from tests.nn.lookup_programs import PROGRAMS, trained

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "lookups.json").read_text())


@pytest.mark.parametrize(("what", "optimizer"), PROGRAMS)
def test_variables_whose_rows_are_looked_up_train_as_in_the_original(what, optimizer):
    for name, value in trained(v1, what, optimizer).items():
        np.testing.assert_allclose(value.ravel(), RECORDED[f"{what}, {optimizer}"][name], rtol=2e-5, atol=1e-6)


def lookups_of(model_fn):
    ids = tf.placeholder(tf.int32, [None, 2])
    return transform(model_fn, (ids,), lambda tensor: (4, 2), rows=4).lookups


def test_a_variable_is_looked_up_by_rows_and_anything_else_is_not():
    def model_fn(ids):
        table = tf.get_variable("table", [9, 3])
        return (
            tf.nn.embedding_lookup(table, ids),
            tf.nn.embedding_lookup([table], ids[:, 0]),
            tf.nn.embedding_lookup(table * 2.0, ids),
            tf.nn.embedding_lookup(np.ones((9, 3)), ids),
            tf.map_fn(lambda row: tf.nn.embedding_lookup(table, row), ids, dtype=tf.float32),
        )

    assert lookups_of(model_fn) == ("table", "table")


def test_an_id_that_is_no_row_gives_zeros():
    found = tf.nn.embedding_lookup(jnp.ones((3, 2)), [-1, 0, 3])
    assert found.tolist() == [[0, 0], [1, 1], [0, 0]]


def test_sampled_losses_read_the_rows_of_their_classes_alone():
    def model_fn(ids):
        weights, biases = tf.get_variable("weights", [9, 3]), tf.get_variable("biases", [9])
        net = tf.cast(ids, tf.float32) @ jnp.ones((2, 3))
        return tf.nn.nce_loss(weights, biases, ids[:, :1], net, num_sampled=4, num_classes=9)

    assert lookups_of(model_fn) == ("weights", "biases")
