"""What a signature is before it is saved: a host half, a device half and a host half again.

The first half computes, from what a request gives, the numbers the device needs
(`entries`); the device gives arrays; placeholders stand for them (`exits`) in
the second half, which ends in the outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimax._base._dtypes import DType
from estimax._graph._tensor import Tensor


@dataclass(frozen=True, eq=False)
class SignatureParts:
    """A signature to save.

    Attributes:
        method_name: how a server answers it, one of `signature_constants`.
        inputs: the placeholders that a request feeds, by name.
        entries: host Tensors of numbers, computed from the inputs. Where the first
            dimension is None it is the rows of the request, the same in all of them.
        device: (variables, entries as device arrays) -> arrays, one for each exit; a
            pure JAX function. Its result for a row must not depend on other rows.
        exits: placeholders that stand for the results of `device`, in order.
        outputs: host Tensors computed from the exits and the inputs, by name.

    Signatures with the same `device` and the same entries share one compiled program.
    """

    method_name: str
    inputs: Mapping[str, Tensor]
    entries: Sequence[Tensor]
    device: Callable[[Mapping[str, Any], Sequence[Any]], Sequence[Any]]
    exits: Sequence[Tensor]
    outputs: Mapping[str, Tensor]


@dataclass(frozen=True)
class TensorInfo:
    """Name, element type and shape of an input or output; None is a size that is not known."""

    name: str
    dtype: DType
    shape: tuple[int | None, ...]
