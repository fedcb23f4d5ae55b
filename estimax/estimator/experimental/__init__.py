"""Estimators and hooks that the original calls experimental (`tf.estimator.experimental`)."""

from estimax._base._lazy import lazy_attributes
from estimax.estimator._canned._rnn import RNNClassifier, RNNEstimator, RNNRegressor
from estimax.estimator._canned._rnn_sequential_head import SequentialHeadWrapper
from estimax.estimator._early_stopping import (
    make_early_stopping_hook,
    make_stop_at_checkpoint_step_hook,
    stop_if_higher_hook,
    stop_if_lower_hook,
    stop_if_no_decrease_hook,
    stop_if_no_increase_hook,
)
from estimax.estimator._in_memory_evaluator import InMemoryEvaluatorHook

__all__ = [
    "InMemoryEvaluatorHook",
    "RNNClassifier",
    "RNNEstimator",
    "RNNRegressor",
    "SequentialHeadWrapper",
    "make_early_stopping_hook",
    "make_stop_at_checkpoint_step_hook",
    "stop_if_higher_hook",
    "stop_if_lower_hook",
    "stop_if_no_decrease_hook",
    "stop_if_no_increase_hook",
]

__getattr__ = lazy_attributes(__name__, {})
