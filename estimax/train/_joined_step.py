"""A training step over joined tables: how the state of a step becomes that of the other, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from estimax._scope._transform import Call
from estimax.train._measures import Place
from estimax.train._optimizer import TrainOp
from estimax.train._rule import Rule
from estimax.train._table_groups import TableGroup, grouped, grouped_tables, looked_up_rows

if TYPE_CHECKING:
    from estimax.train._step import State, TrainStep


@dataclass(frozen=True, eq=False)
class JoinedStep:
    """A step that does the same as another, with tables joined in groups.

    Attributes:
        step: over the joined tables.
        groups: by the name of the joined table.
        sources: for each variable and slot of `step` the group, None where it is alone, and
            the names that it has in the other step.
    """

    step: TrainStep
    groups: Mapping[str, TableGroup]
    sources: Mapping[str, tuple[TableGroup | None, tuple[str, ...]]]

    def join(self, state: State) -> State:
        """Returns the state of `step`."""
        given = state["variables"]
        variables = {
            name: group.join([given[s] for s in sources]) if group else given[sources[0]]
            for name, (group, sources) in self.sources.items()
        }
        scratch = {name: jnp.zeros(group.rows, jnp.int32) for name, group in self.groups.items()}
        return state | {"variables": variables, "scratch": state["scratch"] | scratch}

    def take_apart(self, state: State) -> State:
        """Returns the state of the other step."""
        variables: dict[str, Any] = {}
        for name, (group, sources) in self.sources.items():
            joined = state["variables"][name]
            if group is None:
                variables[sources[0]] = joined
            else:
                variables |= {s: group.part(joined, m) for m, s in zip(group.members, sources, strict=True)}
        scratch = {name: value for name, value in state["scratch"].items() if name not in self.groups}
        return state | {"variables": variables, "scratch": scratch}


def joined_step(step: TrainStep, state: State, entries: Sequence[Any]) -> JoinedStep | None:
    """Joins the tables of a step, for batches of the shapes of `entries`; None where there is nothing to join."""
    program = step.program
    rules = _rules(step)
    if len(rules) < 2:
        return None
    chosen = grouped_tables(program.specs, rules, looked_up_rows(program, step.values(state), entries))
    if not chosen:
        return None
    group_of = {member: group for group in chosen for member in group.members}

    def ops_of(call: Call) -> list[TrainOp]:
        return [_renamed(op, group_of) for op in step.ops_of(call)]

    places = {m: Place(g.name, *g.starts[m]) for m, g in group_of.items()}
    joined = dataclasses.replace(
        step, program=grouped(program, chosen), ops_of=ops_of, measures=step.measures.at(places)
    )
    groups = {group.name: group for group in chosen}
    sources: dict[str, Any] = {
        name: (groups[name], groups[name].members) if name in groups else (None, (name,))
        for name, spec in joined.program.specs.items()
        if not spec.is_local
    }
    for number, names in enumerate(joined.state_names):
        outer = step.state_names[number]
        for (variable, slot), name in names.items():
            group = groups.get(variable)
            members = group.members if group else (variable,)
            sources[name] = (group, tuple(outer[member, slot] for member in members))
    return JoinedStep(joined, groups, sources)


def _rules(step: TrainStep) -> dict[str, Rule]:
    """Returns the element-wise rule that changes each table, where one alone does and by nothing but its gradient."""
    if any(op.gradients for op in step.ops):
        return {}
    frame = step.program.call.frame
    followed = {follower.source for follower in frame.followers.values()}
    rules: dict[str, Any] = {}
    for op, names in zip(step.ops, step.variables_of, strict=True):
        for name in names:
            optimizer = op.optimizer
            fits = step.program.specs[name].is_table and isinstance(optimizer, Rule) and not optimizer.clips
            known = name in rules or name in frame.updates or name in frame.constraints or name in followed
            if fits and not known:
                rules[name] = optimizer
            else:
                rules[name] = None
    return {name: rule for name, rule in rules.items() if rule is not None}


def _renamed(op: TrainOp, group_of: Mapping[str, TableGroup]) -> TrainOp:
    """Returns a train op over the joined tables."""
    if op.var_list is None:
        return op
    names = dict.fromkeys(group_of[n].name if n in group_of else n for n in op.var_list)
    return dataclasses.replace(op, var_list=list(names))
