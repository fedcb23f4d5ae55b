"""`View`: a module under TensorFlow's name, whose names are those of estimax's namespaces.

A view holds nothing: it asks when it is asked, so that `import tensorflow` is as quick
as `import estimax`, and what a program sets on it does not change estimax.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

from estimax._base._lazy import missing, resolve, tensorflow_place


class View(types.ModuleType):
    """A module that finds its names in other modules.

    Args:
        name: the dotted name under which a program knows it.
        places: paths of the namespaces that it asks in turn, as `resolve` reads them.
        submodule: returns the view of a module below this one by its dotted name, or None if there is none.
        noticed: told each name when it is used first.
    """

    def __init__(
        self,
        name: str,
        places: tuple[str, ...],
        submodule: Callable[[str], View | None],
        noticed: Callable[[str, str], None],
    ) -> None:
        super().__init__(name, f"What estimax has of `{name}`.")
        self.__path__: list[str] = []
        vars(self).update(_places=places, _submodule=submodule, _noticed=noticed)

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":  # what `from tensorflow.x import *` asks for
            return [n for n in dir(self) if not n.startswith("_")]
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = self._submodule(f"{self.__name__}.{name}")
        if value is None:
            found = self.find(name)
            if found is None:
                raise missing(self.__name__, name, dir(self))
            value = found[0]
        self._noticed(self.__name__, name)
        setattr(self, name, value)
        return value

    def find(self, name: str) -> tuple[Any, str] | None:
        """Returns what stands under a name and the path of it, or None."""
        for place in vars(self)["_places"]:
            space = resolve(place)
            if hasattr(space, name):
                value = getattr(space, name)
                is_module = isinstance(value, types.ModuleType)
                return value, value.__name__ if is_module else f"{place}:{name}"
        return None

    def __dir__(self) -> list[str]:
        names = {name for name in vars(self) if not name.startswith("_")}
        for place in vars(self)["_places"]:
            names.update(n for n in dir(resolve(place)) if not n.startswith("_"))
        return sorted(names)

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} (estimax)>"


def advice_for(fullname: str) -> str:
    """Returns what to say of a module that is asked for and not here."""
    parent, _, name = fullname.rpartition(".")
    known = dir(sys.modules[parent]) if parent in sys.modules else []
    said = str(missing(parent, name, known)).partition(f"has no attribute {name!r}")[2]
    where = f"tf.{tensorflow_place(fullname)}"
    return f"no module or name {fullname!r} in estimax{said or f', and no {where} in TensorFlow 2.15'}"
