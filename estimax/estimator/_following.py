"""Who follows a training run: logs, summaries, checkpoints."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from estimax._scope._transform import Call
from estimax.estimator._run_config import RunConfig
from estimax.estimator._watching import drawn_summaries
from estimax.summary import EventWriter
from estimax.train._checkpoints import Checkpoint
from estimax.train._fetching import References
from estimax.train._hook_runner import HookRunner
from estimax.train._hooks import CheckpointSaverHook, StopAtStepHook
from estimax.train._loop import Observer
from estimax.train._measures import Measures
from estimax.train._observers import LossLogger, NanGuard, StepCounter, SummaryWriter
from estimax.train._profiling import Profiler
from estimax.train._saving import CheckpointSaver, CheckpointSaverListener
from estimax.train._session_run_hook import SessionRunHook

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator


def observers_of(
    estimator: Estimator,
    writer: EventWriter,
    checkpoint: Checkpoint | None,
    last: float,
    listeners: Sequence[CheckpointSaverListener],
    references: References | None = None,
    hooks: Sequence[SessionRunHook] = (),
    measures: Measures | None = None,
) -> list[Observer]:
    """Returns the observers that a configuration asks for, and those for hooks.

    Args:
        estimator: the one that is trained.
        writer: of the event files of the run.
        checkpoint: from which the run goes on, or None.
        last: the step at which it ends; may be infinite.
        listeners: told of every checkpoint.
        references: of the call of the model function, which may have made hooks and summaries.
        hooks: of the user, besides those that the model function made.
        measures: what the step measures of itself where summaries are due.

    Raises:
        ValueError: there are listeners, and no checkpoints are written.
    """
    config = estimator.config
    profiler = [Profiler(*config.profile_steps, estimator.model_dir)] if config.profile_steps else []
    call = references.call if references else None
    summaries = []
    if config.save_summary_steps:
        drawn = drawn_summaries(call) if call else ()
        summaries.append(SummaryWriter(config.save_summary_steps, writer, drawn, measures))
    # The curves show what led to a loss that is no number.
    observers: list[Observer] = [*profiler, *summaries, NanGuard()]
    if config.log_step_count_steps:
        observers += [LossLogger(config.log_step_count_steps), StepCounter(config.log_step_count_steps, writer)]
    scaffold = getattr(call.result, "scaffold", None) if call else None
    every = _in_order(hooks, call, last) if call else [*hooks]
    # Hooks come last: what they look at after a step may be what listeners made of its checkpoint.
    observers += _savers(estimator, every, scaffold, checkpoint, last, listeners)
    if references is not None and (every or scaffold is not None):
        observers.append(HookRunner(every, references, scaffold, is_new=checkpoint is None))
    return observers


def _in_order(hooks: Sequence[SessionRunHook], call: Call, last: float) -> list[SessionRunHook]:
    """Returns all hooks of a run, in the original's order; its own end comes before those that the model made."""
    chief, own = (list(getattr(call.result, n, None) or ()) for n in ("training_chief_hooks", "training_hooks"))
    end = [StopAtStepHook(last_step=last)] if own and last < math.inf else []
    return [*chief, *hooks, *end, *own]


def _savers(
    estimator: Estimator,
    hooks: Sequence[SessionRunHook],
    scaffold: Any,
    checkpoint: Checkpoint | None,
    last: float,
    listeners: Sequence[CheckpointSaverListener],
) -> list[Observer]:
    """Returns who saves checkpoints: as `CheckpointSaverHook`s say, or else the configuration."""
    config = estimator.config
    asked = [hook for hook in hooks if isinstance(hook, CheckpointSaverHook)]
    restored = checkpoint.step if checkpoint else None
    kept = _kept(getattr(scaffold, "saver", None), config)
    if asked:
        return [
            CheckpointSaver(
                hook.checkpoint_dir,
                hook.save_steps,
                hook.save_secs,
                restored or 0,
                last,
                restored if os.path.abspath(hook.checkpoint_dir) == os.path.abspath(estimator.model_dir) else None,
                *_kept(hook.saver, config),
                [*hook.listeners, *(listeners if number == 0 else ())],
            )
            for number, hook in enumerate(asked)
        ]
    if not (config.save_checkpoints_steps or config.save_checkpoints_secs):
        if listeners:
            raise ValueError("saving_listeners need checkpoints; RunConfig turns them off")
        return []
    every = config.save_checkpoints_steps, config.save_checkpoints_secs
    return [CheckpointSaver(estimator.model_dir, *every, restored or 0, last, restored, *kept, listeners)]


def _kept(saver: Any, config: RunConfig) -> tuple[int | None, float]:
    """Returns how many checkpoints are kept, and every how many hours one for good."""
    if saver is None:
        return config.keep_checkpoint_max, config.keep_checkpoint_every_n_hours
    return saver.max_to_keep, saver.keep_checkpoint_every_n_hours
