"""`tf.compat.v1.strings`: `split` gives a `SparseTensor` unless told otherwise; all else is as in `tf.strings`."""

from typing import Any

from estimax._base._lazy import resolve
from estimax.strings import split_v1 as split

__all__ = ["split"]


def __getattr__(name: str) -> Any:
    return getattr(resolve("estimax.strings"), name)
