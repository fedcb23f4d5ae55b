"""`tf.keras.estimator`: an estimator of a Keras model."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"model_to_estimator": "estimax.keras._model_to_estimator:model_to_estimator"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
