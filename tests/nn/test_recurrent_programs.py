"""Recurrent networks in both directions, cells of a program's own, and cells of whole sequences."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered
from tests.nn import recurrent_programs
from tests.nn.rnn_cell_programs import first_value

FOLDER = Path(__file__).parent / "recorded"
RECORDED = json.loads((FOLDER / "recurrent_programs.json").read_text())
# What the original's kernel `BlockLSTM` computed of these inputs and weights, without and with peepholes.
BLOCK = json.loads((FOLDER / "block_lstm.json").read_text())
PROGRAMS = recurrent_programs.programs(tf)
RNN, CELLS = tf.contrib.rnn, tf.nn.rnn_cell
INPUTS = recurrent_programs.INPUTS
LENGTHS = recurrent_programs.LENGTHS


def run(program, values):
    with entered(Frame(values)) as frame:
        return program(), frame


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_give_the_recorded_numbers_with_the_recorded_variables(name):
    shapes = RECORDED[name]["shapes"]
    values = {n: jnp.asarray(first_value(n, shape)) for n, shape in shapes.items()}
    results, frame = run(PROGRAMS[name], values)
    assert {n: list(spec.shape) for n, spec in frame.specs.items()} == shapes
    for ours, theirs in zip(jax.tree.leaves(results), RECORDED[name]["results"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize(("kind", "options"), [("plain", {}), ("peephole", {"use_peephole": True, "cell_clip": 0.4})])
def test_block_cells_compute_what_the_kernel_of_the_original_does(kind, options):
    given = {k: [np.float32(p) for p in v] if k == "p" else np.float32(v) for k, v in BLOCK["inputs"].items()}
    names = {"kernel": given["w"], "bias": given["b"]}
    names |= dict(zip(("w_i_diag", "w_f_diag", "w_o_diag"), given["p"], strict=True))
    bias = {"forget_bias": 0.5} if options else {}
    fused = RNN.LSTMBlockFusedCell(2, **options, **bias)
    (outputs, state), frame = run(
        lambda: fused(given["x"], dtype=tf.float32), {f"lstm_fused_cell/{k}": jnp.asarray(v) for k, v in names.items()}
    )
    assert set(frame.specs) <= {f"lstm_fused_cell/{k}" for k in names}
    np.testing.assert_allclose(outputs, BLOCK[kind]["h"], rtol=1e-4, atol=2e-6)
    np.testing.assert_allclose(state.c, BLOCK[kind]["c"][-1], rtol=1e-4, atol=2e-6)
    cell = RNN.LSTMBlockCell(2, **options, **bias)
    (_, one), _ = run(
        lambda: cell(given["x"][0], cell.zero_state(3, tf.float32)),
        {f"lstm_cell/{k}": jnp.asarray(v) for k, v in names.items()},
    )
    np.testing.assert_allclose(one.h, BLOCK[kind]["h"][0], rtol=1e-4, atol=2e-6)


def two_directions():
    """The network of a named-entity tagger: two cells of whole sequences, of which one reads backwards."""
    by_time = tf.transpose(tf.constant(INPUTS), perm=[1, 0, 2])
    forward = RNN.LSTMBlockFusedCell(3)
    backward = RNN.TimeReversedFusedRNN(RNN.LSTMBlockFusedCell(3))
    ahead, _ = forward(by_time, dtype=tf.float32, sequence_length=LENGTHS)
    back, _ = backward(by_time, dtype=tf.float32, sequence_length=LENGTHS)
    return tf.transpose(tf.concat([ahead, back], axis=-1), perm=[1, 0, 2])


def test_cells_of_whole_sequences_do_what_a_loop_in_both_directions_does():
    names = [f"lstm_fused_cell{n}/{v}" for n in ("", "_1") for v in ("kernel", "bias")]
    values = {n: jnp.asarray(first_value(n, (5, 12) if n.endswith("kernel") else (12,))) for n in names}
    outputs, frame = run(two_directions, values)
    assert list(frame.specs) == names
    renamed = dict(
        zip(
            (f"bidirectional_rnn/{d}/basic_lstm_cell/{v}" for d in ("fw", "bw") for v in ("kernel", "bias")),
            values.values(),
            strict=True,
        )
    )
    cells = CELLS.BasicLSTMCell(3), CELLS.BasicLSTMCell(3)
    ((ahead, back), _), _ = run(
        lambda: tf.nn.bidirectional_dynamic_rnn(*cells, INPUTS, LENGTHS, dtype=tf.float32), renamed
    )
    np.testing.assert_allclose(outputs, jnp.concatenate([ahead, back], 2), rtol=1e-5, atol=1e-6)


def test_a_cell_of_one_step_becomes_one_of_whole_sequences():
    by_time = np.swapaxes(INPUTS, 0, 1)
    name = "rnn/gru_cell/gates/kernel"
    values = {name: jnp.asarray(first_value(name, (4, 4)))}
    (fused, state), _ = run(
        lambda: RNN.FusedRNNCellAdaptor(CELLS.GRUCell(2), use_dynamic_rnn=True)(by_time, dtype=tf.float32), values
    )
    (plain, last), _ = run(lambda: tf.nn.dynamic_rnn(CELLS.GRUCell(2), INPUTS, dtype=tf.float32), values)
    np.testing.assert_array_equal(fused, jnp.swapaxes(plain, 0, 1))
    np.testing.assert_array_equal(state, last)


def test_pairs_of_cells_stand_on_each_other_under_names_of_their_own():
    def program():
        return RNN.stack_bidirectional_dynamic_rnn(
            [CELLS.GRUCell(2), CELLS.GRUCell(3)], [CELLS.GRUCell(2), CELLS.GRUCell(1)], INPUTS, dtype=tf.float32
        )

    (outputs, ahead, back), frame = run(program, {})
    assert outputs.shape == (3, 4, 4)
    assert [s.shape for s in (*ahead, *back)] == [(3, 2), (3, 3), (3, 2), (3, 1)]
    kernels = {n: s.shape for n, s in frame.specs.items() if n.endswith("gates/kernel")}
    assert kernels == {
        f"stack_bidirectional_rnn/cell_{i}/bidirectional_rnn/{d}/gru_cell/gates/kernel": shape
        for i, d, shape in ((0, "fw", (4, 4)), (0, "bw", (4, 4)), (1, "fw", (7, 6)), (1, "bw", (5, 2)))
    }


def test_dropout_of_a_cell_holds_in_all_modes_and_takes_an_array():
    def program(share):
        return lambda: tf.nn.dynamic_rnn(
            CELLS.DropoutWrapper(CELLS.BasicRNNCell(40), output_keep_prob=share), INPUTS, dtype=tf.float32
        )[0]

    values = {"rnn/basic_rnn_cell/kernel": jnp.ones((42, 40))}
    for share in (0.5, jnp.float32(0.5)):
        outputs, _ = run(program(share), values)
        assert 0.3 < np.mean(np.asarray(outputs) == 0) < 0.7
    outputs, _ = run(program(jnp.float32(1)), values)
    assert np.all(np.asarray(outputs) != 0)


def test_a_loop_whose_end_is_not_known_is_refused_with_what_to_use_instead():
    with pytest.raises(NotImplementedError, match="raw_rnn is not there"):
        tf.nn.raw_rnn(CELLS.GRUCell(2), lambda *args: None)
