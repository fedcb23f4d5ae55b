"""Cells and the scan over time: recorded numbers of the original, and laws.

`recorded/recurrent.json` holds what the original computed: each kind of cell was put into
`keras.layers.RNN(cell, return_sequences=True, return_state=True, go_backwards=reverse)`, built for
the inputs [3, 4, 2], given the rounded weights that stand there by name, and called with the mask.
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import Frame, entered
from estimax.nn._recurrent_gates import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from estimax.nn._recurrent_scan import run_cell

RECORDED = json.loads((Path(__file__).parent / "recorded" / "recurrent.json").read_text())
INPUTS = np.array(RECORDED["inputs"], np.float32)
CELLS = {cell.__name__: cell for cell in (SimpleRNNCell, LSTMCell, GRUCell)}


def cell_of(kind, **arguments):
    return CELLS[kind](**arguments) if kind in CELLS else StackedRNNCells([LSTMCell(2), LSTMCell(3), GRUCell(2)])


def values_of(cell, rng=None):
    """Returns random values for the variables of a cell over `INPUTS`."""
    frame = Frame({})
    with entered(frame):
        jax.eval_shape(lambda: run_cell(cell, jnp.asarray(INPUTS)))
    rng = rng or np.random.default_rng(0)
    return {name: jnp.asarray(rng.normal(size=s.shape) / 2, jnp.float32) for name, s in frame.specs.items()}


def run(cell, values, inputs=INPUTS, mask=None, seed=0, **options):
    with entered(Frame(values, key=lambda: jax.random.key(seed))):
        return run_cell(cell, jnp.asarray(inputs), None if mask is None else jnp.asarray(mask), **options)


@pytest.mark.parametrize("case", RECORDED["cases"], ids=lambda c: f"{c['kind']}-{c['arguments']}")
def test_a_cell_gives_the_recorded_outputs_and_states(case):
    weights = {name: jnp.asarray(value, jnp.float32) for name, value in case["weights"].items()}
    cell = cell_of(case["kind"], **case["arguments"])
    outputs, output, states = run(cell, weights, mask=case["mask"], reverse=case["reverse"])
    np.testing.assert_array_equal(output, outputs[:, 0 if case["reverse"] else -1])
    if case["reverse"]:
        outputs = outputs[:, ::-1]  # the original lists them in the order in which they were computed
    np.testing.assert_allclose(outputs, np.array(case["outputs"]), rtol=2e-5, atol=2e-6)
    for ours, theirs in zip(jax.tree.leaves(states), case["states"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


def test_the_variables_of_a_cell_have_the_recorded_names_and_no_others():
    for case in RECORDED["cases"]:
        assert set(values_of(cell_of(case["kind"], **case["arguments"]))) == set(case["weights"])


@pytest.mark.parametrize("cell", [SimpleRNNCell(2), LSTMCell(2), GRUCell(2), cell_of("stacked")])
def test_padding_changes_no_bit_of_outputs_and_gradients(cell):
    values = values_of(cell)
    lengths = np.array([4, 1, 0])

    def loss(values, steps):
        inputs = np.full((3, steps, 2), 7.0, np.float32)
        inputs[:, :4] = INPUTS
        outputs, *_ = run(cell, values, inputs, np.arange(steps) < lengths[:, None])
        return (outputs[:, -1] ** 2).sum()

    compiled = jax.jit(jax.value_and_grad(loss), static_argnums=1)
    (short, short_gradients), (long, long_gradients) = (compiled(values, steps) for steps in (4, 8))
    assert short == long
    for name in values:
        np.testing.assert_array_equal(short_gradients[name], long_gradients[name])


@pytest.mark.parametrize("cell", [SimpleRNNCell(2), LSTMCell(2), GRUCell(2), cell_of("stacked")])
def test_a_scan_is_the_cell_called_step_by_step(cell):
    values = values_of(cell)
    outputs, *_ = run(cell, values)
    states = cell.zero_state(3)
    for time in range(4):
        with entered(Frame(values)):
            output, states = cell(INPUTS[:, time], states)
        np.testing.assert_allclose(output, outputs[:, time], rtol=1e-6)


def test_a_cell_takes_and_returns_lists_of_states_as_those_of_keras_do():
    values = values_of(LSTMCell(2))
    with entered(Frame(values)):
        output, states = LSTMCell(2)(INPUTS[:, 0], [jnp.zeros((3, 2)), jnp.ones((3, 2))])
    assert isinstance(states, list) and len(states) == 2
    np.testing.assert_array_equal(output, states[0])


def test_the_bias_of_a_forget_gate_starts_at_one():
    frame = Frame({})
    with entered(frame):
        jax.eval_shape(lambda: run_cell(LSTMCell(2), jnp.asarray(INPUTS)))
    rng = np.random.default_rng(0)
    assert frame.specs["lstm_cell/bias"].initial_value(rng).tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    kernel = frame.specs["lstm_cell/recurrent_kernel"].initial_value(rng)
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(2), atol=1e-6)


def test_dropout_drops_the_same_inputs_in_all_steps_and_only_while_training():
    cell = SimpleRNNCell(3, activation="linear", dropout=0.5)
    ones = np.ones((200, 3, 4), np.float32)
    values = {
        "simple_rnn_cell/kernel": jnp.full((4, 3), 1.0),
        "simple_rnn_cell/recurrent_kernel": jnp.zeros((3, 3)),
        "simple_rnn_cell/bias": jnp.zeros(3),
    }
    plain, *_ = run(cell, values, ones)
    assert (plain == 4).all()
    dropped, *_ = run(cell, values, ones, training=True, seed=1)
    assert (dropped == dropped[:, :1]).all()
    assert set(np.unique(dropped)) == {0.0, 2.0, 4.0, 6.0, 8.0}
    np.testing.assert_allclose(dropped.mean(), 4, rtol=0.1)
    other, *_ = run(cell, values, ones, training=True, seed=2)
    assert (dropped != other).any()


def test_recurrent_dropout_drops_what_a_cell_sees_of_its_last_output():
    cell = StackedRNNCells([SimpleRNNCell(3, activation="linear", use_bias=False, recurrent_dropout=0.5)])
    ones = np.ones((200, 2, 1), np.float32)
    scope = "stacked_rnn_cells/simple_rnn_cell"
    values = {f"{scope}/kernel": jnp.ones((1, 3)), f"{scope}/recurrent_kernel": jnp.eye(3)}
    dropped, *_ = run(cell, values, ones, training=True, seed=1)
    assert (dropped[:, 0] == 1).all()
    assert set(np.unique(dropped[:, 1])) == {1.0, 3.0}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SimpleRNNCell(0), "units of SimpleRNNCell must be a whole number, 1 or more; got 0"),
        (lambda: LSTMCell(2.5), "units of LSTMCell must be a whole number, 1 or more; got 2.5"),
        (lambda: GRUCell(2, activation="tanth"), "did you mean 'tanh'"),
        (lambda: GRUCell(2, recurrent_activation=3), "recurrent_activation of GRUCell"),
        (lambda: LSTMCell(2, kernel_initializer="nothing"), "kernel_initializer of LSTMCell"),
        (lambda: LSTMCell(2, dropout=1.0), r"dropout of LSTMCell must lie in \[0, 1\); got 1.0"),
        (lambda: StackedRNNCells([]), r"StackedRNNCells takes a list of cells; got \[\]"),
        (lambda: StackedRNNCells([LSTMCell(2), "gru"]), "got 'gru'"),
    ],
)
def test_a_cell_that_cannot_be_is_refused(make, message):
    with pytest.raises(InvalidArgumentError, match=message):
        make()
