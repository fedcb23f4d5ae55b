"""Streaming metrics (`tf.metrics`): pairs of a value and an update that add up over batches.

The functions are those of TensorFlow 1.x; the classes are those of TensorFlow 2, the
same as in `keras.metrics`.
"""

from estimax._base._lazy import lazy_attributes
from estimax.metrics._classification import (
    accuracy,
    false_negatives,
    false_positives,
    precision,
    recall,
    true_negatives,
    true_positives,
)
from estimax.metrics._confusion import mean_iou, mean_per_class_accuracy
from estimax.metrics._curves import auc
from estimax.metrics._mean import (
    mean,
    mean_absolute_error,
    mean_cosine_distance,
    mean_relative_error,
    mean_squared_error,
    mean_tensor,
    percentage_below,
    root_mean_squared_error,
)
from estimax.metrics._thresholds import (
    false_negatives_at_thresholds,
    false_positives_at_thresholds,
    precision_at_thresholds,
    recall_at_thresholds,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
    true_negatives_at_thresholds,
    true_positives_at_thresholds,
)
from estimax.metrics._top_k import (
    average_precision_at_k,
    precision_at_k,
    precision_at_top_k,
    recall_at_k,
    recall_at_top_k,
)

sparse_average_precision_at_k = average_precision_at_k
sparse_precision_at_k = precision_at_k

__all__ = [
    "accuracy",
    "auc",
    "average_precision_at_k",
    "false_negatives",
    "false_negatives_at_thresholds",
    "false_positives",
    "false_positives_at_thresholds",
    "mean",
    "mean_absolute_error",
    "mean_cosine_distance",
    "mean_iou",
    "mean_per_class_accuracy",
    "mean_relative_error",
    "mean_squared_error",
    "mean_tensor",
    "percentage_below",
    "precision",
    "precision_at_k",
    "precision_at_thresholds",
    "precision_at_top_k",
    "recall",
    "recall_at_k",
    "recall_at_thresholds",
    "recall_at_top_k",
    "root_mean_squared_error",
    "sensitivity_at_specificity",
    "sparse_average_precision_at_k",
    "sparse_precision_at_k",
    "specificity_at_sensitivity",
    "true_negatives",
    "true_negatives_at_thresholds",
    "true_positives",
    "true_positives_at_thresholds",
]

_MEANS = (
    *("Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "CategoricalAccuracy", "CategoricalCrossentropy"),
    *("CategoricalHinge", "CosineSimilarity", "Hinge", "KLDivergence", "LogCoshError", "Mean", "MeanAbsoluteError"),
    *("MeanAbsolutePercentageError", "MeanMetricWrapper", "MeanRelativeError", "MeanSquaredError"),
    *("MeanSquaredLogarithmicError", "MeanTensor", "Metric", "Poisson", "RootMeanSquaredError"),
    *("SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy"),
    *("SquaredHinge", "Sum", "TopKCategoricalAccuracy"),
)
_COUNTS = (
    *("AUC", "F1Score", "FBetaScore", "FalseNegatives", "FalsePositives", "MeanIoU", "Precision"),
    *("PrecisionAtRecall", "Recall", "RecallAtPrecision", "SensitivityAtSpecificity"),
    *("SpecificityAtSensitivity", "TrueNegatives", "TruePositives"),
)
CLASSES = {name: f"estimax.metrics._keras_style:{name}" for name in _MEANS}
CLASSES |= {name: f"estimax.metrics._keras_style_counts:{name}" for name in _COUNTS}
"""Where the classes stand, by their names."""

__getattr__ = lazy_attributes(__name__, CLASSES)
