"""The metrics of TensorFlow 2 that count decisions at thresholds, as objects: `tf.keras.metrics.AUC()`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax.losses._keras_style import squeezed
from estimax.metrics._confusion import confusion_matrix, mean_intersection_over_union
from estimax.metrics._curves import auc_thresholds, interpolated_area, with_ends
from estimax.metrics._keras_style import Metric
from estimax.metrics._thresholds import confusion_at_thresholds
from estimax.metrics._total import Tally, paired, safe_divide, weighted
from estimax.nn._arrays import as_array, as_floats

_LEAST = -1e10


class _AtThresholds(Metric):
    """What counts true and false decisions at one or several thresholds have in common."""

    cases: ClassVar[tuple[str, ...]]

    def __init__(self, name: str | None, dtype: Any, thresholds: Any, top_k: int | None, class_id: int | None) -> None:
        super().__init__(name, dtype)
        default = 0.5 if top_k is None else _LEAST
        self.thresholds = default if thresholds is None else thresholds
        self.top_k = top_k
        self.class_id = class_id

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        single = not isinstance(self.thresholds, Sequence | np.ndarray)
        cuts = np.array([self.thresholds] if single else self.thresholds, np.float32)
        counts = chosen_counts(y_true, y_pred, sample_weight, cuts, self.top_k, self.class_id)
        return Tally({c: counts[c] for c in self.cases}, lambda t: self.value(t)[0] if single else self.value(t))

    def value(self, totals: Mapping[str, Any]) -> Any:
        """Returns the metric at each threshold."""
        first = totals[self.cases[0]]
        return first if len(self.cases) == 1 else safe_divide(first, first + totals[self.cases[1]])


def chosen_counts(
    y_true: Any, y_pred: Any, weights: Any, cuts: Any, top_k: int | None = None, class_id: int | None = None
) -> dict[str, Any]:
    """Counts decisions among the k greatest predictions of each example, or for one class alone."""
    y, p = squeezed(y_true, as_floats(y_pred))
    if top_k is not None:
        p = jnp.where(p >= jnp.sort(p, -1)[..., -top_k, jnp.newaxis], p, _LEAST)
    if class_id is not None:
        y, p = y[..., class_id], p[..., class_id]
    return confusion_at_thresholds(y, p, weights, cuts)


class _Count(_AtThresholds):
    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name, dtype, thresholds, None, None)


class TruePositives(_Count):
    """A metric: how many, or how much weight of, labels are 1 where predictions are above a threshold (0.5)."""

    cases = ("true_positives",)


class FalsePositives(_Count):
    """A metric: how many, or how much weight of, labels are 0 where predictions are above a threshold (0.5)."""

    cases = ("false_positives",)


class TrueNegatives(_Count):
    """A metric: how many, or how much weight of, labels are 0 where predictions are not above a threshold (0.5)."""

    cases = ("true_negatives",)


class FalseNegatives(_Count):
    """A metric: how many, or how much weight of, labels are 1 where predictions are not above a threshold (0.5)."""

    cases = ("false_negatives",)


class Precision(_AtThresholds):
    """A metric: true positives / predicted positives.

    Args:
        thresholds: above which a prediction is positive, one or several; 0.5 if None.
        top_k: only the k greatest predictions of an example may be positive.
        class_id: the only class that counts.
        name: see `Metric`.
        dtype: see `Metric`.
    """

    cases = ("true_positives", "false_positives")

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name, dtype, thresholds, top_k, class_id)


class Recall(Precision):
    """A metric: true positives / real positives; the arguments are those of `Precision`."""

    cases = ("true_positives", "false_negatives")


class AUC(Metric):
    """A metric: the area under the ROC or precision-recall curve.

    Args:
        num_thresholds: at how many thresholds the curve is taken.
        curve: 'ROC' or 'PR'.
        summation_method: 'interpolation', 'minoring' or 'majoring'.
        name: see `Metric`.
        dtype: see `Metric`.
        thresholds: between 0 and 1, instead of `num_thresholds` evenly spaced ones.
        multi_label: not supported.
        num_labels: has no effect.
        label_weights: not supported.
        from_logits: whether predictions are logits.

    Raises:
        InvalidArgumentError: an unknown curve or method, or several labels with curves of their own.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name or "auc", dtype)
        if str(curve) not in ("ROC", "PR") or summation_method not in ("interpolation", "minoring", "majoring"):
            raise InvalidArgumentError(
                "curve must be 'ROC' or 'PR' and summation_method 'interpolation', 'minoring' or 'majoring'; "
                f"got {curve!r}, {summation_method!r}"
            )
        if multi_label or label_weights is not None:
            raise InvalidArgumentError("AUC takes all labels together; use one AUC for each label, of its column")
        self.cuts = auc_thresholds(num_thresholds) if thresholds is None else with_ends(thresholds)
        self.area = partial(_area, curve=str(curve), method=summation_method)
        self.from_logits = from_logits

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        p = jax.nn.sigmoid(as_floats(y_pred)) if self.from_logits else y_pred
        return Tally(chosen_counts(y_true, p, sample_weight, self.cuts), self.area)


def _area(totals: Mapping[str, Any], curve: str, method: str) -> Any:
    if curve == "PR" and method == "interpolation":
        return interpolated_area(totals)
    tp, fp = totals["true_positives"], totals["false_positives"]
    recall = safe_divide(tp, tp + totals["false_negatives"])
    x, y = safe_divide(fp, fp + totals["true_negatives"]), recall
    if curve == "PR":
        x, y = recall, safe_divide(tp, tp + fp)
    height = {
        "interpolation": (y[:-1] + y[1:]) / 2,
        "minoring": jnp.minimum(y[:-1], y[1:]),
        "majoring": jnp.maximum(y[:-1], y[1:]),
    }[method]
    return jnp.sum((x[:-1] - x[1:]) * height)


