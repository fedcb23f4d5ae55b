"""Input functions: calling them, and making a dataset of whatever they return."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._base._eager import runs_eagerly
from estimax._base._shapes import TensorSpec
from estimax._graph._function import Function, as_structure
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._graph._tracing import tracing
from estimax.data import Dataset
from estimax.data._iterators import mapped_over_iterator
from estimax.data._memory import FromTensors
from estimax.data._repeat import Repeat
from estimax.data._step import Step


@dataclass(frozen=True)
class Input:
    """Batches of features and labels.

    `spec` is the structure (features, labels) of `TensorSpec`s; labels are None
    where the input function gives none.
    """

    step: Step
    spec: tuple[Any, Any]

    def without_labels(self) -> Input:
        """Returns the features alone."""
        count = len(nest.flatten(self.spec[0]))
        step = self.step.project(tuple(range(count))) if self.spec[1] is not None else self.step
        return Input(step, (self.spec[0], None))

    @property
    def signature(self) -> tuple[Any, ...]:
        """What a model function depends on: names, kinds, types and shapes."""
        leaves = nest.flatten_with_paths(_leaves(self.spec))
        return tuple((path, type(s).__name__, s.dtype.name, str(s.shape)) for path, s in leaves)


def _leaves(spec: tuple[Any, Any]) -> Any:
    return spec if spec[1] is not None else (spec[0],)


def open_input(input_fn: Callable[..., Any], mode: str, params: Any, config: Any, repeats: bool) -> Input:
    """Calls an input function and returns its batches.

    Args:
        input_fn: returns a `Dataset`, or (features, labels), or features; called with
            `mode`, `params` and `config` where it has arguments of these names.
        mode: a `ModeKeys`.
        params: given to the function.
        config: given to the function.
        repeats: whether values that come from no dataset are one batch that repeats
            for ever, as in training, or one batch.

    Raises:
        TypeError: something that is neither.
    """
    available = {"mode": mode, "params": params, "config": config}
    names = _argument_names(input_fn)
    with nullcontext() if runs_eagerly() else tracing():
        result = input_fn(**{k: v for k, v in available.items() if k in names})
        if not isinstance(result, Dataset):
            result = _pair(result)
            result = (as_structure(result[0]), None if result[1] is None else as_structure(result[1]))
    if isinstance(result, Dataset):
        return _of_dataset(result.step)
    return _of_tensors(result, repeats)


def _argument_names(function: Callable[..., Any]) -> set[str]:
    try:
        return set(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return set()


def _pair(result: Any) -> tuple[Any, Any]:
    """Splits what an input function returned into features and labels."""
    if result is None:
        raise TypeError("the input function returned None; it must return a Dataset, (features, labels) or features")
    if isinstance(result, tuple | list) and len(result) == 2 and _is_features(result[0]):
        return result[0], result[1]
    return result, None


def _is_features(value: Any) -> bool:
    return isinstance(value, Mapping | Tensor) or hasattr(value, "shape")


def _of_dataset(step: Step) -> Input:
    spec = step.spec
    if isinstance(spec, tuple) and len(spec) == 2:
        return Input(step, (spec[0], spec[1]))
    return Input(step, (spec, None))


def _of_tensors(result: tuple[Any, Any], repeats: bool) -> Input:
    structure = result if result[1] is not None else (result[0],)
    step = mapped_over_iterator(structure)
    if step is None:
        leaves = Function([], nest.flatten(structure))
        values = tuple(as_tensor(v) for v in leaves([]))
        step = FromTensors(nest.map_leaves(lambda _: None, structure), values)
        step = Repeat(step, as_tensor(-1)) if repeats else step
    spec = step.spec
    return Input(step, (spec[0], spec[1] if len(spec) == 2 else None))


def known_shape(spec: TensorSpec, rows: int) -> tuple[int, ...] | None:
    """Returns a shape with the number of rows put in, or None where another dimension is unknown."""
    if any(s is None for s in spec.shape[1:]):
        return None
    return tuple(rows if s is None else s for s in spec.shape)
