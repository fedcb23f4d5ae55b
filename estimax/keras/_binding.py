"""Keras 3 during a call of a model function: whose variables it uses, and from where it counts names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from estimax._base._lazy import resolve
from estimax._scope._frame import Frame
from estimax.keras._keras3 import keras3

_PER_CALL: dict[str, Callable[[], Any]] = {
    "object_name_uids": lambda: defaultdict(int),
    "uninitialized_variables": list,
    "name_scope_stack": list,
}
"""What Keras keeps for a process and a call needs anew: the numbers in names, the variables that wait for values."""


_GLOBAL_STATE = "keras.src.backend.common.global_state"
"""Has no public name. With `uninitialized_variables` left alone, Keras would compute first values that nobody needs."""


@contextmanager
def bound(active: Frame) -> Iterator[None]:
    """Makes the variables of Keras layers those of a frame."""
    if not _is_usable():
        yield
        return
    with _counted_anew(), resolve("estimax.keras._frame_scope:FrameScope")(active):
        yield


def _is_usable() -> bool:
    """Whether Keras is there, and on JAX; the program may use another one for something else."""
    try:
        keras3()
    except (ImportError, AttributeError):  # the latter: it is being imported
        return False
    return True


@contextmanager
def _counted_anew() -> Iterator[None]:
    state = resolve(_GLOBAL_STATE)
    kept = {name: state.get_global_attribute(name) for name in _PER_CALL}
    for name, start in _PER_CALL.items():
        state.set_global_attribute(name, start())
    try:
        yield
    finally:
        for name, value in kept.items():
            state.set_global_attribute(name, value)
