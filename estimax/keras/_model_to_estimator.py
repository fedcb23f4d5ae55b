"""`model_to_estimator`: an estimator whose model function calls a compiled Keras model."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from estimax.estimator._estimator import Estimator
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._run_config import RunConfig
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator.export import PredictOutput
from estimax.keras._compiling import given_optimizer
from estimax.keras._frame_scope import FrameScope
from estimax.keras._keras3 import keras3
from estimax.keras._keras_optimizer import KerasOptimizer
from estimax.keras._model_inputs import inputs_of, names_of, output_names, taken_apart, targets_of
from estimax.optimizers import get as get_optimizer
from estimax.train._as_optimizer import as_optimizer
from estimax.train._optimizer import Optimizer, TrainOp


def model_to_estimator(
    keras_model: Any = None,
    keras_model_path: str | os.PathLike[str] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    model_dir: str | os.PathLike[str] | None = None,
    config: RunConfig | None = None,
    checkpoint_format: str | None = None,
    metric_names_map: Mapping[str, str] | None = None,
    export_outputs: Mapping[str, Any] | None = None,
) -> Estimator:
    """Makes an estimator of a compiled Keras model.

    The weights of the model are the first values of the variables, which have its names
    (`dense/kernel`). Training changes the estimator's variables; the model's weights stay.

    Features are a dictionary by the names of the model's inputs; for a model with one input also
    `<first layer>_input`, or an array. Labels are one array, or a dictionary by the names of the
    outputs. `evaluate` gives `loss` and the metrics that the model was compiled with; `predict`
    gives a dictionary by the names of the output layers.

    The optimizer is what `compile` was given: a name or an object of `tf.keras.optimizers` gives the
    numbers of the original, an object of Keras 3 those of Keras 3.

    Args:
        keras_model: a compiled model of Keras 3.
        keras_model_path: a file of one, as `model.save` writes it, in place of `keras_model`.
        custom_objects: for loading that file.
        model_dir: folder of the estimator.
        config: a `RunConfig`.
        checkpoint_format: has no effect; checkpoints are safetensors.
        metric_names_map: other names for metrics.
        export_outputs: further export outputs, name -> output, beside the default one.

    Raises:
        ValueError: there is no model or there are two, or it is not compiled.
        ImportError: Keras 3 is not installed, or computes with something else than JAX.

    Example:
        >>> import estimax as tf
        >>> model = tf.keras.Sequential([tf.keras.Input((4,), name="x"), tf.keras.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> estimator = tf.keras.estimator.model_to_estimator(model)
    """
    keras = keras3()
    if (keras_model is None) == (keras_model_path is None):
        raise ValueError("model_to_estimator needs keras_model or keras_model_path, one of the two")
    if keras_model is None:
        keras_model = keras.models.load_model(os.fspath(keras_model_path), custom_objects=custom_objects)  # type: ignore[arg-type]  # not None
    if not isinstance(keras_model, keras.Model):
        raise ValueError(f"keras_model must be a keras.Model; got {keras_model!r}")
    if not getattr(keras_model, "compiled", False):
        raise ValueError("the Keras model is not compiled; call its compile(optimizer, loss) first")
    optimizer = _optimizer(keras_model)
    return Estimator(_model_fn(keras_model, optimizer, metric_names_map or {}, export_outputs or {}), model_dir, config)


def _optimizer(model: Any) -> Any:
    """Returns an optimizer of estimax, or Keras' own, which is built here where the model is."""
    given = given_optimizer(model)
    if isinstance(given, str):
        try:
            return get_optimizer(given)
        except (ValueError, TypeError):
            given = model.optimizer  # of a kind that Keras alone has
    if not isinstance(given, Optimizer) and model.built and not given.built:
        given.build(model.trainable_variables)
    return given


def _model_fn(
    model: Any, optimizer: Any, metric_names: Mapping[str, str], export_outputs: Mapping[str, Any]
) -> Callable[..., EstimatorSpec]:
    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        scope = FrameScope.current()
        scope.use_names(names_of(model))
        features, weights = taken_apart(features)
        training = mode == ModeKeys.TRAIN
        inputs = inputs_of(model, features)
        outputs = model(inputs, training=training)
        listed = list(outputs.values()) if isinstance(outputs, dict) else keras3().tree.flatten(outputs)
        predictions = dict(zip(output_names(model, outputs), listed, strict=True))
        if mode == ModeKeys.PREDICT:
            default = {"serving_default": PredictOutput(predictions)}
            return EstimatorSpec(mode, predictions, export_outputs={**default, **export_outputs})
        targets = targets_of(labels, outputs, list(predictions))
        with scope.making_locals():
            loss = model.compute_loss(inputs, targets, outputs, weights, training)
            if training:
                return EstimatorSpec(mode, predictions, loss, _train_op(scope, model, optimizer, loss))
            after = model.compute_metrics(inputs, targets, outputs, weights)
            with scope.before_updates():
                before = model.get_metrics_result()
        losses = {"loss", *(f"{name}_loss" for name in predictions)}
        metrics = {metric_names.get(n, n): (before[n], after[n]) for n in after if n not in losses}
        return EstimatorSpec(mode, predictions, loss, eval_metric_ops=metrics)

    return model_fn


def _train_op(scope: FrameScope, model: Any, optimizer: Any, loss: Any) -> TrainOp:
    variables = {scope.name_of(v): v for v in model.trainable_variables}
    if not isinstance(optimizer, Optimizer):
        if not optimizer.built:
            optimizer.build(model.trainable_variables)
        optimizer = KerasOptimizer(optimizer, variables)
    return as_optimizer(optimizer).minimize(loss, var_list=list(variables))
