"""What the latest checkpoint holds: variables, how large they are, and their norms.

An array of a checkpoint of ours is read block by block, whatever its size.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from estimax._base._array_files import ArrayFile, open_arrays
from estimax._base._errors import DataLossError, OpError
from estimax._base._files import open_read
from estimax._base._tensor_file import TensorFile

_BLOCK = 1 << 24
_NO_VARIABLE = (
    "__input__/",
    "_CHECKPOINTABLE_OBJECT_GRAPH",
)  # how such names begin: the position of the input, a graph
# Slots stand below their variable; what optimizers have besides has such names.
_OPTIMIZER = re.compile(r"^training/|(^|/)beta[12]_power(_\d+)?$")


@dataclass(frozen=True)
class VariableFacts:
    """A variable of a checkpoint.

    Attributes:
        name: as the file has it.
        shape: of the array.
        dtype: its type.
        is_slot: whether it is of an optimizer, not of the model.
        norm: the square root of the sum of squares; None where it was not computed.
        flaw: what is wrong with it, '' if nothing is known to be.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    is_slot: bool
    norm: float | None = None
    flaw: str = ""

    @property
    def count(self) -> int:
        return math.prod(self.shape)


def variables_of(prefix: str) -> list[VariableFacts]:
    """Lists the variables of a checkpoint, without reading them.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is truncated, or its list is damaged.
    """
    with open_arrays(prefix) as file:
        names = sorted(name for name in file.entries if not name.startswith(_NO_VARIABLE))
        known = set(names)
        return [
            VariableFacts(name, tuple(file.entries[name].shape), str(file.entries[name].dtype), _is_slot(name, known))
            for name in names
        ]


def _is_slot(name: str, known: set[str]) -> bool:
    above = name.rpartition("/")[0]
    while above and above not in known:
        above = above.rpartition("/")[0]
    return bool(above) or _OPTIMIZER.search(name) is not None


def with_norms(prefix: str, variables: Sequence[VariableFacts]) -> list[VariableFacts]:
    """Returns variables with their norms; as they are where the checkpoint has just been removed."""
    try:
        with open_arrays(prefix) as file:
            return [_measured(file, variable) for variable in variables]
    except OpError:
        return list(variables)


def _measured(file: ArrayFile, variable: VariableFacts) -> VariableFacts:
    if np.dtype(variable.dtype).kind == "O":
        return variable
    squares, wrong = 0.0, 0
    try:
        for block in _blocks(file, variable.name):
            values = block.astype(np.complex128 if block.dtype.kind == "c" else np.float64)
            is_fine = np.isfinite(values)
            wrong += values.size - int(is_fine.sum())
            squares += float(np.square(np.abs(values[is_fine])).sum())
    except (DataLossError, OSError) as error:
        return replace(variable, flaw=f"damaged: {error}")
    flaw = f"{wrong:,} not finite" if wrong else ""
    return replace(variable, norm=math.sqrt(squares), flaw=flaw)


def _blocks(file: ArrayFile, name: str) -> Iterator[np.ndarray[Any, Any]]:
    """Yields the elements of an array, some at a time."""
    if not isinstance(file, TensorFile):
        yield file.read(name).reshape(-1)
        return
    entry = file.entries[name]
    left, crc = entry.nbytes, 0
    with open_read(file.path) as data:
        data.seek(entry.offset)
        while left:
            block = data.read(min(left, _BLOCK))
            if not block or len(block) % entry.dtype.itemsize:
                raise DataLossError(f"the file ends within {name!r}")
            crc = zlib.crc32(block, crc)
            left -= len(block)
            yield np.frombuffer(block, entry.dtype)
    if file.crcs is not None and crc != file.crcs.get(name):
        raise DataLossError("its bytes are not those that were written")
