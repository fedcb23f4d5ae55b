"""Initializers that draw nothing: zeros, ones, constants and the identity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from estimax._base._dtypes import float32
from estimax._base._errors import InvalidArgumentError
from estimax.initializers._initializer import Array, Initializer, numpy_dtype


@dataclass(frozen=True)
class Zeros(Initializer):
    """Fills with 0, or False.

    Example:
        >>> import estimax as tf
        >>> tf.zeros_initializer()([2])
        array([0., 0.], dtype=float32)
    """

    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        return np.zeros(tuple(shape), numpy_dtype(dtype, self.dtype))


@dataclass(frozen=True)
class Ones(Initializer):
    """Fills with 1, or True.

    Example:
        >>> import estimax as tf
        >>> tf.ones_initializer()([2])
        array([1., 1.], dtype=float32)
    """

    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        return np.ones(tuple(shape), numpy_dtype(dtype, self.dtype))


@dataclass(frozen=True, eq=False)
class Constant(Initializer):
    """Fills with one value, or takes all values from an array.

    Args:
        value: a number, or as many as the variable has elements, in any shape.
        dtype: of the values.
        verify_shape: whether an array must have the very shape of the variable.

    Example:
        >>> import estimax as tf
        >>> tf.constant_initializer([1, 2, 3, 4])([2, 2])
        array([[1., 2.],
               [3., 4.]], dtype=float32)
    """

    value: Any = 0
    dtype: Any = float32
    verify_shape: bool = False

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        """Returns the value in the given shape.

        Raises:
            InvalidArgumentError: the numbers of values and of elements differ.
        """
        shape = tuple(shape)
        value = np.asarray(self.value, numpy_dtype(dtype, self.dtype))
        if self.verify_shape and value.shape != shape:
            raise InvalidArgumentError(
                f"constant_initializer(verify_shape=True) needs a value of the variable's shape {shape}; "
                f"its value has shape {value.shape}"
            )
        if value.size == 1:
            return np.full(shape, value.reshape(()), value.dtype)
        if value.size != math.prod(shape):
            raise InvalidArgumentError(
                f"constant_initializer needs one value, or one for each of the {math.prod(shape)} elements of "
                f"shape {shape}; got {value.size} values of shape {value.shape}"
            )
        return value.reshape(shape).copy()


@dataclass(frozen=True)
class Identity(Initializer):
    """Makes an identity matrix, square or not, times `gain`.

    Example:
        >>> import estimax as tf
        >>> tf.initializers.identity()([2, 2])
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    """

    gain: float = 1.0
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        if len(shape) != 2:
            raise InvalidArgumentError(f"initializers.identity needs a shape of two axes; got {tuple(shape)}")
        return np.asarray(self.gain * np.eye(shape[0], shape[1]), numpy_dtype(dtype, self.dtype))
