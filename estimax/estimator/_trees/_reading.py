"""Reading the training rows: the whole input once, whatever it repeats.

Splits are searched over all rows at a time. So an input is read in one pass, and
`repeat`, which other models need to get more steps out of it, is left out. The
host half runs over chunks, the device half over blocks of rows, and what is kept
is the compact form of the columns and what the head's loss depends on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax import logging
from estimax._base import _nest as nest
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import rows_of
from estimax._graph._function import Function, placeholder_for
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._scope._crossing import to_device
from estimax._scope._transform import Call, Program, transform
from estimax.data._cardinality import INFINITE_CARDINALITY, cardinality
from estimax.data._iterators import Reader
from estimax.data._repeat import Repeat
from estimax.data._step import Step
from estimax.estimator._heads._composed import ComposedHead
from estimax.estimator._inputs import Input
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._model import Shapes
from estimax.estimator._trees._columns import TreeColumns, Values
from estimax.estimator._trees._objective import Loss
from estimax.estimator._trees._rows import Rows, joined

_BATCHES_AT_ONCE = 64
_ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """All training rows: what the trees ask of them, and what the loss depends on beside their logits."""

    rows: Rows
    loss: Loss
    entries: list[np.ndarray]


def once(step: Step) -> Step:
    """Returns a dataset without its repetitions, as far as they are not inside of something with several inputs."""
    if isinstance(step, Repeat):
        return once(step.input)
    source = getattr(step, "input", None)
    if not isinstance(source, Step):
        return step
    inner = once(source)
    return step if inner is source else dataclasses.replace(step, input=inner)  # type: ignore[call-arg]


def read(given: Input, columns: TreeColumns, head: Any, batches: int, entropy: int) -> TrainingSet:
    """Reads the training rows.

    Args:
        given: the input, without its repetitions.
        columns: what trees may ask for.
        head: its loss decides what is kept of the labels.
        batches: how many to read of an input that has no end.
        entropy: what the order of rows depends on.

    Raises:
        InvalidArgumentError: there are no rows or no labels, or a weight is negative.
    """
    if given.spec[1] is None:
        raise InvalidArgumentError("training boosted trees needs labels; the input function gives only features")
    traced = _Traced(given, columns, head)
    reader = Reader(given.step.project(traced.needed), entropy)
    most = batches if cardinality(given.step) == INFINITE_CARDINALITY else None
    blocks, kept = [], []
    run = jax.jit(lambda entries: _parts(traced.inputs.run({}, entries).result))
    for block in _blocks(_pieces(reader, traced.host, traced.dtypes, most)):
        known = len(traced.inputs.entries)
        values, weights = jax.device_get(run(block[:known]))
        _check_weights(weights, head)
        blocks.append([_restored(v) for v in values])
        kept.append(block[known:])
    if not blocks:
        raise InvalidArgumentError("the input function gave no rows to train on; check its files and filters")
    entries = [np.concatenate([k[i] for k in kept]) for i in range(len(kept[0]))]
    rows = joined(columns, blocks)
    logging.info("Growing trees on %d rows with %d features.", rows.count, columns.feature_count)
    return TrainingSet(rows, traced.loss, entries)


class _Traced:
    """The columns and the head, traced for an input.

    Attributes:
        inputs: program from a batch to the values of columns and the weights.
        host: from the leaves of a batch that are needed to the entries of both programs.
        needed: which leaves these are.
        dtypes: of the entries.
    """

    def __init__(self, given: Input, columns: TreeColumns, head: Any) -> None:
        features, labels = (nest.map_leaves(placeholder_for, spec) for spec in given.spec)
        logits = placeholder_for(TensorSpec((None, head.logits_dimension), "float32"))
        leaves = (*nest.flatten(features), *nest.flatten(labels))
        shapes = Shapes(given)

        def shape_of(tensor: Tensor) -> tuple[int, ...]:
            if tensor.node is logits.node:
                return shapes.of(leaves)(nest.flatten(labels)[0])[0], head.logits_dimension
            return shapes.of(leaves)(tensor)

        def inputs(features: Any) -> Any:
            return columns.enter(features), _weights(features, head)

        def loss(features: Any, labels: Any, logits: Any) -> Any:
            shown = head.shown(head.read(labels, logits, features)) if isinstance(head, ComposedHead) else {}
            curves = {tag: measure(value) for tag, (value, measure) in shown.items()}
            return head.loss(labels, logits, features, ModeKeys.TRAIN), curves

        def trace(function: Any, *arguments: Any) -> Program:
            return transform(function, arguments, shape_of, shapes.rows)

        programs = shapes.in_trace(lambda: (trace(inputs, features), trace(loss, features, labels, logits)))
        self.inputs = programs[0].pruned(lambda call: _parts(call.result))
        self._loss = programs[1].pruned(_outcome_of)
        self._place = next((i for i, t in enumerate(self._loss.entries) if t.node is logits.node), None)
        if self._place is None:
            raise InvalidArgumentError("the loss of the head must depend on its logits")
        own = [t for t in self._loss.entries if t.node is not logits.node]
        host = Function(leaves, [*self.inputs.entries, *own])
        self.needed = tuple(i for i, used in enumerate(host.used_inputs) if used) or (0,)
        self.host = Function([leaves[i] for i in self.needed], [*self.inputs.entries, *own])
        specs = [s for i, s in enumerate(self._loss.used_specs) if i != self._place]
        self.dtypes = [s.dtype for s in (*self.inputs.used_specs, *specs)]

    def loss(self, entries: Sequence[Any], logits: Any) -> tuple[Any, dict[str, Any]]:
        """Computes the head's loss of rows with these logits, and what is shown beside it, by tag."""
        place = self._place
        assert place is not None
        return _outcome_of(self._loss.run({}, [*entries[:place], logits, *entries[place:]]))


