"""Several heads on one model: multi-objective learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from estimax._graph._op import on_device
from estimax.estimator._heads._composed import ComposedHead, Shown
from estimax.estimator._heads._entering import shape_of
from estimax.estimator.export._outputs import ExportOutput, PredictOutput
from estimax.metrics._mean import mean_tally
from estimax.metrics._total import Tally


@dataclass(frozen=True)
class MultiHead(ComposedHead):
    """Several heads, each with labels of its own; the loss is the sum of theirs.

    Labels are a dictionary from the names of the heads to what each takes. Logits are
    such a dictionary too, or one array that is cut along its last axis in the order of
    the heads. Predictions have the keys (head, key); metrics are those of all heads,
    and `loss/<head>`.

    Args:
        heads: heads with names, each another.
        head_weights: by which their losses are multiplied before they are added; 1 for all if None.

    Raises:
        ValueError: no heads, heads without a name or with one name, or another number of weights.
        TypeError: something that is not a head.

    Example:
        >>> import estimax as tf
        >>> heads = [tf.estimator.RegressionHead(name="price"), tf.estimator.BinaryClassHead(name="sold")]
        >>> head = tf.estimator.MultiHead(heads)
        >>> head.logits_dimension, sorted(head.predictions([[7.0, 0.0]]))[0]
        (2, ('price', 'predictions'))
    """

    heads: Sequence[Any]
    head_weights: Sequence[float] | None = None

    def __post_init__(self) -> None:
        heads = tuple(self.heads or ())
        object.__setattr__(self, "heads", heads)
        if not heads:
            raise ValueError("a MultiHead needs heads; got none")
        other = [h for h in heads if not isinstance(h, ComposedHead)]
        if other:
            raise TypeError(f"heads of a MultiHead must be heads of estimax.estimator; got {other[0]!r}")
        names = [h.name for h in heads]
        if not all(names) or len(set(names)) < len(names):
            raise ValueError(f"the heads of a MultiHead must have names, each another; got {names}")
        if self.head_weights is not None:
            if len(self.head_weights) != len(heads):
                raise ValueError(
                    f"head_weights must be as many as heads; got {len(self.head_weights)} for {len(heads)} heads"
                )
            object.__setattr__(self, "head_weights", tuple(float(w) for w in self.head_weights))

    @property
    def name(self) -> str:
        return "_".join(h.name for h in self.heads)

    @property
    def logits_dimension(self) -> int:
        return sum(h.logits_dimension for h in self.heads)

    @property
    def loss_reduction(self) -> str:
        """That of all heads.

        Raises:
            ValueError: they differ in it.
        """
        found = [h.loss_reduction for h in self.heads]
        if len(set(found)) > 1:
            raise ValueError(f"the heads of a MultiHead must have one loss_reduction; they have {found}")
        return str(found[0])

    def read(self, labels: Any, logits: Any, features: Any) -> tuple[Any, ...]:
        if not isinstance(labels, Mapping):
            raise ValueError(f"labels of a MultiHead must be a dictionary from the names of its heads; got {labels!r}")
        self._check_complete("labels", labels)
        parts = self._split(logits)
        return tuple(h.read(labels[h.name], parts[h.name], features) for h in self.heads)

    def reduced(self, batch: tuple[Any, ...]) -> Any:
        losses = [h.reduced(b) for h, b in zip(self.heads, batch, strict=True)]
        weights = self.head_weights or (1.0,) * len(losses)
        return sum((w * loss for w, loss in zip(weights, losses, strict=True)), jnp.float32(0))

    def metric_names(self) -> list[str]:
        return [name for h in self.heads for name in (h.named("loss"), *h.metric_names())]

    def tallies(self, batch: tuple[Any, ...]) -> dict[str, Tally]:
        found: dict[str, Tally] = {}
        for head, part in zip(self.heads, batch, strict=True):
            found[head.named("loss")] = mean_tally(head.reduced(part))
            found |= head.tallies(part)
        return found

    def predicted(self, logits: Any) -> dict[Any, Any]:
        parts = self._split(logits)
        return {(h.name, key): v for h in self.heads for key, v in h.predicted(parts[h.name]).items()}

    def decided(self, logits: Any) -> dict[Any, Any]:
        parts = self._split(logits)
        return {(h.name, key): v for h in self.heads for key, v in h.decided(parts[h.name]).items()}

    def export_outputs(self, predictions: Mapping[Any, Any]) -> dict[str, ExportOutput]:
        found: dict[str, ExportOutput] = {}
        for number, head in enumerate(self.heads):
            own = head.export_outputs({key: v for (name, key), v in predictions.items() if name == head.name})
            default = own.pop("serving_default")
            found |= {"serving_default": default} if number == 0 else {}
            found |= {head.name: default, **{f"{head.name}/{key}": output for key, output in own.items()}}
        found["predict"] = PredictOutput({f"{name}/{key}": v for (name, key), v in predictions.items()})
        return found

    def summaries(self, batch: tuple[Any, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for head, part in zip(self.heads, batch, strict=True):
            found |= head.summaries(part)
        return found

    def shown(self, batch: tuple[Any, ...]) -> dict[str, Shown]:
        parts = zip(self.heads, batch, strict=True)
        return {tag: shown for head, part in parts for tag, shown in head.shown(part).items()}

    def named(self, key: str) -> str:
        return f"{key}/{self.name}"

    def _check_complete(self, what: str, given: Mapping[str, Any]) -> None:
        missing = [h.name for h in self.heads if h.name not in given]
        if missing:
            raise ValueError(f"{what} must have a value for each head; {missing} are missing among {sorted(given)}")

    def _split(self, logits: Any) -> dict[str, Any]:
        """Returns the logits of each head."""
        if isinstance(logits, Mapping):
            self._check_complete("logits", logits)
            return dict(logits)
        array = on_device(logits)
        if array.ndim < 2 or array.shape[-1] != self.logits_dimension:
            sizes = {h.name: h.logits_dimension for h in self.heads}
            raise ValueError(
                f"logits must have shape [batch, {self.logits_dimension}], the sum over the heads {sizes}; "
                f"got {shape_of(array)}"
            )
        parts, start = {}, 0
        for head in self.heads:
            parts[head.name] = array[..., start : start + head.logits_dimension]
            start += head.logits_dimension
        return parts
