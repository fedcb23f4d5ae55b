"""`tf.contrib.metrics`: metrics of TensorFlow 1.x with predictions before labels, and some that only stood there."""

from estimax._base._lazy import lazy_attributes

_HERE = (
    "accuracy",
    "aggregate_metric_map",
    "aggregate_metrics",
    "f1_score",
    "streaming_accuracy",
    "streaming_auc",
    "streaming_false_negatives",
    "streaming_false_positives",
    "streaming_mean",
    "streaming_mean_absolute_error",
    "streaming_mean_iou",
    "streaming_mean_relative_error",
    "streaming_mean_squared_error",
    "streaming_mean_tensor",
    "streaming_percentage_less",
    "streaming_precision",
    "streaming_precision_at_thresholds",
    "streaming_recall",
    "streaming_recall_at_thresholds",
    "streaming_root_mean_squared_error",
    "streaming_sparse_average_precision_at_k",
    "streaming_sparse_precision_at_k",
    "streaming_sparse_recall_at_k",
    "streaming_true_negatives",
    "streaming_true_positives",
)
_LAZY = {name: f"estimax.metrics._contrib:{name}" for name in _HERE}
_LAZY["confusion_matrix"] = "estimax.math:confusion_matrix"

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
