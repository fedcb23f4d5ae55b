"""Where the host graph and the device meet.

While a model function is traced, a `Boundary` says what happens when a host
Tensor reaches a device operation, and when a device array reaches a host one.
Outside of a trace both are plain conversions.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimax._graph._tensor import Tensor


class Boundary(ABC):
    """The two crossings of one traced model function."""

    @abstractmethod
    def enter(self, tensor: Tensor) -> Any:
        """Returns the device array that stands for a host Tensor."""

    @abstractmethod
    def leave(self, array: Any) -> Tensor:
        """Returns the host Tensor that stands for a device array."""

    @abstractmethod
    def take_rows(self, table: Any, ids: Any) -> Any:
        """Returns the rows of a device array that ids name; those of a variable in the way that a step can change."""

    @abstractmethod
    def run(self, ops: Any) -> None:
        """Carries out what a structure of operations declares: they are depended upon."""

    @abstractmethod
    def name(self, name: str, value: Any) -> None:
        """Remembers a result under a name."""

    @abstractmethod
    def take_name(self, name: str) -> None:
        """Remembers which name an operation takes that was given none."""

    @abstractmethod
    def summarize(self, name: str, declared: Callable[[str], Any]) -> Any:
        """Returns a summary, made of its full name: the name in the current scope, numbered where it is taken."""

    @abstractmethod
    def collect(self, collections: Iterable[str], summary: Any) -> None:
        """Leaves a summary in collections."""

    @abstractmethod
    def summaries(self, collection: str) -> list[Any]:
        """Returns the summaries that were left in a collection so far."""


class Group(tuple[Any, ...]):
    """Operations of the device that are to be run together: what `tf.group` returns in a model function."""

    __slots__ = ()


current_boundary: ContextVar[Boundary | None] = ContextVar("boundary", default=None)


def is_device_array(value: Any) -> bool:
    """Whether a value is a JAX array, traced or not; never loads JAX."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(value, getattr(jax, "Array", ()))


def is_symbolic_size(value: Any) -> bool:
    """Whether a value is the size of a device array that an export leaves open; never loads JAX."""
    export = sys.modules.get("jax.export")
    return export is not None and not isinstance(value, int) and bool(export.is_symbolic_dim(value))
