"""`tf.keras.layers`: those that estimax has itself, and all others of Keras 3, if it is installed."""

from estimax.keras._keras3 import falling_back

_LAZY = {"DenseFeatures": "estimax.feature_column:DenseFeatures"} | {
    name: f"estimax.nn._recurrent_gates:{name}" for name in ("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells")
}

__getattr__ = falling_back(__name__, _LAZY, "layers")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
