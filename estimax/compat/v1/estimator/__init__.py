"""`tf.compat.v1.estimator`: the pre-made estimators of TensorFlow 1.x; all else is as in `tf.estimator`.

Their losses are sums over the batch, optimizers given by name are those of
`tf.compat.v1.train`, metrics are those of `tf.compat.v1.metrics`, and arguments
stand in the order of 1.x.
"""

from typing import Any

from estimax._base._lazy import resolve
from estimax.compat.v1.estimator._baseline import BaselineClassifier, BaselineEstimator, BaselineRegressor
from estimax.compat.v1.estimator._dnn import DNNClassifier, DNNEstimator, DNNRegressor
from estimax.compat.v1.estimator._dnn_linear_combined import (
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from estimax.compat.v1.estimator._linear import LinearClassifier, LinearEstimator, LinearRegressor

__all__ = [
    "BaselineClassifier",
    "BaselineEstimator",
    "BaselineRegressor",
    "DNNClassifier",
    "DNNEstimator",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedEstimator",
    "DNNLinearCombinedRegressor",
    "DNNRegressor",
    "LinearClassifier",
    "LinearEstimator",
    "LinearRegressor",
]


def __getattr__(name: str) -> Any:
    return getattr(resolve("estimax.estimator"), name)


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(resolve("estimax.estimator"))})
