"""What a compiled step measures of itself in the steps whose summaries are written.

Summaries that declare what is to be measured of an array, the weights and gradients of
variables, and learning rates are made into one row of numbers on the device, in due
steps alone. A call of many steps returns the rows of all due steps in it, so that
summaries neither end a call nor cost anything in the steps between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._scope._transform import Program
from estimax.summary import DeclaredSummary
from estimax.train._distributions import SIZE, counted, counted_together
from estimax.train._gradients import Gradient, IndexedSlices, merged
from estimax.train._optax import OptaxOptimizer
from estimax.train._optimizer import TrainOp


class Place(NamedTuple):
    """Where a variable stands: from row `start` on in a variable of the step, or the whole of one.

    Attributes:
        variable: of the step.
        start: the first row.
        rows: how many; None for the whole variable.
    """

    variable: str
    start: int = 0
    rows: int | None = None

    def of_value(self, value: Any) -> Any:
        """Returns what belongs to the variable of a value of the step's."""
        return value if self.rows is None else lax.slice_in_dim(value, self.start, self.start + self.rows)

    def of_gradient(self, gradient: Gradient) -> Any:
        """Returns what belongs to the variable of a gradient of the step's, in which rows of others are NaN."""
        if not isinstance(gradient, IndexedSlices):
            return self.of_value(gradient)
        rows = gradient.shape[0] if self.rows is None and gradient.shape else self.rows or 0
        ids = gradient.indices
        is_own = (ids >= self.start) & (ids < self.start + rows)
        return jnp.where(is_own.reshape(-1, *[1] * (gradient.values.ndim - 1)), gradient.values, jnp.nan)


@dataclass(frozen=True, eq=False)
class Measures:
    """What is measured, in the order in which the numbers stand in a row.

    Attributes:
        every: steps between two measured ones, counted from the first of the run; 0 for none.
        declared: summaries of the model function with a measure, as the abstract call declared them.
        rates: tags of the learning rates of the train ops, in their order; '' for one that is not known.
        places: where each variable stands of which weights and gradients are shown, by its name.
    """

    every: int = 0
    declared: tuple[DeclaredSummary, ...] = ()
    rates: tuple[str, ...] = ()
    places: Mapping[str, Place] | None = None

    @cached_property
    def parts(self) -> list[tuple[DeclaredSummary, int]]:
        """The summaries of a row, without their values, and how many numbers each has: distributions come last."""
        if not self.every:
            return []
        others, distributions = self._sorted
        listed = [(d, _size(d)) for d in others]
        listed += [(DeclaredSummary("scalar", tag, None), 1) for tag in self.rates if tag]
        shown = [f"{title}/{name}" for title in ("weights", "gradients") for name in self.places or ()]
        listed += [(d, SIZE) for d in (*distributions, *(DeclaredSummary("distribution", tag, None) for tag in shown))]
        return [(replace(d, value=None), size) for d, size in listed]

    @property
    def _sorted(self) -> tuple[list[DeclaredSummary], list[DeclaredSummary]]:
        """What is declared besides distributions, and these."""
        others = [d for d in self.declared if d.measure is not counted]
        return others, [d for d in self.declared if d.measure is counted]

    @property
    def size(self) -> int:
        """How many numbers a row has."""
        return sum(size for _, size in self.parts)

    def row(
        self,
        values: Sequence[Any],
        rates: Sequence[Any],
        variables: Mapping[str, Any],
        gradients: Mapping[str, Gradient],
    ) -> jax.Array:
        """Measures a step.

        Args:
            values: of the declared summaries.
            rates: of the train ops.
            variables: of the step, before it.
            gradients: of the variables that have one.
        """
        given = {id(d): self._given(d, value, variables) for d, value in zip(self.declared, values, strict=True)}
        others, distributions = self._sorted
        places = (self.places or {}).values()
        nothing = jnp.full(1, jnp.nan)
        together = [given[id(d)] for d in distributions]
        together += [p.of_value(variables[p.variable]) for p in places]
        once = {n: merged(replace(g, parts=()))[0] if isinstance(g, IndexedSlices) else g for n, g in gradients.items()}
        together += [p.of_gradient(once[p.variable]) if p.variable in once else nothing for p in places]
        numbers = [*(_measure(d)(given[id(d)]) for d in others)]
        numbers += [rate for tag, rate in zip(self.rates, rates, strict=False) if tag]
        if together:
            numbers.append(counted_together(together))
        return jnp.concatenate([jnp.asarray(n, jnp.float32).reshape(-1) for n in numbers])

    def _given(self, declared: DeclaredSummary, value: Any, variables: Mapping[str, Any]) -> Any:
        """Returns what is measured: the value of the summary, or variables that it names."""
        if not declared.variables:
            return value
        places = [(self.places or {})[name] for name in declared.variables]
        return [place.of_value(variables[place.variable]) for place in places]

    def read(self, row: np.ndarray) -> list[tuple[DeclaredSummary, np.ndarray]]:
        """Returns the summaries of a row, each with its value."""
        return [(declared, row[start:end]) for declared, start, end in self._spans]

    @cached_property
    def _spans(self) -> list[tuple[DeclaredSummary, int, int]]:
        ends = np.cumsum([size for _, size in self.parts]).tolist()
        return [(declared, end - size, end) for (declared, size), end in zip(self.parts, ends, strict=True)]

    def at(self, places: Mapping[str, Place]) -> Measures:
        """Returns the same for a step whose variables stand elsewhere."""
        moved = {name: places.get(place.variable, place) for name, place in (self.places or {}).items()}
        return replace(self, places=moved)


def measures_of(program: Program, ops: Sequence[TrainOp], every: int) -> Measures:
    """Returns what is measured of a model function: what it declares, and all of training where it shows that.

    Args:
        program: the model function in training mode.
        ops: its train ops.
        every: steps between two measured ones; 0 for none.
    """
    frame = program.call.frame
    declared = tuple(s for s in frame.summaries if s.measure is not None)
    if not frame.shows_training:
        return Measures(every if declared else 0, declared)
    labels = [op.label or str(number) for number, op in enumerate(ops)]
    tags = [f"learning_rate/{label}" for label in labels] if len(ops) > 1 else ["learning_rate"] * len(ops)
    # A transformation of optax keeps its learning rate to itself.
    rates = tuple("" if isinstance(op.optimizer, OptaxOptimizer) else tag for op, tag in zip(ops, tags, strict=True))
    places = {name: Place(name) for name, spec in sorted(program.specs.items()) if spec.is_trainable}
    return Measures(every, declared, rates, places)


def _measure(declared: DeclaredSummary) -> Callable[[Any], Any]:
    if declared.measure is None:
        raise TypeError(f"the summary {declared.tag!r} has no measure")
    return declared.measure


def _size(declared: DeclaredSummary) -> int:
    """Returns how many numbers are measured."""
    if declared.kind == "scalar":
        return 1
    return int(np.prod(jax.eval_shape(_measure(declared), _abstract(declared.value)).shape))


def _abstract(value: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(value.shape, value.dtype)  # type: ignore[no-untyped-call]  # of JAX
