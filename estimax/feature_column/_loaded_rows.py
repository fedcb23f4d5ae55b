"""Rows of an embedding that come from a checkpoint: an initializer that reads them when the variable is made.

Training that goes on from a checkpoint of its own, evaluation, prediction and a
saved model have the rows already and never open the file again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from estimax._base._array_files import ArrayFile, array_path, open_arrays
from estimax._base._dtypes import as_dtype
from estimax._base._errors import InvalidArgumentError, NotFoundError
from estimax._base._files import as_path
from estimax.initializers import Initializer


@dataclass(frozen=True)
class LoadedRows(Initializer):
    """Takes all values from a variable of a checkpoint.

    Args:
        checkpoint: prefix of a checkpoint, ours or TensorFlow's, a folder of checkpoints, or a safetensors file.
        tensor_name: the variable's name there.
        column: name of the column that asks, for errors.

    Example:
        >>> import pathlib, tempfile
        >>> import numpy as np
        >>> from estimax._base._tensor_file import write_tensors
        >>> from estimax.feature_column._loaded_rows import LoadedRows
        >>> path = pathlib.Path(tempfile.mkdtemp(), "words.safetensors")
        >>> with path.open("wb") as file:
        ...     write_tensors(file, {"rows": np.ones((2, 3), np.float32)}, {})
        >>> LoadedRows(str(path), "rows", "word_embedding")([2, 3]).sum().item()
        6.0
    """

    checkpoint: str
    tensor_name: str
    column: str

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: np.random.Generator | None = None) -> np.ndarray:
        """Reads the values.

        Raises:
            NotFoundError: there is no such checkpoint, or no such variable in it.
            InvalidArgumentError: the variable has another shape, or holds no floats.
        """
        with open_arrays(self._file()) as file:
            name = self._name_in(file)
            entry = file.entries[name]
            if entry.shape != tuple(shape) or entry.dtype.kind not in "fV":  # bfloat16 is of kind V
                raise InvalidArgumentError(
                    f"column {self.column!r} needs float values of shape {tuple(shape)}, one row for each category; "
                    f"{name!r} in {file.path} is {entry.dtype} of shape {entry.shape}"
                )
            return file.read(name).astype(as_dtype("float32" if dtype is None else dtype).as_numpy_dtype)

    def _file(self) -> str:
        try:
            return array_path(self.checkpoint)
        except NotFoundError as error:
            raise NotFoundError(f"ckpt_to_load_from of column {self.column!r}: {error}") from None

    def _name_in(self, file: ArrayFile) -> str:
        """Returns the variable's name as the file has it; programs may add the `:0` of a Tensor."""
        name = self.tensor_name.removesuffix(":0")
        if name in file.entries:
            return name
        raise NotFoundError(
            f"tensor_name_in_ckpt of column {self.column!r} is {self.tensor_name!r}, which {file.path} does not have; "
            f"it has {', '.join(map(repr, sorted(file.entries)[:10])) or 'none'}"
        )


def row_initializer(
    initializer: Any, ckpt_to_load_from: str | PathLike[str] | None, tensor_name_in_ckpt: str | None, column: str
) -> Any:
    """Returns what the rows of a column start with: those of a checkpoint where one is named.

    Raises:
        InvalidArgumentError: the initializer cannot be called, or only one of checkpoint and name is given.
    """
    if initializer is not None and not callable(initializer):
        raise InvalidArgumentError(
            f"initializer of column {column!r} must be a function (shape, dtype, rng) -> array, as tf.initializers "
            f"has them; got {initializer!r}"
        )
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise InvalidArgumentError(
            f"column {column!r} needs both ckpt_to_load_from and tensor_name_in_ckpt, or neither; "
            f"got {ckpt_to_load_from!r} and {tensor_name_in_ckpt!r}"
        )
    if ckpt_to_load_from is None:
        return initializer
    return LoadedRows(as_path(ckpt_to_load_from), str(tensor_name_in_ckpt), column)
