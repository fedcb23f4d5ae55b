"""What training of boosted trees shows: curves by the round, and the trees themselves at the end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from estimax.estimator._trees._columns import TreeColumns
from estimax.estimator._trees._explaining import importances
from estimax.estimator._trees._forest import SCOPE
from estimax.estimator._trees._importance_chart import importance_chart, importance_table
from estimax.summary import DeclaredSummary, EventWriter, Summary, summary_values
from estimax.summary._pictures import can_draw
from estimax.train._loop import Observer, Run


class ForestSummaries(Observer):
    """Writes the loss and the metrics of each round, and at the end how the trees are made.

    Args:
        writer: of the event file.
        columns: what trees may ask for.
        every_steps: steps between two of which all values are written by another observer.
    """

    def __init__(self, writer: EventWriter, columns: TreeColumns, every_steps: int) -> None:
        self.writer = writer
        self.columns = columns
        self.every_steps = every_steps

    def after_steps(self, run: Run, first: int, values: Mapping[str, np.ndarray]) -> None:
        """Writes the values of a round, which hold before its trees, at its first step."""
        if (first - run.first_step) % self.every_steps:
            self.writer.scalars({tag: value[0] for tag, value in values.items()}, first + 1)

    def end(self, run: Run, is_exhausted: bool) -> None:
        if run.step > run.first_step:
            self.writer.later(partial(forest_summary, run.variables(), self.columns), run.step)


def forest_summary(forest: Mapping[str, np.ndarray], columns: TreeColumns) -> Summary:
    """Returns what is shown of an ensemble: the sizes of its trees, their leaves, and what columns are worth.

    Args:
        forest: the variables of the ensemble, by name.
        columns: what trees may ask for.
    """
    sizes = tree_sizes(forest)
    if not len(sizes.depths):
        return Summary()
    shown = [DeclaredSummary("histogram", f"trees/{name}", value) for name, value in sizes._asdict().items()]
    gains = importances(columns, forest, normalize=True, by_feature=False)
    shown.append(DeclaredSummary("text", "feature_importances/table", importance_table(gains)))
    values = [value for summary in shown for value in summary_values(summary, summary.value)]
    if can_draw():
        values.append(importance_chart("feature_importances", gains))
    return Summary(value=values)


class TreeSizes(NamedTuple):
    """How the trees of an ensemble are made, without those that have no split.

    Attributes:
        depths: the number of questions on the longest way through each tree.
        leaves: the number of leaves of each.
        leaf_values: of all leaves.
    """

    depths: np.ndarray
    leaves: np.ndarray
    leaf_values: np.ndarray


def tree_sizes(arrays: Mapping[str, np.ndarray]) -> TreeSizes:
    """Returns how the trees are made that are grown so far.

    Args:
        arrays: the variables of the ensemble, by name.
    """
    left, right = (arrays[f"{SCOPE}/{side}"] for side in ("left", "right"))
    is_split = left != right  # room for nodes that is not used has the same leaf on both sides
    grown = np.flatnonzero(is_split.any(1))
    left, right, is_split = left[grown], right[grown], is_split[grown]
    depths = np.zeros((len(grown), left.shape[1]), np.int32)
    for node in range(left.shape[1]):  # children have higher numbers than their parents
        for child in (left[:, node], right[:, node]):
            trees = np.flatnonzero(child > 0)
            depths[trees, child[trees]] = depths[trees, node] + 1
    leaves = is_split.sum(1) + 1
    values = arrays[f"{SCOPE}/leaf_value"][grown]
    there = np.arange(values.shape[1]) < leaves[:, None]
    return TreeSizes(depths.max(1, initial=0, where=is_split) + 1, leaves, values[there])
