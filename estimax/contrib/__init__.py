"""`tf.contrib`: what programs written for TensorFlow 1.x find there, as far as it has a place here."""

from estimax._base._lazy import lazy_attributes

_LAZY = {
    "data": "estimax.contrib.data",
    "estimator": "estimax.contrib.estimator",
    "feature_column": "estimax.contrib.feature_column",
    "lookup": "estimax.lookup",
    "opt": "estimax.contrib.opt",
    "rnn": "estimax.contrib.rnn",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
