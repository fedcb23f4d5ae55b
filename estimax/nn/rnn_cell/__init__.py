"""The cells of TensorFlow 1.x (`tf.nn.rnn_cell`): objects that are called with inputs and state.

Their gates stand in another order than those of the cells of Keras
(`tf.keras.layers.LSTMCell`), and inputs and state share one matrix.
"""

from estimax._base._lazy import lazy_attributes
from estimax.nn.rnn_cell._cell import RNNCell
from estimax.nn.rnn_cell._kinds import BasicRNNCell, GRUCell
from estimax.nn.rnn_cell._lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from estimax.nn.rnn_cell._multi import MultiRNNCell
from estimax.nn.rnn_cell._wrappers import DeviceWrapper, DropoutWrapper, ResidualWrapper

__all__ = [
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
]

__getattr__ = lazy_attributes(__name__, {})
