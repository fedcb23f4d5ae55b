"""The file named `checkpoint`: which checkpoints a model's folder holds, in the original's text form.

It is the truth about which checkpoint is the newest, so it is replaced in one
piece, after the checkpoint that it names has reached the disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from estimax._base._errors import DataLossError, InvalidArgumentError, NotFoundError, OpError
from estimax._base._files import as_path, exists, names_in, open_read, write_atomically
from estimax._base._logger import logger

INDEX = "checkpoint"
SUFFIX = ".safetensors"
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
    """Lists the prefixes of the checkpoint files in a folder by step, whatever the index says."""
    pattern = re.compile(rf"{re.escape(BASENAME)}-(-?\d+){re.escape(SUFFIX)}")
    found = [(int(m[1]), name) for name in names_in(folder) if (m := pattern.fullmatch(name))]
    return [os.path.join(folder, name.removesuffix(SUFFIX)) for _, name in sorted(found)]


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


def checkpoint_exists(checkpoint_prefix: str) -> bool:
    """Tells whether there is a checkpoint of this prefix, in this form or in the original's."""
    return exists(f"{checkpoint_prefix}{SUFFIX}") or exists(f"{checkpoint_prefix}.index")


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


def tensor_path(path: str) -> str:
    """Returns the file that a folder, a prefix or a file name stands for.

    A folder stands for its newest checkpoint, or for the only safetensors file in it.

    Raises:
        InvalidArgumentError: the folder has no checkpoint.
        NotFoundError: there is no such file.
    """
    text = as_path(path)
    if exists(f"{text}{SUFFIX}"):
        return f"{text}{SUFFIX}"
    if not exists(text):
        raise NotFoundError(f"there is no checkpoint {text!r}: neither {text + SUFFIX!r} nor a folder of this name")
    if not os.path.isdir(text):
        return text
    prefix = latest_checkpoint(text)
    if prefix is not None:
        return f"{prefix}{SUFFIX}"
    single = [name for name in names_in(text) if name.endswith(SUFFIX)]
    if len(single) != 1:
        raise InvalidArgumentError(f"the folder {text!r} must hold a checkpoint; it has {names_in(text)[:5]}")
    return os.path.join(text, single[0])
