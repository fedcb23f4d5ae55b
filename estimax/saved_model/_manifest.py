"""`saved_model.json`: what a saved model consists of, and the checksum of every file of it.

The file ends in its own CRC-32, so that no damaged byte of a saved model goes
unnoticed: whatever is wrong, `DataLossError` names the file.
"""

from __future__ import annotations

import json
import re
import shutil
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import jax
import numpy as np
import pyarrow as pa

from estimax._base._errors import DataLossError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from estimax._base._files import names_in, open_read, write_atomically
from estimax._version import __version__
from estimax.gfile import makedirs

FORMAT = 1
MANIFEST = "saved_model.json"
ASSETS = "assets"

_END = re.compile(rb',\n "crc32": "([0-9a-f]{8})"\n}\n\Z')
_BLOCK_BYTES = 1 << 20
_ADVICE = "Export the model again, or copy it again from where it is whole"


@dataclass
class Checksum:
    """Size in bytes and CRC-32 (as zlib computes it) of what has been written or read so far."""

    size: int = 0
    crc32: int = 0

    def update(self, data: Any) -> None:
        self.size += memoryview(data).nbytes
        self.crc32 = zlib.crc32(data, self.crc32)

    @property
    def text(self) -> str:
        return f"{self.crc32:08x}"


class _ChecksumWriter:
    """A file that keeps the checksum of what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.checksum = Checksum()

    def write(self, data: Any) -> int:
        self.checksum.update(data)
        return self._file.write(data)


class FolderWriter:
    """Writes the files of one saved model, each flushed to the disk, and remembers their checksums."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._checksums: dict[str, Checksum] = {}

    def write(self, name: str, data: bytes | Callable[[BinaryIO], object]) -> None:
        """Writes one file: the bytes, or what a function writes to the open file."""

        def put(file: BinaryIO) -> None:
            counted = _ChecksumWriter(file)
            if callable(data):
                data(cast(BinaryIO, counted))
            else:
                counted.write(data)
            self._checksums[name] = counted.checksum

        path = file_path(self.path, name)
        makedirs(path.rpartition("/")[0])
        write_atomically(path, put)

    def copy(self, name: str, source: str) -> None:
        """Copies a file from elsewhere.

        Raises:
            NotFoundError: there is no such file.
        """
        with open_read(source) as file:
            self.write(f"{ASSETS}/{name}", lambda target: shutil.copyfileobj(file, target, _BLOCK_BYTES))

    def finish(self, contents: Mapping[str, Any]) -> None:
        """Writes `saved_model.json`, which makes a saved model of the files."""
        versions = {"estimax": __version__, "jax": jax.__version__, "numpy": np.__version__, "pyarrow": pa.__version__}
        files = {name: {"size": c.size, "crc32": c.text} for name, c in sorted(self._checksums.items())}
        text = json.dumps({"format": FORMAT, "written_by": versions, "files": files, **contents}, indent=1)
        body = text.encode().removesuffix(b"\n}")
        checksum = Checksum()
        checksum.update(body)
        write_atomically(file_path(self.path, MANIFEST), body + f',\n "crc32": "{checksum.text}"\n}}\n'.encode())


class FolderReader:
    """Reads a saved model; every file is compared with its checksum before it is used.

    Raises:
        NotFoundError: there is no saved model in the folder.
        DataLossError: a file is missing, truncated or damaged.
        FailedPreconditionError: a later version of the format.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.contents = _read_manifest(path)
        self._checked: set[str] = set()

    @property
    def names(self) -> list[str]:
        return list(self.contents["files"])

    @property
    def written_by(self) -> str:
        return ", ".join(f"{name} {version}" for name, version in self.contents["written_by"].items())

    def check_all(self) -> None:
        """Compares all files with their checksums."""
        for name in self.names:
            self.file(name)

    def file(self, name: str) -> str:
        """Returns the path of a file, once its checksum is found right."""
        if name not in self._checked:
            self._read(name, lambda block: None)
        return file_path(self.path, name)

    def read(self, name: str) -> bytes:
        """Reads a file and compares it with its checksum."""
        blocks: list[bytes] = []
        self._read(name, blocks.append)
        return b"".join(blocks)

    def _read(self, name: str, take: Callable[[bytes], object]) -> None:
        path = file_path(self.path, name)
        if name not in self.contents["files"]:
            raise DataLossError(f"{file_path(self.path, MANIFEST)} does not list {name!r}, which it needs")
        wanted = self.contents["files"][name]
        found = Checksum()
        try:
            with open_read(path) as file:
                while block := file.read(_BLOCK_BYTES):
                    found.update(block)
                    take(block)
        except (NotFoundError, FailedPreconditionError):
            raise DataLossError(f"{path} is missing; the saved model lists it. {_ADVICE}") from None
        if found.size != wanted["size"]:
            raise DataLossError(f"{path} must have {wanted['size']} bytes; it has {found.size}. {_ADVICE}")
        if found.text != wanted["crc32"]:
            raise _damaged(path, wanted["crc32"], found)
        self._checked.add(name)


def check_asset_name(name: str) -> None:
    """Refuses names that would not lie below the folder of the assets.

    Raises:
        InvalidArgumentError: such a name.
    """
    if not name or name != "/".join(_parts(name)):
        raise InvalidArgumentError(f"an asset's name must be a relative path such as 'words.txt'; got {name!r}")


def file_path(folder: str, name: str) -> str:
    """Returns the path of a saved model's file, which never lies outside of the folder."""
    return "/".join([folder.rstrip("/"), *_parts(name)])


def _parts(name: str) -> list[str]:
    """Splits a relative name into folders and file; leaves out what would lead elsewhere."""
    return [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..") and ":" not in part]


def _read_manifest(folder: str) -> dict[str, Any]:
    path = file_path(folder, MANIFEST)
    try:
        with open_read(path) as file:
            data = file.read()
    except (NotFoundError, FailedPreconditionError):
        raise NotFoundError(_what_is_there(folder)) from None
    end = _END.search(data)
    if end is None:
        raise DataLossError(f"{path} is damaged: its end is not that of a whole file. {_ADVICE}")
    found = Checksum()
    found.update(data[: end.start()])
    if found.text != end[1].decode():
        raise _damaged(path, end[1].decode(), found)
    contents: dict[str, Any] = json.loads(data)
    if contents.get("format") != FORMAT:
        raise FailedPreconditionError(
            f"{path} has format {contents.get('format')}, written by {contents.get('written_by')}; "
            f"estimax {__version__} reads format {FORMAT}. Use a newer estimax, or export the model with this one"
        )
    return contents


def _damaged(path: str, wanted: str, found: Checksum) -> DataLossError:
    return DataLossError(f"{path} is damaged: its CRC-32 must be {wanted}, it is {found.text}. {_ADVICE}")


def _what_is_there(folder: str) -> str:
    names = names_in(folder)
    if "saved_model.pb" in names:
        return f"{folder} holds a saved model of TensorFlow; estimax loads what estimax exported"
    versions = sorted((n for n in names if n.isdigit()), key=int)
    hint = f"; did you mean {file_path(folder, versions[-1])}?" if versions else ""
    return f"{folder} must be the folder of a saved model; it has no {MANIFEST}{hint}"
