"""The two families of heads: those of TensorFlow 1.x and those of 2.x.

They differ in a few numbers and nothing else: how areas under curves are
integrated, and on which side of a threshold a score falls that equals it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from estimax.metrics._curves import auc_tally, exact_auc_tally
from estimax.metrics._total import Tally

Curve = Callable[[Any, Any, Any], Tally]


@dataclass(frozen=True)
class Family:
    """What heads of one family have in common.

    Attributes:
        roc: (labels, scores, weights) -> the area under the ROC curve.
        precision_recall: the same for the precision-recall curve.
        is_accurate_at: (scores, threshold) -> which scores count as positive for the
            accuracy at a threshold.
    """

    roc: Curve
    precision_recall: Curve
    is_accurate_at: Callable[[Any, float], Any]


ONE_X = Family(
    roc=auc_tally,
    precision_recall=partial(auc_tally, curve="PR"),
    is_accurate_at=lambda scores, threshold: scores >= threshold,
)

TWO_X = Family(
    roc=exact_auc_tally,
    precision_recall=partial(exact_auc_tally, curve="PR"),
    is_accurate_at=lambda scores, threshold: scores > threshold,
)
