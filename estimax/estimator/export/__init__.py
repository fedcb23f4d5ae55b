"""What is exported: receivers of requests, and outputs of signatures (`tf.estimator.export`)."""

from estimax._base._lazy import explain_missing
from estimax.estimator.export._outputs import ClassificationOutput, ExportOutput, PredictOutput, RegressionOutput
from estimax.estimator.export._receivers import (
    ServingInputReceiver,
    TensorServingInputReceiver,
    build_raw_serving_input_receiver_fn,
)

__all__ = [
    "ClassificationOutput",
    "ExportOutput",
    "PredictOutput",
    "RegressionOutput",
    "ServingInputReceiver",
    "TensorServingInputReceiver",
    "build_raw_serving_input_receiver_fn",
]

explain_missing(__name__)
