"""What must happen before something else: `control_dependencies`, and the Tensors that carry it.

A graph has no order but what its values depend on. So a Tensor that is made under
`control_dependencies` by `identity` (or `identity_n`, `group`, `tuple`, `no_op`)
takes what it must wait for as further arguments.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from estimax._base import _nest as nest
from estimax._base._dtypes import bool_
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import Group, current_boundary, is_device_array
from estimax._graph._column import Column, repeat_value
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._tensor import Tensor

_waited_for: ContextVar[builtins.tuple[Tensor, ...]] = ContextVar("waited_for", default=())


@contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """Makes the Tensors that `tf.identity`, `tf.group`, `tf.tuple` and `tf.no_op` make inside wait for others.

    Other operations do not wait: pass their result through `tf.identity`.

    Args:
        control_inputs: Tensors such as what an assertion returned; None for none, also
            of those of the contexts around this one.

    Example:
        >>> import estimax as tf
        >>> from estimax import _array
        >>> def mapped(x):
        ...     with _array.control_dependencies([_array.assert_positive(x)]):
        ...         return tf.identity(x)
        >>> list(tf.data.Dataset.from_tensor_slices([1, -1]).map(mapped).as_numpy_iterator())
        Traceback (most recent call last):
        estimax.errors.InvalidArgumentError: the condition x > 0 does not hold for all elements; x:
        -1
    """
    listed = [] if control_inputs is None else nest.flatten(_as_tuple(control_inputs))
    boundary = current_boundary.get()
    if boundary is not None:
        boundary.run(control_inputs)
    given = builtins.tuple(t for t in listed if isinstance(t, Tensor) and t.is_symbolic)
    token = _waited_for.set(given if control_inputs is None else (*_waited_for.get(), *given))
    try:
        yield
    finally:
        _waited_for.reset(token)


def _as_tuple(value: Any) -> Any:
    return builtins.tuple(_as_tuple(v) for v in value) if isinstance(value, list) else value


def _named(x: TensorSpec, *awaited: TensorSpec, name: str | None = None) -> TensorSpec:
    return x if name is None or not x.is_dense else TensorSpec(x.shape, x.dtype, name)


def _same(x: Any, *awaited: Any, **params: Any) -> Any:
    return x


def _same_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> builtins.tuple[Column, ...]:
    return (values[0] if lifted[0] else repeat_value(values[0], rows),)


def _done(*awaited: Any) -> Any:
    return np.array(True)


def _done_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> builtins.tuple[Column, ...]:
    return (np.ones(rows, bool),)


_IDENTITY = Op(
    "Identity",
    infer=_named,
    host=_same,
    lift=_same_rows,
    device="estimax._array._device:identity",
    composite=True,
)
_GROUP = Op("Group", infer=lambda *awaited: TensorSpec([], bool_), host=_done, lift=_done_rows, composite=True)


def identity(input: Any, name: str | None = None) -> Any:
    """Returns a Tensor with the same value, under a name of its own."""
    tensor = as_argument(input)
    return _IDENTITY(tensor, *(() if is_device_array(tensor) else _waited_for.get()), name=name)


def identity_n(input: Any, name: str | None = None) -> list[Any]:
    """Returns Tensors with the same values."""
    return [identity(t) for t in input]


def stop_gradient(input: Any, name: str | None = None) -> Any:
    """Returns a Tensor with the same value, which no gradient goes through."""
    return _STOPPED(input)


_STOPPED = Op(
    "StopGradient", infer=lambda x: x, host=_same, lift=_same_rows, device="jax.lax:stop_gradient", composite=True
)


def group(*inputs: Any, name: str | None = None) -> Any:
    """Returns what is done when all inputs are: a Tensor that waits for them.

    In a model function, whose operations are declarations (assignments, what
    `optimizer.minimize` returns), it is a `Group` of these.
    """
    given = [item for value in inputs for item in nest.flatten(_as_tuple(value)) if item is not None]
    if any(not isinstance(item, Tensor) for item in given):
        return Group(given)
    return _GROUP(*given, *_waited_for.get())


def no_op(name: str | None = None) -> Any:
    """Does nothing."""
    return group()


def tuple(tensors: Any, name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """Returns Tensors with the same values, each of which is there when all of them are, and the control inputs."""
    listed = [as_argument(t) for t in tensors]
    with control_dependencies([*listed, *(control_inputs or [])]):
        return [identity(t) for t in listed]


guarantee_const = identity
