"""`Box`: one node of the graph that a reader sees, before it has its final name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

_MOST_LIKELY = 1000  # a batch in a trace that is larger has a size that nothing else has

Shape = tuple[int, ...] | None
"""Sizes, -1 where one is not known; None where not even their number is."""


VARIABLE = "VariableV2"
PLACEHOLDER = "Placeholder"
GIVEN = (VARIABLE, PLACEHOLDER)
"""The kinds of boxes that stand for what a program is given."""


class Output(NamedTuple):
    """What is known of a result: its shape, and its type by NumPy's name, or 'string'."""

    shape: Shape
    dtype: str


class Wire(NamedTuple):
    """One result of a box."""

    box: Box
    number: int = 0


@dataclass(eq=False)
class Box:
    """One node.

    Attributes:
        scope: where it stands, `dnn/hiddenlayer_0`; '' for the outermost.
        label: its name there, which need not be the only one.
        op: its kind, which TensorBoard shows below the name.
        inputs: what it reads.
        outputs: what it gives.
        attributes: what is shown when it is chosen.
        call: the library function that computes it, with the place of the call; None for none.
        is_named: whether the label is a name that the program gave.
    """

    scope: str
    label: str
    op: str
    inputs: list[Wire] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    call: Call | None = None
    is_named: bool = False

    def rename(self, path: str) -> None:
        """Gives it a full name that the program uses for it, unless it stands elsewhere."""
        scope, _, label = path.rpartition("/")
        if label and not self.is_named and scope == self.scope:
            self.label, self.is_named = label, True


class Call(NamedTuple):
    """A call of a library function: what a reader calls it, and the place of the call."""

    label: str
    place: tuple[Any, ...]


def output_of(array: Any, rows: int, width: int) -> Output:
    """Describes an abstract array of a trace; sizes that stand for unknown ones become -1."""
    shape = getattr(array, "shape", ())
    sizes = tuple(-1 if _is_unknown(axis, size, rows, width) else size for axis, size in enumerate(shape))
    return Output(sizes, type_name(getattr(array, "dtype", np.float32)))


def _is_unknown(axis: int, size: Any, rows: int, width: int) -> bool:
    """Whether a size is not known: a batch, as the first size or, where no other size is like it, as any."""
    if not isinstance(size, int) or size == width:
        return True
    return rows > 1 and size > 0 and size % rows == 0 and (axis == 0 or rows > _MOST_LIKELY)


def type_name(dtype: Any) -> str:
    """Returns NumPy's name of a type, 'uint32' for random keys."""
    try:
        return str(np.dtype(dtype).name)
    except TypeError:
        return "uint32"


def reached(results: Iterable[Box]) -> set[int]:
    """Returns the identities of the boxes that some results depend on, these among them."""
    found: set[int] = set()
    stack = list(results)
    while stack:
        box = stack.pop()
        if id(box) not in found:
            found.add(id(box))
            stack.extend(wire.box for wire in box.inputs)
    return found


def in_order(results: Sequence[Box]) -> list[Box]:
    """Returns the boxes that some results depend on, each after those that it reads."""
    done: set[int] = set()
    order: list[Box] = []
    stack = [(box, False) for box in reversed(results)]
    while stack:
        box, is_expanded = stack.pop()
        if id(box) in done:
            continue
        if is_expanded:
            done.add(id(box))
            order.append(box)
        else:
            stack.append((box, True))
            stack.extend((wire.box, False) for wire in reversed(box.inputs))
    return order


def camel_case(name: str) -> str:
    """Returns the name of a function as that of an operation.

    Example:
        >>> from estimax.estimator._graph_def._boxes import camel_case
        >>> camel_case("_reduce_precision"), camel_case("scatter-add")
        ('ReducePrecision', 'ScatterAdd')
    """
    words = name.replace("-", "_").strip("_<>").split("_")
    return "".join(word[:1].upper() + word[1:] for word in words if word) or "Function"
