"""The compiled training step: gradients, updates, and many steps in one call.

`TrainStep` turns a `Program` and the train ops it declares into a pure function
of the training state. One call runs as many steps as it is told, over staged
batches, so that the cost of a call is shared by all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._scope._transform import Call, Program
from estimax.train._differentiation import Differentiation
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._gradients import Gradient, IndexedSlices
from estimax.train._joined_step import joined_step
from estimax.train._measures import Measures
from estimax.train._optimizer import Key, TrainOp, Update

OWN_LOSS = "summary:loss"
"""What a summary that a program itself calls 'loss' is called among the values of a step."""

State = dict[str, Any]
"""The training state, a tree of arrays: variables (with slots), locals, scratch, step, seed."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What many steps gave.

    Attributes:
        values: [K] numbers of each step, by name, the loss among them.
        fetched: arrays of the last step, by reference.
        measured: float32 [rows, numbers], a row of `Measures` for each due step; rows after these mean nothing.
    """

    values: dict[str, Any]
    fetched: dict[str, Any]
    measured: Any


def _nothing(call: Call) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, eq=False)
class TrainStep:
    """One optimization step of a traced model function.

    Attributes:
        program: the model function in training mode.
        loss_of: returns the loss to report of a call.
        ops_of: returns the train ops that a call declares.
        fetched_of: returns arrays of a call, by reference, of which the values of the last step are wanted.
        measures: what is measured in the steps whose summaries are written.
    """

    program: Program
    loss_of: Callable[[Call], Any]
    ops_of: Callable[[Call], Sequence[TrainOp]]
    fetched_of: Callable[[Call], Mapping[str, Any]] = _nothing
    measures: Measures = field(default_factory=Measures)

    @cached_property
    def ops(self) -> list[TrainOp]:
        """The train ops as the abstract call declared them, for their rules and variables."""
        return list(self.ops_of(self.program.call))

    @cached_property
    def variables_of(self) -> list[list[str]]:
        """For each train op the names of the variables that it changes."""
        specs = self.program.specs
        trainable = [name for name, spec in specs.items() if spec.is_trainable]
        listed = []
        for op in self.ops:
            names = trainable if op.var_list is None else list(op.var_list)
            for name in names:
                if name not in specs:
                    raise InvalidArgumentError(
                        f"var_list names {name!r}, which is not among the variables of the model, "
                        f"{sorted(specs)}{did_you_mean(name, specs)}"
                    )
            listed.append(names)
        return listed

    @cached_property
    def row_tables(self) -> set[str]:
        """The variables of which gradients come by the rows that a batch read, unless they are also read whole."""
        tables: set[str] = set()
        for op, names in zip(self.ops, self.variables_of, strict=True):
            if op.optimizer.reads_rows:
                tables.update(n for n in names if n in self.program.lookups)
            tables.update(n for n, gradient in op.gradients.items() if isinstance(gradient, IndexedSlices))
        return tables

    @cached_property
    def state_names(self) -> list[dict[Key, str]]:
        """For each train op the name in a checkpoint of each part of its optimizer's state."""
        taken: set[str] = set()
        copies: dict[str, int] = {}
        listed = []
        for op, names in zip(self.ops, self.variables_of, strict=True):
            copy = copies.get(op.optimizer.name, 0)
            copies[op.optimizer.name] = copy + 1
            shapes = {n: jax.ShapeDtypeStruct(s.shape, s.dtype) for n, s in self._specs(names)}  # type: ignore[no-untyped-call]  # of JAX
            mine = {}
            for key in op.optimizer.state_keys(shapes):
                base = op.optimizer.saved_name(key, copy)
                name, number = base, 0
                while name in taken:
                    number += 1
                    name = f"{base}_{number}"
                taken.add(name)
                mine[key] = name
            listed.append(mine)
        return listed

    def _specs(self, names: Sequence[str]) -> list[tuple[str, Any]]:
        return [(name, self.program.specs[name]) for name in names]

    def initial_slots(self, values: Mapping[str, Any] | None = None) -> dict[str, np.ndarray]:
        """Makes the state of all optimizers before the first step, by name in a checkpoint.

        Args:
            values: of the variables, on which the state of some optax transformations depends; zeros if None.
        """
        slots: dict[str, np.ndarray] = {}
        for op, names, saved in zip(self.ops, self.variables_of, self.state_names, strict=True):
            zeros = {n: np.zeros(s.shape, s.dtype) for n, s in self._specs(names)}
            given = {n: np.asarray(v) for n, v in (values or {}).items() if n in zeros}
            first = op.optimizer.first_state(zeros | given)
            slots |= {saved[key]: value for key, value in first.items()}
        return slots

    def initial_scratch(self) -> dict[str, np.ndarray]:
        """Makes the scratch arrays with which duplicate rows are found, one number for each row of a table."""
        return {n: np.zeros(self.program.specs[n].shape[0], np.int32) for n in sorted(self.row_tables)}

    @cached_property
    def _differentiate(self) -> Differentiation:
        return Differentiation(
            self.program, self.loss_of, self.ops_of, self.ops, self.variables_of, self.row_tables, self.fetched_of
        )

    @cached_property
    def run(self) -> Callable[..., tuple[State, Outcome]]:
        """(state, staged entries [K, ...], n, origin=0) -> state after n steps, and what they gave.

        Steps that are a multiple of `measures.every` after the origin are measured.
        """
        return jax.jit(self._many, donate_argnums=0)

    def _many(self, state: State, stage: Sequence[Any], count: Any, origin: Any = 0) -> tuple[State, Outcome]:
        joined = joined_step(self, state, [jax.eval_shape(partial(_entry_at, 0), a) for a in stage])
        if joined is None:
            return self._loop(state, stage, count, origin)
        after, values = joined.step._loop(joined.join(state), stage, count, origin)
        return joined.take_apart(after), values

    def _loop(self, state: State, stage: Sequence[Any], count: Any, origin: Any = 0) -> tuple[State, Outcome]:
        capacity = stage[0].shape[0] if stage else 1
        one = partial(self._one, stage, origin)
        _, shapes = jax.eval_shape(lambda s: one(0, s), state)
        values = {name: jnp.zeros((capacity, *v.shape), v.dtype) for name, v in shapes.values.items()}
        fetched = {name: jnp.zeros(v.shape, v.dtype) for name, v in shapes.fetched.items()}
        every = self.measures.every
        # One more row than there can be due steps, for those that are not.
        rows = jnp.zeros((capacity // every + 2 if every else 0, self.measures.size), jnp.float32)
        first_due = -((origin - state["step"]) // every) if every else 0

        def body(i: Any, carry: tuple[State, Outcome]) -> tuple[State, Outcome]:
            after, given = one(i, carry[0])
            values = {n: lax.dynamic_update_index_in_dim(carry[1].values[n], v, i, 0) for n, v in given.values.items()}
            kept = carry[1].fetched
            last = lax.cond(i == count - 1, lambda: given.fetched, lambda: kept) if kept else {}
            measured = carry[1].measured
            if every:
                number, behind = jnp.divmod(carry[0]["step"] - origin, every)
                row = jnp.where(behind == 0, number - first_due, len(rows) - 1)
                measured = lax.dynamic_update_index_in_dim(measured, given.measured, row, 0)
            return after, Outcome(values, last, measured)

        return lax.fori_loop(0, count, body, (state, Outcome(values, fetched, rows)))  # type: ignore[no-any-return]  # a pair

    def values(self, state: State) -> dict[str, Any]:
        """Returns what the program reads of a state: its variables and the global step, by name."""
        kinds = {name: "locals" if spec.is_local else "variables" for name, spec in self.program.specs.items()}
        return {name: state[kind][name] for name, kind in kinds.items()} | {GLOBAL_STEP: state["step"]}

    def _one(self, stage: Sequence[Any], origin: Any, i: Any, state: State) -> tuple[State, Outcome]:
        entries = [_entry_at(i, a) for a in stage]

        def key() -> Any:
            return jax.random.fold_in(jax.random.key(state["seed"]), state["step"])

        gradients, aux = self._differentiate(self.values(state), entries, key)
        measured, gradients = self._measured(state, gradients, aux, origin)
        variables, scratch = dict(state["variables"]), dict(state["scratch"])
        for number in range(len(self.ops)):
            changed, used = self._applied(number, variables, scratch, gradients[number], aux, state["step"])
            variables |= changed
            scratch |= used
        local = dict(state["locals"])
        for name, value in aux["updates"].items():
            (local if name in local else variables)[name] = value
        for name, decay in aux["decays"].items():
            source = self.program.call.frame.followers[name].source
            variables[name] -= (variables[name] - variables[source]) * (1 - decay)
        after = state | {"variables": variables, "locals": local, "scratch": scratch, "step": state["step"] + 1}
        curves = {OWN_LOSS if tag == "loss" else tag: value for tag, value in aux["scalars"].items()}
        return after, Outcome({**curves, "loss": aux["loss"]}, dict(aux["fetched"]), measured)

    def _measured(
        self, state: State, gradients: list[dict[str, Gradient]], aux: Mapping[str, Any], origin: Any
    ) -> tuple[Any, list[dict[str, Gradient]]]:
        """Returns the row of the step if it is due, zeros if it is not, and the gradients to go on with.

        The numbers of the rows of tables go through the condition, so that a table is measured before it is
        updated: if the order of the two were open, the compiler would copy the whole table in each step.
        """
        every, size = self.measures.every, self.measures.size
        if not every:
            return jnp.zeros(0, jnp.float32), gradients
        by_name = {name: gradient for mine in gradients for name, gradient in mine.items()}
        read = [{n: g.indices for n, g in mine.items() if isinstance(g, IndexedSlices)} for mine in gradients]
        measured, read = lax.cond(
            (state["step"] - origin) % every == 0,
            lambda ids: (
                self.measures.row(aux["measured"], aux["rates"], state["variables"], by_name),
                _passed_on(ids),
            ),
            lambda ids: (jnp.zeros(size, jnp.float32), _passed_on(ids)),
            read,
        )
        after = [
            {**mine, **{n: replace(mine[n], indices=ids) for n, ids in own.items()}}
            for mine, own in zip(gradients, read, strict=True)
        ]
        return measured, after

    def _applied(
        self,
        number: int,
        variables: Mapping[str, Any],
        scratch: Mapping[str, Any],
        gradients: Mapping[str, Gradient],
        aux: Mapping[str, Any],
        step: Any,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Carries out a train op; returns the variables and state that it changed, and the scratch it used."""
        saved = self.state_names[number]
        update = Update(
            variables={name: variables[name] for name in self.variables_of[number]},
            state={key: variables[name] for key, name in saved.items()},
            gradients=gradients,
            scratch=scratch,
            rate=aux["rates"][number],
            step=step,
            loss=aux["losses"][number],
        )
        after = self.ops[number].optimizer.apply(update)
        changed = {**after.variables, **{saved[key]: value for key, value in after.state.items()}}
        for name, constraint in self.program.call.frame.constraints.items():
            if name in gradients:
                changed[name] = constraint(changed[name])
        return changed, dict(after.scratch)


jax.tree_util.register_dataclass(Outcome, data_fields=["values", "fetched", "measured"], meta_fields=[])


def _passed_on(arrays: Any) -> Any:
    """Returns arrays as they are, in a way that JAX takes them for new ones."""
    return lax.optimization_barrier(arrays)  # type: ignore[no-untyped-call]  # of JAX


def _entry_at(i: Any, staged: Any) -> Any:
    return lax.dynamic_index_in_dim(staged, i, 0, keepdims=False)
