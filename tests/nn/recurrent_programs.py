"""More programs with recurrent networks of TensorFlow 1.x, written for the original and for this package alike.

`recorded/recurrent_programs.json` holds what the original computed for `programs(tensorflow.compat.v1)`, with
`rnn_cell_programs.first_value` of each variable: the shapes of all variables by name, and the results.
"""

import numpy as np

INPUTS = np.round(np.random.default_rng(5).normal(size=(3, 4, 2)), 2).astype(np.float32)
LENGTHS = [4, 2, 1]


def programs(tf):
    """Returns name -> function that computes outputs and states."""
    cells, nn = tf.nn.rnn_cell, tf.nn
    steps = [INPUTS[:, time] for time in range(4)]

    class Own(cells.RNNCell):
        """A cell of a program's own, whose variables it makes by `get_variable`."""

        def __init__(self, size, **kwargs):
            super().__init__(**kwargs)
            self.size = size

        @property
        def state_size(self):
            return self.size

        @property
        def output_size(self):
            return self.size

        def call(self, inputs, state):
            w = tf.get_variable("w", [2, self.size])
            u = tf.get_variable("u", [self.size, self.size], initializer=tf.zeros_initializer())
            after = tf.tanh(tf.matmul(inputs, w) + tf.matmul(state, u))
            return after, after

    class Called(Own):
        """The same, with a `__call__` of its own that opens a scope."""

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or "called"):
                return self.call(inputs, state)

    def two(make):
        def run():
            first, _ = nn.dynamic_rnn(make(), tf.constant(INPUTS), dtype=tf.float32, scope="one")
            with tf.variable_scope("two"):
                a, b = make(), make()
                state = a.zero_state(3, tf.float32)
                x, _ = a(tf.constant(steps[0]), state)
                y, _ = b(tf.constant(steps[0]), state)
                again, _ = a(tf.constant(steps[1]), state)
            return first, x, y, again

        return run

    return {
        "static_bidirectional": lambda: nn.static_bidirectional_rnn(
            cells.BasicLSTMCell(2), cells.GRUCell(3), list(map(tf.constant, steps)), dtype=tf.float32
        ),
        "static_bidirectional_lengths": lambda: nn.static_bidirectional_rnn(
            cells.GRUCell(2),
            cells.GRUCell(3),
            list(map(tf.constant, steps)),
            dtype=tf.float32,
            sequence_length=LENGTHS,
            scope="both",
        ),
        "own_cell": lambda: nn.dynamic_rnn(Own(3), tf.constant(INPUTS), LENGTHS, dtype=tf.float32),
        "own_cell_named": lambda: nn.static_rnn(Own(2, name="mine"), list(map(tf.constant, steps)), dtype=tf.float32),
        "own_cell_called": lambda: nn.dynamic_rnn(Called(3), tf.constant(INPUTS), dtype=tf.float32),
        "two_cells": two(lambda: cells.GRUCell(2)),
        "two_named_cells": two(lambda: cells.BasicLSTMCell(2, name="own")),
        "multi_of_own": lambda: nn.dynamic_rnn(
            cells.MultiRNNCell([Own(2), cells.BasicRNNCell(3)]), tf.constant(INPUTS), dtype=tf.float32
        ),
        "stacked_by_hand": lambda: nn.bidirectional_dynamic_rnn(
            cells.MultiRNNCell([cells.LSTMCell(2), cells.LSTMCell(2)]),
            cells.MultiRNNCell([cells.LSTMCell(2), cells.LSTMCell(2)]),
            tf.constant(INPUTS),
            sequence_length=LENGTHS,
            dtype=tf.float32,
        ),
    }
