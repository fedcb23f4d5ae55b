"""`Running`: a metric that keeps its totals itself, as `head.metrics()` hands it out."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from estimax._graph._boundary import current_boundary
from estimax._graph._op import as_tensor
from estimax._scope._frame import Frame, current_frame
from estimax._scope._scopes import name_scope
from estimax.metrics._total import Tally, added


class Running(list[Any]):
    """A metric with a state: `update` adds a batch, `result` tells the value so far.

    It is also the pair of value and update that `tf.metrics` functions return, so
    that it can stand among the `eval_metric_ops` of an `EstimatorSpec`. In a model
    function its totals are local variables of the evaluation.

    Args:
        name: under which it is reported.

    Example:
        >>> from estimax.metrics._mean import mean_tally
        >>> from estimax.metrics._running import Running
        >>> metric = Running("mean")
        >>> for batch in ([1.0, 2.0], [6.0]):
        ...     metric.update(mean_tally(batch))
        >>> metric.result().numpy().item()
        3.0
    """

    def __init__(self, name: str) -> None:
        super().__init__((jnp.float32(0), jnp.float32(0)))
        self.name = name
        self._totals: dict[str, Any] = {}
        self._within: Callable[[], Frame | None] = lambda: None
        self._scope = ""

    def __init_subclass__(cls) -> None:
        jax.tree_util.register_pytree_node(cls, _flatten, _unflatten)

    def update(self, tally: Tally) -> None:
        """Adds a batch."""
        active = current_frame.get()
        if active is not None:
            self._update_within(active, tally)
            return
        increments = {key: jnp.asarray(value, jnp.float32) for key, value in tally.increments.items()}
        self._totals = {key: self._totals.get(key, 0) + value for key, value in increments.items()}
        self[:] = self[1], tally.result(self._totals)

    def _update_within(self, active: Frame, tally: Tally) -> None:
        """Adds to local variables; the value is that before the first of the updates of a model function."""
        again = self._within() is active
        if not again:
            self._within = weakref.ref(active)
            with name_scope(self.name) as self._scope:
                pass
        before, after = {}, {}
        for key, increment in tally.increments.items():
            before[key], after[key] = added(self._scope + key, jnp.asarray(increment, jnp.float32))
        self[:] = self[0] if again else tally.result(before), tally.result(after)

    def result(self) -> Any:
        """Returns the value over all batches; 0 before the first."""
        return as_answer(self[1])

    def reset_state(self) -> None:
        """Forgets all batches."""
        self[:] = jnp.float32(0), jnp.float32(0)
        self._totals = {}

    reset_states = reset_state


def _flatten(pair: Running) -> tuple[tuple[Any, ...], None]:
    return tuple(pair), None


def _unflatten(_: None, values: tuple[Any, ...]) -> Any:
    """Returns a plain pair: what comes out of a transformation of JAX has no totals to add to."""
    return values


jax.tree_util.register_pytree_node(Running, _flatten, _unflatten)


def as_answer(value: Any) -> Any:
    """Returns a computed array as a program expects it: a Tensor with a value outside of model functions."""
    if current_boundary.get() is None and isinstance(value, jax.Array) and not isinstance(value, jax.core.Tracer):
        return as_tensor(value)
    return value
