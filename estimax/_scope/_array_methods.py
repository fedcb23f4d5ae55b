"""What programs of the original ask of an array in a model function, and JAX's arrays do not have.

A model function computes with plain JAX arrays, so that `jax.numpy` takes them. The
attributes that Tensors and variables of the original have besides (`get_shape()`,
`name`, `assign()`) are added to JAX's two classes of arrays, and the `shape` of a
traced array, a tuple of integers as ever, has `as_list()` and sizes that have a
`value` while a model function runs. Nothing else of JAX is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from estimax._base._shapes import TensorShape
from estimax._scope import _assigning
from estimax._scope._frame import Frame, current_frame

TRACER: Any = jax.core.Tracer


class Dimension(int):
    """The size of a dimension: an integer that has a `value`."""

    @property
    def value(self) -> int:
        """The size itself."""
        return int(self)


class ArrayShape(TensorShape):
    """The shape of an array of a model function: a tuple of sizes with the methods of a `TensorShape`."""

    def __new__(cls, sizes: Any) -> ArrayShape:
        return tuple.__new__(cls, sizes)

    def __getitem__(self, key: Any) -> Any:
        found = tuple.__getitem__(self, key)
        if isinstance(key, slice):
            return ArrayShape(found)
        return Dimension(found) if type(found) is int else found

    @property
    def dims(self) -> list[Any]:
        return [self[i] for i in range(len(self))]


def _shape(array: Any) -> Any:
    """Returns the shape of a traced array, which has TensorFlow's methods inside of a model function."""
    sizes = array.aval.shape
    return sizes if current_frame.get() is None else ArrayShape(sizes)


def _get_shape(array: Any) -> ArrayShape:
    """Returns the shape."""
    return ArrayShape(array.shape)


def _set_shape(array: Any, shape: Any) -> None:
    """Checks that a shape, which may be partly unknown, fits: that of an array is always known.

    Raises:
        ValueError: it does not fit.
    """
    if not TensorShape(shape).is_compatible_with(tuple(array.shape)):
        raise ValueError(f"shape {shape} does not fit an array of shape {tuple(array.shape)}")


def _numpy(array: Any) -> np.ndarray:
    """Returns the values on the host.

    Raises:
        TypeError: they are not known while the model function is traced.
    """
    while hasattr(array, "primal"):  # an array that is being differentiated
        array = array.primal
    if isinstance(array, TRACER):
        raise TypeError(
            "the values of this array are not known while the model function is traced. "
            "estimax.config.run_eagerly(True) makes them known; tf.print prints them in each step"
        )
    return np.asarray(array)


def _eval(array: Any, feed_dict: Any = None, session: Any = None) -> np.ndarray:
    """Returns the values on the host, as `numpy` does."""
    return _numpy(array)


def _active(array: Any, wanted: str) -> Frame:
    active = current_frame.get()
    if active is None:
        raise AttributeError(f"only arrays of a model function that runs have {wanted!r}")
    return active


def _name(array: Any) -> str:
    """The name of the variable, or of the result, with the number of the output: `dense/kernel:0`."""
    active = _active(array, "name")
    name = _assigning.variable_name(active, array) or active.result_name(array)
    return f"{name or active.name_result('Tensor', array)}:0"


class Operation:
    """What an array was made by, as far as programs ask: its name. To run it is to run what the array stands for.

    Attributes:
        name: that of the array, without the number of the output.
        outputs: the array.
    """

    def __init__(self, name: str, output: Any) -> None:
        self.name = name
        self.outputs = [output]

    def carry_out(self, active: Frame) -> None:
        """Carries out the assignment that the array stands for, if it does."""
        _assigning.run_now(self.outputs)


def _op(array: Any) -> Operation:
    """Has the name without the number of the output."""
    return Operation(_name(array).removesuffix(":0"), array)


def _value(array: Any) -> Any:
    """Returns the array itself."""
    return array


def _read_value(array: Any) -> Any:
    """Returns a variable as it is now, after the assignments that were run; any other array itself."""
    active = current_frame.get()
    name = None if active is None else _assigning.variable_name(active, array)
    return array if active is None or name is None else active.updates.get(name, array)


def _initialized_value(array: Any) -> Any:
    """Returns the first value of a variable, of use in the first value of another one."""
    return array


def _assign(array: Any, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
    """Declares that this variable gets a value; see `tf.assign`."""
    return _assigning.assign(array, value)


def _assign_add(
    array: Any, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
) -> Any:
    """Declares that a value is added to this variable; see `tf.assign`."""
    return _assigning.assign_add(array, delta)


def _assign_sub(
    array: Any, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
) -> Any:
    """Declares that a value is subtracted from this variable; see `tf.assign`."""
    return _assigning.assign_sub(array, delta)


_METHODS: dict[str, Callable[..., Any]] = {
    "get_shape": _get_shape,
    "set_shape": _set_shape,
    "numpy": _numpy,
    "eval": _eval,
    "value": _value,
    "read_value": _read_value,
    "initialized_value": _initialized_value,
    "assign": _assign,
    "assign_add": _assign_add,
    "assign_sub": _assign_sub,
}
_PROPERTIES: dict[str, Callable[[Any], Any]] = {"name": _name, "op": _op}


def install() -> None:
    """Adds what is missing to JAX's classes of arrays."""
    for kind in (jax.Array, TRACER):
        for name, method in _METHODS.items():
            if not hasattr(kind, name):
                setattr(kind, name, method)
        for name, getter in _PROPERTIES.items():
            if not hasattr(kind, name):
                setattr(kind, name, property(getter))
    TRACER.shape = property(_shape)
