"""Choices, loops and gradients in model functions: the original's numbers, and what is refused."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame
from estimax._scope._transform import Crossings, _call
from tests.functional import model_function_programs
from tests.functional.model_function_programs import X

RECORDED = json.loads((Path(__file__).parent / "recorded" / "model_functions.json").read_text())
PROGRAMS = model_function_programs.programs(tf)


def run(program, *arrays, seed=None):
    """Runs a program as a compiled model function; returns its results and the names of its variables."""
    frames = []

    def first(spec):
        return jnp.asarray(spec.initial_value(np.random.default_rng(0)))

    def compiled(*arrays):
        frame = Frame({}, create=first, key=None if seed is None else lambda: jax.random.key(seed))
        frames.append(frame)
        result = _call(program, arrays, frame, Crossings(lambda number, tensor: None)).result
        return jax.tree.map(lambda r: jnp.asarray(r.numpy() if isinstance(r, tf.Tensor) else r), result)

    return jax.jit(compiled)(*arrays), frames[-1]


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_give_the_numbers_of_the_original(name):
    results, frame = run(PROGRAMS[name], X)
    wanted = RECORDED[name]
    assert sorted(frame.specs) == wanted["variables"]
    assert len(results) == len(wanted["results"])
    for ours, theirs in zip(results, wanted["results"], strict=True):
        assert list(ours.shape) == theirs["shape"]
        np.testing.assert_allclose(np.ravel(ours), theirs["values"], rtol=1e-4, atol=1e-5)


def test_each_turn_of_a_loop_and_each_entry_draws_other_random_numbers():
    def program(x):
        def kept(a):
            return tf.cast(tf.nn.dropout(a, keep_prob=0.5) > 0, tf.float32)

        ones = tf.ones([64])
        looped = tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, a + kept(ones)), [tf.constant(0), 0.0 * ones])
        scanned = tf.scan(lambda a, row: kept(ones), x[:2], initializer=0.0 * ones)
        mapped = tf.map_fn(lambda row: kept(ones), x[:2])
        return looped[1], scanned, mapped

    (looped, scanned, mapped), _ = run(program, X, seed=0)
    assert {0.0, 1.0, 2.0} == set(np.asarray(looped).tolist())
    for first, second in (scanned, mapped):
        assert not np.array_equal(first, second)
    again, _ = run(program, X, seed=0)
    assert all(np.array_equal(a, b) for a, b in zip((looped, scanned, mapped), again, strict=True))


def test_what_a_branch_leaves_behind_is_there_whichever_is_chosen():
    def program(x):
        def first():
            tf.losses.add_loss(tf.reduce_sum(x))
            return tf.metrics.mean(x)[1]

        return tf.cond(tf.reduce_sum(x) > 1e6, first, lambda: tf.constant(7.0)), tf.losses.get_total_loss()

    (chosen, total), frame = run(program, X)
    assert float(chosen) == 7
    np.testing.assert_allclose(total, X.sum(), rtol=1e-5)
    assert set(frame.updates) == {"mean/total", "mean/count"}


def test_a_branch_that_is_not_chosen_is_not_computed():
    def program(x):
        wide = tf.cond(tf.reduce_sum(x) > 1e6, lambda: tf.matmul(x, x, transpose_b=True), lambda: tf.zeros([4, 4]))
        return tf.reduce_sum(wide)

    def compiled(x):
        return _call(program, (x,), Frame({}), Crossings(lambda number, tensor: None)).result

    names = [e.primitive.name for e in jax.make_jaxpr(compiled)(X).jaxpr.eqns]
    assert "cond" in names
    text = jax.jit(compiled).lower(X).as_text()
    assert text.count("dot_general") == 1  # the one inside of the conditional


def test_values_of_a_loop_keep_their_shapes():
    def program(x):
        return tf.while_loop(lambda a: tf.shape(a)[0] < 9, lambda a: tf.concat([a, a], 0), [x])

    with pytest.raises(ValueError, match="keep their shapes from turn to turn"):
        run(program, X)


def test_a_gradient_of_ones_own_must_be_there_for_each_argument():
    @tf.custom_gradient
    def product(a, b):
        return a * b, lambda dy: dy

    with pytest.raises(ValueError, match="one gradient for each of its 2 arguments"):
        jax.grad(product)(1.0, 2.0)


def test_gradients_belong_to_model_functions():
    with pytest.raises(ValueError, match="inside a model function only"):
        tf.gradients(jnp.float32(1), jnp.float32(2))
