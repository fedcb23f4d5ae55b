"""`tf.contrib.tensorboard.plugins`: the projector, which shows embeddings."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"projector": "estimax.contrib.tensorboard.plugins.projector"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
