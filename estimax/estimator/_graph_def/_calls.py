"""Which library function computed an equation: from the Python frames that JAX keeps of it.

A loss is ten primitives, but to a reader one call of `sigmoid_cross_entropy`. What is found
here only names and joins boxes; where JAX keeps no frames, a graph has more boxes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from estimax.estimator._graph_def._boxes import Call, camel_case

_LIBRARY = re.compile(
    r"/estimax/(nn|losses|metrics|math|_array|image)/(?!_(recurrent|control_flow|blocks|branches|custom_grad|arrays|turns))"
    r"|/estimax/train/_schedules|/jax/_src/(nn/functions|numpy/|scipy/|random)|/optax/(losses|_src/schedule)"
    r"|/flax/(linen|nnx/nn)/(normalization|stochastic)"
)
"""Files whose functions are operations."""

_FUNCTIONS = {
    ("/feature_column/_embedding.py", "embedded"): "embedding_lookup",
    ("/feature_column/_bucketized.py", "device"): "one_hot",
    ("/feature_column/_combining.py", "counts"): "indicator",
    ("/feature_column/_linear_model.py", "weighted_sum"): "weighted_sum",
    ("/layers/_batch_normalization.py", "_move"): "moving_average",
    ("/_scope/_frame.py", "look_up"): "embedding_lookup",
    ("/_heads/_reduction.py", "reduced"): "weighted_loss",
    ("/_heads/_loss_fn.py", "custom_losses"): "loss_fn",
}
"""Other functions that are operations, and what they are called."""

_PRIVATE = re.compile(r"^_|^<|^deferring_|^(apply|body|call|fn|loop|op|step|wrapper)$")


def call_of(traceback: Any) -> Call | None:
    """Returns the outermost call of a library function in which an equation was made, or None."""
    if traceback is None:
        return None
    codes, places = traceback.raw_frames()
    for number in range(len(codes) - 1, -1, -1):
        label = _label(codes[number].co_filename, codes[number].co_name)
        if label:
            callers = zip(codes[number + 1 :], places[number + 1 :], strict=False)
            return Call(label, tuple((id(code), place) for code, place in callers))
    return None


@lru_cache(maxsize=4096)
def _label(file: str, function: str) -> str | None:
    path = file.replace("\\", "/")
    for (ending, name), label in _FUNCTIONS.items():
        if name == function and path.endswith(ending):
            return label
    if not _LIBRARY.search(path) or _PRIVATE.search(function):
        return None
    return function if "/estimax/" in path else camel_case(function)
