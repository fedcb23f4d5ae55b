"""What a training run writes once: at its start what it is, at its end how it ended.

None of it may keep a run from training: what fails is logged as a warning.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tensorboardX.proto.event_pb2 import SessionLog

from estimax import logging
from estimax.estimator import _describing
from estimax.estimator._graph_def import graph_def, graph_event
from estimax.estimator._inputs import Input
from estimax.estimator._model import Traced
from estimax.estimator._projecting import write_projector
from estimax.summary import Event, EventWriter
from estimax.train._loop import Run

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator


@contextmanager
def monitored(
    estimator: Estimator, run: Run, given: Input, traced: Traced | None = None, step: Any = None
) -> Iterator[EventWriter]:
    """Opens the event file of a run, and tells in it of the run.

    Points that an earlier run has written beyond the step at which this one starts, as
    one that was killed may have, no longer count: the first event says so.

    Args:
        estimator: the one that is trained.
        run: that starts.
        given: its input.
        traced: the model function in training mode; None where nothing is traced.
        step: its compiled step; None where there is none.
    """
    first = run.first_step
    with EventWriter(estimator.model_dir) as writer:
        writer.event(Event(wall_time=time.time(), step=first + 1, session_log=SessionLog(status=SessionLog.START)))
        if traced is not None and not traced.program.is_eager:
            _tried("The graph", lambda: writer.event(graph_event(graph_def(traced, step))))
        _tried("What the run is", lambda: _describing.begin(estimator, traced, first, writer, given, run.arrays()))
        yield writer
        # Of a run that is broken off nothing is said: TensorBoard would keep to it when the run has gone on.
        _tried("That the run is over", lambda: _describing.end(writer, is_success=True))
    if run.step > first:
        write_projector(estimator.model_dir, {}, run.arrays())


def _tried(what: str, write: Callable[[], object]) -> None:
    try:
        write()
    except Exception as error:  # curves and pictures are not worth a training run
        logging.warning("%s is not shown: %s: %s", what, type(error).__name__, error)
