"""Numbers that programs give to steps, checked where they are given."""

from __future__ import annotations

import operator
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._graph._tensor import Tensor


def positive(name: str, value: Any) -> int:
    """Returns a number that must be 1 or more.

    Raises:
        TypeError: it is no integer.
        InvalidArgumentError: it is less.
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise TypeError(f"{name} must be an integer; got {value!r}") from error
    if number < 1:
        raise InvalidArgumentError(f"{name} must be at least 1; got {number}")
    return number


def positive_or_symbolic(name: str, value: Any) -> int | Tensor:
    """Returns a number that must be 1 or more, or the Tensor that is one when elements of a dataset around are read."""
    if isinstance(value, Tensor) and value.is_symbolic:
        if value.dtype.is_integer and value.shape.ndims in (0, None):
            return value
        raise TypeError(f"{name} must be one integer; got {value!r}")
    return positive(name, value)


def known(number: int | Tensor) -> int | None:
    """Returns a number that a program has given; None where it depends on an element of a dataset around."""
    return None if isinstance(number, Tensor) and number.is_symbolic else int(number)


def seed_of(seed: Any) -> int | None:
    """Returns a seed as a number; None where chance is to decide."""
    return None if seed is None else int(seed)
