"""Variables as model functions make them: `get_variable` and `Variable`."""

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
from estimax._scope._collections import add_to_collections
from estimax._scope._computed import Computed
from estimax._scope._frame import Frame, VariableSpec, frame, unique
from estimax._scope._graph_keys import GraphKeys
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
    full, scope = active.full_name(name), active.settings
    known = active.specs.get(full)
    _check_reuse(full, known, scope.reuse)
    if known is not None:
        start: Any = known.initializer
        shape, dtype = known.shape if shape is None else shape, known.dtype if dtype is None else dtype
    else:
        dtype = scope.dtype if dtype is None else dtype
        start, shape, dtype = _first_value(
            name, shape, dtype, scope.initializer if initializer is None else initializer
        )
    sizes = _sizes(name, shape)
    value = _made(active, full, sizes, dtype, start, trainable, collections)
    if known is None:
        _remember(active, full, value, regularizer or scope.regularizer, constraint or scope.constraint)
    return value


def get_local_variable(name: str, *args: Any, **kwargs: Any) -> Any:
    """Returns a variable that is neither trained nor saved, such as the totals of a metric; see `get_variable`.

    Args:
        name: in the current scope.
        args: as `get_variable` takes them.
        kwargs: the same; `collections` are those beside `LOCAL_VARIABLES`.

    Example:
        >>> import estimax as tf
        >>> tf.get_local_variable("total", [], initializer=tf.zeros_initializer()).tolist()
        0.0
    """
    given = inspect.signature(get_variable).bind(name, *args, **kwargs).arguments
    collections = [*(given.pop("collections", None) or ()), GraphKeys.LOCAL_VARIABLES]
    return get_variable(**{**given, "collections": collections, "trainable": False})


def _check_reuse(name: str, known: Any, reuse: Any) -> None:
    if known is None and reuse is True:
        raise ValueError(
            f"variable {name!r} does not exist, and its scope says reuse=True. Make it first, or use "
            f"reuse=tf.AUTO_REUSE"
        )
    if known is not None and not reuse:
        raise ValueError(
            f"variable {name!r} exists already. To share it, enter its scope with reuse=True or reuse=tf.AUTO_REUSE; "
            f"to make another, choose another name or scope"
        )


def _made(
    active: Frame, name: str, sizes: tuple[int, ...], dtype: Any, start: Any, trainable: bool | None, collections: Any
) -> Any:
    is_local = collections is not None and GraphKeys.LOCAL_VARIABLES in collections
    is_trainable = not is_local and trainable is not False and (trainable is True or np.issubdtype(dtype, np.inexact))
    value = active.variable(VariableSpec(name, sizes, _numpy(dtype), start, is_trainable, is_local=is_local))
    for key in collections or ():
        if key not in _OWN_COLLECTIONS:
            add_to_collections([key], value)
    return value


_OWN_COLLECTIONS = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES)


def _remember(active: Frame, name: str, value: Any, regularizer: Any, constraint: Any) -> None:
    if regularizer is not None:
        penalty = regularizer(value)
        if penalty is not None:
            active.penalties[name] = penalty
            active.tensors[unique(f"{name}/Regularizer/penalty", active.names_taken)] = penalty
            add_to_collections([GraphKeys.REGULARIZATION_LOSSES], penalty)
    if constraint is not None:
        active.constraints[name] = constraint


def Variable(
    initial_value: Any = None,
    trainable: bool | None = None,
    collections: Sequence[str] | None = None,
    validate_shape: bool = True,
    caching_device: Any = None,
    name: str | None = None,
    variable_def: Any = None,
    dtype: Any = None,
    expected_shape: Any = None,
    import_scope: Any = None,
    constraint: Callable[[Any], Any] | None = None,
    use_resource: bool | None = None,
    synchronization: Any = None,
    aggregation: Any = None,
    shape: Any = None,
) -> Any:
    """Makes a variable of its own, whatever scopes say of reuse; returns its value, as a device array.

    Args:
        initial_value: an array, a number, a function of no arguments, or what the model function has
            computed, such as `tf.random.normal([3])`, from random numbers and first values of other variables.
        trainable: whether optimizers change it; True if None.
        collections: 'local_variables' makes it one that is neither trained nor saved.
        validate_shape: has no effect.
        caching_device: has no effect.
        name: in the current name scope, numbered where it is taken; `Variable` if None.
        variable_def: has no effect.
        dtype: of its elements; that of the initial value if None.
        expected_shape: has no effect.
        import_scope: has no effect.
        constraint: a function of the value that optimizers apply after each step.
        use_resource: has no effect.
        synchronization: has no effect.
        aggregation: has no effect.
        shape: has no effect.

    Raises:
        InvalidArgumentError: there is no initial value.

    Example:
        >>> import estimax as tf
        >>> tf.Variable([1.0, 2.0], name="weights").tolist()
        [1.0, 2.0]
    """
    active = frame()
    own = unique("/".join([*active.name_scopes, name or "Variable"]), active.names_taken)
    if initial_value is None:
        raise InvalidArgumentError(f"variable {own!r} needs an initial value")
    if callable(initial_value) and not isinstance(initial_value, Tensor | jax.Array):
        initial_value = initial_value()
    if isinstance(initial_value, jax.core.Tracer):
        first = initial_value if dtype is None else initial_value.astype(_numpy(dtype))
        active.initials[own] = first
        start: Any = Computed()
        sizes, dtype = tuple(int(n) for n in first.shape), first.dtype
    else:
        start, sizes, dtype = _first_value(own, None, dtype, initial_value)
    value = _made(active, own, sizes, dtype, start, trainable, collections)
    _remember(active, own, value, None, constraint)
    return value


def _first_value(name: str, shape: Any, dtype: Any, initializer: Any) -> tuple[Any, Any, Any]:
    """Returns an initializer in the form that is saved, with the shape and type that follow from it."""
    if isinstance(initializer, type):
        initializer = initializer()
    if initializer is None:
        numpy_dtype = np.dtype(as_dtype(np.float32 if dtype is None else dtype).as_numpy_dtype)
        is_real = np.issubdtype(numpy_dtype, np.inexact)
        return glorot_uniform_initializer() if is_real else zeros_initializer(), shape, numpy_dtype
    if isinstance(initializer, Initializer) and "rng" in inspect.signature(initializer).parameters:
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
    numpy_dtype: np.dtype[Any] = np.dtype(_narrow(as_dtype(dtype).as_numpy_dtype))
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
