"""Shapes that may be partly unknown, and specs: what is known of a value before it exists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from estimax._base._dtypes import DType, as_dtype

Shape = tuple[int | None, ...]


class TensorShape(tuple[int | None, ...]):
    """A tuple of dimension sizes; None stands for a size that is not known.

    Example:
        >>> import estimax as tf
        >>> tf.TensorShape([None, 3]).as_list()
        [None, 3]
    """

    def __new__(cls, dims: Iterable[Any] = ()) -> TensorShape:
        return super().__new__(cls, (None if d is None or int(d) < 0 else int(d) for d in dims))

    @property
    def ndims(self) -> int:
        return len(self)

    @property
    def rank(self) -> int:
        return len(self)

    @property
    def dims(self) -> list[int | None]:
        return list(self)

    def as_list(self) -> list[int | None]:
        return list(self)

    def is_fully_defined(self) -> bool:
        return None not in self

    def num_elements(self) -> int | None:
        """The product of the sizes, or None where one is not known."""
        product = 1
        for size in self:
            if size is None:
                return None
            product *= size
        return product

    def is_compatible_with(self, other: Iterable[Any]) -> bool:
        """Whether some full shape fits both."""
        other = TensorShape(other)
        return len(self) == len(other) and all(
            a is None or b is None or a == b for a, b in zip(self, other, strict=True)
        )


@dataclass(frozen=True)
class TensorSpec:
    """The shape and element type of a value that is still to come.

    Example:
        >>> import estimax as tf
        >>> tf.TensorSpec([None, 2], tf.float32).shape
        (None, 2)
    """

    shape: TensorShape
    dtype: DType
    name: str | None = None

    def __init__(self, shape: Iterable[Any] = (), dtype: Any = "float32", name: str | None = None) -> None:
        object.__setattr__(self, "shape", TensorShape(shape))
        object.__setattr__(self, "dtype", as_dtype(dtype))
        object.__setattr__(self, "name", name)

    def is_compatible_with(self, other: TensorSpec) -> bool:
        return self.dtype == other.dtype and self.shape.is_compatible_with(other.shape)

    def __repr__(self) -> str:
        return f"TensorSpec(shape={tuple(self.shape)}, dtype={self.dtype!r})"


def broadcast_shapes(*shapes: Iterable[int | None]) -> TensorShape:
    """Returns the shape that NumPy's broadcasting gives, as far as it is known.

    Raises:
        ValueError: the shapes do not fit together.
    """
    listed = [tuple(s) for s in shapes]
    rank = max((len(s) for s in listed), default=0)
    out: list[int | None] = []
    for sizes in zip(*((1,) * (rank - len(s)) + s for s in listed), strict=True):
        known = {s for s in sizes if s not in (1, None)}
        if len(known) > 1:
            raise ValueError(f"shapes {', '.join(map(str, listed))} cannot be broadcast together")
        out.append(known.pop() if known else (None if None in sizes else 1))
    return TensorShape(out)
