"""What of each step of a model function somebody may want to see: hooks, and summaries that are no curves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax

from estimax._scope._transform import Call
from estimax.estimator._mode_keys import ModeKeys
from estimax.summary import DeclaredSummary
from estimax.train._fetching import References, fetchable
from estimax.train._session_run_hook import SessionRunHook

_HOOKS = {
    ModeKeys.TRAIN: ("training_hooks", "training_chief_hooks"),
    ModeKeys.EVAL: ("evaluation_hooks",),
    ModeKeys.PREDICT: ("prediction_hooks",),
}


def hooks_of(call: Call, mode: str) -> list[SessionRunHook]:
    """Returns the hooks that a call of the model function made for its mode."""
    return [hook for name in _HOOKS[mode] for hook in getattr(call.result, name, None) or ()]


def drawn_summaries(call: Call) -> list[DeclaredSummary]:
    """Returns the summaries of a call that are more than one number: histograms, images, sounds, texts.

    Not those with a measure, which the step itself makes small.
    """
    return [s for s in call.frame.summaries if s.kind != "scalar" and s.measure is None]


def drawn_values(call: Call) -> dict[str, Any]:
    """Returns the arrays of these summaries, by tag."""
    return {s.tag: s.value for s in drawn_summaries(call) if isinstance(s.value, jax.Array)}


def watched(call: Call, mode: str, for_hooks: bool) -> dict[str, Any]:
    """Returns the arrays of a call that its step is to give out, by reference.

    Args:
        call: of the model function.
        mode: in which it was called.
        for_hooks: whether there are hooks that the call did not make itself.
    """
    own = hooks_of(call, mode)
    scaffold = getattr(call.result, "scaffold", None)
    if for_hooks or own or scaffold is not None:
        return fetchable(call, [*own, scaffold])
    if mode != ModeKeys.TRAIN:
        return {}
    return {f"summary:{tag}": value for tag, value in drawn_values(call).items()}


def references_of(call: Call, mode: str) -> References:
    """Returns by what hooks find the arrays of a step."""
    return References(call, watched(call, mode, for_hooks=True))


def extraction(extract: Any, mode: str, for_hooks: bool) -> Any:
    """Returns what takes from a call all that its step gives out."""
    return partial(_extracted, extract, mode, for_hooks)


def _extracted(extract: Any, mode: str, for_hooks: bool, call: Call) -> Sequence[Any]:
    return [extract(call), watched(call, mode, for_hooks)]
