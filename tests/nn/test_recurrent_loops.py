"""The cells of TensorFlow 1.x: recorded numbers of the original, dropout by step, and what is refused."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Frame, entered
from tests.nn import rnn_cell_programs

RECORDED = json.loads((Path(__file__).parent / "recorded" / "rnn_cell.json").read_text())
PROGRAMS = rnn_cell_programs.programs(tf)
CELLS = tf.nn.rnn_cell
ONES = np.ones((50, 4, 3), np.float32)


def run(program, values, seed=None):
    """Runs a program as a model function; returns its results and the variables that it made."""
    frame = Frame(values, key=None if seed is None else lambda: jax.random.key(seed))
    with entered(frame):
        results = program()
    return results, frame.specs


@pytest.mark.parametrize("name", PROGRAMS)
def test_cells_and_loops_give_the_recorded_numbers_with_the_recorded_variables(name):
    shapes = RECORDED[name]["shapes"]
    values = {n: jnp.asarray(rnn_cell_programs.first_value(n, shape)) for n, shape in shapes.items()}
    results, specs = run(PROGRAMS[name], values)
    assert {n: list(spec.shape) for n, spec in specs.items()} == shapes
    for ours, theirs in zip(jax.tree.leaves(results), RECORDED[name]["results"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-6)


def test_first_values_are_those_of_the_original():
    _, specs = run(PROGRAMS["gru"], {})
    rng = np.random.default_rng(0)
    assert (specs["rnn/gru_cell/gates/bias"].initial_value(rng) == 1).all()
    assert (specs["rnn/gru_cell/candidate/bias"].initial_value(rng) == 0).all()


def test_loops_can_be_differentiated_and_compiled():
    values = {
        n: jnp.asarray(rnn_cell_programs.first_value(n, shape)) for n, shape in RECORDED["multi"]["shapes"].items()
    }

    def loss(values):
        (outputs, _), _ = run(PROGRAMS["multi"], values)
        return outputs.sum()

    gradients = jax.jit(jax.grad(loss))(values)
    name = "rnn/multi_rnn_cell/cell_1/gru_cell/candidate/bias"
    step = 1e-2
    above, below = (loss(values | {name: values[name] + sign * step}) for sign in (1, -1))
    np.testing.assert_allclose(gradients[name].sum(), (above - below) / (2 * step), rtol=1e-2)


class Sum(CELLS.RNNCell):
    """Sums its inputs, as a program would write it."""

    @property
    def state_size(self):
        return 3

    @property
    def output_size(self):
        return 3

    def call(self, inputs, state):
        return inputs, state + inputs


def dropped(seed, **options):
    (outputs, state), _ = run(
        lambda: tf.nn.dynamic_rnn(CELLS.DropoutWrapper(Sum(), **options), ONES, dtype=tf.float32), {}, seed
    )
    return np.asarray(outputs), np.asarray(state)


def test_a_cell_of_a_program_runs():
    outputs, state = dropped(None)
    assert (outputs == 1).all()
    assert (state == 4).all()


@pytest.mark.parametrize("option", ["input_keep_prob", "output_keep_prob"])
def test_other_values_are_dropped_in_each_step(option):
    outputs, _ = dropped(1, **{option: 0.5})
    assert set(np.unique(outputs)) == {0.0, 2.0}
    assert (outputs[:, 0] != outputs[:, 1]).any()
    np.testing.assert_allclose(outputs.mean(), 1, atol=0.15)
    assert (outputs != dropped(2, **{option: 0.5})[0]).any()


def test_variational_dropout_drops_the_same_values_in_each_step():
    outputs, _ = dropped(1, input_keep_prob=0.5, variational_recurrent=True)
    assert set(np.unique(outputs)) == {0.0, 2.0}
    assert (outputs == outputs[:, :1]).all()


def test_a_dropped_state_is_what_the_next_step_sees():
    _, state = dropped(1, state_keep_prob=0.5)
    assert set(np.unique(state)) <= {0.0, 2.0, 4.0, 6.0, 8.0, 12.0, 14.0, 16.0, 20.0, 22.0, 24.0, 28.0, 30.0}
    assert (state == 0).mean() > 0.3


def test_the_memory_of_an_lstm_is_not_dropped():
    cell = CELLS.DropoutWrapper(CELLS.BasicLSTMCell(3), state_keep_prob=0.5)
    (_, state), _ = run(lambda: tf.nn.dynamic_rnn(cell, ONES, dtype=tf.float32), {}, 1)
    assert isinstance(state, CELLS.LSTMStateTuple)


def test_two_loops_drop_other_values():
    def program():
        first, second = (
            tf.nn.dynamic_rnn(CELLS.DropoutWrapper(Sum(), 0.5), ONES, dtype=tf.float32, scope=scope)[0]
            for scope in ("a", "b")
        )
        return first, second

    (first, second), _ = run(program, {}, 1)
    assert (first != second).any()


def test_a_cell_uses_its_variables_in_each_call_and_in_each_model_function_anew():
    cell = CELLS.GRUCell(2)

    def program():
        tf.nn.dynamic_rnn(cell, ONES, dtype=tf.float32)
        tf.nn.dynamic_rnn(cell, ONES, dtype=tf.float32)

    for _ in range(2):
        _, specs = run(program, {})
        assert sorted(specs) == [f"rnn/gru_cell/{p}/{v}" for p in ("candidate", "gates") for v in ("bias", "kernel")]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CELLS.GRUCell(0), "units of GRUCell must be"),
        (lambda: CELLS.BasicLSTMCell("x"), "units of BasicLSTMCell must be"),
        (lambda: CELLS.MultiRNNCell([]), r"takes a list of cells; got \[\]"),
        (lambda: CELLS.MultiRNNCell([3]), "takes a list of cells; got 3"),
        (lambda: CELLS.MultiRNNCell([CELLS.LSTMCell(2)], state_is_tuple=False), "state that is no tuple"),
        (lambda: CELLS.DropoutWrapper("gru"), "takes a cell; got 'gru'"),
        (lambda: CELLS.DropoutWrapper(CELLS.GRUCell(2), 0.0), r"input_keep_prob .* \(0, 1\]; got 0.0"),
        (lambda: tf.nn.dynamic_rnn(CELLS.GRUCell(2), ONES), "an initial_state, or the dtype"),
        (lambda: tf.nn.dynamic_rnn(CELLS.GRUCell(2), ONES[0], dtype=tf.float32), r"got shape \(4, 3\)"),
        (lambda: tf.nn.dynamic_rnn(CELLS.LSTMCell(2), ONES, initial_state=np.zeros((50, 2))), "a state of sizes"),
        (lambda: tf.nn.static_rnn(CELLS.GRUCell(2), [], dtype=tf.float32), "a list of the inputs of all steps"),
        (lambda: CELLS.GRUCell(2)(ONES, np.zeros((50, 2))), r"inputs \[batch, n\], those of one step"),
        (
            lambda: tf.nn.dynamic_rnn(CELLS.ResidualWrapper(CELLS.GRUCell(2)), ONES, dtype=tf.float32),
            "inputs as wide as the output of its cell; got 3 and 2",
        ),
    ],
)
def test_what_cannot_run_is_refused(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make()


def test_cells_have_the_names_of_contrib_too():
    assert tf.contrib.rnn.BasicLSTMCell is CELLS.BasicLSTMCell
    assert tf.contrib.rnn.static_rnn is tf.nn.static_rnn
