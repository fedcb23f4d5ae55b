"""`rejection_resample`: elements left out by chance, so that classes come as often as is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._array import gather, one_hot
from estimax._base._dtypes import float32
from estimax._graph._op import as_tensor
from estimax._graph._tensor import Tensor
from estimax.math import reduce_max, reduce_sum
from estimax.random import uniform

if TYPE_CHECKING:
    from estimax.data._dataset import Dataset

_SMOOTHING = 10.0  # elements of each class that count as seen before the first


def resampled(dataset: Dataset, class_func: Callable[..., Any], target: Any, initial: Any, seed: Any) -> Dataset:
    """Makes pairs of a class and an element; see `Dataset.rejection_resample`.

    An element of class c is kept with probability t(c)/i(c), divided by the largest
    such quotient, for the wanted frequencies t and those of the input, i.
    """
    wanted = _frequencies("target_dist", target)

    def classified(*parts: Any) -> Any:
        return class_func(*parts), parts if len(parts) > 1 else parts[0]

    def is_kept(of_input: Tensor, number: Tensor) -> Tensor:
        quotients = as_tensor(wanted) / of_input
        kept: Tensor = uniform([], seed=seed) < gather(quotients, number) / reduce_max(quotients)
        return kept

    pairs = dataset.map(classified)
    if initial is not None:
        known = as_tensor(_frequencies("initial_dist", initial))
        return pairs.filter(lambda number, _: is_kept(known, number))

    def counted(counts: Tensor, pair: Any) -> Any:
        counts = counts + one_hot(pair[0], len(wanted))
        return counts, (counts / reduce_sum(counts), *pair)

    seen = as_tensor(np.full(len(wanted), _SMOOTHING, np.float32))
    kept = pairs.scan(seen, counted).filter(lambda of_input, number, _: is_kept(of_input, number))
    return kept.map(lambda _, number, element: (number, element))


def _frequencies(name: str, given: Any) -> np.ndarray:
    values: np.ndarray = np.asarray(given, float32.as_numpy_dtype)
    if values.ndim != 1 or not len(values) or (values < 0).any() or not values.any():
        raise ValueError(f"{name} must have a frequency, 0 or more, for each class; got {given!r}")
    return values
