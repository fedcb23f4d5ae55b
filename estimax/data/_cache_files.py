"""`cache` with a file name, `save` and `load`: elements on disk, for the epochs that follow and for other processes.

The file appears when a pass is complete; until then, and whenever a pass is not
completed, there is none. Nobody but the name says what it holds: remove it where
the dataset has changed.
"""

from __future__ import annotations

import dataclasses
import os
import weakref
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from estimax._base._errors import AlreadyExistsError, InvalidArgumentError, UnimplementedError
from estimax._base._files import as_path, is_remote, named_errors
from estimax.data._chunk_file import ChunkFile, ChunkWriter, spec_as_json, spec_from_json
from estimax.data._step import Chunk, ChunkIterator, Context, State, Step

try:
    import fcntl
except ImportError:  # not on Windows, where nobody is kept from writing twice
    fcntl = None  # type: ignore[assignment]

_ENDING = ".elements"


@dataclass(frozen=True, eq=False)
class FileCache(Step):
    """Keeps the elements of a complete pass in a file."""

    input: Step
    filename: str

    @property
    def spec(self) -> Any:
        return self.input.spec

    def iterate(self, context: Context) -> ChunkIterator:
        # Whoever reads the file finds the same elements, and so must who reads the input instead.
        place = (zlib.crc32(os.path.basename(self.filename).encode()),)
        return _FileCacheIterator(self, dataclasses.replace(context, place=place, epochs=()))


def file_cache(step: Step, filename: Any) -> FileCache:
    """Makes the step that keeps elements in a file of this name and an ending.

    Raises:
        UnimplementedError: the file would not be on a local disk.
    """
    path = as_path(filename)
    if is_remote(path):
        raise UnimplementedError(f"cache keeps elements in files of local disks; got {path!r}")
    return FileCache(step, path + _ENDING)


def folder_cache(step: Step, folder: Any) -> FileCache:
    """Makes the step that keeps elements in a folder, which is made if there is none."""
    made = file_cache(step, os.path.join(as_path(folder), "snapshot"))
    os.makedirs(os.path.dirname(made.filename), exist_ok=True)
    return made


class _FileCacheIterator(ChunkIterator):
    """Reads the file if there is one, else the input, and writes the file."""

    def __init__(self, step: FileCache, context: Context) -> None:
        self.step = step
        self.context = context
        self._start()

    def _start(self) -> None:
        self.position = 0
        self.kept: ChunkFile | None = None
        self.source: ChunkIterator | None = None
        self.writer: _LockedWriter | None = None

    def next(self, at_most: int) -> Chunk | None:
        if self.kept is None and self.source is None:
            self._open()
        chunk = self.kept.read(self.position, at_most) if self.kept else self._read_on(at_most)
        self.position += chunk.size if chunk else 0
        return chunk

    def _open(self) -> None:
        path = self.step.filename
        if not os.path.exists(path):
            self.writer = _LockedWriter.unless_here(path, self.step.spec)
        if os.path.exists(path):  # by now, perhaps
            self._close()
            self.kept = ChunkFile(path)
            if self.kept.spec_json != spec_as_json(self.step.spec):
                raise InvalidArgumentError(
                    f"{path!r} keeps elements {spec_from_json(self.kept.spec_json)}; those of the dataset are "
                    f"{self.step.spec}. Remove the file, or give cache another name"
                )
        else:
            self.source = self.step.input.iterate(self.context.input())

    def _read_on(self, at_most: int) -> Chunk | None:
        assert self.source is not None
        try:
            chunk = self.source.next(at_most)
            if self.writer is not None and chunk is not None:
                self.writer.add(chunk)
        except BaseException:
            self._close()  # what is not all there is not kept
            raise
        if chunk is None and self.writer is not None:
            self.writer.finish()
            self.writer = None
        return chunk

    def _close(self) -> None:
        if self.writer is not None:
            self.writer.discard()
            self.writer = None

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        """Reads the elements before the position again where they are in no file."""
        self._close()
        self._start()
        self._open()
        if self.kept is not None:
            self.position = state
        while self.position < state:
            if self.next(state - self.position) is None:
                break


class _LockedWriter(ChunkWriter):
    """A writer of a file that no other process writes."""

    def __init__(self, path: str, spec: Any, lock: int | None) -> None:
        self._unlock = weakref.finalize(self, _unlock, lock, _lock_name(path))
        super().__init__(path, spec)

    @classmethod
    def unless_here(cls, path: str, spec: Any) -> _LockedWriter | None:
        """Opens a file for writing; None where another iterator of this process does so already.

        Raises:
            AlreadyExistsError: another process writes it.
        """
        if fcntl is None:
            return cls(path, spec, None)
        with named_errors(path):
            lock = os.open(_lock_name(path), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(lock, 20).decode(errors="replace").strip()
            os.close(lock)
            if owner == str(os.getpid()):
                return None
            raise AlreadyExistsError(
                f"another process ({owner or 'just starting'}) is writing the cache {path!r}; wait until it has read "
                f"its dataset to the end, or give each process a name of its own"
            ) from None
        os.truncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        return cls(path, spec, lock)

    def finish(self) -> None:
        super().finish()
        self._unlock()

    def discard(self) -> None:
        super().discard()
        self._unlock()


def _lock_name(path: str) -> str:
    return path.removesuffix(_ENDING) + ".lock"


def _unlock(lock: int | None, name: str) -> None:
    if lock is not None:
        with suppress(OSError):
            os.remove(name)
        os.close(lock)


@dataclass(frozen=True, eq=False)
class SavedElements(Step):
    """The elements in a file that `save` has written."""

    filename: str
    element_spec: Any

    @property
    def spec(self) -> Any:
        return self.element_spec

    def iterate(self, context: Context) -> ChunkIterator:
        return _SavedIterator(ChunkFile(self.filename))


class _SavedIterator(ChunkIterator):
    def __init__(self, file: ChunkFile) -> None:
        self.file = file
        self.position = 0

    def next(self, at_most: int) -> Chunk | None:
        chunk = self.file.read(self.position, at_most)
        self.position += chunk.size if chunk else 0
        return chunk

    def state(self) -> State:
        return self.position

    def restore(self, state: State) -> None:
        self.position = state


def _file_in(folder: Any) -> str:
    return os.path.join(as_path(folder), "dataset" + _ENDING)


def save(read: Callable[[int], Chunk | None], spec: Any, folder: Any) -> None:
    """Writes all elements to a file in a folder, in place of those before."""
    os.makedirs(as_path(folder), exist_ok=True)
    writer = ChunkWriter(_file_in(folder), spec)
    try:
        while (chunk := read(4096)) is not None:
            writer.add(chunk)
        writer.finish()
    except BaseException:
        writer.discard()
        raise


def load(folder: Any, element_spec: Any = None) -> SavedElements:
    """Makes the step that reads what `save` has written.

    Raises:
        NotFoundError: there is nothing.
        InvalidArgumentError: its elements are not of the given spec.
    """
    file = ChunkFile(_file_in(folder))
    try:
        spec = spec_from_json(file.spec_json) if element_spec is None else element_spec
        if spec_as_json(spec) != file.spec_json:
            raise InvalidArgumentError(f"{file.path!r} has elements {spec_from_json(file.spec_json)}; got {spec}")
    finally:
        file.close()
    return SavedElements(file.path, spec)
