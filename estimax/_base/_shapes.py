"""Shapes that may be partly unknown, and specs: what is known of a value before it exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from estimax._base._dtypes import DType, as_dtype

Shape = tuple[int | None, ...]


class TensorShape(tuple[int | None, ...]):
    """A tuple of dimension sizes; None stands for a size that is not known.

    `TensorShape(None)` is a shape of which not even the number of dimensions is
    known; who asks for its length or its sizes gets a ValueError.

    Example:
        >>> import estimax as tf
        >>> tf.TensorShape([None, 3]).as_list()
        [None, 3]
    """

    def __new__(cls, dims: Iterable[Any] | int | None = ()) -> TensorShape:
        if dims is None or (isinstance(dims, TensorShape) and dims.ndims is None):
            return super().__new__(_UnknownShape)
        sizes = [dims] if isinstance(dims, int) else dims
        return super().__new__(TensorShape, (None if d is None or int(d) < 0 else int(d) for d in sizes))

    @property
    def ndims(self) -> int | None:
        return len(self)

    @property
    def rank(self) -> int | None:
        return self.ndims

    @property
    def known(self) -> Shape:
        """The sizes; none where not even their number is known."""
        return self

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
        return other.ndims is None or (
            len(self) == len(other) and all(a is None or b is None or a == b for a, b in zip(self, other, strict=True))
        )

    def merge_with(self, other: Any) -> TensorShape:
        """Returns what two descriptions of one shape say together.

        Raises:
            ValueError: they contradict each other.
        """
        other = TensorShape(other)
        if not self.is_compatible_with(other):
            raise ValueError(f"shapes {self} and {other} are not compatible")
        if other.ndims is None:
            return self
        return TensorShape(b if a is None else a for a, b in zip(self, other, strict=True))

    def concatenate(self, other: Any) -> TensorShape:
        """Returns the sizes of this shape and then those of another."""
        other = TensorShape(other)
        return TensorShape(None) if other.ndims is None else TensorShape((*self, *other))


class _UnknownShape(TensorShape):
    """A shape of which nothing is known."""

    @property
    def ndims(self) -> int | None:
        return None

    @property
    def known(self) -> Shape:
        return ()

    def _unknown(self) -> Any:
        raise ValueError("the number of dimensions is not known here; say the shape with set_shape, or tf.reshape")

    def __len__(self) -> int:
        return int(self._unknown())

    def __iter__(self) -> Iterator[int | None]:
        return iter(self._unknown())

    def __getitem__(self, key: Any) -> Any:
        return self._unknown()

    def __bool__(self) -> bool:
        return bool(self._unknown())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _UnknownShape)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __reduce__(self) -> Any:
        return TensorShape, (None,)

    def __repr__(self) -> str:
        return "TensorShape(None)"

    def is_fully_defined(self) -> bool:
        return False

    def num_elements(self) -> int | None:
        return None

    def is_compatible_with(self, other: Any) -> bool:
        return True

    def merge_with(self, other: Any) -> TensorShape:
        return TensorShape(other)

    def concatenate(self, other: Any) -> TensorShape:
        return self


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

    def __init__(self, shape: Iterable[Any] | int | None = (), dtype: Any = "float32", name: str | None = None) -> None:
        object.__setattr__(self, "shape", TensorShape(shape))
        object.__setattr__(self, "dtype", as_dtype(dtype))
        object.__setattr__(self, "name", name)

    @property
    def is_dense(self) -> bool:
        return type(self) is TensorSpec

    def is_compatible_with(self, other: TensorSpec) -> bool:
        return type(self) is type(other) and self.dtype == other.dtype and self.shape.is_compatible_with(other.shape)

    def with_shape(self, shape: Any) -> TensorSpec:
        """Returns the spec of values of the same kind and another shape."""
        return type(self)(shape, self.dtype, self.name)

    def batched(self, size: int | None) -> TensorSpec:
        """Returns the spec of several such values in one."""
        return self.with_shape(TensorShape([size]).concatenate(self.shape))

    def unbatched(self) -> TensorSpec:
        """Returns the spec of an entry along the first axis."""
        return self.with_shape(None if self.shape.ndims is None else self.shape[1:])

    def __repr__(self) -> str:
        shape = None if self.shape.ndims is None else tuple(self.shape)
        return f"{type(self).__name__}(shape={shape}, dtype={self.dtype!r})"


class SparseTensorSpec(TensorSpec):
    """The shape and element type of a `SparseTensor`."""


@dataclass(frozen=True, init=False, repr=False)
class RaggedTensorSpec(TensorSpec):
    """The shape and element type of a `RaggedTensor`.

    Args:
        shape: of the value; None where lists differ in length.
        dtype: of its elements.
        ragged_rank: how many levels of lists there are, from the first axis on.
    """

    ragged_rank: int = 1

    def __init__(
        self, shape: Any = None, dtype: Any = "float32", ragged_rank: int | None = None, name: str | None = None
    ) -> None:
        super().__init__(shape, dtype, name)
        object.__setattr__(self, "ragged_rank", (self.shape.ndims or 2) - 1 if ragged_rank is None else ragged_rank)

    def with_shape(self, shape: Any) -> TensorSpec:
        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank, self.name)

    def batched(self, size: int | None) -> TensorSpec:
        return RaggedTensorSpec(TensorShape([size]).concatenate(self.shape), self.dtype, self.ragged_rank + 1)

    def unbatched(self) -> TensorSpec:
        shape = None if self.shape.ndims is None else self.shape[1:]
        if self.ragged_rank == 1:
            return TensorSpec(shape, self.dtype)
        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank - 1)


def broadcast_shapes(*shapes: Iterable[int | None]) -> TensorShape:
    """Returns the shape that NumPy's broadcasting gives, as far as it is known.

    Raises:
        ValueError: the shapes do not fit together.
    """
    given = [TensorShape(s) for s in shapes]
    if any(s.ndims is None for s in given):
        return TensorShape(None)
    listed = [tuple(s) for s in given]
    rank = max((len(s) for s in listed), default=0)
    out: list[int | None] = []
    for sizes in zip(*((1,) * (rank - len(s)) + s for s in listed), strict=True):
        known = {s for s in sizes if s not in (1, None)}
        if len(known) > 1:
            raise ValueError(f"shapes {', '.join(map(str, listed))} cannot be broadcast together")
        out.append(known.pop() if known else (None if None in sizes else 1))
    return TensorShape(out)
