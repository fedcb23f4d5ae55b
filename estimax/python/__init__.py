"""`tensorflow.python`: inner places of the original that programs nevertheless name, as far as they have one here."""

from estimax._base._lazy import lazy_attributes

_LAZY = {
    "client": "estimax.python.client",
    "estimator": "estimax.compat.v1.estimator",
    "feature_column": "estimax.python.feature_column",
    "framework": "estimax.compat.v1",
    "keras": "estimax.keras",
    "lib": "estimax.python.lib",
    "ops": "estimax.compat.v1",
    "platform": "estimax.python.platform",
    "saved_model": "estimax.saved_model",
    "summary": "estimax.summary",
    "training": "estimax.python.training",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
