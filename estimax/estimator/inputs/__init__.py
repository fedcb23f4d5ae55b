"""Input functions over data in memory (`tf.estimator.inputs`)."""

from estimax._base._lazy import explain_missing
from estimax.estimator.inputs._numpy import numpy_input_fn
from estimax.estimator.inputs._pandas import pandas_input_fn

__all__ = ["numpy_input_fn", "pandas_input_fn"]

explain_missing(__name__)
