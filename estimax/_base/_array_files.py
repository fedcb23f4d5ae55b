"""Opening what holds arrays by name, whatever wrote it: our checkpoints, TensorFlow's, any safetensors file.

Programs name such a thing by a folder, by the prefix of a checkpoint, or by one of
its files. Here it is found out what that is, and it is opened; what reads arrays
need not know in which form they are stored.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from estimax._base._checkpoint_index import ORIGINAL_SUFFIX, SUFFIX, latest_checkpoint
from estimax._base._errors import InvalidArgumentError, NotFoundError
from estimax._base._files import Path, as_path, exists, names_in
from estimax._base._sliced_checkpoint import open_sliced
from estimax._base._sorted_table import is_sorted_table
from estimax._base._tensor_bundle import bundle_prefix, open_bundle
from estimax._base._tensor_file import open_tensors

# Where saved models have their variables: ours, and TensorFlow's in the folder and in the one above it.
_EXPORTED = (
    f"variables{SUFFIX}",
    f"variables{ORIGINAL_SUFFIX}",
    os.path.join("variables", f"variables{ORIGINAL_SUFFIX}"),
)


class StoredArray(Protocol):
    """What is known of an array before it is read."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...


class ArrayFile(Protocol):
    """A file of arrays, open for reading.

    Attributes:
        path: of the file that lists them.
        entries: what is known of each, by name.
    """

    @property
    def path(self) -> str: ...

    @property
    def entries(self) -> Mapping[str, StoredArray]: ...

    def read(self, name: str) -> np.ndarray:
        """Reads one array; NotFoundError where there is none of this name, DataLossError where it is damaged."""


def array_path(path: Path) -> str:
    """Returns the file that lists the arrays of what a path names.

    Args:
        path: a folder of checkpoints, which stands for its newest or only one; a folder of a saved
            model; a prefix; a file of a checkpoint; a safetensors file.

    Raises:
        InvalidArgumentError: the folder has no checkpoint.
        NotFoundError: there is no such file.

    Example:
        >>> import pathlib, tempfile
        >>> from estimax._base._array_files import array_path
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "model.ckpt-7.index").write_bytes(b"")
        >>> pathlib.Path(array_path(folder)).name
        'model.ckpt-7.index'
    """
    text = as_path(path)
    found = _checkpoint_file(text)
    if found is not None:
        return found
    if not exists(text):
        raise NotFoundError(
            f"there is no checkpoint {text!r}: neither {text + SUFFIX!r} nor {text + ORIGINAL_SUFFIX!r}, "
            f"nor a folder of this name"
        )
    prefix = latest_checkpoint(text)
    if prefix is not None:
        found = _checkpoint_file(prefix)
        if found is not None:
            return found
    for name in _EXPORTED:
        if exists(os.path.join(text, name)):
            return os.path.join(text, name)
    single = [name for name in names_in(text) if name.endswith((SUFFIX, ORIGINAL_SUFFIX))]
    if len(single) != 1:
        raise InvalidArgumentError(f"the folder {text!r} must hold a checkpoint; it has {names_in(text)[:5]}")
    return os.path.join(text, single[0])


def _checkpoint_file(text: str) -> str | None:
    """Returns the file that lists the arrays of a prefix or of one of a checkpoint's files."""
    for prefix in (text, bundle_prefix(text)):
        for suffix in (SUFFIX, ORIGINAL_SUFFIX):
            if exists(f"{prefix}{suffix}"):
                return f"{prefix}{suffix}"
    return text if exists(text) and not os.path.isdir(text) else None


@contextmanager
def open_arrays(path: Path) -> Iterator[ArrayFile]:
    """Opens what a path names; see `array_path`. No array is read yet.

    Raises:
        InvalidArgumentError: the folder has no checkpoint.
        NotFoundError: there is no such file.
        DataLossError: it is truncated or damaged.
    """
    file = array_path(path)
    if file.endswith(ORIGINAL_SUFFIX):
        with open_bundle(file.removesuffix(ORIGINAL_SUFFIX)) as bundle:
            yield bundle
    elif not file.endswith(SUFFIX) and is_sorted_table(file):
        with open_sliced(file) as sliced:
            yield sliced
    else:
        with open_tensors(file) as tensors:
            yield tensors
