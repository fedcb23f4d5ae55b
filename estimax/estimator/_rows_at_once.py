"""Predicting batches of several sizes with one compiled program.

The last batch of an input is shorter than the others, and XLA compiles a program for
each size. Where no result depends on other rows of its batch, a shorter one is filled
up with copies of its last row instead, and what comes of these is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax import export

from estimax._graph._tensor import Tensor
from estimax.saved_model._device_run import filled_up
from estimax.saved_model._row_independence import ROWS, mixes_rows

Device = Callable[[Mapping[str, Any], Sequence[Any]], Sequence[Any]]


class RowsAtOnce:
    """Runs a device function on batches; remembers the largest size it was compiled for.

    Args:
        device: (variables, entries) -> results.
        entries: the host Tensors of the entries; where the first size is open it is that of the batch.
        exits: the same for the results.
    """

    def __init__(self, device: Device, entries: Sequence[Tensor], exits: Sequence[Tensor]) -> None:
        self._device = device
        self._compiled = jax.jit(device)
        self._by_row = [_is_open(t) for t in entries]
        self._results_by_row = [_is_open(t) for t in exits]
        self._largest = 0
        self._is_by_row: bool | None = None

    def __call__(self, variables: Mapping[str, Any], entries: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Returns the results for a batch, in NumPy."""
        sizes = {len(e) for e, by_row in zip(entries, self._by_row, strict=True) if by_row}
        rows = sizes.pop() if len(sizes) == 1 else 0
        if 0 < rows < self._largest and self._takes_rows_alone(variables, entries):
            filled = [
                filled_up(e, self._largest) if by_row else e for e, by_row in zip(entries, self._by_row, strict=True)
            ]
            results = [np.asarray(r) for r in self._compiled(variables, filled)]
            return [r[:rows] if by_row else r for r, by_row in zip(results, self._results_by_row, strict=True)]
        self._largest = max(self._largest, rows)
        return [np.asarray(r) for r in self._compiled(variables, entries)]

    def _takes_rows_alone(self, variables: Mapping[str, Any], entries: Sequence[np.ndarray]) -> bool:
        """Whether each result depends on its own row alone; found out when it first matters."""
        if self._is_by_row is None:
            try:
                self._is_by_row = not mixes_rows(self._traced(variables, entries))
            except Exception:  # whatever it does with an open number of rows, it works with a known one
                self._is_by_row = False
        return self._is_by_row

    def _traced(self, variables: Mapping[str, Any], entries: Sequence[np.ndarray]) -> Any:
        scope = export.SymbolicScope()

        def spec(array: np.ndarray, by_row: bool) -> Any:
            sizes = ",".join([ROWS, *map(str, array.shape[1:])] if by_row else map(str, array.shape))
            shape = export.symbolic_shape(sizes, scope=scope)
            return jax.ShapeDtypeStruct(shape, array.dtype)  # type: ignore[no-untyped-call]  # JAX leaves it so

        specs = [spec(e, by_row) for e, by_row in zip(entries, self._by_row, strict=True)]
        function = jax.jit(lambda values, given: tuple(self._device(values, given)))
        return function.trace(dict(variables), specs).jaxpr


def _is_open(tensor: Tensor) -> bool:
    return bool(tensor.shape.ndims) and tensor.shape[0] is None
