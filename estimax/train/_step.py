"""The compiled training step: gradients, updates, and many steps in one call.

`TrainStep` turns a `Program` and the train ops it declares into a pure function
of the training state. One call runs as many steps as it is told, over staged
batches, so that the cost of a call is shared by all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._base._errors import InvalidArgumentError
from estimax._scope._transform import Call, Program
from estimax.train._optimizer import TrainOp
from estimax.train._row_updates import apply_to_rows, apply_to_whole, updates_rows

State = dict[str, Any]
"""The training state, a tree of arrays: variables (with slots), locals, scratch, step, seed."""


@dataclass(frozen=True, eq=False)
class TrainStep:
    """One optimization step of a traced model function.

    Attributes:
        program: the model function in training mode.
        loss_of: returns the loss to report of a call.
        ops_of: returns the train ops that a call declares.
    """

    program: Program
    loss_of: Callable[[Call], Any]
    ops_of: Callable[[Call], Sequence[TrainOp]]

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
            unknown = [n for n in names if n not in specs]
            if unknown:
                raise InvalidArgumentError(f"var_list names {unknown}, which the model does not have")
            listed.append(names)
        return listed

    @cached_property
    def row_tables(self) -> set[str]:
        """The tables of which only the rows that a batch read are changed."""
        tables: set[str] = set()
        for op, names in zip(self.ops, self.variables_of, strict=True):
            if op.optimizer.rows_only:
                tables.update(n for n in names if self.program.specs[n].is_table)
        return tables

    @cached_property
    def slot_specs(self) -> dict[str, tuple[tuple[int, ...], Any, float]]:
        """Shape, type and first value of every slot and scalar of the optimizers, by checkpoint name."""
        found: dict[str, tuple[tuple[int, ...], Any, float]] = {}
        for number, (op, names) in enumerate(zip(self.ops, self.variables_of, strict=True)):
            for name in names:
                spec = self.program.specs[name]
                for suffix, value in op.optimizer.slots().items():
                    found[f"{name}/{suffix}"] = (spec.shape, spec.dtype, value)
            for name, value in op.optimizer.scalars().items():
                found[_scalar_name(name, number)] = ((), np.dtype(np.float32), value)
        return found

    def initial_slots(self) -> dict[str, np.ndarray]:
        return {n: np.full(shape, value, dtype) for n, (shape, dtype, value) in self.slot_specs.items()}

    def initial_scratch(self) -> dict[str, np.ndarray]:
        """Makes the scratch arrays with which duplicate rows are found, one number for each row of a table."""
        return {n: np.zeros(self.program.specs[n].shape[0], np.int32) for n in sorted(self.row_tables)}

    @cached_property
    def run(self) -> Callable[[State, Sequence[Any], Any], tuple[State, dict[str, Any]]]:
        """(state, staged entries [K, ...], n) -> state after n steps, and [K] values of each step."""
        return jax.jit(self._many, donate_argnums=0)

    def _many(self, state: State, stage: Sequence[Any], count: Any) -> tuple[State, dict[str, Any]]:
        capacity = stage[0].shape[0] if stage else 1
        one = partial(self._one, stage)
        shapes = jax.eval_shape(lambda s: one(0, s)[1], state)
        values = {name: jnp.zeros((capacity, *v.shape), v.dtype) for name, v in shapes.items()}

        def body(i: Any, carry: tuple[State, dict[str, Any]]) -> tuple[State, dict[str, Any]]:
            after, step_values = one(i, carry[0])
            return after, {
                name: lax.dynamic_update_index_in_dim(carry[1][name], v, i, 0) for name, v in step_values.items()
            }

        return lax.fori_loop(0, count, body, (state, values))  # type: ignore[no-any-return]  # a pair

    def _one(self, stage: Sequence[Any], i: Any, state: State) -> tuple[State, dict[str, Any]]:
        entries = [lax.dynamic_index_in_dim(a, i, 0, keepdims=False) for a in stage]

        def key() -> Any:
            return jax.random.fold_in(jax.random.key(state["seed"]), state["step"])

        gradients, rows, aux = self._gradients(state, entries, key)
        variables = dict(state["variables"])
        scratch = dict(state["scratch"])
        for number, op in enumerate(self.ops):
            self._update(number, op, variables, scratch, gradients[number], rows, aux["rates"][number], state["step"])
        local = dict(state["locals"])
        for name, value in aux["updates"].items():
            (local if name in local else variables)[name] = value
        after = state | {"variables": variables, "locals": local, "scratch": scratch, "step": state["step"] + 1}
        return after, {**aux["scalars"], "loss": aux["loss"]}

    def _gradients(
        self, state: State, entries: Sequence[Any], key: Callable[[], Any]
    ) -> tuple[list[Any], Any, dict[str, Any]]:
        """Differentiates each op's loss by its dense variables and by the rows of tables that were read."""
        specs = self.program.specs
        values = {n: (state["locals"] if s.is_local else state["variables"])[n] for n, s in specs.items()}
        wanted = {n for names in self.variables_of for n in names} - self.row_tables
        positions = [i for i, table in enumerate(self.program.lookups) if table in self.row_tables]
        deltas = self._deltas(positions, values, entries, key)

        def losses(dense: Mapping[str, Any], deltas: Mapping[int, Any]) -> tuple[list[Any], dict[str, Any]]:
            listed = [deltas.get(i) for i in range(len(self.program.lookups))]
            call = self.program.run({**values, **dense}, entries, key, listed)
            ops = self.ops_of(call)
            aux = {
                "loss": self.loss_of(call),
                "rates": [op.optimizer.current_learning_rate() for op in ops],
                "updates": call.frame.updates,
                "ids": {i: call.frame.lookups[i].ids for i in positions},
                "scalars": {tag: value for kind, tag, value in call.frame.summaries if kind == "scalar"},
            }
            return [_scalar(op.loss) for op in ops], aux

        dense = {n: values[n] for n in sorted(wanted)}
        numbers, pullback, aux = jax.vjp(losses, dense, deltas, has_aux=True)
        groups = self._groups()
        by_group = {}
        for group in set(groups):
            cotangents = [jnp.ones_like(v) if i == group else jnp.zeros_like(v) for i, v in enumerate(numbers)]
            by_group[group] = pullback(cotangents)
        return [by_group[g] for g in groups], aux["ids"], aux

    def _groups(self) -> list[int]:
        """For each op the first op that minimises the same loss, so that it is differentiated once."""
        first: dict[int, int] = {}
        return [first.setdefault(id(op.loss), i) for i, op in enumerate(self.ops)]

    def _deltas(
        self, positions: Sequence[int], values: Mapping[str, Any], entries: Sequence[Any], key: Callable[[], Any]
    ) -> dict[int, Any]:
        """Makes zeros of the shape of the rows that look-ups read from batches like this one."""
        if not positions:
            return {}
        ids = jax.eval_shape(lambda: [k.ids for k in self.program.run(values, entries, key).frame.lookups])
        deltas = {}
        for i in positions:
            spec = self.program.specs[self.program.lookups[i]]
            deltas[i] = jnp.zeros((*ids[i].shape, *spec.shape[1:]), spec.dtype)
        return deltas

    def _update(
        self,
        number: int,
        op: TrainOp,
        variables: dict[str, Any],
        scratch: dict[str, Any],
        gradients: tuple[Mapping[str, Any], Mapping[int, Any]],
        ids: Mapping[int, Any],
        rate: Any,
        step: Any,
    ) -> None:
        optimizer = op.optimizer
        names = {n: _scalar_name(n, number) for n in optimizer.scalars()}
        scalars = {n: variables[full] for n, full in names.items()}
        dense, rows = gradients
        for name in self.variables_of[number]:
            slots = {s: variables[f"{name}/{s}"] for s in optimizer.slots()}
            if name in self.row_tables:
                param, slots = self._update_table(
                    op, name, variables[name], slots, scratch, rows, ids, scalars, rate, step
                )
            else:
                param, slots = optimizer.update(variables[name], slots, dense[name], scalars, rate, step)
            variables[name] = param
            variables.update({f"{name}/{s}": v for s, v in slots.items()})
        if scalars:
            after = optimizer.update_scalars(scalars)
            variables.update({names[n]: v for n, v in after.items()})

    def _update_table(
        self,
        op: TrainOp,
        name: str,
        table: Any,
        slots: dict[str, Any],
        scratch: dict[str, Any],
        rows: Mapping[int, Any],
        ids: Mapping[int, Any],
        scalars: Mapping[str, Any],
        rate: Any,
        step: Any,
    ) -> tuple[Any, dict[str, Any]]:
        mine = [i for i in ids if self.program.lookups[i] == name]
        width = table.shape[1]
        flat_ids = jnp.concatenate([ids[i].reshape(-1) for i in mine])
        gradient = jnp.concatenate([rows[i].reshape(-1, width) for i in mine])
        if updates_rows(table.shape[0], width, flat_ids.shape[0], op.optimizer):
            table, slots, scratch[name] = apply_to_rows(
                op.optimizer, table, slots, scratch[name], flat_ids, gradient, scalars, rate, step
            )
            return table, slots
        return apply_to_whole(op.optimizer, table, slots, flat_ids, gradient, scalars, rate, step)


def _scalar(loss: Any) -> Any:
    if loss.size != 1:
        raise InvalidArgumentError(
            f"the loss must be one number; got an array of shape {loss.shape}. Sum or average it"
        )
    return loss.reshape(())


def _scalar_name(name: str, number: int) -> str:
    return name if number == 0 else f"{name}_{number}"
