"""`tf.contrib.opt`: optimizers that programs of TensorFlow 1.x find there."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"LazyAdamOptimizer": "estimax.train._optimizers:LazyAdamOptimizer"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
