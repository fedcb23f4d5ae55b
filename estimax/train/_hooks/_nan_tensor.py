"""`NanTensorHook`: ends a run where a value is not a number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from estimax import logging
from estimax.train._hooks._seldom import SeldomHook
from estimax.train._observers import NanLossDuringTrainingError
from estimax.train._session_run_hook import SessionRunArgs, SessionRunContext, SessionRunValues


class NanTensorHook(SeldomHook):
    """Ends a run at the first step at which a value is NaN.

    The loss of a training run is watched in any case: one that is infinite or NaN ends
    it with an error, whatever hooks there are. For other values this hook looks at
    every step, so that steps are done one at a time.

    Args:
        loss_tensor: an array of the model function, or its name.
        fail_on_nan_loss: whether to end with an error, or just to end.

    Raises:
        NanLossDuringTrainingError: while the run goes on, where `fail_on_nan_loss` is true.

    Example:
        >>> import estimax as tf
        >>> hook = tf.train.NanTensorHook("gradient_norm:0", fail_on_nan_loss=False)
    """

    def __init__(self, loss_tensor: Any, fail_on_nan_loss: bool = True) -> None:
        self._loss_tensor = loss_tensor
        self._fail_on_nan_loss = fail_on_nan_loss
        self._is_watched_anyway = False

    def after_create_session(self, session: Any, coord: Any) -> None:
        call = session.graph.references.call
        tensor = self._loss_tensor
        if isinstance(tensor, str):
            tensor = call.frame.tensors.get(tensor.removesuffix(":0"))
        self._is_watched_anyway = call.result.mode == "train" and tensor is call.result.loss

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(self._loss_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if not np.isnan(run_values.results).any():
            return
        message = "Model diverged with loss = NaN."
        if self._fail_on_nan_loss:
            logging.error(message)
            what = self._loss_tensor if isinstance(self._loss_tensor, str) else "the value that NanTensorHook watches"
            raise NanLossDuringTrainingError(
                f"{what} is NaN at step {run_context.step}. Look for features without normalization, a learning rate "
                f"that is too high, or missing values"
            )
        logging.warning(message)
        run_context.request_stop()

    def next_due_step(self, step: int) -> float:
        return math.inf if self._is_watched_anyway else step
