"""`tensorflow.python`: inner places of the original that programs nevertheless name, as far as they have one here."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"feature_column": "estimax.python.feature_column"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
