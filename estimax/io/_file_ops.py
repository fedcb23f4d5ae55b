"""Whole files as strings, and the names of files, as operations."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from estimax._base._arrow import binary_array
from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._files import as_path, glob, is_remote, open_read, write_atomically
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_tensor


def read_file(filename: Any, name: str | None = None) -> Any:
    """Reads a whole file.

    Args:
        filename: one string.
        name: of no effect.

    Returns:
        One string.

    Raises:
        NotFoundError: there is no such file.

    Example:
        >>> import pathlib, tempfile
        >>> from estimax.io._file_ops import read_file
        >>> file = pathlib.Path(tempfile.mkdtemp(), "words.txt")
        >>> _ = file.write_text("red house")
        >>> read_file(str(file)).numpy()
        b'red house'
    """
    return _READ(_as_names(filename))


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Writes a whole file, and makes the folders that it stands in; at once, not within a graph.

    Args:
        filename: one string.
        contents: one string.
        name: of no effect.

    Raises:
        TypeError: the function is called where a program is only traced.

    Example:
        >>> import tempfile
        >>> from estimax.io._file_ops import read_file, write_file
        >>> file = tempfile.mkdtemp() + "/sub/words.txt"
        >>> write_file(file, "red house")
        >>> read_file(file).numpy()
        b'red house'
    """
    path, data = _as_names(filename).numpy(), as_tensor(contents, string).numpy()
    if not isinstance(path, bytes) or not isinstance(data, bytes):
        raise InvalidArgumentError(f"write_file takes one name and one string; got {filename!r} and {contents!r}")
    folder = os.path.dirname(as_path(path))
    if folder and not is_remote(path):
        os.makedirs(folder, exist_ok=True)
    write_atomically(path, data)


def matching_files(pattern: Any, name: str | None = None) -> Any:
    """Lists the files that glob patterns match, sorted; none if there are none.

    Args:
        pattern: one string, or a vector of them.
        name: of no effect.

    Returns:
        Strings [files].

    Example:
        >>> from estimax.io._file_ops import matching_files
        >>> matching_files("/nowhere/*.csv").numpy()
        array([], dtype=object)
    """
    return _MATCHING(_as_names(pattern))


def _as_names(given: Any) -> Any:
    return as_tensor(os.fspath(given) if isinstance(given, os.PathLike) else given, string)


def _infer_read(filename: TensorSpec) -> TensorSpec:
    if filename.shape.ndims:
        raise InvalidArgumentError(
            f"read_file takes the name of one file; got names of shape {tuple(filename.shape)}. Use map() of a dataset"
        )
    return TensorSpec((), string)


def _read(filenames: StringArray) -> StringArray:
    contents = []
    for path in filenames.flat.to_pylist():
        with open_read(path) as file:
            contents.append(file.read())
    return StringArray(binary_array(contents), filenames.shape)


def _infer_matching(pattern: TensorSpec) -> TensorSpec:
    if pattern.shape.ndims is not None and pattern.shape.ndims > 1:
        raise InvalidArgumentError(f"matching_files takes one pattern or a vector of them; got {pattern}")
    return TensorSpec([None], string)


def _matching(patterns: StringArray) -> StringArray:
    names = sorted(os.fsencode(path) for pattern in patterns.flat.to_pylist() for path in glob(pattern))
    return StringArray.of(np.array(names, object))


_READ = Op("ReadFile", infer=_infer_read, host=_read, lift=broadcasting, expands=True)
_MATCHING = Op("MatchingFiles", infer=_infer_matching, host=_matching)
