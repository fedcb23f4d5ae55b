"""Initializers of 1.x whose numbers differ from those of the same name in `tf.initializers`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from estimax._base._dtypes import as_dtype, float32
from estimax.initializers import Initializer, RandomUniform, TruncatedNormal

_MODES = ("FAN_IN", "FAN_OUT", "FAN_AVG")


@dataclass(frozen=True)
class _FactorScaling(Initializer):
    """Draws with a variance of `factor / n`, where n counts inputs or outputs of a unit."""

    factor: float
    mode: str
    uniform: bool
    seed: int | None
    dtype: Any

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Any:
        sizes = [int(n) for n in shape]
        window = math.prod(sizes[:-2])
        inputs = window * (sizes[-2] if len(sizes) > 1 else sizes[-1] if sizes else 1)
        outputs = window * (sizes[-1] if sizes else 1)
        count = {"FAN_IN": inputs, "FAN_OUT": outputs, "FAN_AVG": (inputs + outputs) / 2}[self.mode]
        kind = self.dtype if dtype is None else dtype
        if self.uniform:
            limit = math.sqrt(3 * self.factor / max(count, 1))
            return RandomUniform(-limit, limit, self.seed)(sizes, kind, rng)
        # 1.3 makes up, about, for what the cut of the distribution takes off its variance.
        return TruncatedNormal(0.0, math.sqrt(1.3 * self.factor / max(count, 1)), self.seed)(sizes, kind, rng)


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = float32
) -> Initializer:
    """Returns an initializer that keeps the scale of the inputs, by default for ReLU: He et al. (2015).

    Args:
        factor: of the variance.
        mode: 'FAN_IN', 'FAN_OUT' or 'FAN_AVG': by which number the factor is divided.
        uniform: whether values are drawn evenly, and not from a truncated normal distribution.
        seed: for the same values at every call.
        dtype: a float type.

    Raises:
        TypeError: the type is not one of floats, or the mode is none of these.
    """
    if not as_dtype(dtype).is_floating:
        raise TypeError(f"variance_scaling_initializer makes floats; got dtype {as_dtype(dtype).name}")
    if mode not in _MODES:
        raise TypeError(f"mode of variance_scaling_initializer must be one of {', '.join(_MODES)}; got {mode!r}")
    return _FactorScaling(factor, mode, uniform, seed, dtype)


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = float32) -> Initializer:
    """Returns an initializer of variance 2 / (inputs + outputs): Glorot and Bengio (2010).

    Example:
        >>> import estimax as tf
        >>> bool(abs(tf.contrib.layers.xavier_initializer(seed=1)([2, 4])).max() <= 1)
        True
    """
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer
