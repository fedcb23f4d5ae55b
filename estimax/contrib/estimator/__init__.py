"""`tf.contrib.estimator`: heads as functions, and what moved to `tf.estimator` later.

The names load when they are first used: they need JAX, and rooms above this one.
"""

from estimax._base._lazy import lazy_attributes

_HEADS = (
    "binary_classification_head",
    "logistic_regression_head",
    "multi_class_head",
    "multi_head",
    "multi_label_head",
    "poisson_regression_head",
    "regression_head",
)
_MOVED = ("add_metrics", "forward_features")

_HOOKS = (
    "InMemoryEvaluatorHook",
    "make_early_stopping_hook",
    "make_stop_at_checkpoint_step_hook",
    "stop_if_higher_hook",
    "stop_if_lower_hook",
    "stop_if_no_decrease_hook",
    "stop_if_no_increase_hook",
)

_ESTIMATORS = ("BaselineEstimator", "DNNEstimator", "DNNLinearCombinedEstimator", "LinearEstimator")

_LAZY = {name: f"estimax.estimator._heads._one_x:{name}" for name in _HEADS} | {
    name: f"estimax.estimator:{name}" for name in _MOVED
}
_LAZY |= {name: f"estimax.compat.v1.estimator:{name}" for name in _ESTIMATORS}
_LAZY |= {name: f"estimax.estimator.experimental:{name}" for name in ("RNNClassifier", "RNNEstimator", *_HOOKS)}
_LAZY["clip_gradients_by_norm"] = "estimax.train._optimizers._clipped:clip_gradients_by_norm"

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
