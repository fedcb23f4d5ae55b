"""The variables that an evaluation, a prediction or an export computes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import numpy as np

from estimax.train._fetching import References
from estimax.train._hook_session import HookSession


@dataclass(frozen=True)
class Restored:
    """The variables and the global step that an evaluation, prediction or export uses, on the device."""

    values: Mapping[str, Any]
    step: int
    prefix: str | None


def initialized(restored: Restored, spec: Any, references: References) -> Restored:
    """Returns first values as the `init_fn` of a scaffold makes them, those of a checkpoint as its `saver` does."""
    scaffold = getattr(spec, "scaffold", None)
    if restored.prefix is None:
        change = getattr(scaffold, "init_fn", None)
    else:
        saver = getattr(scaffold, "saver", None)
        change = partial(saver.restore, save_path=restored.prefix) if saver is not None and saver.chooses else None
    if change is None:
        return restored
    values = dict(restored.values)

    def load(changed: Mapping[str, np.ndarray]) -> None:
        values.update({n: jax.device_put(np.asarray(v, values[n].dtype)) for n, v in changed.items()})

    change(HookSession(references, lambda: values, dict, load))
    return replace(restored, values=values)
