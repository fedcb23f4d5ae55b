"""`tf.gfile` and `tf.io.gfile`: files and folders, local or remote, under the original's names.

The functions of version 2 (`exists`, `rmtree`) do the work; those of version 1
(`Exists`, `DeleteRecursively`) are other names for them.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from estimax._base import _files
from estimax._base._errors import AlreadyExistsError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax._base._files import Path, as_path, file_system, is_remote, named_errors, names_in, open_read
from estimax._base._files import exists as exists
from estimax._base._lazy import explain_missing

_DIRECTORY = 3  # pyarrow.fs.FileType.Directory


class GFile:
    """An open file; without 'b' in the mode it holds text in UTF-8.

    Args:
        name: the path.
        mode: 'r', 'w' or 'a', with 'b' for bytes and, for local files, '+' for both directions.

    Raises:
        NotFoundError: there is no such file to read, or no folder to write to.
        InvalidArgumentError: there is no such mode.

    Example:
        >>> from estimax import gfile
        >>> with gfile.GFile("/tmp/greeting.txt", "w") as file:
        ...     file.write("hello")
        >>> gfile.GFile("/tmp/greeting.txt", "rb").read()
        b'hello'
        >>> gfile.remove("/tmp/greeting.txt")
    """

    def __init__(self, name: Path, mode: str = "r") -> None:
        if mode.replace("b", "", 1).replace("+", "", 1) not in ("r", "w", "a"):
            raise InvalidArgumentError(f"a file's mode must be 'r', 'w' or 'a', maybe with 'b' or '+'; got {mode!r}")
        self.name = as_path(name)
        self.mode = mode
        with named_errors(name):
            raw = _open_remote(self.name, mode) if is_remote(name) else _open_local(self.name, mode)
        self._file: Any = raw if "b" in mode else io.TextIOWrapper(raw, "utf-8", newline="\n")

    def read(self, n: int = -1) -> Any:
        """Reads the rest of the file, or its next n characters or bytes."""
        return self._file.read(n)

    def readline(self) -> Any:
        """Reads the next line with its newline; an empty one at the end."""
        return self._file.readline()

    def readlines(self) -> list[Any]:
        """Reads the lines that are left."""
        return list(self._file.readlines())

    def write(self, file_content: str | bytes) -> None:
        """Appends text, or bytes in a binary mode."""
        self._file.write(file_content)

    def seek(self, offset: int = 0, whence: int = 0) -> None:
        """Moves to a position, from the start (0), from here (1) or from the end (2)."""
        self._file.seek(offset, whence)

    def tell(self) -> int:
        """Returns the position."""
        return int(self._file.tell())

    def seekable(self) -> bool:
        """Tells whether the position can be moved."""
        return bool(self._file.seekable())

    def size(self) -> int:
        """Returns the length of the file in bytes."""
        self.flush()
        return stat(self.name).length

    def flush(self) -> None:
        """Hands what was written to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Writes what is left and closes the file."""
        self._file.close()

    def __enter__(self) -> GFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):  # the original closes in silence what a program leaves open
            self.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __next__(self) -> Any:
        return next(self._file)


def _open_local(path: str, mode: str) -> Any:
    return open(path, mode.replace("b", "") + "b")  # GFile closes it


def _open_remote(path: str, mode: str) -> Any:
    system, name = file_system(path)
    if "+" in mode:
        raise InvalidArgumentError(f"a remote file can be read or written, not both; got mode {mode!r} for {path!r}")
    if "r" in mode:
        return open_read(path)
    # Arrow would compress what is written to a name that ends in .gz.
    opened = system.open_append_stream if "a" in mode else system.open_output_stream
    return opened(name, compression=None)


@dataclass(frozen=True)
class FileStatistics:
    """What is known of a file without reading it: bytes, time of the last change in nanoseconds, kind."""

    length: int
    mtime_nsec: int
    is_directory: bool


def stat(path: Path) -> FileStatistics:
    """Returns the length, time of change and kind of a file or folder.

    Raises:
        NotFoundError: there is none of this name.
    """
    system, name = file_system(path)
    info = system.get_file_info(name)
    if not info.type.value:
        with named_errors(path):
            raise FileNotFoundError
    return FileStatistics(info.size or 0, info.mtime_ns or 0, info.type.value == _DIRECTORY)


def isdir(path: Path) -> bool:
    """Tells whether there is a folder of this name."""
    system, name = file_system(path)
    return bool(system.get_file_info(name).type.value == _DIRECTORY)


def glob(pattern: Path | Sequence[Path]) -> list[str]:
    """Lists the files and folders that one or several patterns match, sorted for each pattern.

    Example:
        >>> from estimax import gfile
        >>> gfile.glob("/nowhere/train-*.csv")
        []
    """
    patterns = [pattern] if isinstance(pattern, str | bytes | os.PathLike) else pattern
    return [path for p in patterns for path in _files.glob(p)]


def listdir(path: Path) -> list[str]:
    """Lists the names in a folder, sorted.

    Raises:
        NotFoundError: there is no such folder.
    """
    if not isdir(path):
        with named_errors(path):
            raise NotADirectoryError if exists(path) else FileNotFoundError
    return names_in(path)


def mkdir(path: Path) -> None:
    """Makes a folder in a folder that exists; does nothing if it is there.

    Raises:
        NotFoundError: there is no folder to make it in.
        AlreadyExistsError: there is a file of this name.
    """
    _make_folder(path, recursive=False)


def makedirs(path: Path) -> None:
    """Makes a folder and those above it, where they are missing.

    Raises:
        AlreadyExistsError: there is a file of this name.
    """
    _make_folder(path, recursive=True)


def _make_folder(path: Path, recursive: bool) -> None:
    if isdir(path):
        return
    with named_errors(path):
        if exists(path):
            raise FileExistsError
        system, name = file_system(path)
        system.create_dir(name, recursive=recursive)


def remove(path: Path) -> None:
    """Removes a file.

    Raises:
        NotFoundError: there is no such file.
        FailedPreconditionError: it is a folder.
    """
    system, name = file_system(path)
    with named_errors(path):
        system.delete_file(name)


def rmtree(path: Path) -> None:
    """Removes a folder with all that is in it, or a file.

    Raises:
        NotFoundError: there is none of this name.
    """
    if not isdir(path) or os.path.islink(as_path(path)):
        remove(path)
        return
    system, name = file_system(path)
    with named_errors(path):
        system.delete_dir(name)


def rename(src: Path, dst: Path, overwrite: bool = False) -> None:
    """Moves a file or folder.

    Raises:
        NotFoundError: there is nothing to move.
        AlreadyExistsError: there is something in its new place, and `overwrite` is false.
    """
    _relocate("move", src, dst, overwrite)


def copy(src: Path, dst: Path, overwrite: bool = False) -> None:
    """Copies a file.

    Raises:
        NotFoundError: there is nothing to copy.
        FailedPreconditionError: it is a folder.
        AlreadyExistsError: there is something in its new place, and `overwrite` is false.
    """
    if isdir(src):
        raise FailedPreconditionError(f"only a file can be copied; {as_path(src)!r} is a folder")
    _relocate("copy_file", src, dst, overwrite)


def _relocate(method: str, src: Path, dst: Path, overwrite: bool) -> None:
    (system, old), (other, new) = file_system(src), file_system(dst)
    if not overwrite and exists(dst):
        raise AlreadyExistsError(f"{as_path(dst)!r} exists already; give overwrite=True to replace it")
    if not exists(src):
        with named_errors(src):
            raise FileNotFoundError
    if system != other:
        if method == "move":
            raise InvalidArgumentError(f"cannot move from {as_path(src)!r} to another file system: {as_path(dst)!r}")
        with named_errors(dst), GFile(src, "rb") as source, GFile(dst, "wb") as sink:
            while block := source.read(1 << 22):
                sink.write(block)
        return
    with named_errors(dst):
        getattr(system, method)(old, new)


def walk(
    top: Path, topdown: bool = True, onerror: Callable[[NotFoundError], object] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Goes through a folder and those below it.

    Args:
        top: where to begin.
        topdown: whether a folder comes before those in it.
        onerror: is called with the error if a folder is not there; without it such a folder is passed over.

    Yields:
        The path of a folder, the names of the folders in it, the names of the files in it.
    """
    path = as_path(top)
    try:
        names = listdir(path)
    except NotFoundError as error:
        if onerror is not None:
            onerror(error)
        return
    folders = [name for name in names if isdir(join(path, name))]
    here = (path, folders, [name for name in names if name not in set(folders)])
    if topdown:
        yield here
    for name in folders:
        yield from walk(join(path, name), topdown, onerror)
    if not topdown:
        yield here


def join(path: Path, *paths: Path) -> str:
    """Joins parts of a path with '/'.

    Example:
        >>> from estimax import gfile
        >>> gfile.join("gs://bucket", "data", "train.csv")
        'gs://bucket/data/train.csv'
    """
    return os.path.join(as_path(path), *(os.fsdecode(p) for p in paths))


def Walk(top: Path, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """Goes through a folder and those below it, see `walk`."""
    return walk(top, in_order)


Open = FastGFile = GFile
Exists = exists
Glob = glob
IsDirectory = isdir
ListDirectory = listdir
MakeDirs = makedirs
MkDir = mkdir
Remove = remove
DeleteRecursively = rmtree
Rename = rename
Copy = copy
Stat = stat

explain_missing(__name__)
