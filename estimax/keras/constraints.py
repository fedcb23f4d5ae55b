"""`tf.keras.constraints`: what weights are made to satisfy after each step."""

from estimax.keras._keras3 import falling_back

_NAMES = (
    *("Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"),
    *("get", "max_norm", "min_max_norm", "non_neg", "unit_norm"),
)

_LAZY = {name: f"estimax.layers._constraints:{name}" for name in _NAMES}

__getattr__ = falling_back(__name__, _LAZY, "constraints")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
