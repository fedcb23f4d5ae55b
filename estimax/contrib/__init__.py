"""`tf.contrib`: what programs written for TensorFlow 1.x find there, as far as it has a place here."""

from estimax._base._lazy import lazy_attributes

_LAZY = {
    "cloud": "estimax.contrib.cloud",
    "crf": "estimax.contrib.crf",
    "data": "estimax.contrib.data",
    "eager": "estimax.contrib.eager",
    "estimator": "estimax.contrib.estimator",
    "feature_column": "estimax.contrib.feature_column",
    "framework": "estimax.contrib.framework",
    "keras": "estimax.keras",
    "layers": "estimax.contrib.layers",
    "lookup": "estimax.lookup",
    "metrics": "estimax.contrib.metrics",
    "opt": "estimax.contrib.opt",
    "predictor": "estimax.contrib.predictor",
    "rnn": "estimax.contrib.rnn",
    "seq2seq": "estimax.contrib.seq2seq",
    "tensorboard": "estimax.contrib.tensorboard",
    "training": "estimax.contrib.training",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
