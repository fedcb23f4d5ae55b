"""`save`: writes signatures and variables as a folder that needs none of the code that made them.

The folder holds the host graph as JSON (`host_graph.json`, its arrays in
`graph_arrays.safetensors`), a file of StableHLO for each device program
(`device/`), the weights (`variables.safetensors`), the assets, and
`saved_model.json`, which says how they belong together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimax._base._errors import AlreadyExistsError, InvalidArgumentError
from estimax._base._files import Path, as_path, names_in
from estimax._base._state_tree import pack
from estimax._base._string_array import StringArray
from estimax._base._tensor_file import write_tensors
from estimax._graph._column import Value
from estimax._graph._function import Function
from estimax._graph._saving import function_to_json
from estimax.saved_model._device_export import DeviceProgram, check_results, export_device
from estimax.saved_model._host_graph import join, key_of
from estimax.saved_model._manifest import FolderWriter, check_asset_name
from estimax.saved_model._parts import SignatureParts

HOST_GRAPH = "host_graph.json"
GRAPH_ARRAYS = "graph_arrays.safetensors"
VARIABLES = "variables.safetensors"
DEVICE = "device"


def save(
    path: Path,
    signatures: Mapping[str, SignatureParts],
    variables: Mapping[str, np.ndarray],
    *,
    assets: Mapping[str, str] | None = None,
    platforms: Sequence[str] = ("cpu", "cuda", "tpu"),
) -> None:
    """Writes a saved model.

    All files are flushed to the disk. To make the model appear at once and whole,
    save under a temporary name and rename the folder.

    Args:
        path: of the folder, which must be empty or not exist.
        signatures: what the model can be asked, by name.
        variables: the weights, by name; those that no signature uses are kept too.
        assets: files to keep with the model: relative name to the file to copy.
        platforms: kinds of devices the model shall run on.

    Raises:
        AlreadyExistsError: the folder is not empty.
        InvalidArgumentError: a signature that cannot be saved; the message names it.
        NotFoundError: an asset is missing.
    """
    folder = as_path(path)
    if not signatures:
        raise InvalidArgumentError("a saved model must have at least one signature; got none")
    if names_in(folder):
        raise AlreadyExistsError(f"a model is saved into a folder of its own; {folder} is not empty")
    for name in assets or {}:
        check_asset_name(name)
    arrays = {name: np.asarray(value) for name, value in variables.items()}
    graph, numbers = join(signatures)
    programs = _Programs(arrays, tuple(platforms))
    described = {
        name: {"method_name": p.method_name, **numbers[name].to_json(), "device": programs.number(name, p)}
        for name, p in signatures.items()
    }
    writer = FolderWriter(folder)
    _write_graph(writer, graph)
    writer.write(VARIABLES, lambda file: write_tensors(file, arrays, {}))
    for number, program in enumerate(programs.exported):
        writer.write(f"{DEVICE}/{number}.stablehlo", bytes(program.exported.serialize()))
    for name, source in (assets or {}).items():
        writer.copy(name, source)
    writer.finish({"signatures": described, "device": [p.to_json() for p in programs.exported]})


def _write_graph(writer: FolderWriter, graph: Function) -> None:
    described, values = function_to_json(graph)
    text, arrays = pack({name: _without_origin(value) for name, value in values.items()})
    writer.write(GRAPH_ARRAYS, lambda file: write_tensors(file, arrays, {}))
    writer.write(HOST_GRAPH, json.dumps({"function": described, "arrays": json.loads(text)}).encode())


def _without_origin(value: Value) -> Value:
    """Leaves out which files of this machine strings came from."""
    return StringArray(value.flat, value.shape) if isinstance(value, StringArray) else value


class _Programs:
    """Exports each device program once, however many signatures use it."""

    def __init__(self, variables: Mapping[str, np.ndarray], platforms: tuple[str, ...]) -> None:
        self.exported: list[DeviceProgram] = []
        self._variables = variables
        self._platforms = platforms
        self._numbers: dict[Any, int] = {}

    def number(self, name: str, parts: SignatureParts) -> int | None:
        """Returns the number of a signature's device program, or None where it needs none."""
        if not parts.exits:
            return None
        key = (id(parts.device), *map(key_of, parts.entries))
        if key not in self._numbers:
            self.exported.append(export_device(name, parts, self._variables, self._platforms))
            self._numbers[key] = len(self.exported) - 1
        number = self._numbers[key]
        check_results(name, parts.exits, self.exported[number].exported.out_avals)
        return number
