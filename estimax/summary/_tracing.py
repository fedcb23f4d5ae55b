"""`tf.summary.trace_on` and its kin, which programs call around functions: a run describes itself without them."""

from __future__ import annotations

from typing import Any


def trace_on(graph: bool = True, profiler: bool = False, profiler_outdir: str | None = None) -> None:
    """Does nothing: the graph of a run stands in its event file, and `tf.train.ProfilerHook` profiles it.

    Example:
        >>> from estimax import summary
        >>> summary.trace_on()
        >>> summary.trace_export("call")
    """


def trace_export(name: str, step: Any = None, profiler_outdir: str | None = None) -> None:
    """Does nothing; see `trace_on`."""


def trace_off() -> None:
    """Does nothing; see `trace_on`."""
