"""States of loops: what is known of them must hold before and after each turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from estimax._array._closure import Closure
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._function import placeholder_for
from estimax._graph._tensor import Tensor


def steady(
    states: Sequence[Tensor], trace: Callable[[list[Tensor]], Closure], specs: Sequence[TensorSpec] | None = None
) -> Closure:
    """Traces the body of a loop with placeholders of which only what stays true is known.

    Sizes that a turn changes are taken for unknown, and the body is traced again.

    Args:
        states: the first states.
        trace: makes a function of placeholders for the states, which returns the next ones.
        specs: what is known of the states; by default, what is known of the first ones.
    """
    known = [t.spec for t in states] if specs is None else list(specs)
    while True:
        closure = trace([placeholder_for(spec) for spec in known])
        after = [t.spec for t in closure.function.outputs]
        common = [_common(a, b) for a, b in zip(known, after, strict=True)]
        if common == known:
            return closure
        known = common


def _common(before: TensorSpec, after: TensorSpec) -> TensorSpec:
    """Returns what two specs of one kind both say."""
    if before.shape.ndims is None or after.shape.ndims is None or before.shape.ndims != after.shape.ndims:
        return before.with_shape(TensorShape(None))
    sizes = (a if a == b else None for a, b in zip(before.shape, after.shape, strict=True))
    return before.with_shape(sizes)