def _outcome_of(call: Call) -> tuple[Any, dict[str, Any]]:
    loss, curves = call.result
    return jnp.asarray(loss), {tag: jnp.asarray(value, jnp.float32) for tag, value in curves.items()}


def _parts(result: Any) -> Any:
    """Returns what is known of the columns as plain tuples, which JAX can return."""
    values, weights = result
    return [(v.numbers, v.ids, v.weights) for v in values], weights


def _restored(parts: tuple[Any, Any, Any]) -> Values:
    numbers, ids, weights = parts
    return Values(numbers=numbers, ids=ids, weights=weights)


def _weights(features: Mapping[str, Any], head: Any) -> Any:
    column = getattr(head, "weight_column", None)
    key = getattr(column, "key", column)
    if key is None or key not in features or not as_tensor(features[key]).dtype.is_numeric:
        return None
    return jnp.asarray(to_device(as_tensor(features[key])), jnp.float32)


def _check_weights(weights: Any, head: Any) -> None:
    if weights is None:
        return
    bad = ~(weights.reshape(len(weights), -1) >= 0).all(1)
    if bad.any():
        column = head.weight_column
        raise InvalidArgumentError(
            f"weights must be numbers of at least 0; weight_column {getattr(column, 'key', column)!r} holds "
            f"{np.ravel(weights[bad])[0]}"
        )


def _pieces(reader: Reader, host: Function, dtypes: Sequence[Any], most: int | None) -> Iterator[list[np.ndarray]]:
    """Goes through the input: entries [rows, ...] of as many batches as go together."""
    left = most
    while left is None or left > 0:
        chunk = reader.next(_BATCHES_AT_ONCE if left is None else min(left, _BATCHES_AT_ONCE))
        if chunk is None:
            return
        left = None if left is None else left - chunk.size
        columns = host.over_rows(chunk.columns, chunk.size)
        plain = [c for c in columns if isinstance(c, np.ndarray) and c.ndim > 1]
        if len(plain) == len(columns):
            yield [_cast(c.reshape(-1, *c.shape[2:]), d) for c, d in zip(plain, dtypes, strict=True)]
            continue
        listed = [rows_of(c) for c in columns]
        for row in range(chunk.size):
            yield [_cast(np.asarray(c[row]), d) for c, d in zip(listed, dtypes, strict=True)]


def _cast(array: np.ndarray, dtype: Any) -> np.ndarray:
    return array.astype(dtype, copy=False)


def _blocks(pieces: Iterator[list[np.ndarray]]) -> Iterator[list[np.ndarray]]:
    """Joins pieces whose rows have one shape to blocks of many rows, so that few shapes are compiled."""
    held: list[list[np.ndarray]] = []
    count = 0

    def taken() -> list[np.ndarray]:
        return [np.concatenate([p[i] for p in held]) for i in range(len(held[0]))]

    for piece in pieces:
        is_other = held and any(a.shape[1:] != b.shape[1:] for a, b in zip(held[0], piece, strict=True))
        if held and (is_other or count >= _ROWS_AT_ONCE):
            yield taken()
            held, count = [], 0
        held.append(piece)
        count += len(piece[0])
    if held:
        yield taken()
