"""Running the device half of a loaded signature, for any number of rows.

XLA compiles a program for each size, which takes a tenth of a second or more. So
a batch is filled up to the next power of two with copies of its last row, and a
long one is cut into slices: a server compiles a dozen programs in its life.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import jax
import numpy as np
from jax import export

from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax._compilation_cache import use_compilation_cache

MAX_ROWS = 4096  # of one run; a power of two

_BACKENDS = {"gpu": ("cuda", "rocm")}


@dataclass(frozen=True)
class RunRecord:
    """What the manifest says of a device program; see `DeviceProgram`."""

    platforms: tuple[str, ...]
    variables: tuple[str, ...]
    is_padded: bool
    by_row: tuple[bool, ...]
    results_by_row: tuple[bool, ...]

    @staticmethod
    def from_json(described: Mapping[str, Any]) -> RunRecord:
        return RunRecord(
            platforms=tuple(described["platforms"]),
            variables=tuple(described["variables"]),
            is_padded=bool(described["is_padded"]),
            by_row=tuple(described["by_row"]),
            results_by_row=tuple(described["results_by_row"]),
        )


def padded_rows(rows: int) -> int:
    """Returns the number of rows that a batch is filled up to.

    Example:
        >>> [padded_rows(rows) for rows in (0, 1, 5, 8, 4097)]
        [1, 1, 8, 8, 4096]
    """
    return min(1 << max(rows - 1, 0).bit_length(), MAX_ROWS)


def narrowed(array: np.ndarray, dtype: Any) -> np.ndarray:
    """Returns an array with the element type that it has on the device: of 64 bits 32, as in training."""
    with np.errstate(over="ignore"):
        return array.astype(dtype, copy=False)


def choose_device(platforms: Sequence[str]) -> Any:
    """Returns the device to run on, or None for the default one: the CPU where the default's kind was not exported.

    Raises:
        InvalidArgumentError: the program was exported neither for the default device nor for the CPU.
    """
    backend = jax.default_backend()
    if any(platform in platforms for platform in _BACKENDS.get(backend, (backend,))):
        return None
    if "cpu" in platforms:
        return jax.devices("cpu")[0]
    raise InvalidArgumentError(
        f"the model was exported for {', '.join(platforms)}; this process computes on {backend}. Export it for that too"
    )


@final
class DeviceRunner:
    """A device program with its variables on the device. Safe to call from any thread."""

    def __init__(self, exported: export.Exported, record: RunRecord, variables: Sequence[Any], device: Any) -> None:
        use_compilation_cache()
        entries = exported.in_avals[len(variables) :]
        _check_form(exported, record, variables)
        self._record = record
        self._device = device
        self._variables = tuple(variables)
        self._dtypes = [a.dtype for a in entries]
        self._sizes = [[s if isinstance(s, int) else 1 for s in a.shape] for a in entries]
        self._call = jax.jit(exported.call)
        self._compiled: set[tuple[tuple[int, ...], ...]] = set()
        self._compiling = threading.Lock()

    def __call__(self, entries: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Computes the results for any number of rows.

        Raises:
            InvalidArgumentError: entries of different numbers of rows; or no row, for a program whose
                results depend on several rows.
        """
        arrays = [narrowed(a, dtype) for a, dtype in zip(entries, self._dtypes, strict=True)]
        rows = self._rows(arrays)
        if rows is None or not self._record.is_padded:
            if rows == 0:
                raise InvalidArgumentError("predictions that depend on several rows need at least one; got none")
            return [np.array(r) for r in self._run(arrays)]
        starts = range(0, max(rows, 1), MAX_ROWS)
        parts = [self._run(self._slice(arrays, start, min(rows, start + MAX_ROWS))) for start in starts]
        return [self._joined(number, results, rows) for number, results in enumerate(zip(*parts, strict=True))]

    def warm_up(self, rows: int) -> None:
        """Compiles the program for a number of rows."""
        sizes = [[rows, *s[1:]] if by_row else s for s, by_row in zip(self._sizes, self._record.by_row, strict=True)]
        self([np.zeros(s, d) for s, d in zip(sizes, self._dtypes, strict=True)])

    def _rows(self, arrays: Sequence[np.ndarray]) -> int | None:
        counts = {len(a) for a, by_row in zip(arrays, self._record.by_row, strict=True) if by_row}
        if len(counts) > 1:
            raise InvalidArgumentError(
                f"all that goes to the device must have one number of rows; got {sorted(counts)}. Feed inputs of "
                f"the same length"
            )
        return counts.pop() if counts else None

    def _slice(self, arrays: Sequence[np.ndarray], start: int, stop: int) -> list[np.ndarray]:
        size = padded_rows(stop - start)
        return [
            filled_up(a[start:stop], size) if by_row else a
            for a, by_row in zip(arrays, self._record.by_row, strict=True)
        ]

    def _run(self, arrays: Sequence[Any]) -> Sequence[Any]:
        if self._device is not None:
            arrays = jax.device_put(list(arrays), self._device)
        key = tuple(a.shape for a in arrays)
        if key in self._compiled:
            return tuple(self._call(self._variables, tuple(arrays)))
        with self._compiling:  # or every thread that waits for the first result would compile it too
            results = tuple(self._call(self._variables, tuple(arrays)))
            self._compiled.add(key)
        return results

    def _joined(self, number: int, parts: Sequence[Any], rows: int) -> np.ndarray:
        if not self._record.results_by_row[number]:
            return np.array(parts[0])
        if len(parts) == 1:
            return np.array(np.asarray(parts[0])[:rows])
        return np.concatenate([np.asarray(p) for p in parts])[:rows]


def filled_up(array: np.ndarray, rows: int) -> np.ndarray:
    """Returns an array with copies of its last row behind it, so that it has as many rows as are asked for."""
    missing = rows - len(array)
    if not missing:
        return array
    last = array[-1:] if len(array) else np.zeros((1, *array.shape[1:]), array.dtype)
    return np.concatenate([array, np.repeat(last, missing, axis=0)])


def _check_form(exported: export.Exported, record: RunRecord, variables: Sequence[Any]) -> None:
    avals = exported.in_avals
    fits = (
        len(avals) == len(variables) + len(record.by_row)
        and len(exported.out_avals) == len(record.results_by_row)
        and all(a.shape == v.shape and a.dtype == v.dtype for a, v in zip(avals, variables, strict=False))
    )
    if not fits:
        raise DataLossError("the device program does not fit the variables; the files are not of one export")
