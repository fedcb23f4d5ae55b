"""`tf.keras.regularizers`: penalties of weights, for layers of estimax and of Keras."""

from estimax.keras._keras3 import falling_back

_NAMES = ("L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2")

_LAZY = {name: f"estimax.layers._regularizers:{name}" for name in _NAMES}

__getattr__ = falling_back(__name__, _LAZY, "regularizers")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
