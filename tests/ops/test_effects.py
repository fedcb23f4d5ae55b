"""Assertions and prints on values of the device, in model functions: made in the compiled program, where they count."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._graph._effects import checked, silent
from estimax._scope._transform import transform
from estimax.compat import v1

X = np.array([1.0, 2.0, 3.0], np.float32)


def run(model_fn, x=X):
    """Runs a model function of one array as a compiled program, and raises what its assertions raise."""
    traced = transform(model_fn, (tf.placeholder(tf.float32, [None]),), lambda t: x.shape, rows=len(x))
    pruned = traced.pruned(lambda call: call.result)
    program = jax.jit(lambda entries: pruned.run({}, entries, lambda: jax.random.key(0)).result)
    with checked():
        result = jax.block_until_ready(program([jnp.asarray(x)] if pruned.entries else []))
        jax.effects_barrier()
    return result


def waited_for(assertion, returned=tf.identity):
    def model_fn(x):
        with tf.control_dependencies([assertion(x)]):
            return returned(x)

    return model_fn


ASSERTIONS = {
    "Assert": (lambda x: tf.Assert(tf.reduce_all(x < 3.0), ["x is", x]), r"x is\n\[1 2 3\]"),
    "assert_less": (lambda x: tf.assert_less(x, 3.0), r"x < y does not hold for all elements; x and y:\n\[1 2 3\]\n3"),
    "assert_equal": (lambda x: tf.debugging.assert_equal(x, [1.0, 2.0, 4.0], message="same?"), "same?"),
    "assert_greater_equal": (lambda x: v1.assert_greater_equal(x, 1.5, data=["all", x]), "all"),
    "assert_negative": (tf.debugging.assert_negative, "x < 0"),
    "assert_near": (lambda x: v1.assert_near(x, x + 0.1), "as near as they must be"),
    "of a mean": (lambda x: tf.assert_equal(tf.reduce_mean(x), 5.0), "2\n5"),
    "in a group": (lambda x: tf.group(tf.assert_positive(x), tf.assert_less(x, 0.0)), "x < y"),
}


@pytest.mark.parametrize("name", ASSERTIONS)
def test_an_assertion_that_is_waited_for_is_made_in_the_compiled_program(name):
    assertion, message = ASSERTIONS[name]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(waited_for(assertion))


def test_what_holds_is_not_refused():
    assert run(waited_for(lambda x: [tf.assert_positive(x), tf.assert_less(x, 4.0)])).tolist() == X.tolist()


def test_an_assertion_that_nothing_waits_for_is_not_made():
    def model_fn(x):
        tf.assert_negative(x)
        return x * 2.0

    assert run(model_fn).tolist() == [2, 4, 6]


def test_an_assertion_keeps_alive_what_it_looks_at():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[1 2 3\]"):
        run(waited_for(tf.assert_negative, lambda x: tf.constant(1.0) + jnp.zeros(())))


def test_an_assertion_counts_in_the_branch_that_is_chosen():
    def model_fn(limit):
        def refusing(x):
            with tf.control_dependencies([tf.assert_negative(x)]):
                return tf.identity(x)

        return lambda x: tf.cond(tf.reduce_sum(x) > limit, lambda: refusing(x), lambda: -x)

    assert run(model_fn(100.0)).tolist() == [-1, -2, -3]
    with pytest.raises(tf.errors.InvalidArgumentError, match="x < 0"):
        run(model_fn(1.0))


def test_numbers_that_are_not_finite_are_refused_where_that_is_asked_for():
    def model_fn(x):
        return tf.debugging.check_numerics(tf.math.log(x - 2.0), "logarithms")

    with pytest.raises(tf.errors.InvalidArgumentError, match="logarithms: a Tensor has NaN values"):
        run(model_fn)
    assert run(model_fn, X + 2).tolist() == pytest.approx(np.log(X).tolist())
    gradient = jax.grad(lambda x: jnp.sum(tf.debugging.check_numerics(x * x, "squares")))(jnp.asarray(X))
    assert gradient.tolist() == [2, 4, 6]


def test_an_export_has_no_effects():
    with silent():
        assert run(waited_for(tf.assert_negative)).tolist() == X.tolist()


def test_printing_writes_the_values_of_each_step(capfd):
    def model_fn(x):
        tf.print("x:", x, "and", tf.constant([7]), "sum", tf.reduce_sum(x))
        x = v1.Print(x, [x, tf.shape(x)], "seen ", summarize=2)
        return x

    run(model_fn)
    assert sorted(capfd.readouterr().err.splitlines()) == ["seen [1 2...][3]", "x: [1 2 3] and [7] sum 6"]


def test_printing_stops_where_it_was_done_often_enough(capfd):
    def model_fn(x):
        return tf.while_loop(lambda i, v: i < 5, lambda i, v: (i + 1, v1.Print(v + 1.0, [v], "v ", first_n=2)), (0, x))

    run(model_fn)
    assert len(capfd.readouterr().err.splitlines()) == 2


def test_printing_in_a_branch_happens_where_it_is_chosen(capfd):
    def model_fn(x):
        def loud():
            tf.print("large", x)
            return x

        return tf.cond(x[0] > 5.0, loud, lambda: -x)

    run(model_fn)
    run(model_fn, X * 9)
    assert capfd.readouterr().err.splitlines() == ["large [9 18 27]"]
