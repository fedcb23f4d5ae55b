"""The files that TensorBoard's projector reads: vectors, their labels, and the list of both, `projector_config.pbtxt`.

TensorBoard asks TensorFlow for the variables of a checkpoint. Without TensorFlow it
takes vectors from files, so each variable that is shown stands in one of its own,
`projector/<variable>.bytes`, beside its labels, `projector/<variable>.tsv`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format  # type: ignore[import-untyped]  # ships no types

from estimax._base._errors import InvalidArgumentError
from estimax._base._files import Path, as_path, names_in, write_atomically

CONFIG = "projector_config.pbtxt"
FOLDER = "projector"
MOST_ROWS = 100_000
"""TensorBoard shows no more."""

_Field = descriptor_pb2.FieldDescriptorProto
_VECTORS, _LABELS = ".bytes", ".tsv"
_NO_TEXT = 0xFF  # a byte that text in UTF-8 never has


def _message_classes() -> Mapping[str, Any]:
    """Makes the classes of TensorBoard's messages, which programs fill in by hand."""
    fields = {
        "SpriteMetadata": [("image_path", 1, _Field.TYPE_STRING), ("single_image_dim", 2, _Field.TYPE_UINT32)],
        "EmbeddingInfo": [
            ("tensor_name", 1, _Field.TYPE_STRING),
            ("metadata_path", 2, _Field.TYPE_STRING),
            ("bookmarks_path", 3, _Field.TYPE_STRING),
            ("tensor_shape", 4, _Field.TYPE_UINT32),
            ("sprite", 5, "SpriteMetadata"),
            ("tensor_path", 6, _Field.TYPE_STRING),
        ],
        "ProjectorConfig": [
            ("model_checkpoint_path", 1, _Field.TYPE_STRING),
            ("embeddings", 2, "EmbeddingInfo"),
            ("model_checkpoint_dir", 3, _Field.TYPE_STRING),
        ],
    }
    file = descriptor_pb2.FileDescriptorProto(name="projector_config.proto", package="tensorboard", syntax="proto3")
    for message, parts in fields.items():
        described = file.message_type.add(name=message)
        for name, number, kind in parts:
            several = name in ("single_image_dim", "tensor_shape", "embeddings")
            label = _Field.LABEL_REPEATED if several else _Field.LABEL_OPTIONAL
            field = described.field.add(name=name, number=number, label=label)
            field.type = _Field.TYPE_MESSAGE if isinstance(kind, str) else kind
            if isinstance(kind, str):
                field.type_name = f".tensorboard.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    find = pool.FindMessageTypeByName
    return {name: message_factory.GetMessageClass(find(f"tensorboard.{name}")) for name in fields}


_MESSAGES = _message_classes()
ProjectorConfig: Any = _MESSAGES["ProjectorConfig"]
EmbeddingInfo: Any = _MESSAGES["EmbeddingInfo"]
SpriteMetadata: Any = _MESSAGES["SpriteMetadata"]


def read_config(folder: Path) -> Any:
    """Returns the `ProjectorConfig` of a folder, an empty one where there is none.

    Raises:
        InvalidArgumentError: the file is not of that form.
    """
    path = os.path.join(as_path(folder), CONFIG)
    try:
        with open(path, encoding="utf-8") as file:
            return text_format.Parse(file.read(), ProjectorConfig())
    except FileNotFoundError:
        return ProjectorConfig()
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"{path!r} must hold a ProjectorConfig in text form: {error}") from None


def write_config(folder: Path, config: Any) -> None:
    """Writes the list of what the projector shows, of our message class or of TensorBoard's own."""
    text = text_format.MessageToString(config)
    write_atomically(os.path.join(as_path(folder), CONFIG), text.encode())


def named_tensors(config: Any) -> list[str]:
    """Returns the names of variables that a program has listed without a file of vectors."""
    return [variable_name(e) for e in config.embeddings if e.tensor_name and _is_ours(e.tensor_path)]


def variable_name(embedding: Any) -> str:
    """Returns the variable that an entry names; programs may give the `:0` of a Tensor."""
    name: str = embedding.tensor_name
    return name.removesuffix(":0")


