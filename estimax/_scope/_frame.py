"""`Frame`: what one call of a model function sees and leaves behind.

It hands out the values of variables by name, and records which variables, table
look-ups, updates and summaries the call made. There is a current frame only
while a model function runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import get_opaque_trace_state

Initializer = Callable[..., np.ndarray]


@dataclass(frozen=True)
class VariableSpec:
    """A variable as a program declares it.

    Attributes:
        name: full name, `dnn/hiddenlayer_0/kernel`.
        shape: sizes of its dimensions.
        dtype: NumPy dtype of its elements.
        initializer: (shape, dtype, rng=...) -> first value, in NumPy.
        is_trainable: whether optimizers change it.
        is_table: whether it is only read by rows, through `Table.lookup`.
        is_local: whether it is state of a metric, which starts anew in each evaluation
            and is not saved.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    initializer: Initializer
    is_trainable: bool = True
    is_table: bool = False
    is_local: bool = False

    def initial_value(self, rng: np.random.Generator) -> np.ndarray:
        """Computes the first value.

        Raises:
            ValueError: the initializer gives another shape than the variable's.
        """
        value = np.asarray(self.initializer(self.shape, self.dtype, rng=rng), self.dtype)
        if value.shape != self.shape:
            raise ValueError(f"variable {self.name!r} has shape {self.shape}; its initializer gave {value.shape}")
        return value


@dataclass(frozen=True)
class ScopeSettings:
    """What holds for the variables made inside of a variable scope, unless they say otherwise.

    Attributes:
        reuse: whether variables must exist (True), must not (False or None), or may (`AUTO_REUSE`).
        initializer: of variables without one of their own.
        regularizer: the same.
        constraint: the same.
        dtype: of variables that do not say theirs.
    """

    reuse: Any = None
    initializer: Any = None
    regularizer: Any = None
    constraint: Any = None
    dtype: Any = None


class Assignment(NamedTuple):
    """The change of a variable, which takes place if it is run.

    Attributes:
        name: of the variable.
        value: after the change; also what stands for the assignment.
    """

    name: str
    value: Any


class Follower(NamedTuple):
    """A variable that moves towards another one after each step.

    Attributes:
        source: the name of the other one.
        decay: the share of its old value that it keeps.
    """

    source: str
    decay: Any


@dataclass(frozen=True)
class Lookup:
    """One reading of rows: the ids (any shape; the number of rows or more where there is none)."""

    table: str
    ids: Any


