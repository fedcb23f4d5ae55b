"""A file of elements: blocks of the columns of chunks, and an index at the end.

It begins with what its elements are, as JSON. A block is the tree of its columns
as JSON (`_base/_state_tree.py`) and the bytes of its arrays; the index has for each
block where it stands, how many elements it has, and a checksum. A file without an
index is not complete. Reading executes nothing.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import weakref
import zlib
from bisect import bisect_right
from collections.abc import Mapping
from contextlib import suppress
from itertools import accumulate
from typing import Any, BinaryIO

import numpy as np

from estimax._base import _nest as nest
from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._base._files import named_errors, open_read, remove_leftovers
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._base._state_tree import pack, unpack
from estimax.data._gathering import ENOUGH_BYTES, ENOUGH_ELEMENTS
from estimax.data._specs import DatasetSpec
from estimax.data._step import Chunk, concatenate

_MAGIC = b"estimax elements 1\n"
_ALIGNMENT = 64
_NUMBER = 8  # bytes of a length


class ChunkWriter:
    """Writes chunks under a temporary name; `finish` gives the file its own, anything else leaves nothing.

    Raises:
        NotFoundError: there is no such folder.
        OSError: the disk is full, or the folder cannot be written.
    """

    def __init__(self, path: str, spec: Any) -> None:
        self.path = path
        self._index: list[list[int]] = []
        self._held: list[Chunk] = []
        folder, name = os.path.split(path)
        self._temporary = os.path.join(folder, f".{name}.{secrets.token_hex(6)}.tmp")
        with named_errors(path):
            self._file = open(self._temporary, "xb")  # noqa: SIM115  # open until the last chunk
        self._finalizer = weakref.finalize(self, _discard, self._file, self._temporary)
        self._write(_MAGIC, _framed({"spec": spec_as_json(spec)}))

    def add(self, chunk: Chunk) -> None:
        """Appends elements."""
        self._held.append(chunk)
        if sum(c.size for c in self._held) >= ENOUGH_ELEMENTS or sum(c.nbytes for c in self._held) >= ENOUGH_BYTES:
            self._write_block()

    def finish(self) -> None:
        """Completes the file, which then takes the place of one of its name."""
        self._write_block()
        start = self._file.tell()
        self._write(_framed({"blocks": self._index}), start.to_bytes(_NUMBER, "little"), _MAGIC)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            os.replace(self._temporary, self.path)
        except OSError as error:
            raise self._failed(error) from error
        self._finalizer.detach()
        self._file.close()
        remove_leftovers(os.path.dirname(self.path) or ".", re.escape(os.path.basename(self.path)), self.path)

    def discard(self) -> None:
        """Removes what was written."""
        self._finalizer()

    def _write_block(self) -> None:
        if not self._held:
            return
        chunk, self._held = concatenate(self._held), []
        text, arrays = pack(chunk.state())
        parts, places, offset = [], {}, 0
        for name, array in arrays.items():
            data = np.ascontiguousarray(array)
            places[name] = [data.dtype.str, list(array.shape), offset]
            padding = -data.nbytes % _ALIGNMENT
            parts += [data.tobytes(), bytes(padding)]
            offset += data.nbytes + padding
        head = _framed({"tree": text, "arrays": places})
        start, body = self._file.tell(), b"".join([head, *parts])
        self._write(body)
        self._index.append([start, len(body), chunk.size, zlib.crc32(body)])

    def _write(self, *parts: bytes) -> None:
        try:
            for part in parts:
                self._file.write(part)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> OSError:
        self.discard()
        reason = error.strerror or str(error)
        return OSError(error.errno, f"{reason}: cannot write {self.path!r}; nothing of it is left")


def _discard(file: BinaryIO, path: str) -> None:
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        os.remove(path)


def _framed(said: Any) -> bytes:
    text = json.dumps(said, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + _NUMBER) % _ALIGNMENT)
    return len(text).to_bytes(_NUMBER, "little") + text


class ChunkFile:
    """A complete file of elements.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is truncated or damaged, or no such file at all.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = open_read(path)
        try:
            size = self._file.seek(0, 2)
            tail = self._read(max(0, size - _NUMBER - len(_MAGIC)), _NUMBER + len(_MAGIC))
            if self._read(0, len(_MAGIC)) != _MAGIC or tail[_NUMBER:] != _MAGIC:
                raise self._damaged("it does not begin and end as it should")
            self.spec_json = self._parsed(len(_MAGIC), size)[0]["spec"]
            start = int.from_bytes(tail[:_NUMBER], "little")
            self._blocks = [tuple(map(int, block)) for block in self._parsed(start, size)[0]["blocks"]]
        except (KeyError, TypeError, ValueError) as error:
            self._file.close()
            if isinstance(error, DataLossError):
                raise
            raise self._damaged(repr(error)) from None
        self._ends = list(accumulate(block[2] for block in self._blocks))
        self._number, self._block = -1, Chunk((), 0)

    def read(self, position: int, at_most: int) -> Chunk | None:
        """Returns elements from a position on, or None at the end."""
        number = bisect_right(self._ends, position)
        if number == len(self._ends):
            return None
        if number != self._number:
            self._number, self._block = number, self._read_block(number)
        start = position - (self._ends[number] - self._block.size)
        return self._block.slice(start, start + at_most)

    def close(self) -> None:
        self._file.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()

    def _read_block(self, number: int) -> Chunk:
        start, length, _, crc = self._blocks[number]
        data = self._read(start, length)
        if len(data) != length or zlib.crc32(data) != crc:
            raise self._damaged(f"the checksum of block {number} does not match its contents")
        size = int.from_bytes(data[:_NUMBER], "little")
        head = json.loads(data[_NUMBER : _NUMBER + size])
        base = _NUMBER + size
        arrays = {
            name: np.frombuffer(data, np.dtype(dtype), int(np.prod(shape)), base + offset).reshape(shape)
            for name, (dtype, shape, offset) in head["arrays"].items()
        }
        return Chunk.from_state(unpack(head["tree"], arrays))

    def _parsed(self, start: int, size: int) -> tuple[Any, int]:
        length = int.from_bytes(self._read(start, _NUMBER), "little")
        if start + _NUMBER + length > size:
            raise self._damaged("it ends too early")
        return json.loads(self._read(start + _NUMBER, length)), start + _NUMBER + length

    def _read(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    def _damaged(self, how: str) -> DataLossError:
        return DataLossError(f"{self.path!r} is truncated or damaged: {how}. Remove it, and it will be written anew")


_KINDS = {"dense": TensorSpec, "sparse": SparseTensorSpec, "ragged": RaggedTensorSpec, "dataset": DatasetSpec}


def spec_as_json(spec: Any) -> Any:
    """Returns the specs of an element as JSON values, which `spec_from_json` reads."""
    if isinstance(spec, Mapping):
        return {"dict": {str(key): spec_as_json(part) for key, part in spec.items()}}
    if nest.is_nested(spec):
        return {"tuple": [spec_as_json(part) for part in spec]}
    kind = next(name for name, made in _KINDS.items() if type(spec) is made)
    if isinstance(spec, DatasetSpec):
        return {"kind": kind, "elements": spec_as_json(spec.element_spec)}
    shape = None if spec.shape.ndims is None else list(spec.shape)
    rank = {"ragged_rank": spec.ragged_rank} if isinstance(spec, RaggedTensorSpec) else {}
    return {"kind": kind, "dtype": spec.dtype.name, "shape": shape, **rank}


def spec_from_json(said: Any) -> Any:
    """Returns the structure of specs that `spec_as_json` described; named tuples become plain ones.

    Raises:
        InvalidArgumentError: it describes none.
    """
    try:
        if "dict" in said:
            return {key: spec_from_json(part) for key, part in said["dict"].items()}
        if "tuple" in said:
            return tuple(spec_from_json(part) for part in said["tuple"])
        if said["kind"] == "dataset":
            return DatasetSpec(spec_from_json(said["elements"]))
        if said["kind"] == "ragged":
            return RaggedTensorSpec(said["shape"], said["dtype"], said["ragged_rank"])
        return _KINDS[said["kind"]](said["shape"], said["dtype"])
    except (KeyError, TypeError):
        raise InvalidArgumentError(f"{said!r} does not describe elements") from None
