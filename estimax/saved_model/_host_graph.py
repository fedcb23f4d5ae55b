"""The host halves of all signatures as one graph.

Signatures of one model share most of their host half: the same features, the
same vocabularies. Saved and loaded as one function they share it for good, and a
look-up table exists once. A signature is then a choice of inputs and outputs of
that function, by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._graph._function import Function
from estimax._graph._tensor import Tensor
from estimax.saved_model._parts import SignatureParts, TensorInfo


@dataclass(frozen=True)
class HostNumbers:
    """Where a signature's host halves begin and end in the joint graph.

    Attributes:
        inputs: for each input by name, its number among the inputs of the graph.
        entries: of what the device gets, the numbers among the outputs of the graph.
        exits: of what the device gives, the numbers among the inputs of the graph.
        outputs: for each output by name, its number among the outputs of the graph.
    """

    inputs: dict[str, int]
    entries: list[int]
    exits: list[int]
    outputs: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class HostHalves:
    """The two host halves of a signature.

    Attributes:
        before: from the inputs to the entries, and to the values that go past the device.
        after: from those values and the exits to the outputs.
        entries: how many of the results of `before` are entries.
        exits: the placeholders of the device's results.
    """

    before: Function
    after: Function
    entries: int
    exits: tuple[Tensor, ...]
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]


def key_of(tensor: Tensor) -> tuple[int, int]:
    """Returns what tells a Tensor from all others; two Tensor objects may stand for one result of a node."""
    return (id(tensor.node), tensor.index) if tensor.is_symbolic else (id(tensor), -1)


class _Numbering:
    """Gives each Tensor a number, the same one when it comes again."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self._numbers: dict[tuple[int, int], int] = {}

    def number(self, tensor: Tensor) -> int:
        key = key_of(tensor)
        if key not in self._numbers:
            self._numbers[key] = len(self.tensors)
            self.tensors.append(tensor)
        return self._numbers[key]


def join(signatures: Mapping[str, SignatureParts]) -> tuple[Function, dict[str, HostNumbers]]:
    """Joins the host halves of signatures into one graph.

    Raises:
        InvalidArgumentError: a signature needs a placeholder that it does not name as an
            input, or hands strings to the device.
    """
    inputs, outputs = _Numbering(), _Numbering()
    numbers = {}
    for name, parts in signatures.items():
        _check(name, parts)
        numbers[name] = HostNumbers(
            inputs={n: inputs.number(t) for n, t in parts.inputs.items()},
            entries=[outputs.number(t) for t in parts.entries],
            exits=[inputs.number(t) for t in parts.exits],
            outputs={n: outputs.number(t) for n, t in parts.outputs.items()},
        )
    return Function(inputs.tensors, outputs.tensors), numbers


def take(graph: Function, numbers: HostNumbers) -> HostHalves:
    """Takes the host halves of one signature out of the joint graph."""
    inputs = {name: graph.inputs[i] for name, i in numbers.inputs.items()}
    entries = [graph.outputs[i] for i in numbers.entries]
    exits = tuple(graph.inputs[i] for i in numbers.exits)
    outputs = {name: graph.outputs[i] for name, i in numbers.outputs.items()}
    carried = _carried(list(inputs.values()), exits, list(outputs.values()))
    return HostHalves(
        before=Function(list(inputs.values()), [*entries, *carried]),
        after=Function([*carried, *exits], list(outputs.values())),
        entries=len(entries),
        exits=exits,
        inputs=_infos(inputs),
        outputs=_infos(outputs),
    )


def _carried(inputs: Sequence[Tensor], exits: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[Tensor]:
    """Returns the Tensors that do not depend on the device and that what does, or an output, is computed from.

    They are computed before the device runs, together with the entries, so that a
    request is parsed once.
    """
    order = Function([*inputs, *exits], outputs).order
    late = {id(t.node) for t in exits}
    late.update(id(n) for n in _depending(order, late))
    used = [*outputs, *(t for node in order if id(node) in late for t in node.inputs)]
    return list({key_of(t): t for t in used if t.is_symbolic and id(t.node) not in late}.values())


def _depending(order: Iterable[Any], sources: set[int]) -> Iterable[Any]:
    reached = set(sources)
    for node in order:
        if any(id(t.node) in reached for t in node.inputs):
            reached.add(id(node))
            yield node


def _infos(tensors: Mapping[str, Tensor]) -> dict[str, TensorInfo]:
    return {name: TensorInfo(name, t.dtype, tuple(t.shape)) for name, t in tensors.items()}


def _check(name: str, parts: SignatureParts) -> None:
    inputs = list(parts.inputs.values())
    for what, sources, targets in (
        ("what its device function takes", inputs, parts.entries),
        ("an output", [*inputs, *parts.exits], parts.outputs.values()),
    ):
        for tensor in Function(sources, list(targets)).captures:
            raise InvalidArgumentError(
                f"signature {name!r}: {what} is computed from {tensor!r}, which is not among the inputs "
                f"{sorted(parts.inputs)}. Name it as an input, or compute without it"
            )
    for tensor in parts.entries:
        if tensor.dtype.is_string:
            raise InvalidArgumentError(f"signature {name!r}: the device takes numbers; {tensor!r} holds strings")
