"""Growing trees with LightGBM: gradients in, trees out.

LightGBM sorts the values of each feature into bins once and then finds the best
splits for whatever gradients it is given. It holds nothing of the model: scores,
losses and finished trees are kept outside, so a run that is continued grows the
trees that it would have grown.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._errors import FailedPreconditionError, InvalidArgumentError
from estimax._base._lazy import resolve
from estimax.estimator._trees._parameters import TreeParameters, leaves_of
from estimax.estimator._trees._rows import Rows
from estimax.estimator._trees._tree import Tree, empty_tree, trees_of_text

_FEW_NUMBERS = 4_000_000


def lightgbm() -> Any:
    """Returns the module `lightgbm`.

    Raises:
        FailedPreconditionError: it is not installed.
    """
    try:
        return resolve("lightgbm")
    except ModuleNotFoundError as error:
        raise FailedPreconditionError(
            "training boosted trees needs lightgbm, which is not installed; run: pip install 'estimax[trees]'. "
            "Models that are trained are evaluated, exported and served without it"
        ) from error
    except OSError as error:  # its library could not be loaded, mostly for want of OpenMP
        raise FailedPreconditionError(f"lightgbm is installed but cannot be loaded: {error}") from error


class Grower:
    """Grows trees on some rows.

    Args:
        rows: the training rows.
        parameters: how trees are grown.
        outputs: how many trees a round has.
        scale: what the gradients are multiplied by, and so is the regularization.
        seed: of the choice of rows whose values set the limits of bins, where there are more than 200,000.
    """

    def __init__(self, rows: Rows, parameters: TreeParameters, outputs: int, scale: float, seed: int) -> None:
        self._library = lightgbm()
        self.parameters = parameters
        self.outputs = outputs
        self.scale = scale
        bins = rows.columns.most_bins(parameters.bins)
        shared = {
            "max_bin": max(parameters.bins, 2),
            "min_data_in_bin": 1,
            "feature_pre_filter": False,
            "verbosity": -1,
            "deterministic": True,
            "force_row_wise": True,
            "seed": seed & 0x7FFFFFFF,
            # Threads cost more than they bring where there is little to do; the trees are the same.
            "num_threads": 0 if rows.size > _FEW_NUMBERS else 1,
        }
        self._parameters = shared | ({} if bins is None else {"max_bin_by_feature": bins})
        # Labels are of no use to it, but it wants some.
        labels = np.zeros(rows.count, np.float32)
        try:
            self._data = self._library.Dataset(rows.matrix(), labels, params=dict(self._parameters)).construct()
        except self._library.basic.LightGBMError as error:
            raise InvalidArgumentError(f"LightGBM cannot use the training rows: {error}") from error
        self._boosters: dict[int, Any] = {}

    def grow(self, gradients: np.ndarray, hessians: np.ndarray, layers: int) -> list[Tree]:
        """Grows a tree for each output.

        Args:
            gradients: float32 [rows, outputs].
            hessians: float32 [rows, outputs].
            layers: how deep the trees may become.
        """
        booster = self._booster(layers)
        number = booster.current_iteration()
        given = (gradients[:, 0], hessians[:, 0]) if self.outputs == 1 else (gradients, hessians)
        is_finished = booster.update(fobj=lambda scores, data: given)
        if is_finished:
            return [empty_tree() for _ in range(self.outputs)]
        trees = trees_of_text(booster.model_to_string(num_iteration=1, start_iteration=number))
        return [self._finished(tree) for tree in trees]

    def _finished(self, tree: Tree) -> Tree:
        if self.parameters.pruning_mode == "post":
            tree = tree.pruned(self.parameters.tree_complexity * self.scale)
        return Tree(**tree.arrays() | {"gain": tree.gain / np.float32(self.scale)})

    def _booster(self, layers: int) -> Any:
        """Returns the booster for trees of so many layers; the last tree of a run may have fewer than others."""
        if layers not in self._boosters:
            p = self.parameters
            own = {
                "objective": "none",
                "num_class": self.outputs,
                "boost_from_average": False,
                "learning_rate": p.learning_rate,
                "max_depth": layers,
                "num_leaves": leaves_of(layers),
                "min_data_in_leaf": 1,
                "min_sum_hessian_in_leaf": p.min_node_weight * self.scale,
                "lambda_l1": p.l1_regularization * self.scale,
                "lambda_l2": p.l2_regularization * self.scale,
                "min_gain_to_split": p.tree_complexity * self.scale if p.pruning_mode == "pre" else 0.0,
            }
            self._boosters[layers] = self._library.Booster(self._parameters | own, self._data)
        return self._boosters[layers]
