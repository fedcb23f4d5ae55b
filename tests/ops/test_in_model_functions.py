"""Operations in model functions: the same results as outside of them, and as the original gives, in every mode."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import as_tensor
from estimax._scope._transform import transform
from estimax.compat import v1
from tests.ops.model_function_programs import FEATURES, PROGRAMS, RANDOM, SOURCES, flat, listed

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "model_functions.json").read_text())


def constants():
    return {name: tf.constant(value) for name, value in FEATURES.items()}


def in_model_function(program, key=0):
    """Runs a program as a model function is run, and returns its results as they are predicted."""
    given = {name: placeholder_for(tf.TensorSpec([None, *v.shape[1:]], t.dtype)) for (name, v), t in _typed()}

    def model_fn(features):
        return [as_tensor(r) for r in flat(program(v1, features))]

    def shape(tensor):
        (value,) = Function(list(given.values()), [tensor])([t.value for _, t in _typed()])
        return value.shape

    traced = transform(model_fn, (given,), shape, rows=4)
    values = [t.value for _, t in _typed()]
    entries = Function(list(given.values()), traced.entries)(values)
    exits = jax.jit(lambda e: traced.run({}, e, lambda: jax.random.key(key)).exits)(entries)
    outputs = Function([*given.values(), *traced.exits], traced.call.result)
    return outputs([*values, *map(np.asarray, exits)])


def _typed():
    return [((name, v), tf.constant(v)) for name, v in FEATURES.items()]


def numbers(results):
    return [listed(r.to_numpy() if hasattr(r, "to_numpy") else r) for r in results]


def check(name, results):
    recorded = RECORDED[name]["results"]
    assert [list(r.shape) for r in results] == [shape for shape, _ in recorded]
    for got, (_, expected) in zip(numbers(results), recorded, strict=True):
        if expected and isinstance(expected[0], str):
            assert got == expected
        else:
            np.testing.assert_allclose(got, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_outside_of_a_model_function_gives_what_the_original_gives(name):
    check(name, [as_tensor(r).value for r in flat(PROGRAMS[name](v1, constants()))])


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_in_a_model_function_gives_what_the_original_gives(name):
    check(name, in_model_function(PROGRAMS[name]))


@pytest.mark.parametrize("name", [name for name in PROGRAMS if RECORDED[name]["gradients"]])
def test_gradients_pass_through_a_program_as_in_the_original(name):
    def total(sources):
        results = [r for r in flat(PROGRAMS[name](v1, {**constants(), **sources})) if r.dtype == "float32"]
        return sum(jnp.sum(jnp.sin(r)) for r in results if isinstance(r, jax.Array))

    gradients = jax.jit(jax.grad(total))({key: jnp.asarray(FEATURES[key]) for key in SOURCES})
    found = [np.ravel(gradients[key]) for key in SOURCES if np.any(gradients[key])]
    assert len(found) == len(RECORDED[name]["gradients"])
    for got, expected in zip(found, RECORDED[name]["gradients"], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", RANDOM)
def test_random_numbers_follow_the_step(name):
    one, again, other = (in_model_function(RANDOM[name], key)[0] for key in (1, 1, 2))
    assert np.array_equal(one, again)
    assert one.shape == other.shape
    assert not np.array_equal(one, other)


def test_a_mask_that_is_known_chooses_elements():
    (chosen,) = in_model_function(lambda tf, f: tf.boolean_mask(f["x"], [True, False, True, False]))
    np.testing.assert_allclose(chosen, FEATURES["x"][::2])


def test_a_mask_of_the_values_of_a_step_is_refused_with_what_to_do():
    with pytest.raises(tf.errors.UnimplementedError, match=r"weights=tf\.cast\(mask, tf\.float32\)"):
        in_model_function(lambda tf, f: tf.reduce_mean(tf.boolean_mask(f["x"], f["x"] > 0.0)))
