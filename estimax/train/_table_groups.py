"""Small tables side by side in one: how a step reads and updates many columns at the price of few.

A model with twenty categorical columns has twenty tables, each read by a gather and
written by a few scatters of its own, and to XLA on a CPU the number of operations
counts more than their size. So for the compiled loop, tables of one width that one
optimizer changes are joined to one: `GroupedProgram` reads the rows of all its
members in one look-up and hands them to the model function, which knows nothing of
it. Outside of the loop, in checkpoints and everywhere else, the tables are their own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._graph._effects import silent
from estimax._scope._frame import Lookup, VariableSpec
from estimax._scope._transform import Call, Program
from estimax.train._row_updates import updates_rows

MOST_BYTES = 1 << 20
"""A larger table stays alone: joining it and taking it apart, once in each call of the loop, would cost too much."""


@dataclass(frozen=True)
class TableGroup:
    """Tables that are joined.

    Attributes:
        name: of the joined table.
        members: names of the tables, in the order in which they stand in it.
        sizes: how many rows each has.
    """

    name: str
    members: tuple[str, ...]
    sizes: tuple[int, ...]

    @property
    def rows(self) -> int:
        return sum(self.sizes)

    @cached_property
    def starts(self) -> dict[str, tuple[int, int]]:
        """Where each member begins, and its size."""
        ends = np.cumsum(self.sizes).tolist()
        return {n: (end - size, size) for n, end, size in zip(self.members, ends, self.sizes, strict=True)}

    def join(self, tables: Sequence[Any]) -> Any:
        """Joins the tables of the members, or their slots."""
        return jnp.concatenate(list(tables))

    def part(self, joined: Any, member: str) -> Any:
        """Returns what belongs to a member."""
        start, size = self.starts[member]
        return lax.slice_in_dim(joined, start, start + size)


def grouped_tables(
    specs: Mapping[str, VariableSpec], rules: Mapping[str, Any], looked_up: Mapping[str, int]
) -> tuple[TableGroup, ...]:
    """Chooses which tables to join.

    Args:
        specs: of all variables.
        rules: the rule that changes each table that may be joined; those that one object changes may be joined.
        looked_up: how many rows a batch reads from each table.
    """
    found: dict[Any, list[str]] = {}
    for name, rule in rules.items():
        spec, count = specs[name], looked_up.get(name, 0)
        width = int(np.prod(spec.shape[1:]))
        if count and spec.shape[0] * width * spec.dtype.itemsize <= MOST_BYTES:
            by_rows = updates_rows(spec.shape[0], width, count, rule)
            found.setdefault((id(rule), spec.shape[1:], spec.dtype, by_rows), []).append(name)
    groups = [names for names in found.values() if len(names) > 1]
    return tuple(
        TableGroup(f"joined tables {number}", tuple(names), tuple(specs[n].shape[0] for n in names))
        for number, names in enumerate(groups)
    )


@dataclass(frozen=True, eq=False)
class GroupedProgram(Program):
    """A program whose tables are joined in groups; to be made by `grouped`.

    Attributes:
        inner: the program with its own tables.
        groups: what is joined.
    """

    inner: Program = None  # type: ignore[assignment]  # the fields before it have no defaults, but are given too
    groups: tuple[TableGroup, ...] = ()

    @cached_property
    def group_of(self) -> dict[str, TableGroup]:
        return {member: group for group in self.groups for member in group.members}

    @cached_property
    def readings(self) -> list[tuple[TableGroup | None, list[int]]]:
        """For each look-up of this program its group and the look-ups of the inner one that it stands for."""
        alone = [i for i, table in enumerate(self.inner.lookups) if table not in self.group_of]
        listed: list[tuple[TableGroup | None, list[int]]] = [(None, [i]) for i in alone]
        for group in self.groups:
            listed.append((group, [i for i, table in enumerate(self.inner.lookups) if table in group.members]))
        return listed

    def run(
        self,
        values: Mapping[str, Any],
        entries: Sequence[Any],
        key: Callable[[], Any] | None = None,
        deltas: Sequence[Any] = (),
        rows: Sequence[Any] = (),
    ) -> Call:
        """Calls the model function; variables, deltas and look-ups are those of the joined tables."""
        own = dict(values)
        for member, its_group in self.group_of.items():
            own[member] = its_group.part(values[its_group.name], member)
        # This call is made for the ids alone; XLA leaves out everything else of it.
        with silent():
            ids = [lookup.ids for lookup in self.inner.run(own, entries, key).frame.lookups]
        inner_deltas: list[Any] = [None] * len(ids)
        inner_rows: list[Any] = [None] * len(ids)
        lookups = []
        for number, (group, positions) in enumerate(self.readings):
            delta = deltas[number] if number < len(deltas) else None
            if group is None:
                inner_deltas[positions[0]] = delta
                lookups.append(Lookup(self.inner.lookups[positions[0]], ids[positions[0]]))
                continue
            joined_ids, read = self._read(group, positions, ids, values[group.name], delta)
            lookups.append(Lookup(group.name, joined_ids))
            for position, part in zip(positions, read, strict=True):
                inner_rows[position] = part
        call = self.inner.run(own, entries, key, inner_deltas, inner_rows)
        return dataclasses.replace(call, frame=dataclasses.replace(call.frame, lookups=lookups))

    def _read(
        self, group: TableGroup, positions: Sequence[int], ids: Sequence[Any], table: Any, delta: Any
    ) -> tuple[Any, list[Any]]:
        """Reads the rows for some look-ups at once; returns the ids in the joined table, and the rows of each."""
        parts = []
        for position in positions:
            start, size = group.starts[self.inner.lookups[position]]
            flat = ids[position].reshape(-1)
            parts.append(jnp.where(flat < size, flat + start, group.rows))
        joined = jnp.concatenate(parts)
        rows = jnp.take(table if delta is None else lax.stop_gradient(table), joined, axis=0, mode="fill", fill_value=0)
        if delta is not None:
            rows = rows + delta
        split = lax.split(rows, [len(part) for part in parts])
        return joined, [
            part.reshape(*ids[position].shape, *table.shape[1:])
            for position, part in zip(positions, split, strict=True)
        ]


def grouped(program: Program, groups: Sequence[TableGroup]) -> GroupedProgram:
    """Returns a program with joined tables."""
    fields = {f.name: getattr(program, f.name) for f in dataclasses.fields(Program)}
    members = {member for group in groups for member in group.members}
    specs = {name: spec for name, spec in program.specs.items() if name not in members}
    for group in groups:
        first = program.specs[group.members[0]]
        specs[group.name] = dataclasses.replace(first, name=group.name, shape=(group.rows, *first.shape[1:]))
    alone = [table for table in program.lookups if table not in members]
    fields |= {"specs": specs, "lookups": (*alone, *(group.name for group in groups))}
    return GroupedProgram(**fields, inner=program, groups=tuple(groups))


def looked_up_rows(program: Program, values: Mapping[str, Any], entries: Sequence[Any]) -> dict[str, int]:
    """Returns how many rows a batch of the shapes of `entries` reads from each table."""

    def ids(entries: Sequence[Any]) -> list[Any]:
        return [lookup.ids for lookup in program.run(values, entries, lambda: jax.random.key(0)).frame.lookups]

    counts: dict[str, int] = {}
    for table, found in zip(program.lookups, jax.eval_shape(ids, list(entries)), strict=True):
        counts[table] = counts.get(table, 0) + int(np.prod(found.shape))
    return counts
