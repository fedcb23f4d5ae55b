"""Summaries of what is measured on the device: what pre-made estimators show of their training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimax._graph._boundary import current_boundary
from estimax.summary._declared import DeclaredSummary

_COLLECTION = "summaries"


def measured(
    kind: str, name: str, array: Any, measure: Callable[[Any], Any], variables: tuple[str, ...] = ()
) -> DeclaredSummary:
    """Declares a summary of what `measure` computes of an array; in steps that are not written, it costs nothing.

    Args:
        kind: of the summary, 'scalar' or 'distribution'.
        name: under the current name scope.
        array: of the device, or several in any structure.
        measure: array -> small float32 array: one number, or what `distribution_proto` takes. It holds no arrays
            of the call.
        variables: names of trainable variables whose values, in a list, are measured instead of `array`, which is ().
            A large one that is given as an array may be copied in every step. For models that show their training.

    Raises:
        RuntimeError: no model function runs.
    """
    boundary = current_boundary.get()
    if boundary is None:
        raise RuntimeError(f"the summary {name!r} can only be declared in a model function")
    summary: DeclaredSummary = boundary.summarize(
        name, lambda full: DeclaredSummary(kind, full, array, measure=measure, name=full, variables=variables)
    )
    boundary.collect([_COLLECTION], summary)
    return summary
