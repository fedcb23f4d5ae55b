"""What an initializer is: a frozen description that is called with a shape, a type and a generator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from estimax._base._configured import Configured
from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError

Array = np.ndarray[Any, Any]


class Initializer(Configured, ABC):
    """The interface of every initializer."""

    @abstractmethod
    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        """Returns the values of a new variable.

        Args:
            shape: of the variable.
            dtype: of the variable; the initializer's own if None.
            rng: to draw from, if the initializer has no seed of its own; a freshly
                seeded one if None.

        Raises:
            InvalidArgumentError: the values cannot have that shape or type.
        """


def numpy_dtype(asked: Any, own: Any) -> np.dtype[Any]:
    """Returns the type that was asked for, the initializer's own where that is None, as NumPy's."""
    kind: np.dtype[Any] = np.dtype(as_dtype(own if asked is None else asked).as_numpy_dtype)
    return kind


def float_dtype(initializer: str, asked: Any, own: Any) -> np.dtype[Any]:
    """Returns the same, which must be a type of floats."""
    kind = numpy_dtype(asked, own)
    if kind.kind != "f":
        raise InvalidArgumentError(f"{initializer} makes floats; the variable's type is {kind.name}")
    return kind
