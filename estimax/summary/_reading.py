"""Reading event files back: their events, and the values of these.

A record that is cut off at the end of a file is being written, and no fault.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # has no types
from tensorboardX.proto.event_pb2 import Event

from estimax._base._errors import DataLossError
from estimax._base._files import Path, as_path, is_remote, matching_files, names_in, open_read
from estimax._base._record_framing import RecordFinder
from estimax.summary._reading_values import decoded

_BLOCK = 8 << 20  # bytes that are read at once
_SHOWN = ("scalar", "text")


class EventValue(NamedTuple):
    """One point of a curve, one text, or one value of another kind."""

    step: int
    tag: str
    value: Any
    wall_time: float


def event_files(path: Path) -> list[str]:
    """Lists event files, in the order in which they are read.

    Args:
        path: a file, a pattern, or a folder, of which those directly in it are taken.

    Raises:
        NotFoundError: there is no such file.
    """
    folder = as_path(path)
    if os.path.isdir(folder) or (is_remote(folder) and names_in(folder)):
        return [os.path.join(folder, name) for name in names_in(folder) if ".tfevents." in name]
    return matching_files(path)


def summary_iterator(path: Path) -> Iterator[Event]:
    """Yields the events of one event file, as protocol buffers.

    A record that is cut off at the end of the file, as while it is being written, is passed over.

    Args:
        path: the file.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: the file is damaged; the events before were given.

    Example:
        >>> import tempfile
        >>> import estimax as tf
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with tf.summary.EventWriter(folder) as writer:
        ...         writer.scalar("loss", 0.25, step=100)
        ...     (file,) = tf.io.gfile.glob(f"{folder}/*")
        ...     [(event.step, value.tag, value.simple_value)
        ...      for event in tf.train.summary_iterator(file) for value in event.summary.value]
        [(100, 'loss', 0.25)]
    """
    for at, record in _records(as_path(path)):
        try:
            yield Event.FromString(record)
        except DecodeError as error:
            raise _damaged(as_path(path), at, f"the data are no event ({error})") from None


def read_events(path: Path, kinds: Collection[str] = _SHOWN) -> list[EventValue]:
    """Reads the scalars and texts of an event file, or of all event files in a folder.

    They are given as they stand there, also those that a later run has written again.

    Args:
        path: a file, a pattern, or a folder.
        kinds: of 'scalar', 'text', 'histogram', 'image', 'tensor' and 'hparams' those that are read.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: a file is damaged.

    Example:
        >>> import tempfile
        >>> from estimax.summary import EventWriter, read_events
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with EventWriter(folder, clock=lambda: 1.5) as writer:
        ...         writer.scalar("loss", 0.25, step=100)
        ...     read_events(folder)
        [EventValue(step=100, tag='loss', value=0.25, wall_time=1.5)]
    """
    plugins: dict[str, str] = {}
    return [
        EventValue(event.step, tag, value, event.wall_time)
        for file in event_files(path)
        for event in summary_iterator(file)
        for _, tag, value in values_of(event, plugins, kinds)
    ]


def _records(path: str) -> Iterator[tuple[int, bytes]]:
    """Yields where each whole record begins, and its data; a file is in memory only block by block."""
    finder = RecordFinder()
    with open_read(path) as file:
        size = file.seek(0, os.SEEK_END)
        at, needed = 0, 1  # a record may announce any length, so none is believed beyond the end of the file
        while at + needed <= size:
            file.seek(at)
            data = file.read(min(max(needed, _BLOCK), size - at))
            found = finder.find(np.frombuffer(data, np.uint8))
            for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True):
                yield at + start, data[start:end]
            if found.damage:
                raise _damaged(path, at + found.length, found.damage)
            if len(data) < needed:  # somebody has cut the file off meanwhile
                return
            at += found.length
            needed = len(data) - found.length + found.missing


def _damaged(path: str, at: int, how: str) -> DataLossError:
    return DataLossError(f"{path!r} is damaged: of the record at byte {at}, {how}")


def values_of(event: Event, plugins: dict[str, str], kinds: Collection[str]) -> Iterator[tuple[str, str, Any]]:
    """Yields kind, tag and value of what an event holds; `plugins` are those of the tags that came before."""
    for value in event.summary.value:
        tag = value.tag
        if value.HasField("metadata"):
            plugins.setdefault(tag, value.metadata.plugin_data.plugin_name)
        found = decoded(value, plugins.get(tag, ""), kinds)
        if found is not None:
            yield found[0], tag, found[1]
