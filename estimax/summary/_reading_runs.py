"""The curves of a whole model folder, run by run.

A run is a folder, as TensorBoard has it, and its event files are read one after the other
by name. Training that went on from a checkpoint says so with a `SessionLog.START`: what an
earlier, killed process had written from that step on is dropped. Of points of one step
the last one counts. Damage costs what stands behind it in its file, and no more.
"""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorboardX.proto.event_pb2 import Event, SessionLog

from estimax._base._errors import OpError
from estimax._base._files import Path, as_path, is_remote, names_in
from estimax.summary._reading import event_files, summary_iterator, values_of

TRAINING = "."
"""The name of the run that stands in the model folder itself."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The points of one tag, by step.

    Attributes:
        steps: int64 [n], growing.
        wall_times: float64 [n], seconds since 1970.
        values: [n], float64 for scalars, else objects.
    """

    steps: np.ndarray[Any, Any]
    wall_times: np.ndarray[Any, Any]
    values: np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class RunRecord:
    """What the event files of one run hold.

    Attributes:
        curves: kind, such as 'scalar' -> tag -> its points.
        starts: the steps with which training began or went on.
        seconds: how long events were written, without the time between two processes.
        last_time: of the last event, in seconds since 1970; 0 if there is none.
        has_graph: whether there is a graph.
        damages: what is wrong with the files, a sentence each.
    """

    curves: dict[str, dict[str, Curve]]
    starts: tuple[int, ...] = ()
    seconds: float = 0.0
    last_time: float = 0.0
    has_graph: bool = False
    damages: tuple[str, ...] = ()

    @property
    def scalars(self) -> dict[str, Curve]:
        return self.curves.get("scalar", {})


def read_run(path: Path, kinds: Collection[str] = ("scalar",)) -> RunRecord:
    """Reads what the event files of a run hold; damaged files as far as they can be read.

    Args:
        path: a folder, a file, or a pattern.
        kinds: of 'scalar', 'text', 'histogram', 'image', 'tensor' and 'hparams' those that are read.

    Raises:
        NotFoundError: there is no such file or folder.

    Example:
        >>> import tempfile
        >>> from estimax.summary import EventWriter
        >>> from estimax.summary._reading_runs import read_run
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with EventWriter(folder) as writer:
        ...         writer.scalar("loss", 0.5, step=1)
        ...         writer.scalar("loss", 0.25, step=2)
        ...     read_run(folder).scalars["loss"].values
        array([0.5 , 0.25])
    """
    reading = _Reading(kinds)
    damages = []
    for file in event_files(path):
        reading.began = 0.0
        try:
            for event in summary_iterator(file):
                reading.add(event)
        except (OpError, OSError) as error:  # it is damaged, has just been removed, or is somebody else's
            damages.append(str(error))
    return reading.record(damages)


def read_runs(model_dir: Path, kinds: Collection[str] = ("scalar",)) -> dict[str, RunRecord]:
    """Reads the runs of a model folder: training is '.', evaluations are 'eval' and 'eval_<name>'.

    Args:
        model_dir: a folder; one that is not there has no runs.
        kinds: as for `read_run`.

    Example:
        >>> from estimax.summary._reading_runs import read_runs
        >>> read_runs("/nowhere")
        {}
    """
    folder = as_path(model_dir)
    places = {name: folder if name == TRAINING else os.path.join(folder, name) for name in run_names(folder)}
    return {name: read_run(place, kinds) for name, place in places.items()}


def run_names(folder: str) -> list[str]:
    """Lists the folders below a folder that have event files, itself as '.', by name."""
    if is_remote(folder):
        names = [TRAINING, *names_in(folder)]
        return [n for n in names if any(".tfevents." in file for file in names_in(f"{folder}/{n}".removesuffix("/.")))]
    found = [os.path.relpath(at, folder) for at, _, files in os.walk(folder) if any(".tfevents." in n for n in files)]
    return sorted(found)


class _Points:
    """The points of a tag, while they are read."""

    def __init__(self, is_scalar: bool) -> None:
        self.steps = array("q")
        self.wall_times = array("d")
        self.values: Any = array("d") if is_scalar else []

    def add(self, step: int, wall_time: float, value: Any) -> None:
        self.steps.append(step)
        self.wall_times.append(wall_time)
        self.values.append(value)

    def drop_from(self, step: int) -> None:
        """Drops the points of a step and those beyond."""
        kept = np.flatnonzero(np.asarray(self.steps) < step).tolist()
        if len(kept) < len(self.steps):
            self.steps = array("q", [self.steps[i] for i in kept])
            self.wall_times = array("d", [self.wall_times[i] for i in kept])
            values = [self.values[i] for i in kept]
            self.values = array("d", values) if isinstance(self.values, array) else values

    def curve(self) -> Curve:
        backwards = np.array(self.steps, np.int64)[::-1]
        steps, last = np.unique(backwards, return_index=True)
        chosen = len(backwards) - 1 - last
        if isinstance(self.values, array):
            values = np.array(self.values, np.float64)
        else:
            values = np.empty(len(self.values), object)
            values[:] = self.values
        return Curve(steps, np.array(self.wall_times, np.float64)[chosen], values[chosen])


class _Reading:
    """What was found in the events so far."""

    def __init__(self, kinds: Collection[str]) -> None:
        self.kinds = kinds
        self.points: dict[tuple[str, str], _Points] = {}
        self.plugins: dict[str, str] = {}
        self.starts: list[int] = []
        self.has_graph = False
        self.seconds = 0.0
        self.began = 0.0  # when what is being read was first written to; 0 before its first event
        self.last_time = 0.0

    def add(self, event: Event) -> None:
        what = event.WhichOneof("what")
        if what == "summary":
            for kind, tag, value in values_of(event, self.plugins, self.kinds):
                points = self.points.get((kind, tag))
                if points is None:
                    points = self.points[kind, tag] = _Points(kind == "scalar")
                points.add(event.step, event.wall_time, value)
        elif what == "session_log" and event.session_log.status == SessionLog.START:
            self.starts.append(event.step)
            self.began = 0.0
            for points in self.points.values():
                points.drop_from(event.step)
        elif what in ("graph_def", "meta_graph_def"):
            self.has_graph = True
        self._measure(event.wall_time)

    def _measure(self, now: float) -> None:
        if not math.isfinite(now):
            return
        if self.began and now > self.last_time:
            self.seconds += now - self.last_time
        self.began = now
        self.last_time = max(now, self.last_time)

    def record(self, damages: list[str]) -> RunRecord:
        curves: dict[str, dict[str, Curve]] = {}
        for (kind, tag), points in self.points.items():
            if points.steps:
                curves.setdefault(kind, {})[tag] = points.curve()
        return RunRecord(curves, tuple(self.starts), self.seconds, self.last_time, self.has_graph, tuple(damages))
