"""The hooks that come with the package, one a file."""

from estimax.train._hooks._checkpoint_saver import CheckpointSaverHook
from estimax.train._hooks._feed_fn import FeedFnHook
from estimax.train._hooks._final_ops import FinalOpsHook
from estimax.train._hooks._global_step_waiter import GlobalStepWaiterHook
from estimax.train._hooks._logging_tensor import LoggingTensorHook
from estimax.train._hooks._nan_tensor import NanTensorHook
from estimax.train._hooks._profiler import ProfilerHook
from estimax.train._hooks._step_counter import StepCounterHook
from estimax.train._hooks._stop_at_step import StopAtStepHook
from estimax.train._hooks._summary_saver import SummarySaverHook
from estimax.train._hooks._timer import SecondOrStepTimer

__all__ = [
    "CheckpointSaverHook",
    "FeedFnHook",
    "FinalOpsHook",
    "GlobalStepWaiterHook",
    "LoggingTensorHook",
    "NanTensorHook",
    "ProfilerHook",
    "SecondOrStepTimer",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
]
