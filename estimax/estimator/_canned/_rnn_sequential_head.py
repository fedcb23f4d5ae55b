"""A head for models that predict something of each step of a sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import jax
import jax.numpy as jnp

from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax._scope._crossing import to_device
from estimax.estimator._heads._composed import ComposedHead, Shown
from estimax.estimator._heads._entering import behind
from estimax.estimator._heads._single import Batch, SingleHead
from estimax.estimator._mode_keys import ModeKeys
from estimax.estimator._spec import EstimatorSpec
from estimax.estimator.export._outputs import ExportOutput, PredictOutput
from estimax.feature_column._numeric import NumericColumn
from estimax.feature_column._sequence_input_layer import with_steps
from estimax.feature_column._sequence_masks import by_step, step_weights, without_filling
from estimax.losses import Reduction
from estimax.metrics._total import Tally

_MEANS = ("sum_over_batch_size", "auto", Reduction.SUM_OVER_BATCH_SIZE)


@dataclass(frozen=True)
class _Steps(Batch):
    """A batch of steps, with the count of those that are there."""

    count: Any = None


jax.tree_util.register_dataclass(_Steps, ["labels", "logits", "weights", "losses", "count"], [])


@final
@dataclass(frozen=True)
class SequentialHeadWrapper(ComposedHead):
    """Applies a head to each step of a sequence, and to no step that is not there.

    Logits have shape [batch, time, logits_dimension]; labels, and weights where there is
    a weight column, [batch, time], sparse, ragged or dense. A mean over the batch is one
    over its steps. Predictions have the time axis too, as long as the longest sequence
    of a batch, and say under the name of the mask which steps are there.

    Args:
        static_head: what the label of a step means.
        sequence_length_mask: under which name the features hold the mask of the steps that
            are there, bool [batch, time]; an RNN estimator puts it there.
        feature_columns: accepted for programs that name the weight column here; of no effect.

    Raises:
        ValueError: the head is not one for a single kind of labels, or the name is no string.

    Example:
        >>> import estimax as tf
        >>> head = tf.estimator.experimental.SequentialHeadWrapper(tf.estimator.RegressionHead())
        >>> mask = {"sequence_length_mask": [[True, True], [True, False]]}
        >>> float(head.loss(labels=[[1.0, 2.0], [3.0, 0.0]], logits=[[[2.0], [3.0]], [[4.0], [9.0]]], features=mask))
        1.0
    """

    static_head: SingleHead
    sequence_length_mask: str = "sequence_length_mask"
    feature_columns: Any = None

    def __post_init__(self) -> None:
        if not isinstance(self.static_head, SingleHead):
            raise ValueError(
                f"a SequentialHeadWrapper takes a head for one kind of labels, such as BinaryClassHead(); "
                f"got {self.static_head!r}"
            )
        if not isinstance(self.sequence_length_mask, str):
            raise ValueError(f"sequence_length_mask must be the name of a feature; got {self.sequence_length_mask!r}")

    @property
    def name(self) -> str | None:
        return self.static_head.name

    @property
    def logits_dimension(self) -> int:
        return self.static_head.logits_dimension

    @property
    def loss_reduction(self) -> str:
        return self.static_head.loss_reduction

    def read(self, labels: Any, logits: Any, features: Any) -> Batch:
        mask = self._mask(features)
        present = to_device(step_weights(mask))
        labels = by_step(_on_host(labels, "labels"), mask, self._filler(labels), "labels")
        logits = with_steps(jnp.asarray(to_device(logits)), present.shape[1])
        batch = self.static_head.read(labels, logits, self._with_step_weights(features, mask))
        weights = present[..., None] if batch.weights is None else batch.weights * present[..., None]
        return _Steps(batch.labels, batch.logits, weights, batch.losses, count=present.sum())

    def _filler(self, labels: Any) -> Any:
        """Returns a label that the head takes, for steps that are not there."""
        vocabulary = getattr(self.static_head, "label_vocabulary", None)
        if vocabulary:
            return vocabulary[0]
        return "" if as_tensor(labels).dtype.is_string else 0

    def _mask(self, features: Any) -> Tensor:
        if not isinstance(features, Mapping) or self.sequence_length_mask not in features:
            names = sorted(map(str, features)) if isinstance(features, Mapping) else features
            raise ValueError(
                f"the features must hold the mask of the steps that are there, under the name "
                f"{self.sequence_length_mask!r}; they are {names}"
            )
        return _on_host(features[self.sequence_length_mask], "the mask")

    def _with_step_weights(self, features: Mapping[str, Any], mask: Tensor) -> Mapping[str, Any]:
        column = self.static_head.weight_column
        key = column.key if isinstance(column, NumericColumn) else column
        if key is None or key not in features:
            return features
        return {**features, key: by_step(_on_host(features[key], "weights"), mask, 0, "weights")}

    def reduced(self, batch: Batch) -> Any:
        loss = self.static_head.reduced(batch)
        if self.loss_reduction not in _MEANS or not isinstance(batch, _Steps):
            return loss
        places = batch.logits.shape[0] * batch.logits.shape[1]
        return loss * (places / jnp.maximum(batch.count, 1))

    def metric_names(self) -> list[str]:
        return self.static_head.metric_names()

    def tallies(self, batch: Batch) -> dict[str, Tally]:
        return self.static_head.tallies(batch)

    def predicted(self, logits: Any) -> dict[Any, Any]:
        return self.static_head.predicted(logits)

    def decided(self, logits: Any) -> dict[Any, Any]:
        return self.static_head.decided(logits)

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
        if mode == ModeKeys.PREDICT:
            predictions = self._predicted_by_step(logits, self._mask(features))
            return EstimatorSpec(mode, predictions=predictions, export_outputs=self.export_outputs(predictions))
        return super().create_estimator_spec(
            features,
            mode,
            logits,
            labels,
            optimizer,
            trainable_variables,
            train_op_fn,
            update_ops,
            regularization_losses,
        )

    def _predicted_by_step(self, logits: Any, mask: Tensor) -> dict[Any, Any]:
        """Returns predictions, those of steps without what the device filled up, and the mask."""
        found = self.predicted(logits)
        cut = {key: without_filling(as_tensor(v), mask) for key, v in found.items() if len(v.shape) > 2}
        return found | cut | {self.sequence_length_mask: mask}

    def export_outputs(self, predictions: Mapping[Any, Any]) -> dict[str, ExportOutput]:
        """Returns the outputs for predict requests; those of other kinds have one answer for an example."""
        return {"predict": PredictOutput(predictions)}

    def summaries(self, batch: Batch) -> dict[str, Any]:
        return {self.named("loss"): self.reduced(batch)} if self.name else {}

    def shown(self, batch: Batch) -> dict[str, Shown]:
        return self.static_head.shown(batch)


def _on_host(value: Any, what: str) -> Tensor:
    tensor = behind(value)
    if not isinstance(tensor, Tensor):
        raise ValueError(f"{what} of steps must come with the batch; got an array that the model function computed")
    return tensor
