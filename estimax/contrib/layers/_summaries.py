"""Summaries of arrays by their names: the `summarize_` functions of 1.x."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from estimax._scope._collections import get_collection
from estimax._scope._graph_keys import GraphKeys
from estimax.nn._moments import zero_fraction
from estimax.summary import histogram, scalar


def summarize_tensor(tensor: Any, tag: str | None = None) -> Any:
    """Adds a point to a curve for a scalar, and a histogram for any other array.

    Args:
        tensor: an array of a model function.
        tag: the name; that of the array if None.
    """
    name = re.sub(r"[^\w./-]", "_", str(tensor.name if tag is None else tag))
    return scalar(name, tensor) if tensor.ndim == 0 else histogram(name, tensor)


def summarize_activation(op: Any) -> Any:
    """Adds the share of zeros of a layer's output, where it went through ReLU, and a histogram of it."""
    name = re.sub(r"[^\w./-]", "_", str(op.name).removesuffix(":0"))
    if "relu" in name.lower():
        scalar(f"{name}/zeros", zero_fraction(op))
    return histogram(f"{name}/activation", op)


def summarize_tensors(tensors: Iterable[Any], summarizer: Callable[[Any], Any] = summarize_tensor) -> list[Any]:
    """Summarizes each of several arrays."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: str, name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor
) -> list[Any]:
    """Summarizes what stands in a collection, those whose names match the pattern `name_filter` at the start."""
    return summarize_tensors(get_collection(collection, name_filter), summarizer)


def summarize_variables(
    name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor
) -> list[Any]:
    """Summarizes the variables."""
    return summarize_collection(GraphKeys.GLOBAL_VARIABLES, name_filter, summarizer)


def summarize_weights(name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor) -> list[Any]:
    """Summarizes what stands in the collection of weights."""
    return summarize_collection(GraphKeys.WEIGHTS, name_filter, summarizer)


def summarize_biases(name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor) -> list[Any]:
    """Summarizes what stands in the collection of biases."""
    return summarize_collection(GraphKeys.BIASES, name_filter, summarizer)


def summarize_activations(
    name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_activation
) -> list[Any]:
    """Summarizes what stands in the collection of activations."""
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)
