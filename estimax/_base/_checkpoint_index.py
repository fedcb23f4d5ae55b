"""The file named `checkpoint`: which checkpoints a model's folder holds, in the original's text form.

It is the truth about which checkpoint is the newest, so it is replaced in one
piece, after the checkpoint that it names has reached the disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from estimax._base._errors import DataLossError, NotFoundError, OpError
from estimax._base._files import Path, as_path, exists, names_in, open_read, write_atomically
from estimax._base._logger import logger

INDEX = "checkpoint"
SUFFIX = ".safetensors"
ORIGINAL_SUFFIX = ".index"  # of the file of a checkpoint of TensorFlow that lists its variables
BASENAME = "model.ckpt"

_LINE = re.compile(r'\s*(\w+)\s*:\s*("(?:[^"\\]|\\.)*"|[^"\s#]+)\s*(?:#.*)?')
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(frozen=True)
class CheckpointState:
    """What the index says; paths are complete and without an extension.

    Attributes:
        model_checkpoint_path: the newest checkpoint.
        all_model_checkpoint_paths: those kept for now, oldest first.
        all_model_checkpoint_timestamps: when each was written, in seconds since 1970; may be empty.
        last_preserved_timestamp: when the last of those kept for good was written.
    """

    model_checkpoint_path: str
    all_model_checkpoint_paths: tuple[str, ...] = ()
    all_model_checkpoint_timestamps: tuple[float, ...] = ()
    last_preserved_timestamp: float = 0.0


def get_checkpoint_state(checkpoint_dir: str, latest_filename: str | None = None) -> CheckpointState | None:
    """Reads the index of a model's folder.

    Args:
        checkpoint_dir: the folder.
        latest_filename: the name of the index, if it is not `checkpoint`.

    Returns:
        What it says, or None (and a warning) if there is none or it is damaged.

    Example:
        >>> from estimax._base._checkpoint_index import get_checkpoint_state
        >>> get_checkpoint_state("/nowhere") is None
        True
    """
    try:
        return read_index(as_path(checkpoint_dir), latest_filename or INDEX)
    except NotFoundError:
        return None
    except DataLossError as error:
        logger().warning("%s", error)
        return None


def read_index(folder: str, name: str = INDEX) -> CheckpointState:
    """Reads the index of a model's folder.

    Raises:
        NotFoundError: there is none.
        DataLossError: it is damaged.
    """
    path = os.path.join(folder, name)
    with open_read(path) as file:
        data = file.read()
    try:
        fields = parse_fields(data.decode())
        (latest,) = fields["model_checkpoint_path"]
        stamps = tuple(float(s) for s in fields.get("all_model_checkpoint_timestamps", ()))
        preserved = float(fields.get("last_preserved_timestamp", ["0"])[-1])
    except (KeyError, ValueError):
        raise DataLossError(f"{path!r} is truncated or damaged: it must name checkpoints; got {data[:200]!r}") from None
    paths = tuple(_located(folder, p) for p in fields.get("all_model_checkpoint_paths", ()))
    return CheckpointState(_located(folder, latest), paths, stamps if len(stamps) == len(paths) else (), preserved)


def _located(folder: str, path: str) -> str:
    """Returns a path of the index below `folder` as it was given, though the index may have it in full."""
    full = os.path.join(folder, path)
    same = os.path.abspath(os.path.dirname(full)) == os.path.abspath(folder)
    return os.path.join(folder, os.path.basename(full)) if same else full


def parse_fields(text: str) -> dict[str, list[str]]:
    r"""Reads `name: value` lines of the text form of a protocol buffer.

    Raises:
        ValueError: a line is not of this form.

    Example:
        >>> from estimax._base._checkpoint_index import parse_fields
        >>> parse_fields('path: "a"\npath: "b\\n"\nsize: 3\n')
        {'path': ['a', 'b\n'], 'size': ['3']}
    """
    fields: dict[str, list[str]] = {}
    for line in text.split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"not a line 'name: value': {line!r}")
        value = found[2]
        fields.setdefault(found[1], []).append(_unquoted(value[1:-1]) if value.startswith('"') else value)
    return fields


def _unquoted(text: str) -> str:
    def byte(escape: re.Match[str]) -> str:
        code = escape[1]
        if code[0] in "01234567":
            return chr(int(code, 8) & 255)
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        return _ESCAPED.get(code, code)

    # Escapes stand for bytes of UTF-8: one character a byte until all are in place.
    as_bytes = _ESCAPE.sub(byte, text.encode().decode("latin-1"))
    return as_bytes.encode("latin-1").decode()


def _quoted(text: str) -> str:
    shown = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    characters = (shown.get(chr(b), chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in os.fsencode(text))
    return f'"{"".join(characters)}"'


def write_index(folder: str, state: CheckpointState, name: str = INDEX) -> None:
    """Replaces the index of a model's folder; paths within the folder are written relative to it."""
    lines = [f"model_checkpoint_path: {_quoted(_relative(folder, state.model_checkpoint_path))}"]
    lines += [f"all_model_checkpoint_paths: {_quoted(_relative(folder, p))}" for p in state.all_model_checkpoint_paths]
    lines += [f"all_model_checkpoint_timestamps: {stamp!r}" for stamp in state.all_model_checkpoint_timestamps]
    lines += [f"last_preserved_timestamp: {state.last_preserved_timestamp!r}"]
    write_atomically(os.path.join(folder, name), "".join(f"{line}\n" for line in lines).encode())


