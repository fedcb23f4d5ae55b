"""What heads measure of probabilities at thresholds that a program names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from estimax.estimator._heads._family import Family
from estimax.estimator._heads._single import Batch, Measure
from estimax.metrics._classification import accuracy_tally, precision_tally, recall_tally


def at_thresholds(thresholds: Sequence[float], scores: Callable[[Batch], Any], family: Family) -> dict[str, Measure]:
    """Returns accuracy, precision and recall of calling scores above each threshold positive, by metric key."""
    found: dict[str, Measure] = {}
    for threshold in thresholds:
        found |= _at(threshold, scores, family)
    return found


def _at(threshold: float, scores: Callable[[Batch], Any], family: Family) -> dict[str, Measure]:
    def accurate(batch: Batch) -> Any:
        positive = family.is_accurate_at(scores(batch), threshold)
        return accuracy_tally(batch.labels, positive.astype(batch.labels.dtype), batch.weights)

    return {
        f"accuracy/positive_threshold_{threshold:g}": accurate,
        f"precision/positive_threshold_{threshold:g}": lambda b: precision_tally(
            b.labels, scores(b) > threshold, b.weights
        ),
        f"recall/positive_threshold_{threshold:g}": lambda b: recall_tally(b.labels, scores(b) > threshold, b.weights),
    }
