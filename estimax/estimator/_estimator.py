"""`Estimator`: train, evaluate, predict and export a model function."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from estimax import logging
from estimax._base._errors import UnimplementedError
from estimax._base._lazy import resolve
from estimax._compilation_cache import use_compilation_cache
from estimax._scope._frame import VariableSpec
from estimax.estimator import _evaluation, _exporting, _prediction, _training
from estimax.estimator._kept import KeptVariables, stamp
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Model
from estimax.estimator._restored import Restored
from estimax.estimator._run_config import RunConfig
from estimax.estimator._trees._own_training import own_training
from estimax.estimator._values import first_values, restored_values
from estimax.train._checkpoint_reading import list_variables, load_variable
from estimax.train._checkpoints import (
    latest_checkpoint,
    read_checkpoint,
    read_latest_checkpoint,
    remove_half_written,
)
from estimax.train._global_step import GLOBAL_STEP
from estimax.train._hook_runner import check_hooks
from estimax.train._run_lock import lock_run
from estimax.train._saving import CheckpointSaverListener
from estimax.train._warm_start_settings import WarmStartSettings, checked_start

if TYPE_CHECKING:
    from estimax.estimator._history import History


class Estimator:
    """A model that is trained, evaluated, used and exported.

    Args:
        model_fn: (features, labels, mode, params, config) -> `EstimatorSpec`; of the
            arguments after the first it has those that it needs.
        model_dir: folder of checkpoints, event files and exports; a temporary one
            where neither it nor the configuration names one.
        config: a `RunConfig`.
        params: given to `model_fn`, which must have an argument of that name.
        warm_start_from: a model folder, a checkpoint, a saved model, or a safetensors file
            of name -> array, whose variables a new model starts from; or `WarmStartSettings`.

    Raises:
        ValueError: `model_dir` and the configuration's differ, or `model_fn` lacks an argument.
    """

    def __init__(
        self,
        model_fn: Callable[..., Any],
        model_dir: str | os.PathLike[str] | None = None,
        config: RunConfig | None = None,
        params: Mapping[str, Any] | None = None,
        warm_start_from: str | os.PathLike[str] | WarmStartSettings | None = None,
    ) -> None:
        self._check_subclass()
        use_compilation_cache()
        self._config = _with_model_dir(config or RunConfig(), model_dir)
        self._params = copy.deepcopy(params)
        self._model_fn = model_fn
        self.warm_start_from = checked_start(warm_start_from)
        self.model = Model(model_fn, self._params, self._config)
        self.kept = KeptVariables()
        self._restored: tuple[Any, Restored] | None = None

    def _check_subclass(self) -> None:
        public = ("train", "evaluate", "predict", "export_saved_model")
        changed = [name for name in public if getattr(type(self), name) is not getattr(Estimator, name)]
        if changed:
            raise ValueError(f"subclasses of Estimator may not override {', '.join(changed)}; give a model_fn instead")

    @property
    def model_dir(self) -> str:
        assert self._config.model_dir is not None
        return self._config.model_dir

    @property
    def config(self) -> RunConfig:
        return self._config

    @property
    def params(self) -> Any:
        return copy.deepcopy(self._params)

    @property
    def model_fn(self) -> Callable[..., Any]:
        return self._model_fn

    def train(
        self,
        input_fn: Callable[..., Any],
        hooks: Sequence[Any] | None = None,
        steps: int | None = None,
        max_steps: float | None = None,
        saving_listeners: Sequence[CheckpointSaverListener] | None = None,
    ) -> Estimator:
        """Trains, from the latest checkpoint on if there is one.

        Args:
            input_fn: called once; returns a `Dataset`, or features and labels.
            hooks: `SessionRunHook`s, called around the steps.
            steps: how many steps to do; None until the input ends.
            max_steps: the global step at which to stop; when it was reached before,
                nothing is done.
            saving_listeners: told of every checkpoint.

        Returns:
            The estimator.

        Raises:
            ValueError: both `steps` and `max_steps`, or one that is not positive.
            NanLossDuringTrainingError: the loss is not a finite number.
            FailedPreconditionError: another run is training in the same folder; the message names it.
            OSError: the disk is full. Checkpoints written before are intact.
        """
        called = check_hooks(hooks)
        if steps is not None and max_steps is not None:
            raise ValueError(f"give steps or max_steps, not both; got {steps} and {max_steps}")
        for name, value in (("steps", steps), ("max_steps", max_steps)):
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be positive; got {value}")
        listeners = tuple(saving_listeners or ())
        own = own_training(self._model_fn)
        with lock_run(self.model_dir) as is_alone:
            if is_alone:
                remove_half_written(self.model_dir)
            if own is not None:
                own.train(self, input_fn, steps, max_steps, called, listeners)
            else:
                _training.train(self, input_fn, steps, max_steps, listeners, called)
        return self

    def evaluate(
        self,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Sequence[Any] | None = None,
        checkpoint_path: str | None = None,
        name: str | None = None,
    ) -> dict[str, Any]:
        """Evaluates the latest checkpoint, or first values where there is none.

        Args:
            input_fn: returns a `Dataset`, or features and labels.
            steps: how many batches; None for all.
            hooks: `SessionRunHook`s, called around the batches.
            checkpoint_path: another checkpoint than the latest.
            name: results go to the folder `eval_<name>` of the model folder, without one to `eval`.

        Returns:
            The metrics by name, with `loss`, the mean of the losses of the batches, and `global_step`.
        """
        called = check_hooks(hooks)
        if steps is not None and steps <= 0:
            raise ValueError(f"steps must be positive, or None for all batches; got {steps}")
        return _evaluation.evaluate(self, input_fn, steps, checkpoint_path, name, called)

    def predict(
        self,
        input_fn: Callable[..., Any],
        predict_keys: Any = None,
        hooks: Sequence[Any] | None = None,
        checkpoint_path: str | None = None,
        yield_single_examples: bool = True,
    ) -> Iterator[Any]:
        """Predicts for each row of the input.

        Args:
            input_fn: returns a `Dataset`, or features; labels are left out.
            predict_keys: the predictions to give; None for all.
            hooks: `SessionRunHook`s, called around the batches.
            checkpoint_path: another checkpoint than the latest.
            yield_single_examples: whether to give rows, or whole batches.

        Yields:
            For each row what the model predicts: usually a dictionary of arrays.
        """
        called = check_hooks(hooks)
        return _prediction.predict(self, input_fn, predict_keys, checkpoint_path, yield_single_examples, called)

    def export_saved_model(
        self,
        export_dir_base: str | os.PathLike[str],
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        checkpoint_path: str | None = None,
        experimental_mode: str = ModeKeys.PREDICT,
    ) -> bytes:
        """Writes a saved model to a folder `<base>/<unix seconds>` and returns its path.

        Args:
            export_dir_base: the folder of the exports.
            serving_input_receiver_fn: returns a `ServingInputReceiver`.
            assets_extra: name in the export's folder `assets.extra` -> file to copy there.
            as_text: of no effect.
            checkpoint_path: another checkpoint than the latest.
            experimental_mode: 'infer'.
        """
        if experimental_mode != ModeKeys.PREDICT:
            raise UnimplementedError(f"only models for mode 'infer' are exported; got {experimental_mode!r}")
        return _exporting.export(
            self, os.fspath(export_dir_base), serving_input_receiver_fn, assets_extra, checkpoint_path
        )

    export_savedmodel = export_saved_model

    def latest_checkpoint(self) -> str | None:
        """Returns the path of the latest checkpoint, without its ending, or None."""
        return latest_checkpoint(self.model_dir)

    def get_variable_names(self) -> list[str]:
        """Returns the names of the variables of the latest checkpoint."""
        return [name for name, _ in list_variables(self._trained_dir())]

    def get_variable_value(self, name: str) -> np.ndarray:
        """Returns the value of a variable of the latest checkpoint."""
        return load_variable(self._trained_dir(), name)

    def _trained_dir(self) -> str:
        if self.latest_checkpoint() is None:
            raise ValueError(f"the model in {self.model_dir} has not been trained: there is no checkpoint")
        return self.model_dir

    def history(self, name: str | None = None) -> History:
        """Returns the curves that training and evaluations left so far, as a pandas DataFrame by step.

        Columns are the scalars of training (`loss`) and, behind the name of their folder, of evaluations
        (`eval/accuracy`); `plot()` draws them, and `wall_times` tells when each value was written. It can be
        called at any time, in any process that sees the folder; before any training it is empty.

        Args:
            name: of the evaluations only those of this name, as `evaluate` was given it; None for all.

        Raises:
            ImportError: pandas is not installed.

        Example:
            >>> import tempfile, estimax as tf
            >>> estimator = tf.estimator.BaselineRegressor(model_dir=tempfile.mkdtemp())
            >>> _ = estimator.train(lambda: tf.data.Dataset.from_tensors(({"x": [1.0]}, [2.0])), steps=1)
            >>> estimator.history()["loss"]
            step
            1    4.0
            Name: loss, dtype: float64
        """
        try:
            read: Callable[..., History] = resolve("estimax.estimator._history:history")
        except ModuleNotFoundError as error:
            raise ImportError(
                "estimator.history() gives a pandas DataFrame, and pandas is not installed; "
                "run: pip install 'estimax[pandas]'"
            ) from error
        return read(self.model_dir, name)

    def eval_dir(self, name: str | None = None) -> str:
        """Returns the folder of the event files of evaluations."""
        return os.path.join(self.model_dir, "eval" if not name else f"eval_{name}")

    def restored(self, specs: Mapping[str, VariableSpec], checkpoint_path: str | None) -> Restored:
        """Returns the variables of a checkpoint, the latest if none is named, or first values if there is none.

        They stay on the device until a newer checkpoint is asked for.
        """
        names = tuple(sorted(name for name, s in specs.items() if not s.is_local))
        prefix = checkpoint_path or self.latest_checkpoint()
        key = (prefix, stamp(prefix), names)
        if self._restored is None or self._restored[0] != key:
            self._restored = (key, self._restore(specs, checkpoint_path))
        elif prefix is not None:
            logging.info("Restoring parameters from %s", prefix)
        return self._restored[1]

    def _restore(self, specs: Mapping[str, VariableSpec], checkpoint_path: str | None) -> Restored:
        checkpoint = self.kept.of(checkpoint_path or self.latest_checkpoint())
        if checkpoint is None:
            checkpoint = read_checkpoint(checkpoint_path) if checkpoint_path else read_latest_checkpoint(self.model_dir)
        if checkpoint is None:
            logging.warning("There is no checkpoint in %s: the model's first values are used.", self.model_dir)
            seed = self.config.tf_random_seed
            values = first_values(specs, 0 if seed is None else seed)
            return _restored(values, 0, None)
        logging.info("Restoring parameters from %s", checkpoint.prefix)
        values = restored_values(specs, checkpoint)
        return _restored(values, checkpoint.step, checkpoint.prefix)


def _restored(values: Mapping[str, Any], step: int, prefix: str | None) -> Restored:
    return Restored(jax.device_put({**values, GLOBAL_STEP: np.int32(step)}), step, prefix)


def _with_model_dir(config: RunConfig, model_dir: str | os.PathLike[str] | None) -> RunConfig:
    if not isinstance(config, RunConfig):
        raise ValueError(f"config must be a tf.estimator.RunConfig; got {config!r}")
    if model_dir is None:
        if config.model_dir is not None:
            return config
        model_dir = tempfile.mkdtemp(prefix="estimax-")
        logging.warning("Using temporary folder as model directory: %s", model_dir)
    path = os.fspath(model_dir)
    if config.model_dir is not None and config.model_dir != path:
        raise ValueError(f"model_dir is {path!r} here and {config.model_dir!r} in the RunConfig; they must be equal")
    return config.replace(model_dir=path)
