"""Streaming metrics (`tf.metrics`): pairs of a value and an update that add up over batches."""

from estimax._base._lazy import lazy_attributes
from estimax.metrics._classification import accuracy, precision, recall
from estimax.metrics._curves import auc
from estimax.metrics._mean import mean, mean_absolute_error, mean_squared_error, root_mean_squared_error

__all__ = [
    "accuracy",
    "auc",
    "mean",
    "mean_absolute_error",
    "mean_squared_error",
    "precision",
    "recall",
    "root_mean_squared_error",
]

__getattr__ = lazy_attributes(__name__, {})
