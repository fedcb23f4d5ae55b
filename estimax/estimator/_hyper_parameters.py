"""The hyper-parameters of a run: what was chosen for it, as flat numbers, texts and bools by name.

Pre-made models are frozen descriptions, whose fields say what was chosen. Of a model
function of a program's own, its `params` do. Optimizers, sizes of embeddings and of
batches are found in what was traced, whoever wrote the model.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from estimax.data._arguments import known
from estimax.data._batch import Batching
from estimax.estimator._inputs import Input
from estimax.estimator._model import Traced
from estimax.feature_column import FeatureColumn
from estimax.summary._hparams import HyperParameter

if TYPE_CHECKING:
    from estimax.estimator._estimator import Estimator

_MOST = 100
_LONGEST = 200  # characters of a text
_SECRET = re.compile(r"passw|secret|token$|api_?key|credential", re.IGNORECASE)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_TOLD_ELSEWHERE = ("family", "optimizer")


def hyper_parameters(
    estimator: Estimator, traced: Traced | None = None, given: Input | None = None
) -> dict[str, HyperParameter]:
    """Returns what was chosen for a run, by name.

    Args:
        estimator: the one that is trained.
        traced: its model function in training mode; None where nothing is traced.
        given: the input of the run, if it is known.

    Example:
        >>> import estimax as tf
        >>> from estimax.estimator._hyper_parameters import hyper_parameters
        >>> model = tf.estimator.DNNRegressor([16, 8], [tf.feature_column.numeric_column("x")], dropout=0.1)
        >>> chosen = hyper_parameters(model)
        >>> chosen["hidden_units"], chosen["activation"], chosen["dropout"]
        ('16, 8', 'relu', 0.1)
    """
    model = described_model(estimator)
    named: list[tuple[str, Any]] = [("estimator", type(estimator).__name__)]
    named += _settings(model) if _is_described(model) else [("model_fn", model)]
    named += _flat(named_params(estimator))
    if traced is not None:
        named += [*_optimizers(traced), *_embeddings(traced)]
    named += [("batch_size", batch_size(traced, given)), ("seed", estimator.config.tf_random_seed)]
    told = ((name, _value(value)) for name, value in named if not _SECRET.search(name))
    return dict(list({name: value for name, value in told if value is not None}.items())[:_MOST])


def described_model(estimator: Estimator) -> Any:
    """Returns the model function that an estimator is made of, without what extends it."""
    function: Any = estimator.model_fn
    while hasattr(function, "model_fn"):
        function = function.model_fn
    return function


def named_params(estimator: Estimator) -> Mapping[str, Any]:
    """Returns the `params` of an estimator by name, in whatever form the program gave them: `HParams`, a dataclass."""
    params = estimator.model.params
    if params is None or isinstance(params, Mapping):
        return params or {}
    if _is_described(params):
        return {field.name: getattr(params, field.name) for field in dataclasses.fields(params)}
    attributes = getattr(params, "__dict__", {"params": params})
    return {name: value for name, value in attributes.items() if not name.startswith("_")}


def columns_of(value: Any) -> list[FeatureColumn]:
    """Returns the feature columns in a description or structure, each once, in their order."""
    if isinstance(value, FeatureColumn):
        return [value]
    parts: Iterable[Any] = ()
    if _is_described(value):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)]
    elif isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        parts = value
    return list({id(column): column for part in parts for column in columns_of(part)}.values())


def batch_size(traced: Traced | None, given: Input | None) -> int | None:
    """Returns how many examples a batch has, or None where only the data tell."""
    for leaf in traced.inputs if traced is not None else ():
        if leaf.shape.ndims and leaf.shape[0] is not None:
            return int(leaf.shape[0])
    step: Any = None if given is None else given.step
    while step is not None and not isinstance(step, Batching):
        step = getattr(step, "input", None)
    size = None if step is None else known(step.size)
    return None if size is None else int(size)


def _is_described(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _flat(values: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields what is nested side by side, under names with a slash."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", value


def _settings(described: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields the fields of a description and of those it is made of, which stand in no place of their own."""
    if not _is_described(described) or isinstance(described, FeatureColumn):
        return
    for field in dataclasses.fields(described):
        value = getattr(described, field.name)
        if field.name == "head":
            yield "head", type(value).__name__
        if field.name in _TOLD_ELSEWHERE:
            continue
        if field.name == "parts":
            for part in value:
                yield from _settings(part, f"{part.scope}_")
        elif _is_described(value) and not isinstance(value, FeatureColumn):
            yield from _settings(value, prefix)
        else:
            yield f"{prefix}{field.name}", value


def _optimizers(traced: Traced) -> Iterator[tuple[str, Any]]:
    """Yields what optimizers are called, their rates, and what differs from the defaults of their classes.

    Of several optimizers each stands under the name of its part.
    """
    ops = getattr(traced.program.call.result, "train_ops", ())
    for number, op in enumerate(ops):
        prefix = "" if len(ops) == 1 else f"{op.label or f'optimizer_{number}'}_"
        made = op.optimizer
        yield f"{prefix}optimizer", type(made).__name__.removesuffix("Optimizer")
        if hasattr(made, "transformation"):
            continue
        yield f"{prefix}learning_rate", getattr(made, "learning_rate", None)
        for field in dataclasses.fields(made) if dataclasses.is_dataclass(made) else ():
            value = _value(getattr(made, field.name))
            if field.name not in ("learning_rate", "name") and value != field.default:
                yield f"{prefix}{field.name}", value


def _embeddings(traced: Traced) -> Iterator[tuple[str, Any]]:
    frame = traced.program.call.frame
    widths = {frame.specs[name].shape[1] for name in frame.embeddings}
    if widths:
        yield "embedding_dimension", tuple(sorted(widths)) if len(widths) > 1 else widths.pop()


def _value(value: Any) -> HyperParameter | None:
    """Returns a value as the table of hyper-parameters can show it; None for none."""
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int):
        return float(value) if abs(value) < 2**53 else str(value)
    if isinstance(value, jax.core.Tracer):
        return None  # it changes from step to step
    if isinstance(value, np.ndarray | np.generic | jax.Array) and np.size(value) == 1:
        return _value(_short(np.asarray(value).reshape(())))
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    columns = columns_of(value)
    if columns:
        return float(len(columns)) if not isinstance(value, FeatureColumn) else value.name
    return _text(value)[:_LONGEST].encode(errors="replace").decode() or None


def _short(array: np.ndarray) -> Any:
    """Returns a number; one of 32 bits with the digits that it has."""
    return float(f"{float(array):.7g}") if array.dtype == np.float32 else array.item()


def _text(value: Any) -> str:
    if isinstance(value, str | bytes):
        return value.decode(errors="replace") if isinstance(value, bytes) else value
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    if callable(value):
        return _callable_name(value)
    if _is_described(value):
        return type(value).__name__
    return _ADDRESS.sub("", repr(value))


def _callable_name(function: Callable[..., Any]) -> str:
    if isinstance(function, partial):
        name, arguments = _callable_name(function.func), _text(function.args)
        return arguments if name.startswith("_") and arguments else ", ".join(filter(None, [name, arguments]))
    named: str | None = getattr(function, "__name__", None)
    return named or type(function).__name__
