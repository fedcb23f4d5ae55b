"""`ComposedHead`: how the heads of this package are built.

A head reads a batch (checks labels and weights, computes the losses), reduces it to
a loss, says what it adds to each metric, and predicts. Everything that a `Head`
offers is put together of these, here, once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax

from estimax._scope._collections import get_collection
from estimax._scope._frame import current_frame
from estimax._scope._graph_keys import GraphKeys
from estimax._scope._scopes import name_scope
from estimax.estimator._heads._drawing import draw
from estimax.estimator._heads._family import ONE_X
from estimax.estimator._heads._head import Head
from estimax.estimator._heads._reduction import total
from estimax.estimator._heads._train_op import train_ops
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator.export._outputs import ExportOutput
from estimax.metrics._mean import mean_tally
from estimax.metrics._running import Running, as_answer
from estimax.metrics._total import Tally, streaming
from estimax.summary import DeclaredSummary
from estimax.summary._declaring import scalar

REGULARIZATION_LOSS = "regularization_loss"


class Shown(NamedTuple):
    """What training shows of a batch, in the steps whose summaries are written.

    Attributes:
        value: arrays of the device, in any structure.
        measure: from the value to one number; holds no arrays itself.
    """

    value: Any
    measure: Callable[[Any], Any]


class ComposedHead(Head):
    """A head as its parts."""

    @abstractmethod
    def read(self, labels: Any, logits: Any, features: Any) -> Any:
        """Returns a batch as the parts below take it."""

    @abstractmethod
    def reduced(self, batch: Any) -> Any:
        """Returns the loss of a batch as one number."""

    @abstractmethod
    def metric_names(self) -> list[str]:
        """Returns the names of the metrics, without that of the regularization loss."""

    @abstractmethod
    def tallies(self, batch: Any) -> dict[str, Tally]:
        """Returns what a batch adds to each of these metrics."""

    @abstractmethod
    def predicted(self, logits: Any) -> dict[Any, Any]:
        """Returns what is predicted, as device arrays and host Tensors."""

    @abstractmethod
    def decided(self, logits: Any) -> dict[Any, Any]:
        """Returns those predictions as device arrays that `predicted` gives as host Tensors of numbers."""

    @abstractmethod
    def export_outputs(self, predictions: Mapping[Any, Any]) -> dict[str, ExportOutput]:
        """Returns what requests are answered with, by signature name."""

    @abstractmethod
    def summaries(self, batch: Any) -> dict[str, Any]:
        """Returns what training writes beside the loss, by tag."""

    @abstractmethod
    def shown(self, batch: Any) -> dict[str, Shown]:
        """Returns the metrics that training shows of single batches, by tag: the names they have in evaluation."""

    def loss(
        self,
        labels: Any,
        logits: Any,
        features: Any = None,
        mode: str | None = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> Any:
        batch = self.read(_given(labels, mode), logits, features)
        return as_answer(self.reduced(batch) + total(regularization_losses))

    def predictions(self, logits: Any, keys: Sequence[Any] | None = None) -> dict[Any, Any]:
        found = self.predicted(logits)
        unknown = [key for key in keys or () if key not in found]
        if unknown:
            raise ValueError(f"prediction keys must be among {list(found)}; got {unknown[0]!r}")
        return {key: as_answer(value) for key, value in found.items() if keys is None or key in keys}

    def metrics(self, regularization_losses: Sequence[Any] | None = None) -> dict[str, Any]:
        names = self.metric_names()
        if regularization_losses is not None:
            names = [*names, self.named(REGULARIZATION_LOSS)]
        return {name: Running(name) for name in names}

    def update_metrics(
        self,
        eval_metrics: Mapping[str, Any],
        features: Any,
        logits: Any,
        labels: Any,
        mode: str | None = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> Mapping[str, Any]:
        batch = self.read(_given(labels, mode), logits, features)
        for name, tally in self._all_tallies(batch, regularization_losses).items():
            if name in eval_metrics:
                eval_metrics[name].update(tally)
        return eval_metrics

    def create_estimator_spec(
        self,
        features: Any,
        mode: str,
        logits: Any,
        labels: Any = None,
        optimizer: Any = None,
        trainable_variables: Any = None,
        train_op_fn: Any = None,
        update_ops: Any = None,
        regularization_losses: Sequence[Any] | None = None,
    ) -> EstimatorSpec:
        with jax.named_scope("head/predictions"):
            predictions = self.predicted(logits)
        if mode == ModeKeys.PREDICT:
            return EstimatorSpec(mode, predictions=predictions, export_outputs=self.export_outputs(predictions))
        with jax.named_scope("head/predictions"):
            predictions |= self.decided(logits)
        with jax.named_scope("head/loss"):
            batch = self.read(_given(labels, mode), logits, features)
            loss = self.reduced(batch) + total(regularization_losses)
        if mode == ModeKeys.EVAL:
            tallies = self._all_tallies(batch, regularization_losses)
            found = {name: streaming(name, tally) for name, tally in tallies.items()}
            draw(self, batch)
            return EstimatorSpec(mode, predictions=predictions, loss=loss, eval_metric_ops=found)
        tags = self.summaries(batch)
        if regularization_losses is not None:
            tags[self.named(REGULARIZATION_LOSS)] = total(regularization_losses)
        _summarize(tags, self.shown(batch))
        ops = train_ops(loss, optimizer, trainable_variables, train_op_fn)
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=(*ops, *self._updates(update_ops)))

    def named(self, key: str) -> str:
        """Returns the name of a metric, with the head's behind it."""
        return f"{key}/{self.name}" if self.name else key

    def _updates(self, update_ops: Any) -> list[Any]:
        """Returns the updates that are run with each step: those given; in the 1.x family also `UPDATE_OPS`."""
        given = list(update_ops) if isinstance(update_ops, list | tuple) else [update_ops]
        is_one_x = getattr(self, "family", None) is ONE_X
        collected = get_collection(GraphKeys.UPDATE_OPS) if is_one_x else []
        return [op for op in (*given, *collected) if op is not None]

    def _all_tallies(self, batch: Any, regularization_losses: Sequence[Any] | None) -> dict[str, Tally]:
        found = self.tallies(batch)
        if regularization_losses is not None:
            found[self.named(REGULARIZATION_LOSS)] = mean_tally(total(regularization_losses))
        return found


def _given(labels: Any, mode: str | None) -> Any:
    if labels is None:
        raise ValueError(
            f"training and evaluation need labels; the input function gives only features for mode {mode!r}"
        )
    return labels


def _summarize(tags: Mapping[str, Any], shown: Mapping[str, Shown]) -> None:
    active = current_frame.get()
    if active is None:
        return
    with name_scope(None):
        for tag, value in tags.items():
            scalar(tag, value)
    made = [DeclaredSummary("scalar", tag, value, measure=measure) for tag, (value, measure) in shown.items()]
    active.show_besides(made)
