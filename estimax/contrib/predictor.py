"""`tf.contrib.predictor`: saved models as functions of a dictionary."""

from estimax._base._lazy import lazy_attributes

_LAZY = {name: f"estimax.saved_model._predictor:{name}" for name in ("Predictor", "from_estimator", "from_saved_model")}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
