"""Arrays of byte strings of any shape, held by Arrow.

NumPy has no good array of strings of any length; Arrow has, but only flat ones.
A `StringArray` is an Arrow array with a shape, plus, for lines read from files,
where each string came from, so that an error about a row can name its file and
line however the rows were filtered, shuffled or batched since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._arrow import binary_array, from_numpy, to_numpy


@dataclass(frozen=True)
class Origin:
    """Where the strings of an array came from: `files[file[i]]`, line `line[i]` (from 1), or what else `unit` says."""

    files: tuple[str, ...]
    file: np.ndarray
    line: np.ndarray
    unit: str = "line"

    def take(self, indices: Any) -> Origin:
        return Origin(self.files, self.file[indices], self.line[indices], self.unit)

    def describe(self, index: int) -> str:
        return f"{self.files[self.file[index]]}, {self.unit} {self.line[index]}"

    @staticmethod
    def concatenate(origins: Sequence[Origin]) -> Origin:
        names: dict[str, int] = {}
        file = []
        for origin in origins:
            numbers = np.array([names.setdefault(f, len(names)) for f in origin.files], np.int32)
            file.append(numbers[origin.file])
        units = {origin.unit for origin in origins}
        unit = units.pop() if len(units) == 1 else "line or record"
        return Origin(tuple(names), np.concatenate(file), np.concatenate([o.line for o in origins]), unit)


class StringArray:
    """Byte strings in an array of any shape; immutable.

    `flat` is the Arrow array of type binary, in row-major order and without
    nulls; `shape` its shape. Indexing with anything NumPy accepts gives a
    `StringArray`, or `bytes` for one element.

    Example:
        >>> from estimax._base._string_array import StringArray
        >>> words = StringArray.of([["a", "bc"], ["", "d"]])
        >>> words.shape, words[0, 1], words[:, 0].tolist()
        ((2, 2), b'bc', [b'a', b''])
    """

    __slots__ = ("flat", "origin", "shape")

    def __init__(self, flat: pa.Array, shape: tuple[int, ...] | None = None, origin: Origin | None = None) -> None:
        self.flat = flat
        self.shape = (len(flat),) if shape is None else shape
        self.origin = origin

    @staticmethod
    def of(values: Any) -> StringArray:
        """Makes an array of strings from nested lists, NumPy or Arrow arrays of str or bytes.

        None becomes the empty string. Raises TypeError for anything that is not text.
        """
        if isinstance(values, StringArray):
            return values
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        if isinstance(values, pa.Array):
            return StringArray(as_binary(values))
        if isinstance(values, str | bytes):
            return StringArray(binary_array([_encoded(values)]), ())
        array = values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
        flat = binary_array([_encoded(v) for v in array.ravel().tolist()])
        return StringArray(flat, array.shape)

    @staticmethod
    def concatenate(arrays: Sequence[StringArray], axis: int = 0) -> StringArray:
        """Joins arrays along an axis, as `np.concatenate` does."""
        if len(arrays) == 1:
            return arrays[0]
        kind = type(arrays[0])
        join = (kind if all(type(a) is kind for a in arrays) else StringArray).joined
        if axis == 0:
            return join(arrays)
        starts = np.cumsum([0, *(a.size for a in arrays[:-1])])
        index = np.concatenate(
            [np.arange(a.size).reshape(a.shape) + s for a, s in zip(arrays, starts, strict=True)], axis
        )
        return join([a.reshape(-1) for a in arrays]).gather(index)

    @staticmethod
    def joined(arrays: Sequence[Any]) -> StringArray:
        """Joins arrays one below the other."""
        flat = pa.concat_arrays([a.flat for a in arrays])
        origins = [a.origin for a in arrays]
        origin = Origin.concatenate([o for o in origins if o is not None]) if all(origins) else None
        return StringArray(flat, (sum(a.shape[0] for a in arrays), *arrays[0].shape[1:]), origin)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return len(self.flat)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(object)

    @property
    def nbytes(self) -> int:
        return int(self.flat.nbytes)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an array without dimensions")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice) and key.step in (None, 1) and self.ndim:
            start, stop, _ = key.indices(self.shape[0])
            return self._rows(start, max(stop, start))
        if isinstance(key, int | np.integer) and self.ndim:
            row = range(len(self))[key]  # counts from the end, or raises IndexError
            return self.flat[row].as_py() if self.ndim == 1 else self._rows(row, row + 1).reshape(self.shape[1:])
        index = np.arange(self.size).reshape(self.shape)[key]
        if isinstance(index, np.ndarray):
            return self.gather(index)
        return self.flat[int(index)].as_py()

    def _rows(self, start: int, stop: int) -> StringArray:
        width = int(np.prod(self.shape[1:], dtype=np.int64))
        part = slice(start * width, stop * width)
        origin = self.origin.take(part) if self.origin else None
        return StringArray(self.flat[part.start : part.stop], (stop - start, *self.shape[1:]), origin)

    def gather(self, index: np.ndarray) -> StringArray:
        """Returns the strings at the flat positions `index`, in its shape."""
        flat_index = index.ravel()
        origin = self.origin.take(flat_index) if self.origin else None
        return StringArray(self.flat.take(from_numpy(flat_index)), index.shape, origin)

    def take(self, rows: np.ndarray) -> StringArray:
        """Returns the given rows (positions along the first axis)."""
        if self.ndim == 1:
            return self.gather(rows)
        return self.gather(np.arange(self.size).reshape(self.shape)[rows])

    def reshape(self, *shape: Any) -> StringArray:
        wanted = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple | list | np.ndarray) else shape
        known = int(np.prod([s for s in wanted if s != -1], dtype=np.int64))
        full = tuple(int(s) if s != -1 else self.size // max(known, 1) for s in wanted)
        if int(np.prod(full, dtype=np.int64)) != self.size:
            raise ValueError(f"cannot reshape strings of shape {self.shape} into shape {wanted}")
        return self._with_shape(full)

    def _with_shape(self, shape: tuple[int, ...]) -> StringArray:
        return StringArray(self.flat, shape, self.origin)

    def broadcast_to(self, shape: tuple[int, ...]) -> StringArray:
        if shape == self.shape:
            return self
        return self.gather(np.broadcast_to(np.arange(self.size).reshape(self.shape), shape))

    def to_numpy(self) -> np.ndarray:
        """Returns the strings as a NumPy array of Python `bytes`."""
        flat = np.empty(self.size, object)
        flat[:] = self.flat.to_pylist()
        return flat.reshape(self.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype)

    def tolist(self) -> Any:
        return self.to_numpy().tolist()

    def equals(self, other: Any) -> np.ndarray:
        """Compares element by element, with NumPy's broadcasting."""
        other = StringArray.of(other)
        shape = np.broadcast_shapes(self.shape, other.shape)
        if other.size == 1:
            same = pc.equal(self.flat, other.flat[0])
            return np.broadcast_to(to_numpy(same).reshape(self.shape), shape)
        same = pc.equal(self.broadcast_to(shape).flat, other.broadcast_to(shape).flat)
        return to_numpy(same).reshape(shape)

    def describe_origin(self, index: int) -> str:
        """Says which file and line the element at a flat position came from; '' where unknown."""
        return self.origin.describe(index) if self.origin else ""

    def __repr__(self) -> str:
        return f"StringArray({self.tolist()!r})"


def as_binary(array: pa.Array) -> pa.Array:
    """Brings any of Arrow's kinds of strings to one form: binary with 32-bit offsets, no nulls.

    Raises:
        TypeError: the array holds something else.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.type != pa.binary():
        try:
            array = array.cast(pa.binary())
        except pa.ArrowNotImplementedError:
            raise TypeError(f"every element must be str or bytes; got an Arrow array of {array.type}") from None
    return array.fill_null(b"") if array.null_count else array


def _encoded(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if value is None:
        return b""
    raise TypeError(f"every element must be str or bytes; got {value!r}, a {type(value).__name__}")
