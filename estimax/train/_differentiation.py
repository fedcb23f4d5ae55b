"""From a model function and its train ops to the gradients of a batch.

Tables that are read by rows are differentiated by these rows: a zero, the delta, is
added to what each look-up returns, and the loss is differentiated by the deltas. The
cost does not depend on the size of the table. A variable that is also used as a
whole, by a penalty or as the weights of another layer, has the sum of both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._frame import entered
from estimax._scope._transform import Call, Program
from estimax.train._connection import connected
from estimax.train._gradients import Gradient, IndexedSlices, joined
from estimax.train._optimizer import TrainOp

Key = Callable[[], Any]


@dataclass(frozen=True, eq=False)
class Differentiation:
    """How the losses of a program are differentiated.

    Attributes:
        program: the model function in training mode.
        loss_of: returns the loss to report of a call.
        ops_of: returns the train ops that a call declares.
        ops: the train ops of the abstract call.
        names: for each train op the variables that it changes.
        row_tables: the tables that are differentiated by the rows that were read.
        fetched_of: returns what else is wanted of a call, by reference.
    """

    program: Program
    loss_of: Callable[[Call], Any]
    ops_of: Callable[[Call], Sequence[TrainOp]]
    ops: Sequence[TrainOp]
    names: Sequence[Sequence[str]]
    row_tables: set[str]
    fetched_of: Callable[[Call], Mapping[str, Any]]

    def __call__(
        self, values: Mapping[str, Any], entries: Sequence[Any], key: Key
    ) -> tuple[list[dict[str, Gradient]], dict[str, Any]]:
        """Runs the program on a batch.

        Args:
            values: of all variables, by name, and of the global step.
            entries: of the program.
            key: returns the key of its random numbers.

        Returns:
            For each train op the gradients of its variables; and what else came of the
            call: loss, losses of the ops, rates, updates, summaries.
        """
        differentiated = [i for i, op in enumerate(self.ops) if not op.gradients]
        wanted = {n for i in differentiated for n in self.names[i]}
        positions = [i for i, table in enumerate(self.program.lookups) if table in self.row_tables & wanted]
        deltas = self._deltas(positions, values, entries, key)
        dense = {n: values[n] for n in sorted(wanted)}

        def losses(dense: Mapping[str, Any], deltas: Mapping[int, Any]) -> tuple[list[Any], dict[str, Any]]:
            listed = [deltas.get(i) for i in range(len(self.program.lookups))]
            call = self.program.run({**values, **dense}, entries, key, listed)
            return self._outcome(call, positions)

        if not differentiated:
            _, aux = losses(dense, deltas)
            return [aux["given"][i] for i in range(len(self.ops))], aux
        numbers, pullback, aux = jax.vjp(losses, dense, deltas, has_aux=True)
        groups = self._groups()
        by_group = {}
        for group in {groups[i] for i in differentiated}:

            def pull(one: Any, group: int = group) -> Any:
                cotangents = [one if i == group else jnp.zeros_like(v) for i, v in enumerate(numbers)]
                return pullback(cotangents)

            by_group[group] = connected(pull, jnp.ones_like(numbers[group]))
        gradients = []
        for i, names in enumerate(self.names):
            if i in differentiated:
                by_variable, by_lookup = by_group[groups[i]]
                gradients.append(self._by_name(names, by_variable, by_lookup, aux["ids"], values))
            else:
                gradients.append(aux["given"][i])
        return gradients, aux

    def _outcome(self, call: Call, positions: Sequence[int]) -> tuple[list[Any], dict[str, Any]]:
        """Returns the losses to differentiate and everything else that a step needs of a call."""
        ops = self.ops_of(call)
        reported = self.loss_of(call)
        numbers = [jnp.float32(0) if op.gradients else _scalar(op.loss) for op in ops]
        with entered(call.frame):
            rates = [op.optimizer.current_learning_rate() for op in ops]
        aux = {
            "loss": reported,
            "losses": [reported if op.gradients else v for op, v in zip(ops, numbers, strict=True)],
            "rates": rates,
            "given": {i: dict(op.gradients) for i, op in enumerate(ops) if op.gradients},
            "updates": call.frame.updates,
            "decays": {name: follower.decay for name, follower in call.frame.followers.items()},
            "ids": {i: call.frame.lookups[i].ids for i in positions},
            "scalars": {
                s.tag: jnp.asarray(s.value) for s in call.frame.summaries if s.kind == "scalar" and s.measure is None
            },
            "measured": [s.value for s in call.frame.summaries if s.measure is not None],
            "fetched": self.fetched_of(call),
        }
        return numbers, aux

    def _by_name(
        self,
        names: Sequence[str],
        dense: Mapping[str, Any],
        rows: Mapping[int, Any],
        ids: Mapping[int, Any],
        values: Mapping[str, Any],
    ) -> dict[str, Gradient]:
        """Returns the gradient of each variable that has one, of tables what their look-ups have together."""
        gradients: dict[str, Gradient] = {}
        for name in names:
            if dense[name] is not None:
                gradients[name] = dense[name]
            if name not in self.row_tables:
                continue
            shape = values[name].shape
            mine = [i for i in rows if self.program.lookups[i] == name and rows[i] is not None]
            if mine:
                parts = [(rows[i].reshape(-1, *shape[1:]), ids[i].reshape(-1)) for i in mine]
                by_row = joined([IndexedSlices(v, i, tuple(shape)) for v, i in parts])
                gradients[name] = gradients[name] + by_row.to_dense() if name in gradients else by_row
        return gradients

    def _groups(self) -> list[int]:
        """For each op the first op that minimises the same loss, so that it is differentiated once."""
        first: dict[int, int] = {}
        return [first.setdefault(id(op.loss), i) for i, op in enumerate(self.ops)]

    def _deltas(
        self, positions: Sequence[int], values: Mapping[str, Any], entries: Sequence[Any], key: Key
    ) -> dict[int, Any]:
        """Makes zeros of the shape of the rows that look-ups read from batches like this one."""
        if not positions:
            return {}
        ids = self.program.shapes_of(lambda: [k.ids for k in self.program.run(values, entries, key).frame.lookups])
        deltas = {}
        for i in positions:
            spec = self.program.specs[self.program.lookups[i]]
            deltas[i] = jnp.zeros((*ids[i].shape, *spec.shape[1:]), spec.dtype)
        return deltas


def _scalar(loss: Any) -> Any:
    if loss.size != 1:
        raise InvalidArgumentError(
            f"the loss must be one number; got an array of shape {loss.shape}. Sum or average it"
        )
    return loss.reshape(())
