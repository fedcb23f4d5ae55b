"""Random numbers of several distributions, each made of 64 random bits by inverting its distribution function.

Bits become a probability by their upper 53: (k + 1/2) / 2^53, never 0 and never 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes
from estimax._base._dtypes import DType, as_dtype, float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import TensorShape, TensorSpec, broadcast_shapes
from estimax._graph._boundary import current_boundary
from estimax._graph._lifting import broadcasting
from estimax._graph._op import OPS, Op, as_argument, as_tensor, on_device
from estimax._graph._tensor import Tensor
from estimax.random._bits import bits_of

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_CUT = 0.022750131948179195  # the probability of less than two standard deviations below the mean


def probabilities(bits: np.ndarray) -> np.ndarray:
    """Makes float64 numbers of uint64 bits, evenly spread over (0, 1)."""
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _distribution(name: str, kernel: Callable[..., Any]) -> Op:
    """Makes an op of bits and parameters of one dtype that are broadcast against them."""

    def infer(bits: TensorSpec, *others: TensorSpec, dtype: DType) -> TensorSpec:
        try:
            return TensorSpec(broadcast_shapes(bits.shape, *(o.shape for o in others)), dtype)
        except ValueError as error:
            raise InvalidArgumentError(f"{name}: {error}") from None

    def host(bits: Any, *others: Any, dtype: DType) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(kernel(bits, *others, dtype.as_numpy_dtype))

    return Op(name, infer=infer, host=host, lift=broadcasting)


def _uniform(bits: Any, low: Any, high: Any, dtype: Any) -> Any:
    """Scales, and keeps what rounding would bring to the upper limit just below it."""
    wide = np.float64 if dtype is np.float64 else np.float32
    drop = np.uint64(11 if wide is np.float64 else 40)
    unit = (bits >> drop).astype(wide) * wide(2.0 ** -(64 - int(drop)))
    out = (low.astype(wide) + unit * (high.astype(wide) - low.astype(wide))).astype(dtype)
    return np.where((out >= high) & (low < high), np.nextafter(high, low), out)


def _integers(bits: Any, low: Any, high: Any, dtype: Any) -> Any:
    """Takes the upper half of the product with the number of choices, so that no choice is 2^-64 likelier by it.

    Lemire, "Fast random integer generation in an interval", 2019, without its rejection.
    """
    if (low >= high).any():
        raise InvalidArgumentError(f"random integers need minval < maxval; got {low.min()} and {high.max()}")
    choices = high.astype(np.uint64) - low.astype(np.uint64)  # modulo 2^64, as are the sums below
    upper, lower = bits >> _HALF, bits & _LOW
    more, fewer = choices >> _HALF, choices & _LOW
    middle = upper * fewer + ((lower * fewer) >> _HALF)
    other = lower * more + (middle & _LOW)
    picked = upper * more + (middle >> _HALF) + (other >> _HALF)
    return (low.astype(np.uint64) + picked).astype(dtype)


def _normal(bits: Any, mean: Any, stddev: Any, dtype: Any) -> Any:
    standard = resolve("scipy.special:ndtri")(probabilities(bits))
    return (mean + standard * stddev).astype(dtype)


def _truncated(bits: Any, mean: Any, stddev: Any, dtype: Any) -> Any:
    standard = resolve("scipy.special:ndtri")(_CUT + probabilities(bits) * (1 - 2 * _CUT))
    return (mean + np.clip(standard, -2, 2) * stddev).astype(dtype)


def _gamma(bits: Any, alpha: Any, beta: Any, dtype: Any) -> Any:
    return (resolve("scipy.special:gammaincinv")(alpha.astype(np.float64), probabilities(bits)) / beta).astype(dtype)


def _poisson(bits: Any, lam: Any, dtype: Any) -> Any:
    """Takes the smallest number whose probability of not being exceeded is large enough."""
    p, rate = probabilities(bits), lam.astype(np.float64)
    above = np.ceil(resolve("scipy.special:pdtrik")(p, rate))
    below = np.maximum(above - 1, 0)
    return np.where(resolve("scipy.special:pdtr")(below, rate) >= p, below, above).astype(dtype)


_UNIFORM = _distribution("RandomUniform", _uniform)
_INTEGERS = _distribution("RandomIntegers", _integers)
_NORMAL = _distribution("RandomNormal", _normal)
_TRUNCATED = _distribution("TruncatedNormal", _truncated)
_GAMMA = _distribution("RandomGamma", _gamma)
_POISSON = _distribution("RandomPoisson", _poisson)


def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws numbers evenly from a range that holds `minval` and not `maxval`.

    In a function given to `Dataset.map` each element gets numbers of its own, which
    depend on its position alone; in a model function each step does, while training.

    Args:
        shape: sizes of the result, which may be Tensors, or a Tensor of them.
        minval: the lower limit; with `maxval` broadcast against the shape.
        maxval: the upper limit; 1 by default, and needed for whole numbers.
        dtype: of the result, a type of numbers.
        seed: for the same numbers wherever it is given; None for other ones each time
            (`set_random_seed` makes them the same in each run of a program).
        name: has no effect.

    Raises:
        ValueError: whole numbers without `maxval`.
        InvalidArgumentError: whole numbers from an empty range.

    Example:
        >>> from estimax import random
        >>> dice = random.uniform([1000], 1, 7, "int32", seed=3).numpy()
        >>> int(dice.min()), int(dice.max())
        (1, 6)
    """
    wanted = as_dtype(dtype)
    if wanted.is_integer and maxval is None:
        raise ValueError("uniform needs maxval for whole numbers; give uniform(shape, minval, maxval, dtype)")
    op = _UNIFORM if _floating("uniform", wanted, or_integer=True) else _INTEGERS
    return _drawn(op, shape, seed, wanted, minval, 1 if maxval is None else maxval)


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from normal distributions; `mean` and `stddev` are broadcast against the shape.

    The other arguments are those of `uniform`.

    Example:
        >>> from estimax import random
        >>> random.normal([2, 3], mean=10.0).shape
        (2, 3)
    """
    wanted = as_dtype(dtype)
    _floating("normal", wanted)
    return _drawn(_NORMAL, shape, seed, wanted, mean, stddev)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from normal distributions without what is beyond two standard deviations.

    The other arguments are those of `normal`.
    """
    wanted = as_dtype(dtype)
    _floating("truncated_normal", wanted)
    return _drawn(_TRUNCATED, shape, seed, wanted, mean, stddev)


