"""Named schemes of variance scaling, after the papers that made them known."""

from __future__ import annotations

from typing import Any

from estimax._base._dtypes import float32
from estimax.initializers._scaling import VarianceScaling


def glorot_uniform_initializer(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Returns uniform values of variance 2 / (inputs + outputs): Glorot and Bengio (2010).

    Example:
        >>> import estimax as tf
        >>> bool(abs(tf.glorot_uniform_initializer(seed=1)([3, 3])).max() < 1)
        True
    """
    return VarianceScaling(1.0, "fan_avg", "uniform", seed, dtype)


def glorot_normal_initializer(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Returns truncated normal values of variance 2 / (inputs + outputs): Glorot and Bengio (2010)."""
    return VarianceScaling(1.0, "fan_avg", "truncated_normal", seed, dtype)


def he_normal(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Returns truncated normal values of variance 2 / inputs: He et al. (2015)."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed, dtype)


def he_uniform(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Returns uniform values of variance 2 / inputs: He et al. (2015)."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed, dtype)


def lecun_normal(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Returns truncated normal values of variance 1 / inputs: LeCun et al. (1998)."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed, dtype)


def lecun_uniform(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Returns uniform values of variance 1 / inputs: LeCun et al. (1998)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed, dtype)
