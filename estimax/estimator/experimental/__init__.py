"""Estimators and hooks that the original calls experimental (`tf.estimator.experimental`)."""

from estimax._base._lazy import lazy_attributes
from estimax.estimator._canned._rnn import RNNClassifier, RNNEstimator, RNNRegressor
from estimax.estimator._canned._rnn_sequential_head import SequentialHeadWrapper

__all__ = ["RNNClassifier", "RNNEstimator", "RNNRegressor", "SequentialHeadWrapper"]

__getattr__ = lazy_attributes(__name__, {})