def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from gamma distributions: `shape` numbers for each pair of `alpha` and `beta` (1 by default).

    Returns:
        A Tensor of the given shape followed by the shape of the parameters.
    """
    wanted = as_dtype(dtype)
    _floating("gamma", wanted)
    parameters = [as_argument(p, wanted) for p in (alpha, 1.0 if beta is None else beta)]
    inner = broadcast_shapes(*(p.shape for p in parameters))
    return _drawn(_GAMMA, _followed(shape, inner, "gamma"), seed, wanted, *parameters)


def poisson(shape: Any, lam: Any, dtype: Any = float32, seed: Any = None, name: str | None = None) -> Any:
    """Draws counts of events that happen `lam` times on average: `shape` numbers for each rate.

    Returns:
        A Tensor of the given shape followed by the shape of the rates.
    """
    wanted = as_dtype(dtype)
    _floating("poisson", wanted, or_integer=True)
    rate = as_argument(lam, wanted if wanted.is_floating else float32)
    return _drawn(_POISSON, _followed(shape, TensorShape(rate.shape), "poisson"), seed, wanted, rate)


def _drawn(op: Op, shape: Any, seed: Any, dtype: DType, *parameters: Any) -> Any:
    """Draws on the host; inside of a model function on the device, unless a size is known to the host alone."""
    if current_boundary.get() is not None:
        known, tensors = as_sizes(shape)
        if not tensors:
            given = [on_device(p) if isinstance(p, Tensor) else p for p in parameters]
            number = None if seed is None else int(seed)
            return resolve("estimax.random._device:draw")(op.name, known, number, dtype.as_numpy_dtype, *given)
    kind = float32 if op is _POISSON and not dtype.is_floating else dtype
    return op(bits_of(shape, seed), *(_of_dtype(p, kind) for p in parameters), dtype=dtype)


def _floating(name: str, dtype: DType, or_integer: bool = False) -> bool:
    if not (dtype.is_floating or (or_integer and dtype.is_integer)):
        kinds = "numbers" if or_integer else "floating-point numbers"
        raise TypeError(f"{name} draws {kinds}; got the dtype {dtype.name}")
    return dtype.is_floating


def _of_dtype(value: Any, dtype: DType) -> Tensor:
    if isinstance(value, Tensor) and value.dtype != dtype:
        cast: Tensor = OPS["Cast"](value, dtype=dtype)
        return cast
    return as_tensor(value, dtype)


def _followed(shape: Any, inner: Any, name: str) -> list[Any]:
    if None in inner.known or inner.ndims is None:
        raise InvalidArgumentError(f"{name} needs parameters of known shape; got {inner}. Give them by set_shape")
    known, tensors = as_sizes(shape)
    rest = iter(tensors)
    return [*(next(rest) if size is None else size for size in known), *inner]
