"""`tf.get_default_graph`: the results, variables and collections of the model function that runs.

There is no graph that operations are added to; what programs look up in one is known
to the frame of the call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

from estimax._base._errors import NotFoundError
from estimax._base._lazy import did_you_mean
from estimax._graph._boundary import Group
from estimax._scope import _collections
from estimax._scope._frame import frame


class Graph(ABC):
    """What programs ask a graph for: results and variables by their names, and collections."""

    @abstractmethod
    def get_tensor_by_name(self, name: str) -> Any:
        """Returns the result or variable of a name, with or without the number of its output."""

    @abstractmethod
    def get_collection(self, name: str, scope: str | None = None) -> list[Any]:
        """Returns what the model function left in a collection."""

    def get_operation_by_name(self, name: str) -> Any:
        """Returns what the operation of a name gives, which stands for it."""
        return self.get_tensor_by_name(name)

    def as_graph_element(self, element: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """Returns what stands for a name, or an array itself."""
        return self.get_tensor_by_name(element) if isinstance(element, str) else element


@final
class DefaultGraph(Graph):
    """The graph of the model function that runs.

    Example:
        >>> import estimax as tf
        >>> tf.get_default_graph().get_collection("losses")
        []
    """

    def get_tensor_by_name(self, name: str) -> Any:
        """Returns the result or variable of a name, with or without the number of its output.

        Raises:
            NotFoundError: nothing has this name.
        """
        active, plain = frame(), name.removesuffix(":0")
        if plain in active.tensors:
            return active.tensors[plain]
        if plain in active.specs:
            return active.variable(active.specs[plain])
        known = {*active.tensors, *active.specs}
        raise NotFoundError(
            f"the model function has no result or variable {name!r}{did_you_mean(plain, known)}; "
            f"name a result with tf.identity(x, name={plain!r})"
        )

    def get_collection(self, name: str, scope: str | None = None) -> list[Any]:
        """Returns the values of a collection; see `tf.get_collection`."""
        return _collections.get_collection(name, scope)

    def get_collection_ref(self, name: str) -> list[Any]:
        """Returns a collection itself."""
        return _collections.get_collection_ref(name)

    def add_to_collection(self, name: str, value: Any) -> None:
        """Adds a value to a collection."""
        _collections.add_to_collection(name, value)

    def get_name_scope(self) -> str:
        """Returns the current name scope, without a slash at its end."""
        return "/".join(frame().name_scopes)

    @contextmanager
    def as_default(self) -> Iterator[DefaultGraph]:
        """Changes nothing: it is the default."""
        yield self


def get_default_graph() -> DefaultGraph:
    """Returns what stands for the graph of the model function that runs."""
    return DefaultGraph()


def reset_default_graph() -> None:
    """Does nothing: each call of a model function starts with nothing."""


def global_variables_initializer() -> Group:
    """Returns an operation that does nothing: runs give variables their first values by themselves."""
    return Group()


def local_variables_initializer() -> Group:
    """Returns an operation that does nothing: evaluations start metrics anew by themselves."""
    return Group()
