"""Libraries that keep variables of their own, and must know when a model function is called.

A model function may use layers of Keras. Keras makes and reads its variables by itself,
so for the time of a call it is told where these come from. Only a library that the
program has loaded is told, so that nothing is loaded for those who do not use it.
"""

from __future__ import annotations

import sys

from estimax._base._lazy import resolve
from estimax._scope._frame import Frame

_BINDINGS = {"keras": "estimax.keras._binding:bound"}
"""From a module to the context, a function of the frame, in which calls run once that module is loaded."""


def enter_libraries(active: Frame) -> None:
    """Enters the contexts of the libraries that are loaded, until the call of the model function ends."""
    for module, path in _BINDINGS.items():
        if module in sys.modules:
            active.at_end.enter_context(resolve(path)(active))
