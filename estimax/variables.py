"""Variables as model functions ask for them by name: `get_variable`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.random import Generator

from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._graph._tensor import Tensor
from estimax._scope import _variables
from estimax._scope._frame import Frame, frame
from estimax.initializers import Constant, Initializer, glorot_uniform_initializer, zeros_initializer


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool | None = None,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Any = None,
    constraint: Callable[[Any], Any] | None = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Any:
    """Returns the value of the variable of that name, as a device array; makes it with the first call.

    Args:
        name: in the current scope.
        shape: sizes of its dimensions; not needed where the initializer has a shape or the variable exists.
        dtype: of its elements; float32, or that of the values of the initializer, if None.
        initializer: of `estimax.initializers` or its class; an array or a number; or a function of no
            arguments, of a shape, of a shape and a dtype, or, as those of JAX, of a key, a shape and a
            dtype. If None, Glorot's uniform one, and zeros for integers.
        regularizer: a function of the value, what it returns is a regularization loss.
        trainable: whether optimizers change it; True if None.
        collections: 'local_variables' makes it one that is neither trained nor saved.
        caching_device: accepted for programs that pass it; it has no effect.
        partitioner: has no effect.
        validate_shape: has no effect.
        use_resource: has no effect.
        custom_getter: not supported.
        constraint: a function of the value that optimizers apply after each step.
        synchronization: has no effect.
        aggregation: has no effect.

    Raises:
        InvalidArgumentError: the shape is not known, or does not fit the initializer.
        ValueError: the variable exists with another shape or type.

    Example:
        >>> import estimax as tf
        >>> tf.get_variable("weights", [2], initializer=tf.ones_initializer()).tolist()
        [1.0, 1.0]
        >>> tf.get_variable("bias", initializer=0.5).tolist()
        0.5
    """
    if custom_getter is not None:
        raise UnimplementedError(f"get_variable({name!r}) does not take a custom_getter")
    active = frame()
    known = active.specs.get(active.full_name(name))
    if known is not None:
        start: Any = known.initializer
        shape, dtype = known.shape if shape is None else shape, known.dtype if dtype is None else dtype
    else:
        start, shape, dtype = _first_value(name, shape, dtype, initializer)
    is_local = collections is not None and "local_variables" in collections
    is_trainable = not is_local and trainable is not False and (trainable is True or np.issubdtype(dtype, np.inexact))
    sizes = _sizes(name, shape)
    value = _variables.get_variable(name, sizes, dtype, initializer=start, trainable=is_trainable, local=is_local)
    _remember(active, active.full_name(name), value, regularizer, constraint)
    return value


def _remember(active: Frame, name: str, value: Any, regularizer: Any, constraint: Any) -> None:
    if regularizer is not None and name not in active.penalties:
        active.penalties[name] = regularizer(value)
    if constraint is not None:
        active.constraints[name] = constraint


def _first_value(name: str, shape: Any, dtype: Any, initializer: Any) -> tuple[Any, Any, Any]:
    """Returns an initializer in the form that is saved, with the shape and type that follow from it."""
    if isinstance(initializer, type):
        initializer = initializer()
    if initializer is None:
        numpy_dtype = np.dtype(as_dtype(np.float32 if dtype is None else dtype).as_numpy_dtype)
        is_real = np.issubdtype(numpy_dtype, np.inexact)
        return glorot_uniform_initializer() if is_real else zeros_initializer(), shape, numpy_dtype
    if isinstance(initializer, Initializer):
        return initializer, shape, _numpy(np.float32 if dtype is None else dtype)
    if callable(initializer) and not isinstance(initializer, Tensor | jax.Array):
        adapted = _Function(initializer)
        if shape is None:
            example = adapted((), None, np.random.default_rng(0))
            return adapted, example.shape, _numpy(_narrow(example.dtype) if dtype is None else dtype)
        return adapted, shape, _numpy(np.float32 if dtype is None else dtype)
    value = _value(name, initializer)
    if dtype is None:
        dtype = _narrow(value.dtype)
    if shape is not None and _sizes(name, shape) != value.shape:
        raise InvalidArgumentError(
            f"variable {name!r} has an initial value of shape {value.shape}; it was asked for with shape {tuple(shape)}"
        )
    return Constant(value, dtype=dtype), value.shape, _numpy(dtype)


def _narrow(dtype: Any) -> Any:
    """Returns the type that a value has on the device: 64 bits become 32."""
    return jax.dtypes.canonicalize_dtype(dtype)


def _numpy(dtype: Any) -> np.dtype[Any]:
    numpy_dtype: np.dtype[Any] = np.dtype(as_dtype(dtype).as_numpy_dtype)
    return numpy_dtype


def _sizes(name: str, shape: Any) -> tuple[int, ...]:
    if shape is None:
        raise InvalidArgumentError(
            f"variable {name!r} does not exist yet, so get_variable needs its shape, or an initial value that has one"
        )
    listed = [shape] if isinstance(shape, int | np.integer) else list(shape)
    if any(size is None for size in listed):
        raise InvalidArgumentError(f"variable {name!r} needs a shape whose sizes are all known; got {shape}")
    return tuple(int(size) for size in listed)


def _value(name: str, given: Any) -> np.ndarray:
    """Returns an initial value in NumPy."""
    if isinstance(given, jax.core.Tracer) or (isinstance(given, Tensor) and given.is_symbolic):
        raise InvalidArgumentError(
            f"the initial value of variable {name!r} is computed in the model function, and is not known before it "
            f"runs. Give an array, or an initializer such as tf.random_normal_initializer()"
        )
    array = np.asarray(given.numpy() if isinstance(given, Tensor) else given)
    if isinstance(given, float) or (isinstance(given, list | tuple) and array.dtype == np.float64):
        return array.astype(np.float32)
    return array.astype(np.int32) if isinstance(given, int | list | tuple) and array.dtype == np.int64 else array


@dataclass(frozen=True, eq=False)
class _Function:
    """A program's own function as an initializer."""

    function: Callable[..., Any]

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> np.ndarray:
        rng = np.random.default_rng() if rng is None else rng
        parameters = inspect.signature(self.function).parameters
        wanted = [p.name for p in parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        required = [n for n in wanted if parameters[n].default is inspect.Parameter.empty]
        if wanted[:1] in (["key"], ["rng"]):
            value = self.function(jax.random.key(int(rng.integers(2**31))), tuple(shape), dtype)
        elif not required and "shape" not in wanted:
            value = self.function()
        elif "dtype" in wanted or len(required) > 1:
            value = self.function(list(shape), dtype=dtype) if "dtype" in wanted else self.function(list(shape), dtype)
        else:
            value = self.function(list(shape))
        return np.asarray(value.numpy() if isinstance(value, Tensor) else value)
