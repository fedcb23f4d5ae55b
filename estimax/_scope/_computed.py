"""First values that the model function itself computes, such as `tf.Variable(tf.random.normal([3]))`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from numpy.random import Generator


class Computed:
    """An initializer that runs the model function as far as the first value of one variable.

    The program is not known while the function is being traced: `bind` tells it afterwards.
    """

    def __init__(self) -> None:
        self._compute: Callable[[Any], Any] | None = None

    def bind(self, name: str, initials: Callable[[Any], Mapping[str, Any]]) -> None:
        """Says how the first values of a program are computed from a key, and which of them is this one."""
        self._compute = jax.jit(lambda key: initials(key)[name])

    def __call__(self, shape: Sequence[int], dtype: Any = None, rng: Generator | None = None) -> np.ndarray:
        if self._compute is None:
            raise RuntimeError("the first value of this variable is known when its model function has been traced")
        rng = np.random.default_rng() if rng is None else rng
        return np.asarray(self._compute(jax.random.key(int(rng.integers(2**31)))))
