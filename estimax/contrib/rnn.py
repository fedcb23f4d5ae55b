"""`tf.contrib.rnn`: the cells that moved to `tf.nn.rnn_cell` later, and `static_rnn`."""

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

_LAZY = {name: f"estimax.nn.rnn_cell:{name}" for name in _CELLS} | {"static_rnn": "estimax.nn:static_rnn"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
