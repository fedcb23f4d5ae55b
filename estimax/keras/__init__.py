"""`tf.keras`: the names of Keras that estimator programs use."""

from estimax._base._lazy import lazy_attributes

_LAZY = {
    "experimental": "estimax.keras.experimental",
    "layers": "estimax.keras.layers",
    "optimizers": "estimax.optimizers",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
