"""Estimators: models that are trained, evaluated, used and exported (`tf.estimator`)."""

from estimax._base._lazy import lazy_attributes
from estimax.estimator import export, inputs
from estimax.estimator._canned._baseline import BaselineClassifier, BaselineEstimator, BaselineRegressor
from estimax.estimator._canned._dnn import DNNClassifier, DNNEstimator, DNNRegressor
from estimax.estimator._canned._dnn_linear_combined import (
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from estimax.estimator._canned._linear import LinearClassifier, LinearEstimator, LinearRegressor
from estimax.estimator._estimator import Estimator
from estimax.estimator._exporters import Exporter, FinalExporter, LatestExporter
from estimax.estimator._extension import add_metrics, forward_features
from estimax.estimator._heads._binary import BinaryClassHead
from estimax.estimator._heads._head import Head
from estimax.estimator._heads._multi_class import MultiClassHead
from estimax.estimator._heads._multi_head import MultiHead
from estimax.estimator._heads._multi_label import MultiLabelHead
from estimax.estimator._heads._regression import LogisticRegressionHead, PoissonRegressionHead, RegressionHead
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._parse_specs import classifier_parse_example_spec, regressor_parse_example_spec
from estimax.estimator._run_config import RunConfig
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator._train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from estimax.estimator._trees._estimators import BoostedTreesClassifier, BoostedTreesEstimator, BoostedTreesRegressor
from estimax.train._hooks import (
    CheckpointSaverHook,
    FeedFnHook,
    FinalOpsHook,
    GlobalStepWaiterHook,
    LoggingTensorHook,
    NanTensorHook,
    ProfilerHook,
    SecondOrStepTimer,
    StepCounterHook,
    StopAtStepHook,
    SummarySaverHook,
)
from estimax.train._observers import NanLossDuringTrainingError
from estimax.train._saving import CheckpointSaverListener
from estimax.train._session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from estimax.train._warm_start_settings import VocabInfo, WarmStartSettings

__all__ = [
    "BaselineClassifier",
    "BaselineEstimator",
    "BaselineRegressor",
    "BinaryClassHead",
    "BoostedTreesClassifier",
    "BoostedTreesEstimator",
    "BoostedTreesRegressor",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "DNNClassifier",
    "DNNEstimator",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedEstimator",
    "DNNLinearCombinedRegressor",
    "DNNRegressor",
    "Estimator",
    "EstimatorSpec",
    "EvalSpec",
    "Exporter",
    "FeedFnHook",
    "FinalExporter",
    "FinalOpsHook",
    "GlobalStepWaiterHook",
    "Head",
    "LatestExporter",
    "LinearClassifier",
    "LinearEstimator",
    "LinearRegressor",
    "LoggingTensorHook",
    "LogisticRegressionHead",
    "ModeKeys",
    "MultiClassHead",
    "MultiHead",
    "MultiLabelHead",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "PoissonRegressionHead",
    "ProfilerHook",
    "RegressionHead",
    "RunConfig",
    "SecondOrStepTimer",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "TrainSpec",
    "VocabInfo",
    "WarmStartSettings",
    "add_metrics",
    "classifier_parse_example_spec",
    "export",
    "forward_features",
    "inputs",
    "regressor_parse_example_spec",
    "train_and_evaluate",
]

__getattr__ = lazy_attributes(__name__, {"experimental": "estimax.estimator.experimental"})
