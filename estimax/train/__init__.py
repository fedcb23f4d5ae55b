"""Optimizers, schedules, checkpoints and the training loop (`tf.train`)."""

from estimax._base._checkpoint_index import checkpoint_exists, get_checkpoint_state, latest_checkpoint
from estimax._base._lazy import lazy_attributes
from estimax.train._as_optimizer import as_optimizer
from estimax.train._checkpoint_reading import (
    NewCheckpointReader,
    list_variables,
    load_checkpoint,
    load_variable,
)
from estimax.train._global_step import create_global_step, get_global_step, get_or_create_global_step
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
from estimax.train._minimize import minimize
from estimax.train._moving_average import ExponentialMovingAverage
from estimax.train._observers import NanLossDuringTrainingError
from estimax.train._optax import OptaxOptimizer
from estimax.train._optimizer import Optimizer
from estimax.train._optimizers import (
    AdadeltaOptimizer,
    AdagradDAOptimizer,
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    ProximalAdagradOptimizer,
    ProximalGradientDescentOptimizer,
    RMSPropOptimizer,
)
from estimax.train._saver import Saver
from estimax.train._saving import CheckpointSaverListener
from estimax.train._scaffold import Scaffold
from estimax.train._schedules import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    piecewise_constant_decay,
    polynomial_decay,
)
from estimax.train._session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from estimax.train._warm_start import init_from_checkpoint, warm_start
from estimax.train._warm_start_settings import VocabInfo

__all__ = [
    "AdadeltaOptimizer",
    "AdagradDAOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "FeedFnHook",
    "FinalOpsHook",
    "ExponentialMovingAverage",
    "FtrlOptimizer",
    "GlobalStepWaiterHook",
    "GradientDescentOptimizer",
    "LoggingTensorHook",
    "MomentumOptimizer",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "NewCheckpointReader",
    "OptaxOptimizer",
    "Optimizer",
    "ProfilerHook",
    "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer",
    "RMSPropOptimizer",
    "Saver",
    "Scaffold",
    "SecondOrStepTimer",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "VocabInfo",
    "as_optimizer",
    "checkpoint_exists",
    "cosine_decay",
    "cosine_decay_restarts",
    "create_global_step",
    "exponential_decay",
    "get_checkpoint_state",
    "get_global_step",
    "get_or_create_global_step",
    "init_from_checkpoint",
    "inverse_time_decay",
    "latest_checkpoint",
    "linear_cosine_decay",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "minimize",
    "natural_exp_decay",
    "noisy_linear_cosine_decay",
    "piecewise_constant",
    "piecewise_constant_decay",
    "polynomial_decay",
    "warm_start",
]

_MESSAGES = (
    "BytesList",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FloatList",
    "Int64List",
    "SequenceExample",
)

_LAZY = {name: f"estimax.io._example_message:{name}" for name in _MESSAGES} | {
    "match_filenames_once": "estimax.io:matching_files",
    "summary_iterator": "estimax.summary._reading:summary_iterator",
}

__getattr__ = lazy_attributes(__name__, _LAZY)
