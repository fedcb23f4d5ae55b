"""`tf.keras`: what estimator programs use of Keras; names that estimax has not are those of Keras 3."""

from estimax.keras._keras3 import falling_back

_LAZY = {
    "constraints": "estimax.keras.constraints",
    "estimator": "estimax.keras.estimator",
    "experimental": "estimax.keras.experimental",
    "initializers": "estimax.keras.initializers",
    "layers": "estimax.keras.layers",
    "losses": "estimax.keras.losses",
    "metrics": "estimax.keras.metrics",
    "optimizers": "estimax.optimizers",
    "regularizers": "estimax.keras.regularizers",
}

__getattr__ = falling_back(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
