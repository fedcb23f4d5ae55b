"""`tf.contrib.tensorboard`: what programs tell TensorBoard beyond summaries."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"plugins": "estimax.contrib.tensorboard.plugins"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
