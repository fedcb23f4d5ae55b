"""`tf.summary.experimental`: the step of summaries outside of model functions, and their names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from estimax._base._lazy import explain_missing, resolve
from estimax.summary._default_writer import get_step, set_step
from estimax.summary._eager import write_raw_pb

__all__ = ["get_step", "set_step", "summary_scope", "write_raw_pb"]


@contextmanager
def summary_scope(name: str, default_name: str = "summary", values: Any = None) -> Iterator[tuple[str, str]]:
    """Opens a name scope for a summary of a program's own kind.

    Args:
        name: of the summary.
        default_name: the name where there is none.
        values: has no effect.

    Returns:
        Its tag, and the name scope.

    Example:
        >>> from estimax import summary
        >>> with summary.experimental.summary_scope("mine") as (tag, scope):
        ...     tag, scope
        ('mine', 'mine/')
    """
    with resolve("estimax._scope._scopes:name_scope")(name or default_name) as scope:
        yield scope.rstrip("/"), scope


explain_missing(__name__)
