"""`tf.keras.metrics`: metrics as objects, and as functions that return a value for each example."""

from estimax._base._lazy import lazy_attributes
from estimax.losses._keras_functions import FUNCTIONS
from estimax.metrics import CLASSES

_ACCURACIES = (
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
)

_LAZY = {
    **{name: f"estimax.losses._keras_functions:{name}" for name in FUNCTIONS},
    **{name: f"estimax.metrics._keras_style:{name}" for name in _ACCURACIES},
    **CLASSES,
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
