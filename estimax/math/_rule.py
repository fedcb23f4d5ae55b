"""How an element-wise op is made of a NumPy function.

The spec rule checks the kind of the arguments and broadcasts their shapes, the
kernel keeps NumPy quiet about infinities and gives arrays, never scalars, and
rows are lifted by broadcasting. The files beside this one are tables of such ops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from estimax._base._dtypes import DType
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec, broadcast_shapes
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op

Kernel = Callable[..., Any]

_KINDS: dict[str, Callable[[DType], bool]] = {
    "numbers": lambda d: d.is_numeric and not d.is_bool,
    "floating-point numbers": lambda d: d.is_floating,
    "whole numbers": lambda d: d.is_integer,
    "truth values": lambda d: d.is_bool,
    "values": lambda d: True,
    "numbers or strings": lambda d: not d.is_bool,
    "numbers or truth values": lambda d: d.is_numeric,
}


def check_kind(name: str, spec: TensorSpec, kind: str) -> None:
    """Refuses an argument that is not of the kind that an op takes.

    Raises:
        TypeError: says what the op needs and how to convert.
    """
    if not _KINDS[kind](spec.dtype):
        advice = "tf.strings.to_number" if spec.dtype.is_string else "tf.cast"
        raise TypeError(f"{name} needs {kind}; got {spec.dtype.name}. Convert with {advice}")


def elementwise(
    name: str,
    kernel: Kernel,
    device: str | None,
    takes: str = "numbers",
    gives: Callable[[DType], DType] | None = None,
) -> Op:
    """Makes an op that works on each element of its arguments, broadcast against each other.

    Args:
        name: of the op.
        kernel: NumPy function of the arguments.
        device: path of the JAX function that does the same.
        takes: kind of the arguments, one of the kinds above.
        gives: dtype of the result for the dtype of the arguments; the same if not given.
    """

    def infer(*specs: TensorSpec) -> TensorSpec:
        for spec in specs:
            check_kind(name, spec, takes)
        dtype = specs[0].dtype if gives is None else gives(specs[0].dtype)
        return TensorSpec(broadcast(name, *specs), dtype)

    def host(*values: Any) -> Any:
        with np.errstate(all="ignore"):
            try:
                out = kernel(*values)
            except ValueError as error:
                raise InvalidArgumentError(
                    f"{name} of shapes {', '.join(str(v.shape) for v in values)}: {error}"
                ) from None
        return np.asarray(out) if isinstance(out, np.generic) else out

    return Op(name, infer=infer, host=host, lift=broadcasting, device=device, same_dtype=True)


def broadcast(name: str, *specs: TensorSpec) -> Any:
    """Returns the shape of the broadcast arguments.

    Raises:
        InvalidArgumentError: they do not fit together.
    """
    try:
        return broadcast_shapes(*(s.shape for s in specs))
    except ValueError as error:
        raise InvalidArgumentError(f"{name}: {error}") from None
