"""What hooks and listeners get as a session: the values of variables and of the last step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

import numpy as np

from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._base._lazy import did_you_mean
from estimax._scope._default_graph import Graph
from estimax.train._fetching import References


@final
class HookGraph(Graph):
    """The model function's results and variables by their names, as programs ask a graph for them.

    Attributes:
        references: of the call of the model function.
    """

    def __init__(self, references: References) -> None:
        self.references = references
        self.finalized = True

    def get_tensor_by_name(self, name: str) -> Any:
        """Returns what stands for a named result or variable, to be fetched.

        Raises:
            InvalidArgumentError: nothing has this name.
        """
        self.references.by_name(name)
        return name

    def get_collection(self, name: str, scope: str | None = None) -> list[Any]:
        """Returns what the model function left in a collection."""
        return list(self.references.call.frame.collections.get(name, []))


class HookSession:
    """The state of a run, as hooks see it.

    Args:
        references: of the call of the model function.
        variables: returns the variables (with slots and the global step) as they are now, where they are.
        fetched: returns the arrays of the last step, by reference.
        load: changes variables; None where that cannot be.
    """

    def __init__(
        self,
        references: References,
        variables: Callable[[], Mapping[str, Any]],
        fetched: Callable[[], Mapping[str, Any]],
        load: Callable[[Mapping[str, np.ndarray]], None] | None = None,
    ) -> None:
        self._references = references
        self._variables = variables
        self._fetched = fetched
        self._load = load
        self.is_stopped = False

    @property
    def graph(self) -> HookGraph:
        """The results and variables of the model function by their names."""
        return HookGraph(self._references)

    def variables(self) -> dict[str, np.ndarray]:
        """Returns the values of all variables, slots and the global step, on the host."""
        return {name: np.asarray(value) for name, value in self._variables().items()}

    def should_stop(self) -> bool:
        """Whether the run has ended or will after this step."""
        return self.is_stopped

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Returns values: of variables as they are now, of other arrays as they were in the last step.

        Args:
            fetches: arrays of the model function, names, variables, or a structure of these.
                Operations give None.
            feed_dict: must be None or empty.
            options: has no effect.
            run_metadata: has no effect.

        Raises:
            InvalidArgumentError: something is not known, or no step was done yet.
            UnimplementedError: there is something to feed.
        """
        if feed_dict:
            raise UnimplementedError("nothing can be fed to a run; its values come from the input function")
        return self._references.values_of(fetches, self._read, of_now=True)

    def _read(self, reference: str) -> Any:
        if reference.startswith("variable:"):
            return self._variables()[reference.removeprefix("variable:")]
        fetched = self._fetched()
        if reference not in fetched:
            raise InvalidArgumentError(
                f"{reference.partition(':')[2] or reference!r} has no value before the first step"
            )
        return fetched[reference]

    def load(self, values: Mapping[str, np.ndarray]) -> None:
        """Sets variables before the first step.

        Raises:
            InvalidArgumentError: a name or a shape is not that of a variable, or the run cannot be changed.
        """
        if self._load is None:
            raise InvalidArgumentError("variables can be loaded only when a training run starts")
        known = self._variables()
        for name, value in values.items():
            if name not in known:
                raise InvalidArgumentError(f"the model has no variable {name!r}{did_you_mean(name, known)}")
            if tuple(np.shape(value)) != tuple(known[name].shape):
                raise InvalidArgumentError(
                    f"variable {name!r} has shape {tuple(known[name].shape)}; "
                    f"a value of shape {np.shape(value)} was given"
                )
        self._load(values)
