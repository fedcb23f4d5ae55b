"""`Model`: a model function, traced once for each mode and kind of input.

What is kept here, compiled steps among it, serves every later call of train,
evaluate and predict.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from estimax._array import shape, tile
from estimax._base import _nest as nest
from estimax._base._eager import runs_eagerly
from estimax._graph._column import rows_of
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import as_tensor, on_device
from estimax._graph._tensor import Tensor
from estimax._scope._assigning import run_now
from estimax._scope._frame import frame
from estimax._scope._transform import Call, Program, transform
from estimax.data._iterators import Reader
from estimax.estimator._eagerly import batch_spec, first_program
from estimax.estimator._inputs import Input, known_shape
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator._watching import drawn_values, extraction, hooks_of

_UNLIKELY_SIZE = 1009
"""A batch of this size in a trace tells results that have a batch dimension from those that have not."""

_UNLIKELY_WIDTH = 1013
"""The size of other dimensions that an export leaves open."""


@dataclass(frozen=True, eq=False)
class Traced:
    """A model function in one mode, for one kind of input.

    Attributes:
        inputs: the placeholders of the input's leaves.
        program: the model function; its calls return `EstimatorSpec`s.
        host: from the leaves of a batch that are needed to the entries of the device.
        needed: which leaves of a batch these are.
        outputs: in mode PREDICT, the structure of host Tensors that is predicted.
        compiled: what was compiled of the program, by name.
    """

    inputs: tuple[Tensor, ...]
    program: Program
    host: Function
    needed: tuple[int, ...]
    outputs: Any = None
    compiled: dict[str, Any] = field(default_factory=dict)

    @property
    def dtypes(self) -> list[np.dtype[Any]]:
        return [spec.dtype for spec in self.program.used_specs]


class Model:
    """A model function with its arguments, and what was traced of it."""

    def __init__(self, model_fn: Callable[..., Any], params: Any, config: Any) -> None:
        self.model_fn = model_fn
        self.params = params
        self.config = config
        self._traced: dict[Any, Traced] = {}
        self._accepted = _checked_arguments(model_fn, params)

    def traced(self, mode: str, given: Input, for_hooks: bool = False) -> Traced:
        """Returns the model function traced for the batches of an input.

        A function that makes hooks is traced anew for each run, so that each has hooks of its own.

        Args:
            mode: in which it is called.
            given: the input.
            for_hooks: whether hooks that the function does not make itself will look at its results.
        """
        if runs_eagerly():
            return self._called_eagerly(mode, given)
        key = (mode, given.signature, for_hooks)
        known = self._traced.get(key)
        if known is None or hooks_of(known.program.call, mode):
            features = nest.map_leaves(placeholder_for, given.spec[0])
            labels = None if given.spec[1] is None else nest.map_leaves(placeholder_for, given.spec[1])
            traced = self.trace(mode, features, labels, Shapes(given), for_hooks)
            self._traced[key] = traced if known is None else replace(traced, compiled=known.compiled)
        return self._traced[key]

    def trace(self, mode: str, features: Any, labels: Any, shapes: Shapes, for_hooks: bool = False) -> Traced:
        """Traces the model function for features and labels that are Tensors of any graph."""
        arguments = (features, labels) if labels is not None else (features,)
        call = self._function(mode)
        leaves = tuple(t for a in arguments for t in nest.flatten(a))
        program = shapes.in_trace(
            lambda: transform(call, arguments, shapes.of(leaves), shapes.rows, _UNLIKELY_WIDTH)
        ).pruned(extraction(_EXTRACT[mode], mode, for_hooks))
        host = Function(leaves, program.entries)
        needed = tuple(i for i, used in enumerate(host.used_inputs) if used) or (0,)
        outputs = None
        if mode == ModeKeys.PREDICT:
            predictions, signatures, *_ = program.call.result
            for_any = partial(nest.map_leaves, partial(_for_any_batch, leaves, shapes.rows))
            outputs = for_any(predictions), {n: (method, for_any(o)) for n, (method, o) in signatures.items()}
        return Traced(leaves, program, Function([leaves[i] for i in needed], program.entries), needed, outputs)

    def _function(self, mode: str) -> Callable[..., Any]:
        """Returns the model function of features and labels alone."""

        def call(features: Any, labels: Any = None) -> Any:
            spec = self._call(features, labels, mode)
            return _on_host(spec) if mode == ModeKeys.PREDICT else spec

        return call

    def _called_eagerly(self, mode: str, given: Input) -> Traced:
        program = first_program(self._function(mode), given)
        needed = tuple(range(len(nest.flatten(batch_spec(given)))))
        outputs = program.call.result[:2] if mode == ModeKeys.PREDICT else None
        return Traced((), program, Function([], []), needed, outputs)

    def _call(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        available = {"labels": labels, "mode": mode, "params": copy.deepcopy(self.params), "config": self.config}
        spec = self.model_fn(features, **{k: v for k, v in available.items() if k in self._accepted})
        if not isinstance(spec, EstimatorSpec):
            raise ValueError(f"model_fn must return an EstimatorSpec; it returned {spec!r}")
        chosen = getattr(spec.scaffold, "summary_op", None)
        if chosen is not None:
            frame().summaries[:] = chosen.parts()
        run_now({ModeKeys.TRAIN: spec.train_op, ModeKeys.EVAL: _updates(spec), ModeKeys.PREDICT: None}[mode])
        return spec


def _checked_arguments(model_fn: Callable[..., Any], params: Any) -> set[str]:
    parameters = inspect.signature(model_fn).parameters
    names = set(parameters)
    if "features" not in names:
        raise ValueError(f"model_fn must have an argument 'features'; it has {sorted(names)}")
    required = {
        n for n, p in parameters.items() if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    unknown = sorted(required - {"features", "labels", "mode", "params", "config"})
    if unknown:
        raise ValueError(
            f"model_fn needs the arguments {unknown}; it is given features, labels, mode, params and config"
        )
    if params is not None and "params" not in names:
        raise ValueError(f"params were given, but model_fn has no argument 'params'; it has {sorted(names)}")
    return names


def _updates(spec: EstimatorSpec) -> list[Any]:
    return [update for _, update in (spec.eval_metric_ops or {}).values()]


class _OnHost(NamedTuple):
    """What a model function predicts, as host Tensors, and the hooks that it made."""

    predictions: Any
    outputs: dict[str, Any]
    prediction_hooks: Sequence[Any]
    scaffold: Any


def _on_host(spec: EstimatorSpec) -> _OnHost:
    """Returns predictions and export outputs as host Tensors."""
    predictions = nest.map_leaves(_result_on_host, spec.predictions)
    outputs = {
        name: (output.method_name, nest.map_leaves(_result_on_host, dict(output.outputs)))
        for name, output in (spec.export_outputs or {}).items()
    }
    return _OnHost(predictions, outputs, spec.prediction_hooks or (), spec.scaffold)


def _result_on_host(value: Any) -> Tensor:
    """Returns a result as a host Tensor.

    An array that the trace knows may have been made for the size of its batch (`tf.ones(tf.shape(x))`),
    so it comes from the device, where each batch has its own.
    """
    tensor = as_tensor(value)
    is_known_array = not tensor.is_symbolic and tensor.shape.ndims and tensor.dtype.is_numeric
    return as_tensor(jnp.asarray(tensor.numpy())) if is_known_array else tensor


def _for_any_batch(leaves: Sequence[Tensor], rows: int, result: Tensor) -> Tensor:
    """Returns a result that holds for batches of any size.

    Text that was repeated for each row of the traced batch is repeated for each row of any: it is on
    the host, and knows of the batch only by the size that the trace had.
    """
    like = next((leaf for leaf in leaves if leaf.shape.ndims), None)
    if result.is_symbolic or not result.dtype.is_string or not result.shape.ndims or like is None:
        return result
    values = result.numpy()
    if len(values) != rows or rows < 2 or not (values == values[:1]).all():
        return result
    repeated: Tensor = tile(as_tensor(values[:1]), [shape(like)[0], *[1] * (values.ndim - 1)])
    return repeated


def _extract_training(call: Call) -> Any:
    spec: EstimatorSpec = call.result
    rates = [op.optimizer.current_learning_rate() for op in spec.train_ops]
    listed = call.frame.summaries
    summaries = [s.value for s in listed if s.measure is not None or isinstance(s.value, jax.Array)]
    losses = [spec.loss, *(op.loss for op in spec.train_ops)]
    gradients = [dict(op.gradients) for op in spec.train_ops]
    return [losses, gradients, rates, summaries, call.frame.updates, _ids(call)]


def _extract_evaluation(call: Call) -> Any:
    spec: EstimatorSpec = call.result
    return [on_device(spec.loss), list(metric_values(call).values()), call.frame.updates, drawn_values(call)]


def metric_values(call: Call) -> dict[str, Any]:
    """Returns the values of the metrics of an evaluation, by name, as device arrays."""
    return {name: on_device(value) for name, (value, _) in (call.result.eval_metric_ops or {}).items()}


def _ids(call: Call) -> list[Any]:
    return [lookup.ids for lookup in call.frame.lookups]


_EXTRACT: Mapping[str, Callable[[Call], Any]] = {
    ModeKeys.TRAIN: _extract_training,
    ModeKeys.EVAL: _extract_evaluation,
    ModeKeys.PREDICT: lambda call: list(call.exits),
}


class _NeedsExample(Exception):
    """A shape that only a batch of the input can tell."""


class Shapes:
    """The shapes that host Tensors have on the device.

    Known from their specs and the size of batches; where they are not, all are taken
    from the first batch of the input.
    """

    def __init__(self, given: Input | None) -> None:
        self.given = given
        self.rows = _UNLIKELY_SIZE
        self._example: Sequence[Any] | None = None

    def in_trace(self, trace: Callable[[], Any]) -> Any:
        """Returns what a trace gives that asks for shapes.

        It is repeated with the first batch where only that can tell them, and where the function
        does not work for batches of any size: it may do so for those of its input.
        """
        try:
            return trace()
        except Exception:
            if self.given is None or self._example is not None:
                raise
            self._read_example()
        return trace()

    def _read_example(self) -> None:
        chunk = Reader(self.given.step, 0).next(1) if self.given else None
        if chunk is None:
            raise ValueError("the input has no batch")
        self._example = [rows_of(c)[0] for c in chunk.columns]
        self.rows = next((len(v) for v in self._example if v.ndim), 1)

    def of(self, leaves: Sequence[Tensor]) -> Callable[[Tensor], tuple[int, ...]]:
        """Returns a function that tells the shape of a Tensor made of the leaves."""

        def shape(tensor: Tensor) -> tuple[int, ...]:
            if self._example is not None:
                (value,) = Function(leaves, [tensor])(self._example)
                return tuple(value.shape)
            known = known_shape(tensor.spec, self.rows)
            if known is not None:
                return known
            if self.given is None and tensor.shape.ndims is not None:
                return tuple(self.rows if i == 0 else size or _UNLIKELY_WIDTH for i, size in enumerate(tensor.shape))
            if self.given is None:
                raise ValueError(f"{tensor!r} must have a known number of dimensions to be exported")
            raise _NeedsExample

        return shape
