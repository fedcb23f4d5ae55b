"""Training: rounds of trees, each grown where the loss of all rows falls steepest.

The state between two rounds is the ensemble's arrays and nothing else. The scores
of the rows are the sum of their leaves, added tree by tree in float32, whether the
trees were grown in this run or restored: so a run that was killed goes on to the
same trees as one that was not.

A global step is what it is in the original: a batch, of which a layer takes
`n_batches_per_layer`, of which a tree takes `max_depth`. A run that ends in the
middle of a tree leaves it with the layers that it has steps for, and the next run
grows it again, with more.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimax import logging
from estimax._scope._frame import Frame
from estimax._scope._transform import Call
from estimax.estimator._following import observers_of
from estimax.estimator._input_identity import identity_of
from estimax.estimator._inputs import Input, open_input
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._monitoring import monitored
from estimax.estimator._trees._columns import TreeColumns
from estimax.estimator._trees._forest import SCOPE, ForestShape, get_tree, put_tree
from estimax.estimator._trees._growing import Grower, lightgbm
from estimax.estimator._trees._objective import Objective, Slope
from estimax.estimator._trees._parameters import TreeParameters
from estimax.estimator._trees._reading import once, read
from estimax.estimator._trees._rows import Rows
from estimax.estimator._trees._showing import ForestSummaries
from estimax.train._checkpoint_reading import read_arrays
from estimax.train._checkpoints import Checkpoint, read_latest_checkpoint
from estimax.train._fetching import LOSS, References
from estimax.train._hook_runner import HookRunner
from estimax.train._loop import Observer, Run, following
from estimax.train._saving import CheckpointSaverListener
from estimax.train._session_run_hook import SessionRunHook
from estimax.train._warm_start_settings import start_path

_PROGRESS = f"{SCOPE}/progress"
_BIAS = f"{SCOPE}/bias"


@dataclass(frozen=True)
class Task:
    """What is to be trained, how far, and who follows."""

    parameters: TreeParameters
    columns: TreeColumns
    head: Any
    shape: ForestShape
    steps: int | None
    max_steps: float | None
    hooks: Sequence[SessionRunHook]
    listeners: Sequence[CheckpointSaverListener]


def train(estimator: Any, input_fn: Any, task: Task) -> None:
    """Grows trees until all are there, or for some steps, or up to a step; see `Estimator.train`."""
    lightgbm()
    checkpoint = read_latest_checkpoint(estimator.model_dir)
    first = checkpoint.step if checkpoint else 0
    last = math.inf if task.steps is None and task.max_steps is None else (task.max_steps or first + (task.steps or 0))
    if first >= last:
        logging.info("Skipping training since max_steps has already saved.")
        return
    forest = _forest(estimator, task.shape, checkpoint)
    opened = open_input(input_fn, ModeKeys.TRAIN, estimator.params, estimator.config, repeats=False)
    given = Input(once(opened.step), opened.spec)
    identity = identity_of(given.step)
    entropy = _entropy(estimator, checkpoint, identity)
    position = {"input": identity, "entropy": entropy}
    run = _ForestRun({"variables": forest}, first, position if checkpoint and checkpoint.input_state else None)
    with monitored(estimator, run, given) as writer:
        observers = observers_of(estimator, writer, checkpoint, last, task.listeners)
        every = estimator.config.save_summary_steps
        if every:
            observers.append(ForestSummaries(writer, task.columns, every))
        if task.hooks:
            observers.insert(0, HookRunner(task.hooks, References(Call(None, Frame({}), ()), {LOSS: None})))
        boosting = _Boosting(task, run, position, observers, last)
        boosting.run_rounds(given, entropy)
    if run.step == first:
        logging.warning("Training made no steps: all %d trees were grown before.", task.parameters.n_trees)


def _forest(estimator: Any, shape: ForestShape, checkpoint: Checkpoint | None) -> dict[str, np.ndarray]:
    if checkpoint is not None:
        logging.info("Restoring parameters from %s", checkpoint.prefix)
        return shape.fitted(checkpoint.variables, checkpoint.prefix)
    if estimator.warm_start_from is not None:
        source = start_path(estimator.warm_start_from)
        logging.info("Warm-starting the trees from %s.", source)
        return shape.fitted(read_arrays(source), source)
    return shape.initial()


def _entropy(estimator: Any, checkpoint: Checkpoint | None, identity: str) -> int:
    """Returns what the order of the rows depends on: in a run that was interrupted the same as before."""
    state = checkpoint.input_state if checkpoint else None
    if isinstance(state, Mapping) and state.get("input") == identity and "entropy" in state:
        return int(state["entropy"])
    seed = estimator.config.tf_random_seed
    return secrets.randbits(62) if seed is None else int(seed)


class _ForestRun(Run):
    """A run whose variables are changed in place: observers get copies."""

    def variables(self) -> dict[str, np.ndarray]:
        return {name: value.copy() for name, value in super().variables().items()}


class _Boosting:
    """A run over rounds."""

    def __init__(self, task: Task, run: Run, position: Any, observers: Sequence[Observer], last: float) -> None:
        self.task = task
        self.run = run
        self.position = position
        self.observers = observers
        self.last = last
        self.forest: dict[str, np.ndarray] = run.state["variables"]

    def run_rounds(self, given: Input, entropy: int) -> None:
        """Reads the rows and grows trees on them."""
        parameters = self.task.parameters
        is_left = self._rounds < parameters.n_trees
        if is_left:
            training = read(given, self.task.columns, self.task.head, int(parameters.n_batches_per_layer), entropy)
            objective = Objective(training.loss, training.entries, self.task.head, training.rows.count)
            self._center(objective, training.rows)
            logits = self._restored_logits(training.rows)
            grower = Grower(training.rows, parameters, self.task.shape.outputs, objective.scale, entropy)
        with following(self.run, self.observers):
            while self._rounds < parameters.n_trees and self.run.step < self.last and not self.run.is_stopped:
                self._round(objective.at(logits), grower, training.rows, logits)
            for observer in self.observers:
                observer.end(self.run, not is_left)

    @property
    def _rounds(self) -> int:
        return int(self.forest[_PROGRESS][0])

    def _center(self, objective: Objective, rows: Rows) -> None:
        """Starts a model without trees at the logits that fit all rows best, if that is wished for."""
        if self.task.parameters.center_bias and not self.forest[_PROGRESS][:2].any() and not self.forest[_BIAS].any():
            self.forest[_BIAS][:] = objective.centered(rows.count)

    def _restored_logits(self, rows: Rows) -> np.ndarray:
        """Returns what the trees that are finished give for each row, float32 [rows, outputs]."""
        outputs = self.task.shape.outputs
        logits = np.tile(self.forest[_BIAS], (rows.count, 1))
        for number in range(self._rounds * outputs):
            tree = get_tree(self.forest, number)
            logits[:, number % outputs] += tree.leaf_value[rows.leaves_of(tree)]
        return logits

    def _round(self, slope: Slope, grower: Grower, rows: Rows, logits: np.ndarray) -> None:
        """Grows the trees of a round, as many layers as there are steps for; changes the logits once they are done."""
        parameters, outputs = self.task.parameters, self.task.shape.outputs
        number, done, _ = self.forest[_PROGRESS].tolist()
        steps = int(min(parameters.steps_per_tree - done, self.last - self.run.step))
        layers = (done + steps) // int(parameters.n_batches_per_layer)
        is_finished = done + steps == parameters.steps_per_tree
        trees = grower.grow(slope.gradients, slope.hessians, layers) if layers else []
        for output, tree in enumerate(trees):
            put_tree(self.forest, number * outputs + output, tree)
            if is_finished and tree.inner:
                logits[:, output] += tree.leaf_value[rows.leaves_of(tree)]
        self.forest[_PROGRESS][:2] = (number + 1, 0) if is_finished else (number, done + steps)
        for observer in self.observers:
            observer.before_steps(self.run, steps)
        first, self.run.step = self.run.step, self.run.step + steps
        self.run.fetched = {LOSS: np.float32(slope.loss)}
        values = {n: np.full(steps, v, np.float32) for n, v in {**slope.curves, "loss": slope.loss}.items()}
        is_last = self._rounds == parameters.n_trees
        self.run.position = None if is_last else self.position
        if self.run.interruption.signal is not None:
            self.run.interrupt()
        for observer in self.observers:
            observer.after_steps(self.run, first, values)
