"""`tf.keras.losses`: losses as objects and as functions of labels and predictions."""

from estimax._base._lazy import lazy_attributes
from estimax.losses._keras_functions import FUNCTIONS
from estimax.losses._keras_style import CLASSES
from estimax.losses._keras_style import KerasReduction as Reduction

__all__ = ["Reduction"]

_LAZY = {name: f"estimax.losses._keras_style:{name}" for name in CLASSES}
_LAZY |= {name: f"estimax.losses._keras_functions:{name}" for name in FUNCTIONS}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
