"""The parameters of boosting, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from estimax._base._errors import InvalidArgumentError

MOST_LAYERS = 16
MOST_LEAVES = 4096
"""A deeper tree than 12 layers has its best splits only, so that its arrays stay small."""
PRUNING_MODES = ("none", "pre", "post")


@dataclass(frozen=True)
class TreeParameters:
    """How trees are grown; see `BoostedTreesClassifier`.

    The regularization counts beside the mean loss of an example, as in the original.

    Raises:
        InvalidArgumentError: a number out of its range.

    Example:
        >>> from estimax.estimator._trees._parameters import TreeParameters
        >>> TreeParameters(n_batches_per_layer=10, max_depth=3).steps_per_tree
        30
    """

    n_batches_per_layer: float = 1
    n_trees: int = 100
    max_depth: int = 6
    learning_rate: float = 0.1
    l1_regularization: float = 0.0
    l2_regularization: float = 0.0
    tree_complexity: float = 0.0
    min_node_weight: float = 0.0
    center_bias: bool = False
    pruning_mode: str = "none"
    quantile_sketch_epsilon: float = 0.01

    def __post_init__(self) -> None:
        batches: Any = self.n_batches_per_layer
        if isinstance(batches, float) and 0 < batches < math.inf:  # programs divide rows by batch size
            object.__setattr__(self, "n_batches_per_layer", math.ceil(batches))
        for name in ("n_batches_per_layer", "n_trees", "max_depth"):
            _check_count(name, getattr(self, name))
            object.__setattr__(self, name, int(getattr(self, name)))
        if self.max_depth > MOST_LAYERS:
            raise InvalidArgumentError(f"max_depth must be at most {MOST_LAYERS}; got {self.max_depth}")
        for name in ("l1_regularization", "l2_regularization", "tree_complexity", "min_node_weight"):
            _check_number(name, getattr(self, name), 0.0)
        _check_number("learning_rate", self.learning_rate, 0.0)
        if self.learning_rate == 0:
            raise InvalidArgumentError("learning_rate must be more than 0; got 0")
        if self.pruning_mode not in PRUNING_MODES:
            raise InvalidArgumentError(f"pruning_mode must be 'none', 'pre' or 'post'; got {self.pruning_mode!r}")
        if self.pruning_mode != "none" and self.tree_complexity == 0:
            raise InvalidArgumentError(
                f"pruning_mode={self.pruning_mode!r} prunes branches that gain less than tree_complexity; "
                f"give a tree_complexity of more than 0"
            )
        epsilon = self.quantile_sketch_epsilon
        _check_number("quantile_sketch_epsilon", epsilon, 0.0)
        if not 1e-4 <= epsilon <= 0.5:
            raise InvalidArgumentError(f"quantile_sketch_epsilon must be from 0.0001 to 0.5; got {epsilon!r}")

    @property
    def steps_per_tree(self) -> int:
        """How far the global step gets with a tree: a layer is `n_batches_per_layer` steps."""
        return self.max_depth * int(self.n_batches_per_layer)

    @property
    def leaves(self) -> int:
        """How many leaves a tree has room for."""
        return leaves_of(self.max_depth)

    @property
    def bins(self) -> int:
        """Into how many intervals the values of a numeric feature are sorted before splits are searched."""
        return round(1 / self.quantile_sketch_epsilon)


def leaves_of(layers: int) -> int:
    """Returns how many leaves a tree of so many layers may have."""
    return int(min(1 << layers, MOST_LEAVES))


def _check_count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise InvalidArgumentError(f"{name} must be a whole number of at least 1; got {value!r}")


def _check_number(name: str, value: Any, least: float) -> None:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or value < least:
        raise InvalidArgumentError(f"{name} must be a number of at least {least:g}; got {value!r}")