@dataclass
class Frame:
    """The context of one call of a model function.

    Attributes:
        values: variables by name; those that are missing are made of zeros, which is
            what a first, abstract call needs, or of `create`.
        deltas: for each look-up, in order, zeros that are added to its rows, so that
            the gradient with respect to them is the gradient of the rows; none: the
            table itself is differentiated.
        key: returns the key with which the random numbers of the call start; None for none.
        rows: for each look-up, in order, what it gives, where that was read before; None where it was not.
        penalties: what regularizers made of variables, by the names of these.
        constraints: functions that are applied to variables after each step of an optimizer.
        handed: the values of variables that were handed out, by identity, with their names.
        settings: what `variable_scope` says of the variables made inside.
        name_scopes: the path of the name scope.
        declared: summaries, whether or not they are in a collection.
        op_names: how often operations without a name of their own would have taken one, in small letters.
        tensors: results that have a name, by their full names.
        collections: what was left in collections, by their names.
        assignments: what `assign` returned, by identity, with what it is to change when it is run.
        pending: the last value that was assigned to each variable, run or not.
        followers: moving averages of variables, by their names.
        initials: first values of variables that the function itself computes.
        at_end: what stays open until the call ends, and what is done then.
        home: what JAX was tracing when the call began.
        rerun: calls the model function again, inside this call, in another frame.
        differentiated: the gradients that were computed in this call, in order.
        known_gradients: those that a call that is made for one more of them must not compute again; such a call
            ends where it asks for the next.
        embeddings: of tables of learned rows, by name, functions (most) -> what their first rows stand for.
        shows_training: whether the run writes distributions of weights and gradients, and learning rates.
    """

    values: Mapping[str, Any]
    deltas: Sequence[Any] = ()
    key: Callable[[], Any] | None = None
    create: Callable[[VariableSpec], Any] | None = None
    rows: Sequence[Any] = ()
    specs: dict[str, VariableSpec] = field(default_factory=dict)
    lookups: list[Lookup] = field(default_factory=list)
    updates: dict[str, Any] = field(default_factory=dict)
    declared: list[Any] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    settings: ScopeSettings = field(default_factory=ScopeSettings)
    name_scopes: list[str] = field(default_factory=list)
    names_taken: dict[str, int] = field(default_factory=dict)
    op_names: Counter[str] = field(default_factory=lambda: Counter(["global_step"]))
    tensors: dict[str, Any] = field(default_factory=dict)
    collections: dict[str, list[Any]] = field(default_factory=dict)
    assignments: dict[int, Assignment] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)
    followers: dict[str, Follower] = field(default_factory=dict)
    initials: dict[str, Any] = field(default_factory=dict)
    penalties: dict[str, Any] = field(default_factory=dict)
    constraints: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    handed: dict[int, tuple[str, Any]] = field(default_factory=dict)
    at_end: ExitStack = field(default_factory=ExitStack)
    rerun: Callable[[Frame], Any] | None = None
    differentiated: list[Any] = field(default_factory=list)
    known_gradients: Sequence[Any] | None = None
    draws: int = 0
    embeddings: dict[str, Callable[[int], Sequence[str]]] = field(default_factory=dict)
    shows_training: bool = False
    home: Any = field(default_factory=get_opaque_trace_state)

    @property
    def summaries(self) -> list[Any]:
        """The summaries that are written by themselves: those of the collection of that name."""
        return self.collections.setdefault("summaries", [])

    def show_besides(self, made: Sequence[Any]) -> None:
        """Adds summaries when the call ends, but for those under whose tags it has some of its own."""

        def show() -> None:
            known = {summary.tag for summary in self.summaries}
            self.summaries.extend(summary for summary in made if summary.tag not in known)

        self.at_end.callback(show)

    def full_name(self, name: str) -> str:
        return "/".join([*self.scopes, name])

    def unique_name(self, base: str) -> str:
        """Returns base, base_1, base_2, ... for layers without a name, by order of creation in a scope."""
        name, number = base, 0
        while self.taken.get(self.full_name(name), 0):
            number += 1
            name = f"{base}_{number}"
        self.taken[self.full_name(name)] = 1
        return name

    def name_result(self, name: str, value: Any) -> str:
        """Gives a result a name in the current name scope, numbered where it is taken; returns the full name."""
        full = unique("/".join([*self.name_scopes, name]), self.names_taken)
        self.tensors[full] = value
        return full

    def result_name(self, value: Any) -> str | None:
        """Returns the name of a result, or None where it has none."""
        return next((name for name, known in self.tensors.items() if known is value), None)

    def variable(self, spec: VariableSpec) -> Any:
        """Returns the current value of a variable, which is declared with the first use of its name."""
        known = self.specs.setdefault(spec.name, spec)
        self.names_taken.setdefault(spec.name.lower(), 1)
        if (known.shape, known.dtype) != (spec.shape, spec.dtype):
            raise ValueError(
                f"variable {spec.name!r} exists with shape {known.shape} and type {known.dtype}; "
                f"it was asked for with shape {spec.shape} and type {spec.dtype}"
            )
        value = self._value(known)
        self.handed[id(value)] = (spec.name, value)
        return value

    def _value(self, spec: VariableSpec) -> Any:
        if spec.name in self.updates:
            return self.updates[spec.name]
        if spec.name in self.values:
            return self.values[spec.name]
        if spec.name in self.initials:
            return self.initials[spec.name]
        return self.create(spec) if self.create else jnp.zeros(spec.shape, spec.dtype)

    def name_of(self, value: Any) -> str | None:
        """Returns the name of the variable of which this very array is the value, or None."""
        return self.handed.get(id(value), (None,))[0]

    def look_up(self, spec: VariableSpec, ids: Any) -> Any:
        """Returns the rows of a table at `ids`, zeros where an id is negative."""
        table = self.variable(spec)
        ids = jnp.asarray(ids)
        ids = jnp.where(ids < 0, spec.shape[0], ids)
        number = len(self.lookups)
        self.lookups.append(Lookup(spec.name, ids))
        if number < len(self.rows) and self.rows[number] is not None:
            return self.rows[number]
        if number < len(self.deltas) and self.deltas[number] is not None:
            rows = jnp.take(jax.lax.stop_gradient(table), ids, axis=0, mode="fill", fill_value=0)
            return rows + self.deltas[number]
        return jnp.take(table, ids, axis=0, mode="fill", fill_value=0)

    def take_rows(self, table: Any, ids: Any) -> Any:
        """Returns the rows of an array at `ids`; of a variable those that `look_up` finds."""
        name = self.name_of(table)
        if name is not None and name in self.specs and self.is_at_home():
            return self.look_up(self.specs[name], ids)
        return jnp.take(table, jnp.asarray(ids), axis=0)

    def is_at_home(self) -> bool:
        """Whether the call itself is being traced, and not the body of a loop or a mapped function in it."""
        return bool(get_opaque_trace_state() == self.home)  # type: ignore[no-untyped-call]  # of JAX

    def next_key(self) -> Any:
        """Returns a key for random numbers that differ in each use and each step."""
        if self.key is None:
            raise RuntimeError("random numbers are drawn only while training")
        self.draws += 1
        return jax.random.fold_in(self.key(), self.draws)


def unique(name: str, taken: dict[str, int]) -> str:
    """Returns name, name_1, name_2, ...: the first that is not taken, in small or capital letters, and takes it.

    Example:
        >>> taken = {}
        >>> [unique(name, taken) for name in ("loss", "loss", "Loss")]
        ['loss', 'loss_1', 'Loss_2']
    """
    free, number = name, taken.get(name.lower(), 0)
    while free.lower() in taken:
        free = f"{name}_{number}"
        number += 1
    taken[name.lower()] = max(number, 1)
    taken.setdefault(free.lower(), 1)
    return free


current_frame: ContextVar[Frame | None] = ContextVar("frame", default=None)


@contextmanager
def entered(frame: Frame) -> Iterator[Frame]:
    """Makes a frame the current one."""
    token = current_frame.set(frame)
    try:
        yield frame
    finally:
        current_frame.reset(token)


def frame() -> Frame:
    """Returns the frame of the model function that is running.

    Outside of one, a frame for this call alone, whose variables have their first
    values: so that `input_layer` can be tried in a notebook.
    """
    active = current_frame.get()
    if active is not None:
        return active
    rng = np.random.default_rng(0)
    return Frame({}, create=lambda spec: jnp.asarray(spec.initial_value(rng)))
