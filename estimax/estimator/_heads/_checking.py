"""Ops that check labels and weights on the host, and name the row that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._graph._column import Column
from estimax._graph._lifting import Lifting, broadcasting, by_rows, leading_axis
from estimax._graph._op import Node
from estimax._graph._varying import Varying


def checking(kernel: Callable[..., Any]) -> Lifting:
    """Makes a lifting rule of a kernel that also takes the axis along which the rows of a batch are counted.

    Batches of different sizes are checked as one; only where that finds something
    wrong, one by one, to name the row.
    """
    whole = leading_axis(partial(kernel, axis=1))

    def lift(
        node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
    ) -> tuple[Column, ...]:
        if not any(isinstance(v, Varying) for v in values):
            return whole(node, values, lifted, rows, params)
        try:
            return broadcasting(node, values, lifted, rows, params)
        except InvalidArgumentError:
            return by_rows(node, values, lifted, rows, params)

    return lift


def found(values: np.ndarray, wrong: np.ndarray, axis: int) -> str:
    """Names the first value that is wrong and its row, which counts along the given axis."""
    where = np.unravel_index(int(np.argmax(wrong)), values.shape)
    row = f" in row {where[axis]} of the batch" if len(where) > axis else ""
    return f"got {values[where]}{row}"
