"""`load`: a saved model from its folder, ready to be called.

Loading executes nothing of what the files contain but registered ops and XLA
programs without callbacks. Every file is compared with its checksum.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, final

import jax
import numpy as np
from jax import export

from estimax._base._errors import DataLossError, FailedPreconditionError, OpError
from estimax._base._files import Path, as_path
from estimax._base._lazy import did_you_mean, resolve
from estimax._base._state_tree import unpack
from estimax._base._tensor_file import open_tensors
from estimax._graph._function import Function
from estimax._graph._op import OPS
from estimax._graph._saving import function_from_json
from estimax.saved_model._device_export import check_calls
from estimax.saved_model._device_run import DeviceRunner, RunRecord, choose_device, narrowed
from estimax.saved_model._host_graph import HostNumbers, take
from estimax.saved_model._manifest import ASSETS, FolderReader
from estimax.saved_model._save import DEVICE, GRAPH_ARRAYS, HOST_GRAPH, VARIABLES
from estimax.saved_model._signature import Signature

# The rooms whose ops `import estimax` leaves for later. Only these are ever imported for a file's sake.
OP_ROOMS = (
    "estimax.lookup",
    "estimax.sparse",
    "estimax.ragged",
    "estimax.random",
    "estimax.image",
    "estimax._functional",
    "estimax.feature_column",
)


@final
class Variables(Mapping[str, np.ndarray]):
    """The variables of a saved model by name; each is read from the file when it is asked for.

    Raises:
        NotFoundError: the file is no longer there when a variable is read.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        with open_tensors(path, is_sealed=True) as file:
            self._names = tuple(file.entries)

    def read(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Reads several variables."""
        with open_tensors(self._path, is_sealed=True) as file:
            return {name: file.read(name) for name in names}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(f"{name}{did_you_mean(name, self._names)}")
        return self.read([name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@final
class SavedModel:
    """A loaded model.

    Attributes:
        path: the folder it was loaded from.
        signatures: what it can be asked, by name.
        variables: the weights by name, read from the file when they are asked for.
        assets: path of each file that was saved with the model, by its relative name.
    """

    def __init__(
        self, path: str, signatures: Mapping[str, Signature], variables: Variables, assets: Mapping[str, str]
    ) -> None:
        self.path = path
        self.signatures = signatures
        self.variables = variables
        self.assets = assets

    def warm_up(self, rows: Sequence[int] = (1,)) -> None:
        """Compiles the programs for requests of so many rows, and makes the look-up tables.

        A program serves all numbers of rows up to the next power of two: `(1, 2, 4, 8)` makes
        ready for every request of up to eight rows.
        """
        for count in rows:
            for signature in self.signatures.values():
                signature.warm_up(count)

    def __repr__(self) -> str:
        return f"<SavedModel {self.path}: {', '.join(self.signatures)}>"


def load(path: Path) -> SavedModel:
    """Loads a saved model.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> import estimax as tf
        >>> x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
        >>> double = tf.saved_model.SignatureParts(
        ...     "tensorflow/serving/predict", {"x": x}, [x], lambda v, entries: [entries[0] * v["w"]], [y], {"y": y}
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tf.saved_model.save(f"{folder}/1", {"double": double}, {"w": np.float32(2)})
        ...     model = tf.saved_model.load(f"{folder}/1")
        ...     model.signatures["double"](x=[1.0, 2.5])
        {'y': array([2., 5.], dtype=float32)}

    Raises:
        NotFoundError: there is no saved model in the folder.
        DataLossError: a file is missing, truncated or damaged; the message names it.
        FailedPreconditionError: the model was written for a later version.
    """
    reader = FolderReader(as_path(path))
    try:
        model = _assemble(reader)
    except OpError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise DataLossError(f"the files in {reader.path} do not make up a saved model: {error!r}") from error
    reader.check_all()
    return model


def _assemble(reader: FolderReader) -> SavedModel:
    graph = _read_graph(reader)
    variables = Variables(reader.file(VARIABLES))
    runners = _Runners(reader, variables)
    signatures = {}
    for name, described in reader.contents["signatures"].items():
        numbers = HostNumbers(*(described[part] for part in ("inputs", "entries", "exits", "outputs")))
        number = described["device"]
        runner = None if number is None else runners.runner(number)
        signatures[name] = Signature(name, described["method_name"], take(graph, numbers), runner)
    prefix = f"{ASSETS}/"
    assets = {name.removeprefix(prefix): reader.file(name) for name in reader.names if name.startswith(prefix)}
    return SavedModel(reader.path, signatures, variables, assets)


def _read_graph(reader: FolderReader) -> Function:
    described = json.loads(reader.read(HOST_GRAPH))
    with open_tensors(reader.file(GRAPH_ARRAYS), is_sealed=True) as file:
        arrays = {name: file.read(name) for name in file.entries}
    for array in arrays.values():
        array.flags.writeable = False  # a result may be one of them
    document = described["function"]
    for room in OP_ROOMS:
        if not _ops(document) <= OPS.keys():
            resolve(room)
    return function_from_json(document, unpack(json.dumps(described["arrays"]), arrays))


def _ops(document: Any) -> set[str]:
    """Returns the names of the ops of a saved graph, and of the functions that are among their parameters."""
    if isinstance(document, list):
        return {name for item in document for name in _ops(item)}
    if not isinstance(document, dict):
        return set()
    own = {document["op"]} if isinstance(document.get("op"), str) else set()
    return own | {name for item in document.values() for name in _ops(item)}


class _Runners:
    """Makes each device program once, and puts each variable on the device once."""

    def __init__(self, reader: FolderReader, variables: Variables) -> None:
        self._reader = reader
        self._variables = variables
        self._runners: dict[int, DeviceRunner] = {}
        self._on_device: dict[tuple[str, Any], Any] = {}

    def runner(self, number: int) -> DeviceRunner:
        if number not in self._runners:
            self._runners[number] = self._load(number)
        return self._runners[number]

    def _load(self, number: int) -> DeviceRunner:
        described = self._reader.contents["device"][number]
        record = RunRecord.from_json(described)
        name = f"{DEVICE}/{number}.stablehlo"
        data = self._reader.read(name)
        try:
            exported = export.deserialize(bytearray(data))
        except Exception as error:
            raise FailedPreconditionError(
                f"{self._reader.file(name)}, written with {self._reader.written_by}, cannot be read by jax "
                f"{jax.__version__}: {error}. Use the jax it was written with, or a newer one"
            ) from error
        check_calls(exported, self._reader.file(name))
        device = choose_device(record.platforms)
        self._put([v for v in record.variables if (v, device) not in self._on_device], device)
        return DeviceRunner(exported, record, [self._on_device[v, device] for v in record.variables], device)

    def _put(self, names: Sequence[str], device: Any) -> None:
        for name, value in self._variables.read(names).items():
            narrow = narrowed(value, jax.dtypes.canonicalize_dtype(value.dtype))
            self._on_device[name, device] = jax.device_put(narrow, device)
