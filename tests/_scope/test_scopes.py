"""Variable scopes and name scopes: the names that programs make are those of the original."""

import json
import pathlib

import jax
import jax.numpy as jnp
import pytest

import estimax as tf
from estimax._graph._boundary import current_boundary
from estimax._scope._frame import Frame, entered
from estimax._scope._transform import Crossings
from tests._scope.scope_programs import names_of, program_of

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "scopes.json").read_text())


@pytest.fixture
def in_model_function():
    token = current_boundary.set(Crossings(lambda number, tensor: None))
    with entered(Frame({})) as active:
        yield active
    current_boundary.reset(token)


@pytest.mark.parametrize("seed", range(len(RECORDED)))
def test_programs_make_the_names_of_the_original(seed, in_model_function):
    names = names_of(tf, program_of(seed), lambda x, name: tf.identity(jnp.asarray(x), name=name).name)
    assert names == RECORDED[seed]


def test_what_a_scope_says_holds_for_the_variables_inside(in_model_function):
    half = tf.constant_initializer(0.5)
    with tf.variable_scope("a", initializer=half, regularizer=jnp.sum, dtype=tf.float32) as scope:
        tf.get_variable("w", [2])
        with tf.variable_scope("b"):
            tf.get_variable("w", [2], initializer=tf.ones_initializer())
    assert (scope.initializer, scope.regularizer, scope.dtype, scope.reuse) == (half, jnp.sum, tf.float32, False)
    assert in_model_function.specs["a/w"].initializer is half
    assert isinstance(in_model_function.specs["a/b/w"].initializer, tf.ones_initializer)
    assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 2


def test_the_current_scope_can_be_told_to_reuse(in_model_function):
    with tf.variable_scope("a") as scope:
        first = tf.get_variable("w", [2])
        scope.reuse_variables()
        assert tf.get_variable("w") is not None
        assert tf.get_variable_scope().reuse is True
        with pytest.raises(ValueError, match="'a/v' does not exist"):
            tf.get_variable("v", [2])
    assert tf.get_variable_scope().reuse is False
    assert first.name == "a/w:0"


def test_a_scope_needs_a_name_and_no_getter():
    with pytest.raises(ValueError, match="needs a name, a scope, or a default_name"), tf.variable_scope(None):
        pass
    with pytest.raises(ValueError, match="does not take a custom_getter"), tf.variable_scope("a", custom_getter=abs):
        pass


def test_collections_hold_what_was_left_in_them(in_model_function):
    tf.add_to_collection("mine", 1)
    tf.add_to_collections(["mine", "other", "mine"], 2)
    assert tf.get_collection("mine") == [1, 2]
    tf.get_collection_ref("mine").append(3)
    assert (tf.get_collection("mine"), tf.get_collection("other"), tf.get_collection("none")) == ([1, 2, 3], [2], [])


def test_variables_are_in_the_collections_that_say_what_they_are(in_model_function):
    tf.get_variable("trained", [2], collections=["mine", tf.GraphKeys.GLOBAL_VARIABLES])
    tf.Variable(0, trainable=False, name="count")
    tf.Variable(0.0, name="total", collections=[tf.GraphKeys.LOCAL_VARIABLES])

    def names(key, scope=None):
        return [v.op.name for v in tf.get_collection(key, scope)]

    assert names(tf.GraphKeys.TRAINABLE_VARIABLES) == ["trained"]
    assert names(tf.GraphKeys.GLOBAL_VARIABLES) == ["trained", "count"] == [v.op.name for v in tf.global_variables()]
    assert names(tf.GraphKeys.LOCAL_VARIABLES) == ["total"] == [v.op.name for v in tf.local_variables()]
    assert names("mine") == ["trained"]
    assert names(tf.GraphKeys.GLOBAL_VARIABLES, "cou") == ["count"]


def test_arrays_of_a_model_function_have_what_programs_ask_of_tensors(in_model_function):
    @jax.jit
    def function(x):
        assert x.get_shape().as_list() == x.shape.as_list() == [2, 3]
        assert (x.shape[1].value, x.shape[-1], x.shape.ndims, x.shape[1:].num_elements()) == (3, 3, 2, 3)
        assert (x.get_shape()[0].value, x.shape == (2, 3), [d.value for d in x.get_shape().dims]) == (2, True, [2, 3])
        x.set_shape([None, 3])
        with pytest.raises(ValueError, match=r"shape \[4, 3\] does not fit an array of shape \(2, 3\)"):
            x.set_shape([4, 3])
        with pytest.raises(TypeError, match="not known while the model function is traced"):
            x.numpy()
        y = tf.identity(x, name="y")
        assert (y.name, y.op.name, tf.square(x, name="y").name) == ("y:0", "y", "y_1:0")
        return jnp.reshape(x, (x.shape[0] * x.shape[1],)) + jnp.zeros(x.shape).reshape(-1)

    assert function(jnp.ones((2, 3))).shape == (6,)


def test_outside_of_a_model_function_arrays_are_what_they_were():
    array = jnp.ones((2, 3))
    assert type(array.shape) is tuple
    assert jax.jit(lambda x: x * (type(x.shape) is tuple))(array).sum() == 6
    assert array.numpy().tolist() == array.eval().tolist() == [[1, 1, 1]] * 2
    with pytest.raises(AttributeError, match="only arrays of a model function"):
        _ = array.op
