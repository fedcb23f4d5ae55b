"""How an op is made of a function of strings: each string by itself, whatever the shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax._base._dtypes import DType, string
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op


def check_strings(name: str, spec: TensorSpec) -> None:
    """Refuses what is not strings.

    Raises:
        TypeError: says how to convert.
    """
    if not spec.dtype.is_string:
        raise TypeError(f"{name} needs strings; got {spec.dtype.name}. Convert with tf.strings.as_string")


def each_string(
    name: str, kernel: Callable[..., Any], gives: DType = string, check: Callable[..., None] | None = None
) -> Op:
    """Makes an op of one argument.

    Args:
        name: of the op.
        kernel: (flat Arrow array, **params) -> flat Arrow array of binary, or NumPy array.
        gives: dtype of the result.
        check: called with the params when a node is made; raises if they are wrong.
    """

    def infer(x: TensorSpec, **params: Any) -> TensorSpec:
        check_strings(name, x)
        if check is not None:
            check(**params)
        return TensorSpec(x.shape, gives)

    def host(x: StringArray, **params: Any) -> Any:
        out = kernel(x.flat, **params)
        return StringArray(out, x.shape, x.origin) if gives.is_string else out.reshape(x.shape)

    return Op(name, infer=infer, host=host, lift=leading_axis(host))
