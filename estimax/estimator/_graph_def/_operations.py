"""What JAX's primitives are called in the graph, and which of them say nothing to a reader."""

from __future__ import annotations

from estimax.estimator._graph_def._boxes import camel_case

PASSING = frozenset(
    {
        "broadcast_in_dim",
        "convert_element_type",
        "copy",
        "copy_p",
        "optimization_barrier",
        "reduce_precision",
        "sharding_constraint",
        "squeeze",
        "expand_dims",
        "stop_gradient",
    }
)
"""Primitives that hand on their first input, as far as a reader is concerned."""

RESHAPING = frozenset({"reshape", "squeeze", "expand_dims"})
"""Primitives that change nothing but the shape."""

INLINED = frozenset(
    {"custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr", "closed_call", "core_call", "checkpoint", "remat2"}
)
"""Primitives that only wrap a program."""

_OPERATIONS = {
    "abs": "Abs",
    "add": "Add",
    "add_any": "Add",
    "argmax": "ArgMax",
    "argmin": "ArgMin",
    "concatenate": "ConcatV2",
    "cond": "If",
    "conv_general_dilated": "Conv2D",
    "div": "RealDiv",
    "dot_general": "MatMul",
    "dynamic_slice": "Slice",
    "dynamic_update_slice": "UpdateSlice",
    "eq": "Equal",
    "erf": "Erf",
    "exp": "Exp",
    "gather": "GatherV2",
    "ge": "GreaterEqual",
    "gt": "Greater",
    "integer_pow": "Pow",
    "iota": "Range",
    "le": "LessEqual",
    "log": "Log",
    "log1p": "Log1p",
    "logistic": "Sigmoid",
    "lt": "Less",
    "max": "Maximum",
    "min": "Minimum",
    "mul": "Mul",
    "ne": "NotEqual",
    "neg": "Neg",
    "not": "LogicalNot",
    "pow": "Pow",
    "reduce_and": "All",
    "reduce_max": "Max",
    "reduce_min": "Min",
    "reduce_or": "Any",
    "reduce_prod": "Prod",
    "reduce_sum": "Sum",
    "reduce_window_max": "MaxPool",
    "reduce_window_sum": "SumPool",
    "reshape": "Reshape",
    "rev": "Reverse",
    "select_n": "Select",
    "slice": "Slice",
    "split": "Split",
    "sqrt": "Sqrt",
    "square": "Square",
    "sub": "Sub",
    "tanh": "Tanh",
    "transpose": "Transpose",
    "where": "Select",
    "_where": "Select",
    "take": "GatherV2",
    "_take": "GatherV2",
    "clip": "ClipByValue",
    "silu": "Swish",
    "log_softmax": "LogSoftmax",
}

HOST_PASSING = frozenset({"ExpandDims", "ColumnNumbers", "WithValuesAxis", "Cast", "Identity", "CheckLabelRange"})
"""Operations of the host that hand on their first input, as far as a reader is concerned."""

_HOST_OPERATIONS = {
    "ColumnBuckets": "Bucketize",
    "CrossIds": "Cross",
    "Fingerprints": "Fingerprint",
    "HashBucketIds": "HashBucket",
    "VocabularyIds": "Vocabulary",
}


def operation(name: str) -> str:
    """Returns what a primitive, or a function of JAX, is called in the graph."""
    return _OPERATIONS.get(name) or camel_case(name)


def host_operation(name: str) -> str:
    """Returns what an op of the host graph is called."""
    return _HOST_OPERATIONS.get(name, name)
