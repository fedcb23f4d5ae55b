"""Files: names that match a pattern, reading, and writing that happens wholly or not at all.

A path is local, or has a scheme (`gs://…`, `s3://…`, `hdfs://…`) and then goes
through Arrow's file systems (`_remote`). Patterns are those of TensorFlow: `*`, `?` and
`[...]` within one part of a path, a leading dot being nothing special.
"""

from __future__ import annotations

import difflib
import fnmatch
import io
import math
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, BinaryIO

from estimax._base._errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
)
from estimax._base._lazy import resolve
from estimax._base._remote import remote_file_system as _remote_file_system

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_WILDCARDS = re.compile(r"[*?\[\\]")
_LEFTOVER = re.compile(r"\.(.+)\.[0-9a-f]{12}\.tmp\Z")
_LEFTOVER_SECONDS = 600
_REMOTE_BUFFER = 4 << 20  # bytes asked for at once: each request takes milliseconds


def as_path(path: Path) -> str:
    """Returns a path as text, without `file://`.

    Raises:
        InvalidArgumentError: it is no path, or an empty one.

    Example:
        >>> from estimax._base._files import as_path
        >>> as_path(b"data/train.csv"), as_path("file:///tmp/x")
        ('data/train.csv', '/tmp/x')
    """
    try:
        text = os.fsdecode(path)
    except TypeError:
        raise InvalidArgumentError(f"a path must be str, bytes or a pathlib.Path; got {path!r}") from None
    if not text:
        raise InvalidArgumentError("a path must not be empty")
    return text.removeprefix("file://") if text.startswith("file:///") else text


def is_remote(path: Path) -> bool:
    """Tells whether a path has a scheme, so that it is not of this machine's file system.

    Example:
        >>> from estimax._base._files import is_remote
        >>> is_remote("gs://bucket/train.csv"), is_remote("train.csv")
        (True, False)
    """
    return _SCHEME.match(as_path(path)) is not None


def file_system(path: Path) -> tuple[Any, str]:
    """Returns the Arrow file system that a path is of, and the path within it.

    Raises:
        InvalidArgumentError: nothing is known of the path's scheme.
    """
    text = as_path(path)
    scheme = _SCHEME.match(text)
    if scheme is None:
        return _local_file_system(), text
    place, _, rest = text[scheme.end() :].partition("/")
    system, root = _remote_file_system(scheme[0] + place)
    return system, f"{root.rstrip('/')}/{rest}".rstrip("/") if rest else root


