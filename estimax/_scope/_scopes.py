"""Variable scopes and name scopes: which name a variable or a result of a model function gets.

Names, numbers and what a second visit of a scope does are the original's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import jax

from estimax._graph._naming import open_scopes, with_open_scopes
from estimax._scope._frame import Frame, ScopeSettings, current_frame, frame, unique


class _Reuse(Enum):
    """What `variable_scope` takes as `reuse` besides True and False."""

    AUTO_REUSE = 1


AUTO_REUSE = _Reuse.AUTO_REUSE
"""Makes variables of a scope that do not exist, and takes those that do."""


@dataclass(eq=False)
class VariableScope:
    """A scope as `variable_scope` gives it; entering it again continues it.

    Attributes:
        name: its full name, without a slash at the end; '' for the outermost.
        settings: of the variables made inside.
        original_name_scope: the name scope that was opened with it, with a slash at the end.
    """

    name: str
    settings: ScopeSettings = field(default_factory=ScopeSettings)
    original_name_scope: str = ""

    @property
    def reuse(self) -> Any:
        """Whether variables must exist (True), must not (False), or may (`AUTO_REUSE`)."""
        return self.settings.reuse or False

    @property
    def initializer(self) -> Any:
        return self.settings.initializer

    @property
    def regularizer(self) -> Any:
        return self.settings.regularizer

    @property
    def constraint(self) -> Any:
        return self.settings.constraint

    @property
    def dtype(self) -> Any:
        return self.settings.dtype

    def _set(self, **changes: Any) -> None:
        self.settings = replace(self.settings, **changes)
        active = current_frame.get()
        if active is not None and "/".join(active.scopes) == self.name:
            active.settings = replace(active.settings, **changes)

    def reuse_variables(self) -> None:
        """Makes variables that are asked for from here on ones that exist already."""
        self._set(reuse=True)

    def set_initializer(self, initializer: Any) -> None:
        """Sets the initializer of variables without one of their own."""
        self._set(initializer=initializer)

    def set_regularizer(self, regularizer: Any) -> None:
        """Sets the regularizer of variables without one of their own."""
        self._set(regularizer=regularizer)


@contextmanager
def variable_scope(
    name_or_scope: Any = None,
    default_name: str | None = None,
    values: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: Any = None,
    constraint: Any = None,
    auxiliary_name_scope: bool = True,
) -> Iterator[VariableScope]:
    """Puts a name before the names of the variables made inside, `name/variable`.

    Args:
        name_or_scope: a name, or a scope to continue; None to take `default_name`, numbered.
        default_name: the name where there is none: `dense`, `dense_1`, ...
        values: has no effect.
        initializer: of variables made inside without one of their own.
        regularizer: the same.
        caching_device: has no effect.
        partitioner: has no effect.
        custom_getter: not supported.
        reuse: True where all variables must exist already, `tf.AUTO_REUSE` where they may; inherited if None.
        dtype: of variables made inside that do not say theirs.
        use_resource: has no effect.
        constraint: of variables made inside without one of their own.
        auxiliary_name_scope: whether results made inside get the name as well.

    Raises:
        ValueError: there is neither a name nor a default name, or there is a `custom_getter`.

    Example:
        >>> import estimax as tf
        >>> with tf.variable_scope("tower") as scope:
        ...     scope.name
        'tower'
    """
    if name_or_scope is None and default_name is None:
        raise ValueError("variable_scope needs a name, a scope, or a default_name")
    if custom_getter is not None:
        raise ValueError("variable_scope does not take a custom_getter")
    active = frame()
    name = active.unique_name(str(default_name)) if name_or_scope is None else name_or_scope
    changes = {"initializer": initializer, "regularizer": regularizer, "dtype": dtype, "constraint": constraint}
    around = name.settings if isinstance(name, VariableScope) else active.settings
    settings = replace(around, **{key: value for key, value in changes.items() if value is not None})
    settings = replace(settings, reuse=_inherited(reuse, around.reuse))
    path = _parts(name.name) if isinstance(name, VariableScope) else [*active.scopes, *_parts(name)]
    with _within(active, path, settings, continues=isinstance(name, VariableScope)):
        if not auxiliary_name_scope or not path:
            yield VariableScope("/".join(path), settings, "/".join([*active.name_scopes, ""]))
        else:
            with name_scope(path[-1] if isinstance(name, VariableScope) else name_or_scope or default_name) as opened:
                first = name.original_name_scope if isinstance(name, VariableScope) else opened
                yield VariableScope("/".join(path), settings, first)


def _inherited(reuse: Any, around: Any) -> Any:
    """Returns what holds inside: a scope inside of one that reuses does so, whatever it says itself."""
    return reuse or around


def _parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part]


@contextmanager
def _within(active: Frame, path: list[str], settings: ScopeSettings, continues: bool) -> Iterator[None]:
    """Makes a scope the current one.

    When a scope that was opened by its name is left, the numbers of the names inside start anew, so
    that a second visit finds what the first made. A scope that is continued leaves them as they were.
    """
    full = "/".join(path)
    before = active.scopes, active.settings
    active.taken[full] = active.taken.get(full, 0) + 1
    counts = dict(active.taken)
    active.scopes, active.settings = path, settings
    try:
        yield
    finally:
        active.scopes, active.settings = before
        if continues:
            active.taken.clear()
            active.taken.update(counts)
        else:
            for inner in [name for name in active.taken if name.startswith(f"{full}/")]:
                del active.taken[inner]


def get_variable_scope() -> VariableScope:
    """Returns the current variable scope.

    Example:
        >>> import estimax as tf
        >>> tf.get_variable_scope().name
        ''
    """
    active = frame()
    return VariableScope("/".join(active.scopes), active.settings, "/".join([*active.name_scopes, ""]))


@contextmanager
def name_scope(name: str | None, default_name: str | None = None, values: Any = None) -> Iterator[str]:
    """Puts a name before the names of the results made inside; variables of `get_variable` keep theirs.

    Args:
        name: numbered where it was used before; one with a slash at its end is continued as it is.
        default_name: the name where there is none.
        values: has no effect.

    Example:
        >>> import estimax as tf
        >>> with tf.name_scope("loss") as scope:
        ...     scope
        'loss/'
    """
    active = current_frame.get() or Frame({}, name_scopes=[*open_scopes.get()])
    chosen = default_name if name is None else name
    before = active.name_scopes
    if not chosen:
        active.name_scopes = []
    elif chosen.endswith("/"):
        active.name_scopes = _parts(chosen)
    else:
        active.name_scopes = _parts(unique("/".join([*before, chosen]), active.names_taken))
    try:
        with _shown(before, active.name_scopes):
            yield "".join(f"{part}/" for part in active.name_scopes)
    finally:
        active.name_scopes = before


def _shown(before: list[str], path: list[str]) -> AbstractContextManager[None]:
    """Returns the scope in which JAX keeps what is computed, for the graph that is drawn of it and for profiles.

    JAX puts scopes into each other, so it gets what a path adds to the one before it.
    """
    if current_frame.get() is None:
        return with_open_scopes(path)
    added = path[len(before) :] if path[: len(before)] == before else path
    return jax.named_scope("/".join(added)) if added else nullcontext()
