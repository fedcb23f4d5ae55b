"""`tf.keras.experimental`: layers of Keras that estimator programs use in their model functions."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"SequenceFeatures": "estimax.feature_column:SequenceFeatures"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
