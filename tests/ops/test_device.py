"""Ops inside of compiled programs: open sizes, text beside arrays of the device, and gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import export

import estimax as tf
from estimax import _array as array
from estimax import _functional as functional
from estimax import math


def sized_by_batch(x):
    n = tf.shape(x)[0]
    return {
        "reshape": tf.reshape(x, [n, -1, 1]),
        "zeros": tf.zeros([n, 3]),
        "ones": tf.ones([n]),
        "fill": tf.fill([n, 2], 1.5),
        "range": tf.range(n),
        "mean": math.reduce_sum(x) / tf.cast(n, tf.float32),
        "same": tf.reshape(x, tf.shape(x)),
        "cut": tf.reshape(x, tf.concat([tf.shape(x)[:1], [2, 2]], 0)),
        "tile": tf.tile([[1.0, 2.0]], [n, 1]),
        "size": x + tf.to_float(tf.size(x)),
        "where": tf.where(x[:, 0] > 0, x, -x),
        "slice": tf.slice(x, [0, 1], [-1, 2]),
        "whole mean": math.reduce_mean(tf.cast(x, tf.int32)),
    }


def test_programs_can_be_exported_with_an_open_batch_size():
    (batch,) = export.symbolic_shape("batch")
    exported = export.export(jax.jit(sized_by_batch))(jax.ShapeDtypeStruct((batch, 4), jnp.float32))
    for rows in (1, 3):
        x = np.arange(4.0 * rows, dtype=np.float32).reshape(rows, 4) - 2
        got, want = exported.call(x), sized_by_batch(tf.constant(x))
        assert got.keys() == want.keys()
        for name, value in got.items():
            np.testing.assert_allclose(value, want[name].numpy(), err_msg=name)


def test_text_beside_an_array_of_the_device_stays_on_the_host():
    names = tf.gather(["a", "b", "c"], jnp.array([2, 0]))
    assert names.numpy().tolist() == [b"c", b"a"]
    assert tf.where(jnp.array([True, False]), "yes", "no").numpy().tolist() == [b"yes", b"no"]


def test_an_op_without_a_device_rule_runs_on_the_host():
    assert tf.boolean_mask(jnp.array([1, 2, 3]), [True, False, True]).numpy().tolist() == [1, 3]


def test_tensors_and_lists_go_where_the_arrays_are():
    x = jnp.array([1.0, 2.0])
    for result in (
        x + tf.constant([1.0, 2.0]),
        tf.constant([1.0, 2.0]) + x,
        tf.add(x, [1, 2]),
        tf.stack([x, x])[1] * 2,
    ):
        assert isinstance(result, jax.Array)
        np.testing.assert_allclose(result, [2.0, 4.0])
    assert isinstance(math.reduce_max([x, x + 1], axis=0), jax.Array)


def test_types_that_the_device_lacks_are_the_nearest_it_has_without_a_warning():
    assert tf.cast(jnp.array([1.5]), tf.float64).dtype == jnp.float32
    assert math.argmax(jnp.array([1.0, 2.0])).dtype == jnp.int32


@pytest.mark.parametrize("x", [2.0, 0.0])
def test_division_without_nan_has_gradients_without_nan(x):
    gradient = jax.grad(lambda d: math.divide_no_nan(3.0, d))(jnp.float32(x))
    assert np.isfinite(gradient)


def test_gradients_pass_through_ops():
    def loss(x):
        hidden = math.sigmoid(tf.matmul(x, tf.constant([[1.0], [2.0]])))
        return math.reduce_mean(math.squared_difference(tf.squeeze(hidden, [1]), tf.constant([0.0, 1.0])))

    gradient = jax.jit(jax.grad(loss))(jnp.array([[0.1, 0.2], [0.3, -0.4]]))
    assert gradient.shape == (2, 2)
    assert (np.asarray(gradient) != 0).all()


def test_functions_of_functions_run_inside_of_compiled_programs():
    def program(x):
        return {
            "map": functional.map_fn(lambda row: math.reduce_sum(row) * 2.0, x),
            "pairs": functional.map_fn(lambda p: p[0] + p[1], (x, x), dtype=tf.float32),
            "fold": functional.foldl(lambda a, row: a * 0.5 + row, x),
            "fold from a start": functional.foldr(lambda a, row: a - math.reduce_max(row), x, 1.0),
            "scan": functional.scan(lambda a, row: a + row, x, reverse=True),
            "while": functional.while_loop(lambda v: math.reduce_max(v) < 50.0, lambda v: v * 2.0, [x]),
            "turns": functional.while_loop(lambda i, v: True, lambda i, v: (i + 1, v), (0, x), maximum_iterations=3)[0],
            "cond": tf.cond(x[0, 0] > 0.0, lambda: x, lambda: -x),
            "case": array.case([(x[0, 0] > 5.0, lambda: x), (x[0, 0] < 0.0, lambda: -x)], default=lambda: x * 3.0),
            "switch": array.switch_case(tf.cast(x[0, 0], tf.int32), [lambda: x, lambda: -x, lambda: x * 2.0]),
        }

    x = np.arange(1.0, 7.0, dtype=np.float32).reshape(3, 2)
    on_device, on_host = jax.jit(program)(x), program(tf.constant(x))
    for name, value in on_device.items():
        np.testing.assert_allclose(value, on_host[name].numpy(), err_msg=name, rtol=1e-6)


def test_gradients_pass_through_folds():
    gradient = jax.grad(lambda x: functional.foldl(lambda a, e: a * e, x))(jnp.array([2.0, 3.0, 4.0]))
    np.testing.assert_allclose(gradient, [12, 8, 6])


def test_assertions_about_the_device_are_not_made_while_it_is_traced():
    def program(x):
        with array.control_dependencies([array.assert_positive(x)]):
            return tf.identity(array.check_numerics(x, "x"))

    assert jax.jit(program)(jnp.array([-1.0])).tolist() == [-1.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="x > 0"):
        program(jnp.array([-1.0]))
