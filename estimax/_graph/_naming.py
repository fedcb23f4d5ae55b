"""Names of results: what a program passes as `name=` to an operation.

In a model function results are found by their names (by hooks, in logs). The public
functions of a namespace are wrapped where they are made public, so that an operation
itself needs to do nothing with its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import FunctionType
from typing import Any

from estimax._graph._boundary import current_boundary

open_scopes: ContextVar[tuple[str, ...]] = ContextVar("open_scopes", default=())
"""The name scopes that a program has opened outside of model functions."""


@contextmanager
def with_open_scopes(path: Iterable[str]) -> Iterator[None]:
    """Makes a path the name scope of what a program does outside of model functions."""
    token = open_scopes.set(tuple(path))
    try:
        yield
    finally:
        open_scopes.reset(token)


def in_open_scopes(name: str) -> str:
    """Returns a name with the name scopes of the program before it."""
    return "/".join([*open_scopes.get(), name])


def keep_names(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Replaces the functions of a namespace that take a `name` by ones that give their results that name.

    Args:
        namespace: `globals()` of the module.
        names: of its public functions; what is no function with an argument `name` stays.
    """
    for public in names:
        function = namespace.get(public)
        if isinstance(function, FunctionType):
            code = function.__code__
            arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            if "name" in arguments and not hasattr(function, "__wrapped__"):
                namespace[public] = _naming(function, arguments.index("name"), default_name(public))


def default_name(public: str) -> str:
    """Returns the name that the original gives the result of a function that is given none, in small letters.

    Example:
        >>> from estimax._graph._naming import default_name
        >>> [default_name(public) for public in ("reduce_mean", "expand_dims", "one_hot", "multiply")]
        ['mean', 'expanddims', 'one_hot', 'mul']
    """
    if public in _OTHERWISE:
        return _OTHERWISE[public]
    return public if public in _WITH_UNDERSCORES else public.removeprefix("reduce_").replace("_", "")


_WITH_UNDERSCORES = frozenset(
    {
        "batch_normalization",
        "boolean_mask",
        "clip_by_average_norm",
        "clip_by_global_norm",
        "clip_by_norm",
        "clip_by_value",
        "count_nonzero",
        "embedding_lookup",
        "embedding_lookup_sparse",
        "global_norm",
        "is_non_decreasing",
        "is_strictly_increasing",
        "l2_normalize",
        "log_poisson_loss",
        "multiply_no_nan",
        "one_hot",
        "ones_like",
        "parallel_stack",
        "random_gamma",
        "random_normal",
        "random_poisson",
        "random_uniform",
        "reduce_std",
        "reduce_variance",
        "safe_embedding_lookup_sparse",
        "saturate_cast",
        "sufficient_statistics",
        "truncated_normal",
        "zero_fraction",
        "zeros_like",
    }
)
_OTHERWISE = {
    "accumulate_n": "addn",
    "divide": "truediv",
    "divide_no_nan": "div_no_nan",
    "matrix_diag": "diag",
    "matrix_diag_part": "diag_part",
    "mod": "floormod",
    "multiply": "mul",
    "negative": "neg",
    "reduce_logsumexp": "reducelogsumexp",
    "sigmoid_cross_entropy_with_logits": "logistic_loss",
    "softmax_cross_entropy_with_logits": "softmax_cross_entropy_with_logits_sg",
    "softmax_cross_entropy_with_logits_v2": "softmax_cross_entropy_with_logits",
    "subtract": "sub",
    "top_k": "topkv2",
    "weighted_cross_entropy_with_logits": "logistic_loss",
}


def _naming(function: Callable[..., Any], position: int, default: str) -> Callable[..., Any]:
    @wraps(function)
    def named(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        boundary = current_boundary.get()
        if boundary is not None:
            name = args[position] if len(args) > position else kwargs.get("name")
            if isinstance(name, str):
                boundary.name(name, result)
            else:
                boundary.take_name(default)
        return result

    return named