def labelled(folder: Path) -> list[str]:
    """Returns the names of the variables of which labels are there."""
    return sorted(_names_below(os.path.join(as_path(folder), FOLDER), ""))


def _names_below(folder: str, prefix: str) -> Iterator[str]:
    for name in names_in(folder):
        path = os.path.join(folder, name)
        if name.endswith(_LABELS) and not name.startswith("."):
            yield prefix + name.removesuffix(_LABELS)
        elif os.path.isdir(path):
            yield from _names_below(path, f"{prefix}{name}/")


def is_labelled(folder: Path, name: str, first: Iterable[str | bytes], count: int) -> bool:
    """Tells whether a variable has so many labels, of which these are the first."""
    try:
        with open(_path(folder, name, _LABELS), "rb") as file:
            text = file.read()
    except FileNotFoundError:
        return False
    return text.count(b"\n") == count and text.startswith(_lines(first))


def write_labels(folder: Path, name: str, labels: Iterable[str | bytes]) -> None:
    """Writes the labels of the rows of a variable, one on each line.

    Args:
        folder: of the model.
        name: of the variable.
        labels: of its rows; what would end a line or a column becomes a space.
    """
    _replace(_path(folder, name, _LABELS), _lines(labels))


def write_vectors(folder: Path, name: str, rows: np.ndarray) -> None:
    """Writes the rows of a variable as TensorBoard reads them: float32, one row after the other.

    TensorBoard takes a file for numbers in text form unless that cannot be. So the lowest
    byte of the first number becomes one that text never has: a change in its fifth digit.
    """
    numbers = np.nan_to_num(np.asarray(rows, np.float32), posinf=0.0, neginf=0.0).astype("<f4")
    data = np.frombuffer(numbers.tobytes(), np.uint8).copy()
    data[:1] = _NO_TEXT
    _replace(_path(folder, name, _VECTORS), data.tobytes())


def merged(config: Any, folder: Path, shapes: Mapping[str, tuple[int, int]]) -> Any:
    """Returns a configuration in which variables have their files; what a program has written into it stays.

    Args:
        config: as it is.
        folder: of the model.
        shapes: of the vectors that are there, by the names of variables.
    """
    config = ProjectorConfig.FromString(config.SerializeToString())
    for name, shape in shapes.items():
        found = next((e for e in config.embeddings if variable_name(e) == name), None)
        entry = config.embeddings.add(tensor_name=name) if found is None else found
        if not _is_ours(entry.tensor_path):
            continue
        entry.tensor_path = f"{FOLDER}/{name}{_VECTORS}"
        entry.tensor_shape[:] = shape
        if not entry.metadata_path and os.path.exists(_path(folder, name, _LABELS)):
            entry.metadata_path = f"{FOLDER}/{name}{_LABELS}"
    return config


def _is_ours(tensor_path: str) -> bool:
    return not tensor_path or (tensor_path.startswith(f"{FOLDER}/") and tensor_path.endswith(_VECTORS))


def _lines(labels: Iterable[str | bytes]) -> bytes:
    return "".join(f"{_label(label)}\n" for label in labels).encode(errors="replace")


def _label(label: str | bytes) -> str:
    """Returns a label without what ends a line or a column; of a blank one its form in Python, as those are skipped."""
    text = label.decode(errors="replace") if isinstance(label, bytes) else str(label)
    if not text.isprintable():
        text = " ".join(text.splitlines()).replace("\t", " ")
    return text if text.strip() else repr(text)


def _path(folder: Path, name: str, ending: str) -> str:
    parts = name.split("/")
    if not all(parts) or {".", ".."} & set(parts):
        raise InvalidArgumentError(f"the projector needs a variable whose name can be that of a file; got {name!r}")
    return os.path.join(as_path(folder), FOLDER, *parts[:-1], parts[-1] + ending)


def _replace(path: str, data: bytes) -> None:
    """Writes a file wholly or not at all; unlike a checkpoint, it need not outlast a loss of power."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.{threading.get_ident()}.tmp")
    with open(temporary, "wb") as file:
        file.write(data)
    os.replace(temporary, path)
