"""Optimizers, losses and metrics of estimax in `model.compile`, where Keras 3 takes its own alone."""

from __future__ import annotations

import functools
import inspect
from dataclasses import fields
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax.losses._keras_style import Loss
from estimax.metrics._keras_style import Metric
from estimax.optimizers.schedules import LearningRateSchedule
from estimax.train._optimizer import Optimizer

_COUNTERPARTS: dict[str, tuple[str, dict[str, str]]] = {
    "AdadeltaOptimizer": ("Adadelta", {}),
    "AdagradOptimizer": ("Adagrad", {}),
    "AdamOptimizer": ("Adam", {"beta1": "beta_1", "beta2": "beta_2"}),
    "FtrlOptimizer": ("Ftrl", {}),
    "GradientDescentOptimizer": ("SGD", {}),
    "MomentumOptimizer": ("SGD", {"use_nesterov": "nesterov"}),
    "RMSPropOptimizer": ("RMSprop", {"decay": "rho"}),
}
"""For optimizers of `tf.train`, Keras' class, and its names of arguments that differ."""

_GIVEN = "_estimax_optimizer"


def accept_own(keras: Any) -> None:
    """Lets `compile` of Keras models take objects of estimax: `tf.keras.optimizers.Adam()`, `tf.keras.metrics.AUC()`.

    The model's `fit` uses Keras' optimizer of that name, `model_to_estimator` what was given.
    """
    owner = next(kind for kind in keras.Model.__mro__ if "compile" in vars(kind))
    original = owner.compile
    if hasattr(original, _GIVEN):
        return

    @functools.wraps(original)
    def compile_(self: Any, optimizer: Any = "rmsprop", *args: Any, **options: Any) -> Any:
        theirs = counterpart(keras, optimizer) if isinstance(optimizer, Optimizer) else optimizer
        args = tuple(_translated(keras, value) for value in args)
        options = {name: _translated(keras, value) for name, value in options.items()}
        result = original(self, theirs, *args, **options)
        object.__setattr__(self, _GIVEN, optimizer)
        return result

    setattr(compile_, _GIVEN, True)
    owner.compile = compile_


def given_optimizer(model: Any) -> Any:
    """Returns the optimizer as the program gave it to `compile`; Keras' own where that is not known."""
    return getattr(model, _GIVEN, None) or model.optimizer


def counterpart(keras: Any, optimizer: Optimizer) -> Any:
    """Returns Keras' optimizer of the same name and settings.

    Raises:
        InvalidArgumentError: Keras has none.
    """
    kind = type(optimizer).__name__
    name, renamed = _COUNTERPARTS.get(kind, (kind, {}))
    theirs = getattr(keras.optimizers, name, None)
    if theirs is None:
        raise InvalidArgumentError(
            f"compile() takes optimizers that Keras has too; it has none like {kind}. "
            f"Its own are {sorted(n for n in dir(keras.optimizers) if n[0].isupper())}"
        )
    settings = {renamed.get(f.name, f.name): getattr(optimizer, f.name) for f in fields(optimizer)}  # type: ignore[arg-type]  # all are
    known = set(inspect.signature(theirs).parameters)
    settings = {n: v for n, v in settings.items() if n in known and n != "name" and v is not None}
    settings["learning_rate"] = _rate(keras, optimizer)
    return theirs(**settings)


def _translated(keras: Any, given: Any) -> Any:
    """Returns losses and metrics, in any structure, with such as Keras takes in place of estimax' own."""
    if isinstance(given, dict):
        return {name: _translated(keras, value) for name, value in given.items()}
    if isinstance(given, Metric):
        return resolve("estimax.keras._keras_metric:KerasMetric")(given)
    if isinstance(given, Loss):
        theirs = getattr(keras.losses, type(given).__name__, None)
        if theirs is None or not type(given).__module__.startswith("estimax."):
            return given  # a function of labels and predictions for Keras
        reduction = "sum_over_batch_size" if given.reduction == "auto" else given.reduction
        return theirs(**_settings(theirs, given) | {"reduction": reduction})
    if isinstance(given, list | tuple):
        return [_translated(keras, value) for value in given]
    if isinstance(given, str) and given != given.lower() and hasattr(keras.metrics, given):
        return _named_as_before(keras, given)
    return given


def _named_as_before(keras: Any, kind: str) -> Any:
    """Returns a metric that is given by the name of its class, `AUC`: it is reported as `auc`."""
    theirs = getattr(keras.metrics, kind)
    return theirs() if issubclass(theirs, keras.metrics.Metric) else kind


def _settings(theirs: Any, ours: Any) -> dict[str, Any]:
    """Returns the arguments of one of Keras' classes that an object of estimax has."""
    known = inspect.signature(theirs).parameters
    own = {name: getattr(ours, name) for name in inspect.signature(type(ours)).parameters if hasattr(ours, name)}
    return {name: value for name, value in (own | ours.get_config()).items() if name in known and value is not None}


def _rate(keras: Any, optimizer: Any) -> Any:
    rate = optimizer.learning_rate
    if isinstance(rate, LearningRateSchedule):
        return getattr(keras.optimizers.schedules, type(rate).__name__)(**rate.get_config())
    decay = getattr(optimizer, "decay", 0.0) if hasattr(optimizer, "hyperparameters") else 0.0
    return keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay) if decay else rate