@cache
def _local_file_system() -> Any:
    return resolve("pyarrow.fs:LocalFileSystem")()


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Gives errors about missing, existing or unfit files and folders their public names, and the path."""
    try:
        yield
    except OpError:
        raise
    except FileNotFoundError:
        raise NotFoundError(f"there is no {as_path(path)!r}; {_what_is_near(as_path(path))}") from None
    except FileExistsError:
        raise AlreadyExistsError(f"{as_path(path)!r} exists already") from None
    except IsADirectoryError:
        raise FailedPreconditionError(f"{as_path(path)!r} must be a file; it is a folder") from None
    except NotADirectoryError:
        raise FailedPreconditionError(f"{as_path(path)!r} must lead through folders; a part of it is a file") from None
    except OSError as error:
        if "NO_SUCH_BUCKET" in str(error):
            raise NotFoundError(f"there is no {as_path(path)!r}; {_what_is_near(as_path(path))}") from None
        if "Not a regular file" in str(error):
            raise FailedPreconditionError(f"{as_path(path)!r} must be a file; it is a folder or bucket") from None
        if is_remote(path):
            raise OSError(f"{as_path(path)!r}: {error}") from error
        raise


def open_read(path: Path) -> BinaryIO:
    """Opens a file for reading bytes; the file can seek.

    Raises:
        NotFoundError: there is no such file; names that are near it are listed.
        FailedPreconditionError: it is a folder.
    """
    with named_errors(path):
        if not is_remote(path):
            return open(as_path(path), "rb")
        system, name = file_system(path)
        return io.BufferedReader(system.open_input_file(name), _REMOTE_BUFFER)


def open_for_arrow(path: Path) -> Any:
    """Opens a file for Arrow's readers, which read what they need of it, wherever that stands.

    Raises:
        NotFoundError: there is no such file; names that are near it are listed.
        FailedPreconditionError: it is a folder.
    """
    with named_errors(path):
        system, name = file_system(path)
        if not is_remote(path) and os.path.isdir(name):
            raise IsADirectoryError
        return system.open_input_file(name)


def exists(path: Path) -> bool:
    """Tells whether there is a file or folder of this name."""
    if not is_remote(path):
        return os.path.exists(as_path(path))
    system, name = file_system(path)
    return bool(system.get_file_info(name).type.value)


def names_in(folder: Path) -> list[str]:
    """Lists the names in a folder, sorted; none if it is no folder or, on this machine, cannot be read.

    Raises:
        OSError: a server does not answer, or does not let us read.
    """
    if not is_remote(folder):
        try:
            return sorted(os.listdir(as_path(folder)))
        except OSError:
            return []
    try:
        with named_errors(folder):
            system, name = file_system(folder)
            found = system.get_file_info(resolve("pyarrow.fs:FileSelector")(name, allow_not_found=True))
    except (NotFoundError, FailedPreconditionError):
        return []
    return sorted(info.base_name for info in found)


def glob(pattern: Path) -> list[str]:
    r"""Lists the files and folders that a pattern matches, sorted; none if there are none.

    `*` and `?` stand for any characters but `/`, `[a-c]` and `[!a-c]` for one of
    some, `\*` for a star. A name that holds such characters itself is found too
    when it is given whole and matches nothing else.

    Example:
        >>> from estimax._base._files import glob
        >>> glob("/nowhere/*.csv")
        []
    """
    text = as_path(pattern)
    if not _WILDCARDS.search(text):
        return [text] if exists(text) else []
    scheme = _SCHEME.match(text)
    start = scheme.end() if scheme else 0
    parts = text[start:].rstrip("/").split("/")
    fixed = next(i for i, part in enumerate(parts) if _WILDCARDS.search(part))
    folder = text[:start] + "".join(f"{part}/" for part in parts[:fixed])
    found = sorted(_expand(folder, parts[fixed:]))
    return found or ([text] if exists(text) else [])


def _expand(folder: str, parts: Sequence[str]) -> Iterator[str]:
    """Yields what the parts of a pattern match below a folder (one ending in '/', or '')."""
    part, *rest = parts
    if _WILDCARDS.search(part):
        matches = _part_pattern(part).match
        paths = [folder + name for name in names_in(folder or ".") if matches(name)]
    elif rest:
        paths = [folder + part]
    else:
        paths = [folder + part] if exists(folder + part) else []
    for path in paths:
        if rest:
            yield from _expand(f"{path}/", rest)
        else:
            yield path


@cache
def _part_pattern(part: str) -> re.Pattern[str]:
    escapes = re.sub(r"\\(.)", lambda escaped: f"[{escaped[1]}]", part)
    return re.compile(fnmatch.translate(escapes.replace("[^", "[!")))


def matching_files(patterns: Path | Sequence[Path]) -> list[str]:
    """Lists the files that one or several glob patterns match, in sorted order.

    A file that two patterns match is listed twice, as in TensorFlow.

    Raises:
        NotFoundError: a name without wildcards is not there, or nothing matches at all. The
            message tells what is in the folder instead.

    Example:
        >>> from estimax._base._files import matching_files
        >>> matching_files("/nowhere/train-*.csv")
        Traceback (most recent call last):
        ...
        estimax.errors.NotFoundError: no file matches '/nowhere/train-*.csv'; there is no folder '/nowhere'
    """
    wanted = [as_path(p) for p in ([patterns] if isinstance(patterns, str | bytes | os.PathLike) else patterns)]
    if not wanted:
        raise InvalidArgumentError("give the name or pattern of at least one file; got an empty list")
    found: list[str] = []
    for pattern in wanted:
        matches = glob(pattern)
        if not matches and not _WILDCARDS.search(pattern):
            raise NotFoundError(f"no file matches {pattern!r}; {_what_is_near(pattern)}")
        found += matches
    if not found:
        names = ", ".join(repr(pattern) for pattern in wanted[:5])
        raise NotFoundError(f"no file matches {names}; {_what_is_near(wanted[0])}")
    return sorted(found)


def _what_is_near(path: str) -> str:
    """Says what the first folder of a path that leads nowhere holds instead, nearest names first."""
    try:
        return _nearest_names(path)
    except OSError as error:
        return f"what is near it cannot be listed ({error})"


def _nearest_names(path: str) -> str:
    folder, name = os.path.split(path.rstrip("/"))
    while _WILDCARDS.search(folder):
        folder, name = os.path.split(folder)
    if is_remote(path) and not (folder and is_remote(folder)):
        return "there is no such bucket"
    if folder and not exists(folder):
        return f"there is no folder {folder!r}"
    shown = "the current folder" if not folder else f"the folder {folder!r}"
    names = names_in(folder or ".")
    if not names:
        return f"{shown} is empty"
    nearest = ", ".join(repr(n) for n in difflib.get_close_matches(name, names[:1000], 5, 0.0))
    return f"{shown} has {nearest}" if len(names) <= 5 else f"{shown} has {len(names)} names, such as {nearest}"


def write_atomically(path: Path, data: bytes | Callable[[BinaryIO], Any]) -> None:
    """Writes a file so that whoever looks finds the old contents or the new, whatever happens meanwhile.

    The bytes go to a temporary name in the same folder, are flushed to the disk,
    and then take the place of the old file.

    Args:
        path: the file; its folder must exist.
        data: the bytes, or a function that writes them to an open file.

    Raises:
        NotFoundError: there is no such folder.
        OSError: the disk is full, or the folder cannot be written. What was there before is unchanged.
    """
    target = as_path(path)
    if is_remote(target):
        _write_remote(target, data)
        return
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(6)}.tmp")
    try:
        with named_errors(target), open(temporary, "xb") as file:
            _write(file, data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            os.remove(temporary)
        if isinstance(error, OSError) and not isinstance(error, OpError):
            reason = error.strerror or str(error)
            raise OSError(error.errno, f"{reason}: cannot write {target!r}; what was there is unchanged") from error
        raise
    _sync_folder(folder or ".")


def _write(file: BinaryIO, data: bytes | Callable[[BinaryIO], Any]) -> None:
    if callable(data):
        data(file)
    else:
        file.write(data)


def _write_remote(path: str, data: bytes | Callable[[BinaryIO], Any]) -> None:
    """Hands an object store all bytes at once: it shows them when it has them all."""
    buffer = io.BytesIO()
    _write(buffer, data)
    system, name = file_system(path)
    with named_errors(path), system.open_output_stream(name, compression=None) as stream:
        stream.write(buffer.getbuffer())


def _sync_folder(folder: str) -> None:
    """Makes a rename in a folder last; not all file systems can, and then they need not."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_leftovers(folder: Path, names: str, reference: Path | None = None) -> None:
    """Removes temporary files that a killed process has left.

    Args:
        folder: where.
        names: a regular expression for the names that were to be written.
        reference: a file just written: what is younger than ten minutes before it may still be in use.
            None where nobody else can be writing: then all are removed.
    """
    with suppress(OSError):
        youngest = math.inf if reference is None else os.stat(as_path(reference)).st_mtime - _LEFTOVER_SECONDS
        for name in names_in(folder):
            found = _LEFTOVER.match(name)
            path = os.path.join(as_path(folder), name)
            if found and re.fullmatch(names, found[1]) and os.stat(path).st_mtime < youngest:
                os.remove(path)
