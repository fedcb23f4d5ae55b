"""Estimators that add to what another one tells: more metrics, features among the predictions.

Each makes an `Estimator` with the model folder and configuration of the one it was
given. So it goes on from its checkpoints, and the two can be used side by side.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any, final

from estimax import sparse
from estimax._graph._composite import SparseTensor
from estimax._graph._op import as_tensor
from estimax.estimator._estimator import Estimator
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator.export._outputs import PredictOutput

_METRIC_ARGUMENTS = ("features", "labels", "predictions", "config")


def add_metrics(estimator: Estimator, metric_fn: Callable[..., Any]) -> Estimator:
    """Returns an estimator that evaluates more metrics than the one it is made of.

    Args:
        estimator: any estimator.
        metric_fn: has any of the arguments features, labels, predictions and config, by
            name, and returns metrics by name, as `eval_metric_ops` of an `EstimatorSpec`.
            A metric of a name that the estimator has takes its place. Labels are as the
            input function gives them.

    Raises:
        ValueError: `metric_fn` has another argument.
        TypeError: it is no function, or in evaluation does not return metrics by name.

    Example:
        >>> import estimax as tf
        >>> model = tf.estimator.LinearRegressor([tf.feature_column.numeric_column("x")])
        >>> def mae(labels, predictions):
        ...     return {"mae": tf.metrics.mean_absolute_error(labels, predictions["predictions"][:, 0])}
        >>> metrics = tf.estimator.add_metrics(model, mae).evaluate(lambda: ({"x": [1.0, 2.0]}, [1.0, 3.0]), steps=1)
        >>> float(metrics["mae"])
        2.0
    """
    if not callable(metric_fn):
        raise TypeError(f"metric_fn must be a function; got {metric_fn!r}")
    unknown = sorted(_named_arguments(metric_fn) - set(_METRIC_ARGUMENTS))
    if unknown:
        raise ValueError(f"metric_fn may have the arguments {', '.join(_METRIC_ARGUMENTS)}; it has {unknown}")
    return _extended(estimator, _MoreMetrics(estimator.model_fn, metric_fn))


def forward_features(
    estimator: Estimator, keys: Any = None, sparse_default_values: Mapping[str, Any] | None = None
) -> Estimator:
    """Returns an estimator whose predictions hold features too, such as the key of a row.

    They are also part of the `predict` signature of its exports.

    Args:
        estimator: one whose predictions are a dictionary.
        keys: the name of a feature, or a list of names; all features where None.
        sparse_default_values: for each sparse feature that is forwarded, what stands where
            it has no value.

    Raises:
        TypeError: keys are something else than names.

    In use it raises ValueError where a name is not that of a feature, is that of a
    prediction, or where a sparse feature has no default.

    Example:
        >>> import estimax as tf
        >>> model = tf.estimator.LinearRegressor([tf.feature_column.numeric_column("x")])
        >>> keyed = tf.estimator.forward_features(model, "id")
        >>> [int(row["id"]) for row in keyed.predict(lambda: {"x": [1.0, 2.0], "id": [7, 8]})]
        [7, 8]
    """
    if keys is not None:
        keys = (keys,) if isinstance(keys, str) else tuple(keys)
        if not all(isinstance(key, str) for key in keys):
            raise TypeError(f"keys must be the names of features; got {list(keys)!r}")
    return _extended(estimator, _Forwarding(estimator.model_fn, keys, dict(sparse_default_values or {})))


def _extended(estimator: Estimator, model_fn: Callable[..., Any]) -> Estimator:
    return Estimator(
        model_fn,
        estimator.model_dir,
        estimator.config,
        params=estimator.params,
        warm_start_from=estimator.warm_start_from,
    )


@dataclasses.dataclass(frozen=True)
class _Extension:
    """A model function around another one.

    Attributes:
        model_fn: the other one.
    """

    model_fn: Callable[..., Any]

    def original(self, features: Any, labels: Any, mode: str, params: Any, config: Any) -> EstimatorSpec:
        """Calls the other model function with those arguments that it has."""
        given = {"labels": labels, "mode": mode, "params": params, "config": config}
        accepted = _named_arguments(self.model_fn)
        spec: EstimatorSpec = self.model_fn(features, **{k: v for k, v in given.items() if k in accepted})
        return spec


@final
@dataclasses.dataclass(frozen=True)
class _MoreMetrics(_Extension):
    """Adds what `metric_fn` returns to the metrics."""

    metric_fn: Callable[..., Any]

    def __call__(self, features: Any, labels: Any, mode: str, params: Any, config: Any) -> EstimatorSpec:
        spec = self.original(features, labels, mode, params, config)
        if mode != ModeKeys.EVAL:
            return spec
        given = {"features": features, "labels": labels, "predictions": spec.predictions, "config": config}
        parameters = inspect.signature(self.metric_fn).parameters.values()
        takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
        accepted = given if takes_all else _named_arguments(self.metric_fn)
        added = self.metric_fn(**{k: v for k, v in given.items() if k in accepted})
        if not isinstance(added, Mapping):
            raise TypeError(f"metric_fn must return a dictionary of metrics by name; it returned {added!r}")
        return spec._replace(eval_metric_ops={**(spec.eval_metric_ops or {}), **added})


@final
@dataclasses.dataclass(frozen=True)
class _Forwarding(_Extension):
    """Adds features to the predictions."""

    keys: tuple[str, ...] | None
    defaults: Mapping[str, Any]

    def __call__(self, features: Any, labels: Any, mode: str, params: Any, config: Any) -> EstimatorSpec:
        spec = self.original(features, labels, mode, params, config)
        if spec.predictions is None:
            return spec
        forwarded = self._forwarded(features, spec.predictions)
        outputs = {
            name: PredictOutput({**output.outputs, **forwarded}) if isinstance(output, PredictOutput) else output
            for name, output in (spec.export_outputs or {}).items()
        }
        return spec._replace(predictions={**spec.predictions, **forwarded}, export_outputs=outputs or None)

    def _forwarded(self, features: Any, predictions: Any) -> dict[str, Any]:
        if not isinstance(predictions, Mapping):
            raise ValueError(f"features are forwarded in a dictionary of predictions; the model gives {predictions!r}")
        if not isinstance(features, Mapping):
            raise ValueError(f"features must be a dictionary to be forwarded by name; got {features!r}")
        keys = sorted(features) if self.keys is None else self.keys
        missing = [key for key in keys if key not in features]
        if missing:
            raise ValueError(f"keys must be among the features {sorted(features)}; got {missing}")
        taken = [key for key in keys if key in predictions]
        if taken:
            raise ValueError(f"the features {taken} have the names of predictions; give them others, or name keys")
        return {key: self._dense(key, features[key]) for key in keys}

    def _dense(self, key: str, feature: Any) -> Any:
        tensor = as_tensor(feature)
        if key in self.defaults:
            if not isinstance(tensor, SparseTensor):
                raise ValueError(f"sparse_default_values names the feature {key!r}, which is not sparse")
            return sparse.to_dense(tensor, default_value=self.defaults[key])
        if not tensor.spec.is_dense:
            raise ValueError(
                f"the feature {key!r} is sparse or ragged; give sparse_default_values={{{key!r}: ...}} for its dense "
                f"form, or name the features to forward with keys"
            )
        return tensor


def _named_arguments(function: Callable[..., Any]) -> set[str]:
    parameters = inspect.signature(function).parameters.values()
    return {p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
