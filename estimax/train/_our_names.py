"""What the arrays of TensorFlow's checkpoints are called here.

Variables have the same names. The state of optimizers differs where TensorFlow
added something of its own to it:

- a part of a partitioned variable, or the number of a template: `w/part_0/Ftrl` and
  `w/t_0/Adagrad` are `w/Ftrl` and `w/Adagrad`; the slots of several parts are one;
- the scope in which `minimize` was called: `OptimizeLoss/w/Adam` and
  `linear/head/beta1_power` are `w/Adam` and `beta1_power`;
- checkpoints of `tf.train.Checkpoint` are keyed by objects and say themselves what
  the program called their variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax import logging
from estimax._base._array_files import ArrayFile
from estimax._base._errors import DataLossError
from estimax._base._object_graph import OBJECT_GRAPH, full_names
from estimax._base._parted_arrays import PartedArrays
from estimax._base._wire_format import WireError

INPUT = "__input__/"
"""Names that begin so hold the position of the input; no variable is called so."""

_PART = re.compile(r"(?P<variable>.+)/(?:part|t)_\d+/(?P<slot>[^/]+)")
_SLOT = re.compile(
    r"(?P<variable>.+)/(?P<slot>(?:Adam|Adagrad|AdagradDA|Adadelta|Ftrl|Momentum|RMSProp|ProximalAdagrad)(?:_\d+)?)"
)
_POWER = re.compile(r"(?:.+/)?(?P<name>beta[12]_power)(?:_\d+)?")


@dataclass(frozen=True)
class Taken:
    """An array under our name.

    Attributes:
        name: ours.
        sources: the names in the file; several for one that is stored in parts there.
        shape: of the array.
        dtype: of its elements.
    """

    name: str
    sources: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def is_renamed(self) -> bool:
        return self.sources != (self.name,)


@dataclass(frozen=True)
class Naming:
    """What is taken of a file, and what is left there and why.

    Attributes:
        taken: by our name.
        left: the reason, by the name in the file.
    """

    taken: Mapping[str, Taken]
    left: Mapping[str, str]

    def read(self, file: ArrayFile, name: str) -> np.ndarray:
        """Reads an array by our name."""
        sources = self.taken[name].sources
        return file.read_joined(sources) if isinstance(file, PartedArrays) else file.read(sources[0])

    def log(self, path: str) -> None:
        """Tells what is taken of a file of TensorFlow, and by line what has another name here or is left."""
        renamed = [taken for taken in self.taken.values() if taken.is_renamed]
        lines = [f"  {', '.join(taken.sources)} is taken as {taken.name}" for taken in renamed]
        lines += [f"  {name} is left: {reason}" for name, reason in self.left.items()]
        logging.info(
            "%s is a checkpoint of TensorFlow: %d arrays are taken, of these %d under another name, and %d are left.%s",
            path,
            len(self.taken),
            len(renamed),
            len(self.left),
            "".join(f"\n{line}" for line in lines),
        )


def our_names(file: ArrayFile) -> Naming:
    """Returns what the arrays of a file are called here.

    Example:
        >>> import io, pathlib, tempfile
        >>> import numpy as np
        >>> from estimax._base._array_files import open_arrays
        >>> from estimax._base._tensor_file import write_tensors
        >>> path = pathlib.Path(tempfile.mkdtemp(), "model.safetensors")
        >>> with path.open("wb") as file:
        ...     write_tensors(file, {"dense/kernel": np.ones((2, 3))}, {})
        >>> with open_arrays(path) as file:
        ...     list(our_names(file).taken)
        ['dense/kernel']
    """
    if not isinstance(file, PartedArrays):
        names = sorted(name for name in file.entries if not name.startswith(INPUT))
        return Naming({n: Taken(n, (n,), file.entries[n].shape, file.entries[n].dtype) for n in names}, {})
    given, left = _program_names(file)
    taken: dict[str, Taken] = {}
    for name, sources in sorted(_grouped(file, given)):
        entry = file.entry(sources[0])
        if entry.dtype.kind == "O":
            left |= dict.fromkeys(sources, "it holds strings or what is no array")
        elif not file.is_complete(sources):
            left |= dict.fromkeys(sources, "some of its parts are missing")
        else:
            taken[name] = Taken(name, sources, entry.shape, entry.dtype)
    return Naming(taken, left)


def _program_names(file: PartedArrays) -> tuple[dict[str, str], dict[str, str]]:
    """Returns what the program called each array, by its name in the file, and what is left."""
    if OBJECT_GRAPH not in file.entries:
        return {name: name for name in file.entries}, {}
    try:
        known = full_names(bytes(file.read(OBJECT_GRAPH)[()]))
    except (WireError, TypeError):
        raise DataLossError(
            f"{file.path!r} is truncated or damaged: its description of objects makes no sense. Use another copy"
        ) from None
    given = {key: known.get(key, key) for key in file.entries if key != OBJECT_GRAPH}
    return given, {OBJECT_GRAPH: "it describes the objects of the program"}


def _grouped(file: PartedArrays, given: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields our names with those in the file."""
    shapes = {name: file.entry(source).shape for source, name in given.items()}
    groups: dict[str, list[str]] = {}
    for source, name in given.items():
        groups.setdefault(_our_name(name, shapes), []).append(source)
    for name, sources in groups.items():
        own = [source for source in sources if given[source] == name]
        if own:  # what would get a name that is taken keeps its own
            yield from ((given[source], (source,)) for source in sources if source != own[0])
            sources = [own[0]]
        if _POWER.fullmatch(name):
            yield from ((f"{name}_{n}" if n else name, (source,)) for n, source in enumerate(sorted(sources)))
        elif len(sources) == 1 or file.is_complete(sources):
            yield name, tuple(sorted(sources))
        else:
            yield from ((given[source], (source,)) for source in sources)


def _our_name(name: str, shapes: Mapping[str, tuple[int, ...]]) -> str:
    part = _PART.fullmatch(name)
    if part and part["variable"] in shapes:
        return f"{part['variable']}/{part['slot']}"
    slot = _SLOT.fullmatch(name)
    if slot and slot["variable"] not in shapes:
        for variable in _without_scopes(slot["variable"]):
            if shapes.get(variable) == shapes[name]:
                return f"{variable}/{slot['slot']}"
    power = _POWER.fullmatch(name)
    return power["name"] if power and shapes[name] == () else name


def _without_scopes(name: str) -> Iterator[str]:
    """Yields a name without its first scope, without its first two scopes, and so on."""
    while "/" in name:
        name = name.partition("/")[2]
        yield name
