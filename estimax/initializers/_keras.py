"""Initializers whose defaults are others in Keras, and Keras's way to name an initializer by a string."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax.initializers import _fixed, _random, _scaling, _schemes
from estimax.initializers._initializer import Array


@dataclass(frozen=True)
class RandomNormal(_random.RandomNormal):
    """Draws from a normal distribution, by default of standard deviation 0.05; see `random_normal`."""

    stddev: float = 0.05


@dataclass(frozen=True)
class TruncatedNormal(_random.TruncatedNormal):
    """Draws from a normal distribution that is cut at two deviations, by default of 0.05 each."""

    stddev: float = 0.05


@dataclass(frozen=True)
class RandomUniform(_random.RandomUniform):
    """Draws evenly from a range, by default from -0.05 to 0.05."""

    minval: float = -0.05
    maxval: float | None = 0.05


GlorotUniform = _schemes.glorot_uniform_initializer
GlorotNormal = _schemes.glorot_normal_initializer
HeNormal = _schemes.he_normal
HeUniform = _schemes.he_uniform
LecunNormal = _schemes.lecun_normal
LecunUniform = _schemes.lecun_uniform

BY_NAME: dict[str, Callable[..., Callable[..., Array]]] = {
    "zeros": _fixed.Zeros,
    "ones": _fixed.Ones,
    "constant": _fixed.Constant,
    "identity": _fixed.Identity,
    "random_normal": RandomNormal,
    "normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "random_uniform": RandomUniform,
    "uniform": RandomUniform,
    "orthogonal": _random.Orthogonal,
    "variance_scaling": _scaling.VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
}
"""By the names that Keras's layers take for an initializer; `HeNormal` stands for `he_normal`."""


def get(identifier: Any) -> Any:
    """Returns an initializer from its name, its class, a description of it or itself; None for None.

    Args:
        identifier: such as 'he_normal', 'HeNormal', `{"class_name": "HeNormal", "config": {"seed": 1}}`,
            a class, an initializer or a function.

    Raises:
        InvalidArgumentError: no initializer has that name.

    Example:
        >>> import estimax as tf
        >>> tf.initializers.get("ones")([2])
        array([1., 1.], dtype=float32)
    """
    if isinstance(identifier, dict):
        return _named(identifier["class_name"])(**identifier.get("config", {}))
    if isinstance(identifier, str):
        return _named(identifier)()
    return identifier() if isinstance(identifier, type) else identifier


def _named(name: str) -> Callable[..., Any]:
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_").removesuffix("_initializer")
    if snake not in BY_NAME:
        raise InvalidArgumentError(
            f"an initializer that is given by name must be one of {', '.join(BY_NAME)}; got {name!r}"
            f"{did_you_mean(snake, BY_NAME)}"
        )
    return BY_NAME[snake]
