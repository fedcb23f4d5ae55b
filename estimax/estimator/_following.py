"""Who follows a training run: logs, summaries, checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from estimax.summary import EventWriter
from estimax.train._checkpoints import Checkpoint
from estimax.train._loop import Observer
from estimax.train._observers import LossLogger, NanGuard, StepCounter, SummaryWriter
from estimax.train._saving import CheckpointSaver, CheckpointSaverListener

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator


def observers_of(
    estimator: Estimator,
    writer: EventWriter,
    checkpoint: Checkpoint | None,
    last: float,
    listeners: Sequence[CheckpointSaverListener],
) -> list[Observer]:
    """Returns the observers that a configuration asks for.

    Args:
        estimator: the one that is trained.
        writer: of the event files of the run.
        checkpoint: from which the run goes on, or None.
        last: the step at which it ends; may be infinite.
        listeners: told of every checkpoint.

    Raises:
        ValueError: there are listeners, and no checkpoints are written.
    """
    config = estimator.config
    observers: list[Observer] = [NanGuard()]
    if config.log_step_count_steps:
        observers += [LossLogger(config.log_step_count_steps), StepCounter(config.log_step_count_steps, writer)]
    if config.save_summary_steps:
        observers.append(SummaryWriter(config.save_summary_steps, writer))
    if config.save_checkpoints_steps or config.save_checkpoints_secs:
        restored = checkpoint.step if checkpoint else None
        observers.append(
            CheckpointSaver(
                estimator.model_dir,
                config.save_checkpoints_steps,
                config.save_checkpoints_secs,
                restored or 0,
                last,
                restored,
                config.keep_checkpoint_max,
                config.keep_checkpoint_every_n_hours,
                listeners,
            )
        )
    elif listeners:
        raise ValueError("saving_listeners need checkpoints; RunConfig turns them off")
    return observers
