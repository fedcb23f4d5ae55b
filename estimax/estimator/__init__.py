"""Estimators: models that are trained, evaluated, used and exported (`tf.estimator`)."""

from estimax._base._lazy import lazy_attributes
from estimax.estimator import export, inputs
from estimax.estimator._canned._baseline import BaselineClassifier, BaselineRegressor
from estimax.estimator._canned._dnn import DNNClassifier, DNNRegressor
from estimax.estimator._canned._dnn_linear_combined import DNNLinearCombinedClassifier, DNNLinearCombinedRegressor
from estimax.estimator._canned._linear import LinearClassifier, LinearRegressor
from estimax.estimator._estimator import Estimator
from estimax.estimator._exporters import Exporter, FinalExporter, LatestExporter
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._run_config import RunConfig
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator._train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from estimax.train._observers import NanLossDuringTrainingError
from estimax.train._saving import CheckpointSaverListener

__all__ = [
    "BaselineClassifier",
    "BaselineRegressor",
    "CheckpointSaverListener",
    "DNNClassifier",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedRegressor",
    "DNNRegressor",
    "Estimator",
    "EstimatorSpec",
    "EvalSpec",
    "Exporter",
    "FinalExporter",
    "LatestExporter",
    "LinearClassifier",
    "LinearRegressor",
    "ModeKeys",
    "NanLossDuringTrainingError",
    "RunConfig",
    "TrainSpec",
    "export",
    "inputs",
    "train_and_evaluate",
]

__getattr__ = lazy_attributes(__name__, {})
