"""Estimators that run eagerly, for debugging: the model function is called for each batch, with values.

The same program and step serve here as in compiled runs; only that they are made
anew for each batch, of its values, and that nothing is compiled.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from estimax._base import _nest as nest
from estimax._graph._column import rows_of
from estimax._graph._tensor import concrete
from estimax._scope._frame import VariableSpec
from estimax._scope._transform import Program, any_key, call_eagerly
from estimax.data._iterators import Reader
from estimax.estimator._inputs import Input
from estimax.train._staging import Stage
from estimax.train._step import Outcome, State, TrainStep


def batch_spec(given: Input) -> tuple[Any, ...]:
    """Returns the structure of the arguments of a model function."""
    return given.spec if given.spec[1] is not None else (given.spec[0],)


def batch_of(given: Input, values: Sequence[Any]) -> tuple[Any, ...]:
    """Returns the arguments of a model function, structures of concrete Tensors, of the values of a batch."""
    batch: tuple[Any, ...] = nest.pack(batch_spec(given), [concrete(v) for v in values])
    return batch


def first_program(function: Callable[..., Any], given: Input) -> Program:
    """Calls a model function with the first batch of an input.

    Raises:
        ValueError: there is no batch.
    """
    chunk = Reader(given.step, 0).next(1)
    if chunk is None:
        raise ValueError("the input has no batch")
    with jax.disable_jit():
        return call_eagerly(function, batch_of(given, [rows_of(c)[0] for c in chunk.columns]), _first_value)


def _first_value(spec: VariableSpec) -> Any:
    return jax.numpy.asarray(spec.initial_value(np.random.default_rng(zlib.crc32(spec.name.encode()))))


def stages(reader: Reader, source: str) -> Iterator[Stage]:
    """Reads the batches of an input, one a stage, with all of their values."""
    while (chunk := reader.next(1)) is not None:
        position = {"input": source, "reader": reader.state(), "skip": 0}
        yield Stage([rows_of(c)[0] for c in chunk.columns], 1, position)


@dataclass(frozen=True, eq=False)
class EagerStep:
    """A training step that is done with the values of a batch.

    Attributes:
        step: of the first batch.
        given: the input.
    """

    step: TrainStep
    given: Input

    @property
    def program(self) -> Program:
        return self.step.program

    def run(self, state: State, values: Sequence[Any], count: Any, origin: Any = 0) -> tuple[State, Outcome]:
        """Does the step of one batch."""
        program = replace(self.program, arguments=batch_of(self.given, values))
        with jax.disable_jit():
            after, outcome = replace(self.step, program=program)._one([], origin, 0, state)
        values_of_one = {name: v[None] for name, v in outcome.values.items()}
        return after, Outcome(values_of_one, outcome.fetched, outcome.measured[None])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.step, name)


Variables = Mapping[str, Any]


def evaluated(many: Callable[..., Any], program: Program, given: Input) -> Callable[..., Any]:
    """Returns what evaluates one batch, in the form of the compiled function of many."""

    def run(variables: Variables, local: Variables, values: Sequence[Any], count: Any, done: Any) -> Any:
        with jax.disable_jit():
            return many(replace(program, arguments=batch_of(given, values)), variables, local, [], 1, done)

    return run


def predicted(program: Program, given: Input, variables: Variables, seed: int | None) -> Iterator[Any]:
    """Gives what is predicted for each batch: structures of concrete Tensors."""
    reader = Reader(given.step, seed)
    for stage in stages(reader, ""):
        batch = replace(program, arguments=batch_of(given, stage.arrays))
        with jax.disable_jit():
            yield batch.run(variables, [], any_key).result[0]
