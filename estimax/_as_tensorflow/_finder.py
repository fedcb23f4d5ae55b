"""What `import` asks for modules named `tensorflow…` and `tensorflow_estimator…`, once estimax stands for them."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from estimax import logging
from estimax._as_tensorflow._path import SHADOW
from estimax._as_tensorflow._places import PLACES
from estimax._as_tensorflow._view import View, advice_for
from estimax._base._errors import FailedPreconditionError, InvalidArgumentError
from estimax._base._lazy import tensorflow_place
from estimax._base._tensorflow_names import is_name_of_1x

TOPS = ("tensorflow", "tensorflow_estimator")
DEFAULT_VERSION = "2.15.1"


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds TensorFlow's modules among estimax's namespaces.

    Args:
        version: what `tf.__version__` says. With '1.15' the root is `tf.compat.v1`.
    """

    def __init__(self, version: str = DEFAULT_VERSION) -> None:
        self.version = version
        self.views: dict[str, View] = {}
        self._told = False

    @property
    def is_1x(self) -> bool:
        return self.version.startswith("1.")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Returns how to import a module, None if it is no affair of ours.

        Raises:
            ModuleNotFoundError: it is one of TensorFlow's that is not here.
        """
        if fullname.split(".", maxsplit=1)[0] not in TOPS:
            return None
        if self._view(fullname) is None:
            # The error bears the name of the top: where a name is imported from a module, Python would otherwise
            # take the error for "no submodule" and put one of its own, which gives no advice, in its place.
            raise ModuleNotFoundError(advice_for(fullname), name=fullname.split(".", maxsplit=1)[0])
        return importlib.machinery.ModuleSpec(fullname, self, origin="estimax", is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        """Returns the view that a module is."""
        return self._view(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Does nothing: a view finds its names when they are used."""

    def module(self, name: str) -> types.ModuleType:
        """Returns a top module, ready as if it had been imported."""
        spec = self.find_spec(name, None)
        assert spec is not None
        return importlib.util.module_from_spec(spec)

    def _view(self, fullname: str) -> View | None:
        if fullname not in self.views:
            places = self._places(fullname)
            if places is None:
                return None
            self.views[fullname] = View(fullname, places, self._view_below, self._notice)
            vars(self.views[fullname]).update(self._plain_names(fullname, places), **self._names_of_version(fullname))
        return self.views[fullname]

    def _view_below(self, fullname: str) -> View | None:
        """Returns the view of a module as an attribute of its parent, imported."""
        if self._view(fullname) is None:
            return None
        module = importlib.import_module(fullname)
        return module if isinstance(module, View) else None

    def _places(self, fullname: str) -> tuple[str, ...] | None:
        if fullname == "tensorflow":
            return ("estimax.compat.v1",) if self.is_1x else ("estimax",)
        if fullname in PLACES:
            return PLACES[fullname]
        parent, _, name = fullname.rpartition(".")
        above = self._view(parent) if parent else None
        if above is None:
            return None
        if fullname.startswith("tensorflow.python.keras."):
            return self._places(fullname.replace(".python", "", 1))
        found = above.find(name)
        return (found[1],) if found is not None and isinstance(found[0], types.ModuleType) else None

    def _plain_names(self, fullname: str, places: tuple[str, ...]) -> dict[str, Any]:
        """Returns what stands in a loaded namespace as it is: programs ask `tf.logging.__dict__` for levels."""
        space = sys.modules.get(places[0]) if len(places) == 1 and "." in fullname else None
        plain = {} if space is None else {n: v for n, v in vars(space).items() if not isinstance(v, types.ModuleType)}
        place = tensorflow_place(fullname)
        watched = not self.is_1x and not is_name_of_1x(place)  # what `_notice` is to see
        return {n: v for n, v in plain.items() if n[0] != "_" and not (watched and is_name_of_1x(f"{place}.{n}"))}

    def _names_of_version(self, fullname: str) -> dict[str, Any]:
        if fullname not in ("tensorflow", "tensorflow.compat.v1", "tensorflow.compat.v2", "tensorflow.version"):
            return {}
        names = {"VERSION": self.version, "GIT_VERSION": f"v{self.version}"}
        return names | {"__version__": self.version, "__git_version__": f"v{self.version}"}

    def _notice(self, module: str, name: str) -> None:
        """Warns, once, a program of TensorFlow 1 that it has the defaults of TensorFlow 2."""
        if self._told or self.is_1x or not module.startswith("tensorflow") or ".python" in module:
            return
        if module.startswith(("tensorflow.compat", "tensorflow_", "tensorflow.core")):
            return
        place = tensorflow_place(module)
        dotted = f"{place}.{name}" if place else name
        if is_name_of_1x(dotted):
            self._told = True
            logging.warning(
                "tf.%s is a name that only TensorFlow 1 has, and this program runs with the defaults of TensorFlow %s. "
                "If it was written for 1.x, say so, and it has the losses and optimizers it was written for: "
                "`estimax run --as-tensorflow --version=1.15 …`, or estimax.install_as_tensorflow('1.15').",
                dotted,
                self.version,
            )


def install(version: str) -> Finder:
    """Puts a finder before all others, or returns the one that is there.

    Raises:
        FailedPreconditionError: TensorFlow itself is imported, or estimax stands for another version of it.
        InvalidArgumentError: no such version.
    """
    if not version.startswith(("1.", "2.")):
        raise InvalidArgumentError(
            f"version must be that of a TensorFlow: '1.15' for the names and defaults of 1.x, '2.15'; got {version!r}"
        )
    there = next((f for f in sys.meta_path if isinstance(f, Finder)), None)
    if there is not None and there.version == version:
        return there
    for top in TOPS:
        if top in sys.modules and not _is_shadow(sys.modules[top]):
            what = f"estimax stands for TensorFlow {there.version}" if there else "TensorFlow itself"
            raise FailedPreconditionError(
                f"{what} is imported already, as {top!r}: call estimax.install_as_tensorflow() "
                "before anything imports it, in a notebook after restarting the kernel"
            )
    if there is not None:
        sys.meta_path.remove(there)
    finder = Finder(version)
    sys.meta_path.insert(0, finder)
    return finder


def _is_shadow(module: types.ModuleType) -> bool:
    """Tells whether a module is one of the folder of shadows, which is being replaced."""
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(SHADOW)
