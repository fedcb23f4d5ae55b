"""What an input is, in a few characters.

A checkpoint in the middle of a run holds the position of the input. It is of use
only to the same input: the same chain of steps with the same parameters, over the
same files or arrays. The identity tells, without reading the data.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from estimax._base._string_array import StringArray
from estimax._graph._function import Function
from estimax._graph._tensor import Tensor
from estimax.data._step import Step

_SAMPLED = 1000


def identity_of(step: Step) -> str:
    """Returns 32 characters that differ for chains of steps that give different elements.

    Parameters and names of files count in full, of functions the operations in them,
    of arrays in memory the shape and the first and last values. What a file holds
    does not count: it may have grown.

    Example:
        >>> import estimax as tf
        >>> from estimax.estimator._input_identity import identity_of
        >>> rows = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0])
        >>> identity_of(rows.batch(2).step) == identity_of(rows.batch(2).step)
        True
        >>> identity_of(rows.batch(2).step) == identity_of(rows.batch(3).step)
        False
    """
    digest = hashlib.sha256()
    for part in _parts(step):
        digest.update(f"{len(part)}:".encode() + part)
    return digest.hexdigest()[:32]


def _parts(value: Any) -> Iterable[bytes]:
    """Goes through what makes up a value, from the outside in."""
    yield type(value).__name__.encode()
    if isinstance(value, Step):
        for field in dataclasses.fields(value):
            if field.init:
                yield from _parts(getattr(value, field.name))
    elif isinstance(value, Function):
        yield " ".join(node.op.name for node in value.order).encode()
    elif isinstance(value, Tensor):
        yield from _parts(Function([], [value]) if value.is_symbolic else value.value)
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape}".encode()
        yield value.flat[:_SAMPLED].tobytes() + value.flat[-_SAMPLED:].tobytes()
    elif isinstance(value, StringArray):
        yield repr(value.shape).encode()
        flat = value.reshape((-1,))
        yield from [*flat[:_SAMPLED].tolist(), *flat[-_SAMPLED:].tolist()]
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _parts(item)
    elif isinstance(value, str | int | float | bool | None):
        yield repr(value).encode()