class _Best(Metric):
    """The best of one rate at the thresholds at which another one is as great as asked for."""

    def __init__(self, least: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any) -> None:
        super().__init__(name, dtype)
        if not 0 <= least <= 1 or num_thresholds < 1:
            raise InvalidArgumentError(
                f"{type(self).__name__} needs a rate between 0 and 1 and at least one threshold; got {least}, "
                f"{num_thresholds}"
            )
        inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        self.cuts = np.array([0.5] if num_thresholds == 1 else [0.0, *inner, 1.0], np.float32)
        self.least = least
        self.class_id = class_id

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        return Tally(chosen_counts(y_true, y_pred, sample_weight, self.cuts, None, self.class_id), self._best)

    def _best(self, totals: Mapping[str, Any]) -> Any:
        rate, asked = self.rates(totals)
        return jnp.max(jnp.where(asked >= self.least, rate, 0))

    def rates(self, totals: Mapping[str, Any]) -> tuple[Any, Any]:
        """Returns the rate that is reported and the one that must be great enough, at each threshold."""
        raise NotImplementedError


def _rates(totals: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Returns sensitivity (or recall), specificity and precision."""
    tp, fp = totals["true_positives"], totals["false_positives"]
    fn, tn = totals["false_negatives"], totals["true_negatives"]
    return safe_divide(tp, tp + fn), safe_divide(tn, tn + fp), safe_divide(tp, tp + fp)


class SensitivityAtSpecificity(_Best):
    """A metric: the best recall of positives at thresholds with at least that recall of negatives."""

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)

    def rates(self, totals: Mapping[str, Any]) -> tuple[Any, Any]:
        sensitivity, specificity, _ = _rates(totals)
        return sensitivity, specificity


class SpecificityAtSensitivity(_Best):
    """A metric: the best recall of negatives at thresholds with at least that recall of positives."""

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)

    def rates(self, totals: Mapping[str, Any]) -> tuple[Any, Any]:
        sensitivity, specificity, _ = _rates(totals)
        return specificity, sensitivity


class PrecisionAtRecall(_Best):
    """A metric: the best precision at thresholds with at least that recall."""

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)

    def rates(self, totals: Mapping[str, Any]) -> tuple[Any, Any]:
        recall, _, precision = _rates(totals)
        return precision, recall


class RecallAtPrecision(_Best):
    """A metric: the best recall at thresholds with at least that precision."""

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)

    def rates(self, totals: Mapping[str, Any]) -> tuple[Any, Any]:
        recall, _, precision = _rates(totals)
        return recall, precision


class MeanIoU(Metric):
    """A metric: the mean over classes of true positives / (labels or predictions of the class).

    Args:
        num_classes: how many classes there are.
        name: see `Metric`.
        dtype: see `Metric`.
    """

    def __init__(self, num_classes: int, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name or "mean_io_u", dtype)
        self.num_classes = num_classes

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        matrix = confusion_matrix(y_true, y_pred, self.num_classes, sample_weight)
        return Tally({"total_cm": matrix}, lambda totals: mean_intersection_over_union(totals["total_cm"]))


class FBetaScore(Metric):
    """A metric: the weighted harmonic mean of precision and recall of each class.

    Args:
        average: None for a score of each class, 'micro' for one of all together, 'macro' for the mean
            over classes, 'weighted' for the mean weighted by how many labels they have.
        beta: how many times recall counts as much as precision.
        threshold: above which a prediction is positive; the greatest one of an example if None.
        name: see `Metric`.
        dtype: see `Metric`.
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise InvalidArgumentError(f"average must be None, 'micro', 'macro' or 'weighted'; got {average!r}")
        self.average = average
        self.beta = beta
        self.threshold = threshold

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tally:
        y, p = paired(y_true, as_floats(y_pred))
        greatest = p.max(-1, keepdims=True)
        positive = (p >= greatest) & (jnp.abs(p) > 1e-9) if self.threshold is None else p > self.threshold
        real, said = y.astype(jnp.float32), positive.astype(jnp.float32)
        axis = None if self.average == "micro" else 0
        _, w = weighted(said, None if sample_weight is None else as_array(sample_weight).reshape(-1, 1))
        counts = {
            "true_positives": jnp.sum(w * said * real, axis),
            "false_positives": jnp.sum(w * said * (1 - real), axis),
            "false_negatives": jnp.sum(w * (1 - said) * real, axis),
            "intermediate_weights": jnp.sum(w * real, axis),
        }
        return Tally(counts, self._score)

    def _score(self, totals: Mapping[str, Any]) -> Any:
        recall, precision = (
            safe_divide(totals["true_positives"], totals["true_positives"] + totals[other])
            for other in ("false_negatives", "false_positives")
        )
        score = safe_divide((1 + self.beta**2) * precision * recall, self.beta**2 * precision + recall)
        if self.average == "weighted":
            share = safe_divide(totals["intermediate_weights"], totals["intermediate_weights"].sum())
            return jnp.sum(score * share)
        return score.mean() if self.average == "macro" else score


class F1Score(FBetaScore):
    """A metric: the harmonic mean of precision and recall of each class; see `FBetaScore` for the arguments."""

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
