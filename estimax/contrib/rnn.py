"""`tf.contrib.rnn`: the cells that moved to `tf.nn.rnn_cell` later, cells of whole sequences, and loops."""

from estimax._base._lazy import lazy_attributes

_CELLS = (
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "MultiRNNCell",
    "RNNCell",
    "ResidualWrapper",
)

_FUSED = ("FusedRNNCell", "FusedRNNCellAdaptor", "LSTMBlockCell", "LSTMBlockFusedCell", "TimeReversedFusedRNN")
_LOOPS = ("stack_bidirectional_dynamic_rnn", "static_bidirectional_rnn", "static_rnn")

_LAZY = {name: f"estimax.nn.rnn_cell:{name}" for name in _CELLS}
_LAZY |= {name: f"estimax.nn.rnn_cell._fused:{name}" for name in _FUSED}
_LAZY |= {name: f"estimax.nn._recurrent_loops:{name}" for name in _LOOPS}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