def _relative(folder: str, path: str) -> str:
    return os.path.basename(path) if os.path.dirname(path) == os.path.dirname(os.path.join(folder, "")) else path


def listed_checkpoints(folder: str) -> list[str]:
    """Lists the prefixes of the checkpoints in a folder by step, ours and the original's, whatever the index says."""
    pattern = re.compile(rf"({re.escape(BASENAME)}-(-?\d+))({re.escape(SUFFIX)}|{re.escape(ORIGINAL_SUFFIX)})")
    found = {(int(m[2]), m[1]) for name in names_in(folder) if (m := pattern.fullmatch(name))}
    return [os.path.join(folder, name) for _, name in sorted(found)]


def checkpoints_by_age(folder: str, name: str = INDEX) -> list[str]:
    """Lists the prefixes of all checkpoints of a folder, the one to use first.

    First come those of the index, newest first, then those that it does not name,
    by step. The files need not exist. A damaged index gives a warning.
    """
    try:
        state = read_index(folder, name)
        indexed = [state.model_checkpoint_path, *reversed(state.all_model_checkpoint_paths)]
    except NotFoundError:
        indexed = []
    except OpError as error:
        logger().warning("%s. The files in the folder are used instead.", error)
        indexed = []
    return _unique([*indexed, *reversed(listed_checkpoints(folder))])


def _unique(paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(paths))


def checkpoint_exists(checkpoint_prefix: Path) -> bool:
    """Tells whether there is a checkpoint of this prefix, in this form or in one of the original's.

    Example:
        >>> from estimax._base._checkpoint_index import checkpoint_exists
        >>> checkpoint_exists("/nowhere/model.ckpt-7")
        False
    """
    prefix = as_path(checkpoint_prefix)
    if exists(f"{prefix}{SUFFIX}") or exists(f"{prefix}{ORIGINAL_SUFFIX}"):
        return True
    return exists(prefix) and not os.path.isdir(prefix)  # the original wrote one file before 1.0


def latest_checkpoint(checkpoint_dir: str, latest_filename: str | None = None) -> str | None:
    """Returns the prefix of the newest checkpoint in a folder, or None if there is none.

    A checkpoint that the index names but that is not there gives a warning and is passed over.

    Example:
        >>> from estimax._base._checkpoint_index import latest_checkpoint
        >>> latest_checkpoint("/nowhere") is None
        True
    """
    for prefix in checkpoints_by_age(as_path(checkpoint_dir), latest_filename or INDEX):
        if checkpoint_exists(prefix):
            return prefix
        logger().warning("The checkpoint %s is missing, the one before it is used.", prefix)
    return None
