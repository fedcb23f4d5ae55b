"""A model function becomes a program: what it needs of the host, what it gives back, which variables it makes."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._array import gather
from estimax._base._dtypes import float32, int64, string
from estimax._base._errors import UnimplementedError
from estimax._base._shapes import TensorSpec
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._scope._crossing import to_device
from estimax._scope._transform import device_dtype, transform
from estimax._scope._variables import get_variable, variable_scope
from estimax.initializers import zeros_initializer

ROWS = 7

NUMBERS = TensorSpec((None,), float32)
WORDS = TensorSpec((None,), string)


def shape_of(tensor):
    return tuple(ROWS if size is None else size for size in tensor.shape.as_list())


def program_of(function, *specs):
    return transform(function, tuple(placeholder_for(s) for s in specs), shape_of, ROWS)


def run(program, arguments, values=None):
    """Runs host and device as the estimators do; returns the call."""
    leaves = program.arguments
    entries = Function(leaves, program.entries)(arguments)
    return program.run(values or {}, [jnp.asarray(e) for e in entries])


def scaled(numbers, words):
    """Uses a number as it is, and a word by its length in letters."""
    with variable_scope("scope"):
        weight = get_variable("weight", (), initializer=zeros_initializer())
    lengths = tf.cast(tf.strings.length(words), tf.float32)
    return weight * numbers + to_device(lengths)


def test_variables_and_entries_are_found_without_computing():
    program = program_of(scaled, NUMBERS, WORDS)
    assert list(program.specs) == ["scope/weight"]
    assert [t.dtype.name for t in program.entries] == ["float32", "float32"]
    assert [s.shape for s in program.used_specs] == [(ROWS,), (ROWS,)]


def test_a_program_computes_what_the_function_says_for_any_number_of_rows():
    program = program_of(scaled, NUMBERS, WORDS)
    words = as_tensor(["a", "bcd"], string).value
    call = run(program, [np.float32([1, 2]), words], {"scope/weight": jnp.float32(10)})
    assert call.result.tolist() == [11, 23]


def test_a_tensor_enters_once():
    def twice(numbers, words):
        assert numbers is to_device(leaf[0])
        return numbers + numbers

    leaf = [None]
    placeholder = placeholder_for(NUMBERS)
    leaf[0] = placeholder
    program = transform(twice, (placeholder, placeholder_for(WORDS)), shape_of, ROWS)
    assert len(program.entries) == 1


def test_strings_do_not_enter():
    with pytest.raises(TypeError, match="holds strings, which do not exist on the device"):
        program_of(to_device, WORDS)


def test_a_constant_enters_as_a_constant():
    program = program_of(lambda numbers: numbers + to_device(tf.constant(2.0)), NUMBERS)
    assert len(program.entries) == 1
    assert run(program, [np.float32([1])]).result.tolist() == [3]


def named(numbers):
    """Names the sign of numbers: a host operation on a device result."""
    return {"name": gather(tf.constant(["minus", "plus"]), (numbers > 0).astype(jnp.int32)), "number": numbers}


def test_a_device_result_leaves_to_the_host():
    program = program_of(named, NUMBERS)
    name = program.call.result["name"]
    assert isinstance(name, Tensor)
    assert name.shape.as_list() == [None]
    (left,) = program.exits
    call = run(program, [np.float32([-1, 1, 2])])
    (names,) = Function([left], [name])([np.asarray(call.exits[0])])
    assert names.tolist() == [b"minus", b"plus", b"plus"]


def test_an_entry_that_leaves_again_is_the_tensor_that_entered():
    program = program_of(as_tensor, NUMBERS)
    assert program.exits == ()
    assert program.call.result is program.arguments[0]


def test_what_left_the_device_does_not_come_back_in_the_same_step():
    def there_and_back(numbers):
        word = gather(tf.constant(["a", "bc"]), (numbers > 0).astype(jnp.int32))
        return to_device(tf.cast(tf.strings.length(word), tf.float32))

    with pytest.raises(UnimplementedError, match="cannot go back to the device"):
        program_of(there_and_back, NUMBERS)


def test_entries_that_nothing_depends_on_are_left_out():
    def model(numbers, others):
        to_device(others)
        return {"used": numbers * 2, "unused": others * 3}

    program = program_of(model, NUMBERS, NUMBERS)
    assert len(program.entries) == 2
    pruned = program.pruned(lambda call: call.result["used"])
    assert [t is program.arguments[0] for t in pruned.entries] == [True]
    assert pruned.run({}, [jnp.float32([1, 2])]).result["used"].tolist() == [2, 4]


def test_an_entry_that_a_branch_depends_on_is_kept():
    def model(numbers, others):
        return jax.lax.cond(jnp.sum(numbers) > 0, lambda: others, lambda: others + 1)

    assert len(program_of(model, NUMBERS, NUMBERS).pruned(lambda call: call.result).entries) == 2


def test_an_error_of_the_function_comes_out_as_it_is():
    class Mine(Exception):
        pass

    def fails(numbers):
        raise Mine

    with pytest.raises(Mine):
        program_of(fails, NUMBERS)


def test_a_program_compiles_once_for_all_values():
    program = program_of(scaled, NUMBERS, WORDS)
    traces = []

    @jax.jit
    def compiled(values, entries):
        traces.append(1)
        return program.run(values, entries).result

    for weight in (1.0, 2.0):
        compiled({"scope/weight": jnp.float32(weight)}, [jnp.ones(3), jnp.ones(3)])
    assert len(traces) == 1


def test_wide_numbers_are_narrow_on_the_device():
    assert device_dtype(placeholder_for(TensorSpec((None,), int64))) == np.int32
    found = run(program_of(lambda ids: ids + 1, TensorSpec((None,), int64)), [np.int64([1, 2])])
    assert found.result.dtype == jnp.int32


def test_outside_of_a_model_function_tensors_are_copied_to_the_device():
    assert to_device(tf.constant([1.0, 2.0])).tolist() == [1, 2]
    array = jnp.ones(2)
    assert to_device(array) is array
    assert functools.reduce(lambda a, b: a + b, to_device([1, 2, 3])) == 6
