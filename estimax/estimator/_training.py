"""Training: from an input function to a run of compiled steps."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax import logging
from estimax._scope._transform import Call, Program
from estimax.data._iterators import Reader
from estimax.data._step import Step
from estimax.estimator._eagerly import EagerStep, stages
from estimax.estimator._following import observers_of
from estimax.estimator._graph_file import write_graph
from estimax.estimator._input_identity import identity_of
from estimax.estimator._inputs import Input, open_input
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Traced
from estimax.estimator._monitoring import monitored
from estimax.estimator._values import first_values, local_values, restored_slots, restored_values, warm_started
from estimax.estimator._watching import references_of, watched
from estimax.train._checkpoints import Checkpoint, read_latest_checkpoint, saved_step
from estimax.train._hook_runner import session_of
from estimax.train._loop import Observer, Run, next_stop_of, run_steps
from estimax.train._measures import measures_of
from estimax.train._optimizer import TrainOp
from estimax.train._saving import CheckpointSaver, CheckpointSaverListener
from estimax.train._session_run_hook import SessionRunHook
from estimax.train._staging import Stager, restore_position
from estimax.train._step import State, TrainStep
from estimax.train._warm_start import planned_slots

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator


def train(
    estimator: Estimator,
    input_fn: Any,
    steps: int | None,
    max_steps: float | None,
    listeners: Sequence[CheckpointSaverListener],
    hooks: Sequence[SessionRunHook] = (),
) -> None:
    """Trains for some steps, up to a step, or until the input ends; see `Estimator.train`."""
    if max_steps is not None and (saved_step(estimator.model_dir) or 0) >= max_steps:
        logging.info("Skipping training since max_steps has already saved.")
        return
    checkpoint = _latest(estimator)
    first = checkpoint.step if checkpoint else 0
    last = max_steps or (math.inf if steps is None else first + steps)
    given = open_input(input_fn, ModeKeys.TRAIN, estimator.params, estimator.config, repeats=True)
    traced, step = _traced(estimator, given, for_hooks=bool(hooks))
    source = given.step.project(traced.needed)
    identity = identity_of(source)
    position = _position_in(checkpoint, identity)
    reader = _reader(estimator, source, position)
    run = Run(_state(estimator, step, checkpoint, reader.entropy), first, position)
    references = references_of(traced.program.call, ModeKeys.TRAIN)
    run.session = session_of(run, references)
    estimator.kept.forget()
    if listeners:
        listeners = [_Keeper(estimator, run, traced.program), *listeners]
    with monitored(estimator, run, given, traced, step) as writer:
        observers = observers_of(estimator, writer, checkpoint, last, listeners, references, hooks, step.measures)
        next_stop = next_stop_of(observers, last)
        stager = Stager(reader, traced.host, traced.dtypes, first, next_stop, source=identity)
        staged = stages(reader, identity) if traced.program.is_eager else stager.stages()
        run_steps(step, run, staged, observers, last)
    _finish(estimator, run, observers, position)


def _traced(estimator: Estimator, given: Input, for_hooks: bool) -> tuple[Traced, Any]:
    """Returns the model function in training mode, and its step."""
    logging.info("Calling model_fn.")
    traced = estimator.model.traced(ModeKeys.TRAIN, given, for_hooks)
    step: Any = _compiled(traced, for_hooks, estimator.config.save_summary_steps or 0)
    if traced.program.is_eager:
        step = EagerStep(step, given)
    else:
        write_graph(estimator.model_dir, traced, step)
    logging.info("Done calling model_fn.")
    return traced, step


def _finish(estimator: Estimator, run: Run, observers: Sequence[Observer], position: Any) -> None:
    """Keeps what was saved for the next call, and says so where nothing was done."""
    is_saved = any(isinstance(o, CheckpointSaver) and o.saved_step == run.step for o in observers)
    if is_saved and not run.is_interrupted:  # with the position of its input, which is in the file alone
        _keep(estimator, run, run.state["variables"], is_whole=True)
    if run.step == run.first_step and position is None:
        logging.warning("Training with estimator made no steps. Perhaps input is empty or misspecified.")


def _latest(estimator: Estimator) -> Checkpoint | None:
    """Returns the latest checkpoint, from memory where this estimator has just written it."""
    kept = estimator.kept.of(estimator.latest_checkpoint(), whole=True)
    return kept or read_latest_checkpoint(estimator.model_dir)


class _Keeper(CheckpointSaverListener):
    """Keeps the variables of a checkpoint on the device, for the listeners that evaluate or export it."""

    def __init__(self, estimator: Estimator, run: Run, program: Program) -> None:
        self.estimator = estimator
        self.run = run
        self.names = [name for name, spec in program.specs.items() if not spec.is_local]

    def after_save(self, session: object, global_step_value: int) -> None:
        variables = {name: jnp.copy(self.run.state["variables"][name]) for name in self.names}
        _keep(self.estimator, self.run, variables, is_whole=False)


def _keep(estimator: Estimator, run: Run, variables: Mapping[str, Any], is_whole: bool) -> None:
    """Keeps the variables of the checkpoint that was just written."""
    prefix = estimator.latest_checkpoint()
    if prefix is not None:
        estimator.kept.remember(prefix, run.step, variables, is_whole)


def _compiled(traced: Traced, for_hooks: bool, summary_steps: int) -> TrainStep:
    if "train" not in traced.compiled:
        fetched_of = partial(watched, mode=ModeKeys.TRAIN, for_hooks=for_hooks)
        measures = measures_of(traced.program, _train_ops(traced.program.call), summary_steps)
        traced.compiled["train"] = TrainStep(traced.program, _loss, _train_ops, fetched_of, measures)
    step: TrainStep = traced.compiled["train"]
    return step


def _loss(call: Call) -> Any:
    return jnp.asarray(call.result.loss, jnp.float32).reshape(())


def _train_ops(call: Call) -> list[TrainOp]:
    ops: list[TrainOp] = call.result.train_ops
    return ops


def _position_in(checkpoint: Checkpoint | None, identity: str) -> Any:
    """Returns where the interrupted run left the input, or None where the input shall start anew."""
    position = checkpoint.input_state if checkpoint else None
    if position is None:
        return None
    if position["input"] != identity:
        logging.warning("The input differs from that of the run that was interrupted; it starts at its beginning.")
        return None
    logging.info("The input goes on where the interrupted run left it.")
    return position


def _reader(estimator: Estimator, source: Step, position: Any) -> Reader:
    if position is None:
        seed = estimator.config.tf_random_seed
        return Reader(source, secrets.randbits(63) if seed is None else seed)
    reader = Reader(source, position["reader"]["entropy"])
    restore_position(reader, position)
    return reader


def _state(estimator: Estimator, step: TrainStep, checkpoint: Checkpoint | None, entropy: int) -> State:
    specs = step.program.specs
    if checkpoint is not None:
        logging.info("Restoring parameters from %s", checkpoint.prefix)
        values: dict[str, Any] = dict(restored_values(specs, checkpoint))
        values |= restored_slots(step, values, checkpoint.variables)
        # A step consumes the arrays that it starts from, while a prediction may still go on with those that are kept.
        values = {name: jnp.copy(v) if isinstance(v, jax.Array) else v for name, v in values.items()}
    else:
        values = first_values(specs, entropy)
        if estimator.warm_start_from is not None:
            values = warm_started(values, specs, estimator.warm_start_from, entropy)
        slots = step.initial_slots(values)
        values |= slots | planned_slots(estimator.warm_start_from, slots)
    state: State = jax.device_put(
        {
            "variables": values,
            "locals": local_values(specs),
            "scratch": step.initial_scratch(),
            "step": np.int32(checkpoint.step if checkpoint else 0),
            "seed": np.uint32(entropy & 0xFFFFFFFF),
        }
    )
    return state
