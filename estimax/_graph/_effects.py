"""What a compiled program does besides computing: assertions and prints on values of the device.

An assertion is an `Effect`: declared where it is called, and made where it is run,
that is where something waits for it (`tf.control_dependencies`, `tf.group`). The
program calls back to the host only where a condition does not hold, so that one
that holds costs a step nothing.

What fails inside of a compiled program is kept in `_FAILED`, the state of this file,
as XLA would wrap it in an error of its own; `checked` raises it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from estimax._base._lazy import resolve

_FAILED: deque[Exception] = deque(maxlen=1)
GUARDS: ContextVar[tuple[Any, ...]] = ContextVar("guards", default=())
_SILENT: ContextVar[bool] = ContextVar("silent", default=False)


@dataclass(eq=False)
class Effect:
    """Something that is done when it is run, once in a call of the model function.

    Attributes:
        make: adds it to the program.
        is_made: whether that was done.
    """

    make: Callable[[], None]
    is_made: bool = False

    def run(self) -> None:
        """Adds it to the program that is being traced, unless it was added."""
        if not self.is_made:
            self.is_made = True
            self.make()


def keep_failure(error: Exception) -> None:
    """Keeps what an assertion raised while a compiled program ran."""
    _FAILED.append(error)


def is_silent() -> bool:
    """Whether effects are left out: in an export, and where a model function is called again inside of its own call."""
    active = resolve("estimax._scope._frame:current_frame").get()
    return _SILENT.get() or (active is not None and active.known_gradients is not None)


@contextmanager
def guarded(condition: Any) -> Iterator[None]:
    """Makes effects inside take place only where a truth value of the device holds."""
    token = GUARDS.set((*GUARDS.get(), condition))
    try:
        yield
    finally:
        GUARDS.reset(token)


@contextmanager
def silent() -> Iterator[None]:
    """Leaves out all effects of programs that are traced inside, as an export cannot have any."""
    token = _SILENT.set(True)
    try:
        yield
    finally:
        _SILENT.reset(token)


@contextmanager
def checked() -> Iterator[None]:
    """Raises the error of an assertion that failed in a compiled program which runs inside, as it is.

    The results of the program must be waited for inside.
    """
    _FAILED.clear()
    try:
        yield
    except Exception as error:
        if _FAILED:
            raise _FAILED.pop() from None
        raise error
    if _FAILED:
        raise _FAILED.pop()
