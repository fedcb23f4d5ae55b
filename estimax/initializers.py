"""Initial values of variables, drawn on the host: `estimax.initializers`.

An initializer is a frozen description that is called with a shape, an element
type and a random generator and returns a NumPy array. NumPy, not JAX, because
starting a program must not wait for a compilation for every shape. Short names
(`zeros`) and long ones (`zeros_initializer`) mean the same classes.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from estimax._base._dtypes import as_dtype, float32
from estimax._base._errors import InvalidArgumentError

Array = np.ndarray[Any, Any]

# The standard deviation of a normal distribution that is cut off at two standard deviations.
_CUT_STDDEV = 0.87962566103423978
_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("normal", "truncated_normal", "untruncated_normal", "uniform")


class Initializer(ABC):
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
        return np.zeros(tuple(shape), _numpy_dtype(dtype, self.dtype))


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
        return np.ones(tuple(shape), _numpy_dtype(dtype, self.dtype))


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
        value = np.asarray(self.value, _numpy_dtype(dtype, self.dtype))
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
class RandomNormal(Initializer):
    """Draws from a normal distribution.

    Args:
        mean: of the distribution.
        stddev: its standard deviation.
        seed: for the same values at every call.
        dtype: a float type.
    """

    mean: float = 0.0
    stddev: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = _float_dtype("random_normal_initializer", dtype, self.dtype)
        values = _generator(self.seed, rng).standard_normal(tuple(shape), _drawn_dtype(kind))
        return _scaled(values, self.mean, self.stddev, kind)


@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """Draws from a normal distribution, anew wherever a value is beyond two standard deviations.

    Args:
        mean: of the distribution before the cut.
        stddev: its standard deviation before the cut.
        seed: for the same values at every call.
        dtype: a float type.
    """

    mean: float = 0.0
    stddev: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = _float_dtype("truncated_normal_initializer", dtype, self.dtype)
        values = _within_two(_generator(self.seed, rng), tuple(shape), _drawn_dtype(kind))
        return _scaled(values, self.mean, self.stddev, kind)


@dataclass(frozen=True)
class RandomUniform(Initializer):
    """Draws evenly from a range.

    Args:
        minval: the least value.
        maxval: above the greatest value; 1 for floats if None.
        seed: for the same values at every call.
        dtype: a float or integer type.
    """

    minval: float = 0
    maxval: float | None = None
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        """Returns values from `minval` up to, but not with, `maxval`.

        Raises:
            InvalidArgumentError: integers without `maxval`.
        """
        kind = _numpy_dtype(dtype, self.dtype)
        generator = _generator(self.seed, rng)
        if kind.kind in "iu":
            if self.maxval is None:
                raise InvalidArgumentError(f"random_uniform_initializer needs maxval for {kind.name} values")
            return generator.integers(int(self.minval), int(self.maxval), tuple(shape), kind)
        _float_dtype("random_uniform_initializer", dtype, self.dtype)
        high = 1.0 if self.maxval is None else self.maxval
        return _uniform(generator, tuple(shape), self.minval, high, kind)


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Draws with a variance of `scale / n`, where n counts a unit's inputs or outputs.

    Args:
        scale: positive.
        mode: n is the number of inputs ('fan_in'), of outputs ('fan_out') or their mean ('fan_avg').
        distribution: 'truncated_normal' (or 'normal'), 'untruncated_normal' or 'uniform'.
        seed: for the same values at every call.
        dtype: a float type.

    Raises:
        InvalidArgumentError: an argument is none of these.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: int | None = None
    dtype: Any = float32

    def __post_init__(self) -> None:
        if self.scale <= 0:
            raise InvalidArgumentError(f"scale of variance_scaling_initializer must be positive; got {self.scale}")
        for name, value, known in (
            ("mode", self.mode, _MODES),
            ("distribution", self.distribution.lower(), _DISTRIBUTIONS),
        ):
            if value not in known:
                raise InvalidArgumentError(
                    f"{name} of variance_scaling_initializer must be one of {', '.join(known)}; got {value!r}"
                )

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = _float_dtype("variance_scaling_initializer", dtype, self.dtype)
        shape = tuple(shape)
        inputs, outputs = _fans(shape)
        count = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        variance = self.scale / max(1.0, count)
        generator = _generator(self.seed, rng)
        if self.distribution.lower() == "uniform":
            limit = math.sqrt(3 * variance)
            return _uniform(generator, shape, -limit, limit, kind)
        if self.distribution.lower() == "untruncated_normal":
            return _scaled(generator.standard_normal(shape, _drawn_dtype(kind)), 0.0, math.sqrt(variance), kind)
        values = _within_two(generator, shape, _drawn_dtype(kind))
        return _scaled(values, 0.0, math.sqrt(variance) / _CUT_STDDEV, kind)


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Draws a matrix with orthonormal rows or columns, whichever are fewer, times `gain`.

    Of more than two axes, the last one makes the columns and the others the rows.
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks" (2014).

    Args:
        gain: the factor.
        seed: for the same values at every call.
        dtype: a float type.
    """

    gain: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> Array:
        kind = _float_dtype("orthogonal_initializer", dtype, self.dtype)
        shape = tuple(shape)
        if len(shape) < 2:
            raise InvalidArgumentError(f"orthogonal_initializer needs a shape of two or more axes; got {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = _generator(self.seed, rng).standard_normal((max(rows, columns), min(rows, columns)))
        basis, triangle = np.linalg.qr(drawn)
        basis = basis * np.sign(np.diag(triangle))
        return (self.gain * (basis if rows >= columns else basis.T)).reshape(shape).astype(kind)


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
        return np.asarray(self.gain * np.eye(shape[0], shape[1]), _numpy_dtype(dtype, self.dtype))


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


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Returns truncated normal values of variance 2 / inputs: He et al. (2015)."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Returns uniform values of variance 2 / inputs: He et al. (2015)."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Returns truncated normal values of variance 1 / inputs: LeCun et al. (1998)."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Returns uniform values of variance 1 / inputs: LeCun et al. (1998)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


zeros = zeros_initializer = Zeros
ones = ones_initializer = Ones
constant = constant_initializer = Constant
random_normal = random_normal_initializer = RandomNormal
truncated_normal = truncated_normal_initializer = TruncatedNormal
random_uniform = random_uniform_initializer = RandomUniform
variance_scaling = variance_scaling_initializer = VarianceScaling
orthogonal = orthogonal_initializer = Orthogonal
identity = Identity
glorot_uniform = glorot_uniform_initializer
glorot_normal = glorot_normal_initializer


def _generator(seed: int | None, rng: Generator | None) -> Generator:
    if seed is not None:
        return np.random.default_rng(seed)
    return np.random.default_rng() if rng is None else rng


def _numpy_dtype(asked: Any, own: Any) -> np.dtype[Any]:
    kind: np.dtype[Any] = np.dtype(as_dtype(own if asked is None else asked).as_numpy_dtype)
    return kind


def _float_dtype(initializer: str, asked: Any, own: Any) -> np.dtype[Any]:
    kind = _numpy_dtype(asked, own)
    if kind.kind != "f":
        raise InvalidArgumentError(f"{initializer} makes floats; the variable's type is {kind.name}")
    return kind


def _drawn_dtype(kind: np.dtype[Any]) -> Any:
    """Returns the type to draw in: generators know float32 and float64 only."""
    return np.float64 if kind == np.float64 else np.float32


def _scaled(values: Array, mean: float, stddev: float, kind: np.dtype[Any]) -> Array:
    """Returns values of mean 0 and deviation 1 with another mean and deviation."""
    return np.asarray(values * stddev + mean, kind)


def _within_two(generator: Generator, shape: tuple[int, ...], kind: Any) -> Array:
    """Draws standard normal values until none is beyond 2: three times as fast as inverting the distribution."""
    values: Array = generator.standard_normal(math.prod(shape), kind)
    beyond = np.flatnonzero(np.abs(values) > 2)
    while beyond.size:
        values[beyond] = generator.standard_normal(beyond.size, kind)
        beyond = beyond[np.abs(values[beyond]) > 2]
    return values.reshape(shape)


def _uniform(generator: Generator, shape: tuple[int, ...], low: float, high: float, kind: np.dtype[Any]) -> Array:
    values = np.asarray(generator.random(shape, _drawn_dtype(kind)) * (high - low) + low, kind)
    below: Array = np.nextafter(kind.type(high), kind.type(low))
    return np.asarray(np.minimum(values, below))  # rounding may have reached `high`


def _fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """Returns the numbers of inputs and outputs of a unit; axes before the last two are a window of a convolution."""
    if len(shape) < 2:
        size = float(shape[0]) if shape else 1.0
        return size, size
    window = math.prod(shape[:-2])
    return float(window * shape[-2]), float(window * shape[-1])
