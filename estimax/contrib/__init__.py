"""`tf.contrib`: what programs written for TensorFlow 1.x find there, as far as it has a place here."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"data": "estimax.contrib.data", "lookup": "estimax.lookup"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
