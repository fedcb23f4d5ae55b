"""Joining boxes: what one call of a library function computed becomes one box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from estimax.estimator._graph_def._boxes import Box, Wire, in_order


def merged(results: Sequence[Box]) -> list[Box]:
    """Joins every box with the one that alone reads it, where one call in one scope made both.

    A joined box reads only what was computed before it, so that no circle arises.

    Args:
        results: the last boxes, which are read from outside.

    Returns:
        All boxes that are left, each after those that it reads.
    """
    order = in_order(results)
    readers: dict[int, set[int]] = {}
    ends: dict[int, Box] = {id(box): box for box in order}
    final = {id(box) for box in results}
    for box in reversed(order):
        into = _only_reader(box, readers, final, ends)
        if into is not None and _of_one_call(box, into):
            ends[id(box)] = into
        for wire in box.inputs:
            readers.setdefault(id(wire.box), set()).add(id(ends[id(box)]))
    members: dict[int, list[Box]] = {}
    for box in order:
        members.setdefault(id(ends[id(box)]), []).append(box)
    for group in members.values():
        _join(group, ends)
    return [box for box in order if ends[id(box)] is box]


def _only_reader(box: Box, readers: Mapping[int, set[int]], final: set[int], ends: Mapping[int, Box]) -> Box | None:
    mine = readers.get(id(box), set())
    return ends[next(iter(mine))] if len(mine) == 1 and id(box) not in final else None


def _of_one_call(box: Box, end: Box) -> bool:
    return box.call is not None and box.call == end.call and box.scope == end.scope and not box.is_named


def _join(group: Sequence[Box], ends: Mapping[int, Box]) -> None:
    """Makes the last box of a group stand for all of it."""
    end = group[-1]
    if len(group) > 1:
        outside = [wire for box in group for wire in box.inputs if ends[id(wire.box)] is not end]
        end.inputs = list(_once(outside))
        assert end.call is not None
        end.op = end.call.label
        end.attributes = {"operations": [box.label for box in group]}
        if not end.is_named:
            end.label = end.call.label
    else:
        end.inputs = list(_once(end.inputs))


def _once(wires: Iterable[Wire]) -> Any:
    return dict.fromkeys(wires)
