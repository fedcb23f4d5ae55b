"""Programs with the cells of TensorFlow 1.x, written for the original and for this package alike.

`recorded/rnn_cell.json` holds what the original computed for `programs(tensorflow.compat.v1)`, with
`first_value` of each variable: the shapes of all variables by name, and the results one by one.
"""

import zlib

import numpy as np


def first_value(name, shape):
    """Returns the value of a variable, which depends on its name alone."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return np.round(rng.normal(size=shape) * 0.6, 3).astype(np.float32)


INPUTS = np.round(np.random.default_rng(4).normal(size=(3, 4, 2)), 2).astype(np.float32)
LENGTHS = [4, 2, 0]


def programs(tf):
    """Returns name -> function that computes outputs and states."""
    cells, nn = tf.nn.rnn_cell, tf.nn

    def run(make, **options):
        return lambda: nn.dynamic_rnn(make(), tf.constant(INPUTS), dtype=tf.float32, **options)

    def static(make, **options):
        steps = [INPUTS[:, time] for time in range(4)]
        return lambda: nn.static_rnn(make(), list(map(tf.constant, steps)), dtype=tf.float32, **options)

    def by_hand():
        cell = cells.GRUCell(2)
        state = cell.zero_state(3, tf.float32)
        outputs = []
        for time in range(4):
            output, state = cell(tf.constant(INPUTS[:, time]), state)
            outputs.append(output)
        other, _ = cells.GRUCell(2)(output, state)
        return outputs, state, other

    def with_state():
        state = cells.LSTMStateTuple(tf.constant(INPUTS[:, 0]), tf.constant(INPUTS[:, 1]))
        return nn.dynamic_rnn(cells.LSTMCell(2), tf.constant(INPUTS), LENGTHS, initial_state=state)

    return {
        "basic": run(lambda: cells.BasicRNNCell(3)),
        "basic_relu": run(lambda: cells.BasicRNNCell(3, activation=nn.relu)),
        "basic_lstm": run(lambda: cells.BasicLSTMCell(2)),
        "basic_lstm_lengths": run(lambda: cells.BasicLSTMCell(2, forget_bias=0.5), sequence_length=LENGTHS),
        "lstm": run(lambda: cells.LSTMCell(2, name="own"), sequence_length=LENGTHS),
        "lstm_full": run(
            lambda: cells.LSTMCell(3, use_peepholes=True, num_proj=2, cell_clip=0.5, proj_clip=0.4), scope="here"
        ),
        "lstm_one_array": run(lambda: cells.LSTMCell(3, num_proj=2, state_is_tuple=False)),
        "lstm_from_state": with_state,
        "gru": run(lambda: cells.GRUCell(2), sequence_length=LENGTHS),
        "multi": run(lambda: cells.MultiRNNCell([cells.BasicLSTMCell(2), cells.GRUCell(3)]), sequence_length=LENGTHS),
        "multi_one_array": run(lambda: cells.MultiRNNCell([cells.GRUCell(2), cells.GRUCell(3)], state_is_tuple=False)),
        "residual": run(lambda: cells.ResidualWrapper(cells.GRUCell(2))),
        "nothing_dropped": run(lambda: cells.DropoutWrapper(cells.GRUCell(2), 1.0, 1.0)),
        "static": static(lambda: cells.BasicLSTMCell(2)),
        "static_lengths": static(lambda: cells.GRUCell(2), sequence_length=LENGTHS),
        "time_major": lambda: nn.dynamic_rnn(
            cells.GRUCell(2), tf.constant(INPUTS.swapaxes(0, 1)), LENGTHS, dtype=tf.float32, time_major=True
        ),
        "bidirectional": lambda: nn.bidirectional_dynamic_rnn(
            cells.GRUCell(2), cells.BasicLSTMCell(2), tf.constant(INPUTS), LENGTHS, dtype=tf.float32
        ),
        "by_hand": by_hand,
    }
