"""Variables by name: scopes, reuse, tables, and what they are outside of a model function."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from estimax._scope._frame import Frame, VariableSpec, entered, frame
from estimax._scope._variables import Table, assign, get_variable, variable_scope
from estimax.initializers import constant_initializer, ones_initializer, zeros_initializer


def test_names_are_those_of_the_scopes_around():
    with entered(Frame({})) as active:
        with variable_scope("dnn") as outer, variable_scope("hidden") as inner:
            get_variable("kernel", (2, 3), initializer=zeros_initializer())
        get_variable("bias", (), initializer=zeros_initializer())
    assert (outer.name, inner.name) == ("dnn", "dnn/hidden")
    assert list(active.specs) == ["dnn/hidden/kernel", "bias"]
    assert active.specs["dnn/hidden/kernel"].shape == (2, 3)
    assert active.scopes == []


def test_a_scope_ends_with_an_error_too():
    with entered(Frame({})) as active:
        with pytest.raises(KeyError), variable_scope("broken"):
            raise KeyError
        assert active.scopes == []


def test_a_name_stands_for_one_variable():
    with entered(Frame({"w": jnp.float32(3)})) as active:
        assert get_variable("w", (), initializer=zeros_initializer()) == 3
        assert get_variable("w", (), initializer=ones_initializer()) == 3
        assert len(active.specs) == 1
        with pytest.raises(ValueError, match=r"'w' exists with shape \(\) .* asked for with shape \(2,\)"):
            get_variable("w", (2,), initializer=zeros_initializer())
        with pytest.raises(ValueError, match="type int32"):
            get_variable("w", (), np.int32, initializer=zeros_initializer())


def test_a_changed_variable_is_read_as_changed_and_reported():
    with entered(Frame({"scope/w": jnp.float32(3)})) as active, variable_scope("scope"):
        value = get_variable("w", (), initializer=zeros_initializer())
        assert assign("w", value + 1) == 4
        assert get_variable("w", (), initializer=zeros_initializer()) == 4
    assert active.updates == {"scope/w": 4}


def test_layers_without_a_name_are_numbered_in_their_scope():
    active = Frame({})
    names = [active.unique_name("dense") for _ in range(3)]
    active.scopes.append("tower")
    assert [*names, active.unique_name("dense")] == ["dense", "dense_1", "dense_2", "dense"]


def test_rows_are_looked_up_and_missing_ids_give_zeros():
    values = {"table": jnp.arange(8.0).reshape(4, 2)}
    with entered(Frame(values)) as active:
        table = Table("table", (4, 2), zeros_initializer())
        rows = table.lookup(np.array([[3, -1], [0, 4]]))
    np.testing.assert_array_equal(rows, [[[6, 7], [0, 0]], [[0, 1], [0, 0]]])
    (lookup,) = active.lookups
    assert lookup.table == "table"
    assert lookup.ids.tolist() == [[3, 4], [0, 4]]
    assert active.specs["table"].is_table


def test_the_gradient_of_rows_is_that_of_the_table_at_them():
    ids = np.array([2, 0, 2, -1])
    start = jnp.arange(6.0).reshape(3, 2)

    def rows_of(table, deltas=()):
        with entered(Frame({"table": table}, deltas)):
            return Table("table", (3, 2), zeros_initializer()).lookup(ids)

    whole = jax.grad(lambda table: jnp.sum(rows_of(table) ** 2))(start)
    by_rows = jax.grad(lambda delta: jnp.sum(rows_of(start, [delta]) ** 2))(jnp.zeros((4, 2)))
    summed = np.zeros((3, 2))
    np.add.at(summed, ids[:3], np.asarray(by_rows)[:3])
    np.testing.assert_allclose(summed, whole)


def test_outside_of_a_model_function_variables_have_their_first_values():
    assert get_variable("w", (2,), initializer=constant_initializer(3)).tolist() == [3, 3]
    assert Table("t", (2, 1), ones_initializer()).lookup([0, -1]).tolist() == [[1], [0]]
    assert frame() is not frame()
    with variable_scope("alone") as scope:
        assert scope.name == "alone"


def test_an_initializer_must_give_the_shape_of_the_variable():
    spec = VariableSpec("w", (2,), np.dtype(np.float32), lambda shape, dtype, rng: np.zeros((3,), dtype))
    with pytest.raises(ValueError, match=r"'w' has shape \(2,\); its initializer gave \(3,\)"):
        spec.initial_value(np.random.default_rng(0))


def test_random_numbers_differ_in_every_use_and_need_a_key():
    active = Frame({}, key=lambda: jax.random.key(0))
    one, other = (jax.random.uniform(active.next_key()) for _ in range(2))
    assert one != other
    with pytest.raises(RuntimeError, match="only while training"):
        Frame({}).next_key()
