"""Reading checkpoints whatever wrote them: `list_variables`, `load_variable`, `load_checkpoint`.

These give names as they stand in the file. What restores a model asks `our_names`
for what they are called here.
"""

from __future__ import annotations

import re
import weakref
from contextlib import ExitStack
from typing import Any

import numpy as np

from estimax._base._array_files import open_arrays
from estimax._base._checkpoint_index import SUFFIX, checkpoint_exists
from estimax._base._dtypes import DType, as_dtype
from estimax._base._files import as_path, exists
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._our_names import INPUT, Naming, our_names

_STEP = re.compile(r"-(\d+)$")


class CheckpointReader:
    """Reads single variables of a checkpoint; `load_checkpoint` makes one.

    Args:
        path: a prefix, a folder of checkpoints or of a saved model, or a file of either, in
            our form or in TensorFlow's.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is truncated, or its list of variables is damaged.

    Example:
        >>> import pathlib, tempfile
        >>> import numpy as np
        >>> import estimax as tf
        >>> from estimax._base._tensor_file import write_tensors
        >>> path = pathlib.Path(tempfile.mkdtemp(), "words.safetensors")
        >>> with path.open("wb") as file:
        ...     write_tensors(file, {"rows": np.ones((2, 3), np.float32)}, {})
        >>> reader = tf.train.load_checkpoint(path)
        >>> reader.get_variable_to_shape_map(), reader.has_tensor("columns")
        ({'rows': [2, 3]}, False)
    """

    def __init__(self, path: Any) -> None:
        files = ExitStack()
        self._file = files.enter_context(open_arrays(path))
        self._names = dict.fromkeys(sorted(name for name in self._file.entries if not name.startswith(INPUT)))
        weakref.finalize(self, files.close)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Returns the shape of each variable."""
        return {name: list(self._file.entries[name].shape) for name in self._names}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """Returns the type of each variable."""
        return {name: _dtype(self._file.entries[name].dtype) for name in self._names}

    def has_tensor(self, name: str) -> bool:
        """Tells whether there is a variable of this name."""
        return name in self._names

    def get_tensor(self, name: str) -> np.ndarray:
        """Reads a variable.

        Raises:
            NotFoundError: there is none of this name.
            DataLossError: its bytes are not those that were written.
        """
        return self._file.read(name)

    def debug_string(self) -> bytes:
        """Returns a line for each variable: its name, its type and its shape."""
        entries = [(name, self._file.entries[name]) for name in self._names]
        return "\n".join(f"{name} ({_dtype(e.dtype).name}) {list(e.shape)}" for name, e in entries).encode()


def _dtype(dtype: np.dtype[Any]) -> DType:
    try:
        return as_dtype(dtype)
    except TypeError:  # a type that exists in checkpoints only: complex numbers, short floats
        return DType(dtype.name, dtype.type)


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """Opens a checkpoint, given its prefix or its folder.

    Raises:
        NotFoundError: there is no such checkpoint or folder.
        InvalidArgumentError: the folder has no checkpoint.
    """
    return CheckpointReader(ckpt_dir_or_file)


NewCheckpointReader = load_checkpoint


def load_variable(ckpt_dir_or_file: Any, name: str) -> np.ndarray:
    """Reads one variable of a checkpoint.

    Raises:
        NotFoundError: there is no such checkpoint or variable.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """Lists the variables of a checkpoint with their shapes, by name."""
    return list(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def read_arrays(path: Any) -> dict[str, np.ndarray]:
    """Reads all variables of a checkpoint, or all arrays of any safetensors file, under our names.

    Args:
        path: a prefix, a folder of checkpoints or of a saved model, or a file.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is truncated or damaged.
    """
    return read_named(path)[0]


def read_named(path: Any) -> tuple[dict[str, np.ndarray], Naming]:
    """Reads all variables of what a path names, and says what they are called there."""
    with open_arrays(path) as file:
        naming = our_names(file)
        return {name: naming.read(file, name) for name in naming.taken}, naming


def is_original(prefix: str) -> bool:
    """Tells whether there is a checkpoint of TensorFlow of this prefix, and none of ours."""
    path = as_path(prefix)
    return not exists(f"{path}{SUFFIX}") and checkpoint_exists(path)


def original_step(prefix: str) -> int:
    """Reads the step of a checkpoint of TensorFlow, and nothing else of it."""
    with open_arrays(prefix) as file:
        naming = our_names(file)
        known = [GLOBAL_STEP] if GLOBAL_STEP in naming.taken else []
        return step_of(prefix, {name: naming.read(file, name) for name in known})


def read_original(prefix: str) -> tuple[int, dict[str, np.ndarray]]:
    """Reads a checkpoint of TensorFlow: its step, and its variables under our names. Says what is taken.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is truncated or damaged.
    """
    arrays, naming = read_named(prefix)
    naming.log(prefix)
    return step_of(prefix, arrays), arrays


def step_of(path: str, arrays: dict[str, np.ndarray]) -> int:
    """Returns the global step of a checkpoint: its variable, else the number in its name, else 0."""
    step = arrays.get(GLOBAL_STEP)
    if step is not None and step.size == 1 and step.dtype.kind in "iu":
        return int(step.reshape(()))
    named = _STEP.search(path)
    return int(named[1]) if named else 0
