"""What the server needs of a model: the only things it knows about one.

`estimax.saved_model` has classes of this form; so has any small object that
maps columns to columns, which is how the server is tried without an export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from estimax._base._dtypes import DType

Array = np.ndarray[Any, np.dtype[Any]]
Columns = Mapping[str, Array]


class TensorInfo(Protocol):
    """Name, element type and shape of one input or output; None is a length that is not known."""

    @property
    def name(self) -> str: ...

    @property
    def dtype(self) -> DType: ...

    @property
    def shape(self) -> tuple[int | None, ...]: ...


class Signature(Protocol):
    """One function of a model: columns in, columns out.

    Strings are object arrays of bytes. A call must be safe from any thread.
    """

    @property
    def name(self) -> str: ...

    @property
    def method_name(self) -> str: ...

    @property
    def inputs(self) -> Mapping[str, TensorInfo]: ...

    @property
    def outputs(self) -> Mapping[str, TensorInfo]: ...

    def __call__(self, **inputs: Array) -> dict[str, Array]: ...


class Model(Protocol):
    """A loaded model: its signatures by name."""

    @property
    def signatures(self) -> Mapping[str, Signature]: ...

    def warm_up(self) -> None:
        """Runs every signature once, so that the first request does not wait for a compiler."""


Loader = Callable[[str], Model]
