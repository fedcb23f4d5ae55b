"""What a trained ensemble tells about its features."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from estimax.estimator._trees._columns import TreeColumns
from estimax.estimator._trees._forest import SCOPE


def importances(
    columns: TreeColumns, arrays: Mapping[str, np.ndarray], normalize: bool, by_feature: bool
) -> OrderedDict[str, float]:
    """Sums what the splits of all trees gained, by column or by single feature; the greatest first.

    Raises:
        ValueError: nothing to normalize: there is no split.
    """
    feature, gain = arrays[f"{SCOPE}/feature"].ravel(), arrays[f"{SCOPE}/gain"].ravel().astype(np.float64)
    gains: dict[str, float] = {} if by_feature else dict.fromkeys(columns.names, 0.0)
    if by_feature:
        for number in np.unique(feature[gain > 0]).tolist():
            name = columns.feature_name(number)
            gains[name] = gains.get(name, 0.0) + float(gain[feature == number].sum())
    else:
        places = np.searchsorted(columns.offsets, feature, side="right") - 1
        sums = np.bincount(places, gain, minlength=len(columns.names))
        for name, value in zip(columns.names, sums.tolist(), strict=True):
            gains[name] += value
    total = sum(gains.values())
    if normalize and total <= 0:
        raise ValueError("importances cannot be normalized: no tree has a split. Train the model, or leave normalize")
    divisor = total if normalize else 1.0
    listed = sorted(gains.items(), key=lambda item: -item[1])
    return OrderedDict((name, value / divisor) for name, value in listed)


def explained(columns: TreeColumns, predictions: Iterator[Any], keys: Any) -> Iterator[dict[str, Any]]:
    """Goes through predictions, the contributions in each as a dictionary by column."""
    wanted = None if not keys else {keys} if isinstance(keys, str) else set(keys)
    for row in predictions:
        contributions: dict[str, float] = dict.fromkeys(columns.names, 0.0)
        for name, value in zip(columns.names, row.pop("dfc").tolist(), strict=True):
            contributions[name] += value
        bias = float(row.pop("bias"))
        kept = {k: v for k, v in row.items() if wanted is None or k in wanted}
        if wanted and not kept:
            raise ValueError(f"predict_keys must be among {sorted(row)}; got {sorted(wanted)}")
        yield {**kept, "bias": bias, "dfc": contributions}
