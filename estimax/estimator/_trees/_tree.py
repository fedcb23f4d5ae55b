"""`Tree`: one tree as arrays, from LightGBM's text and back to what was asked of it.

An inner node asks whether a feature is at most a threshold. LightGBM compares
doubles; the features are float32, so the largest float32 that is not above the
double decides alike for every one of them, and NaN has a direction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

_DEFAULT_LEFT = 2
_MISSING_BITS = 12
_MISSING_IS_NAN = 8


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree.

    Inner nodes are counted from 0, the root, leaves from 0 too; a child is the number
    of an inner node, or -1 - n for leaf n. A tree of one leaf has no inner node.

    Attributes:
        feature: int32 [inner], what each inner node asks for.
        threshold: float32 [inner]; at most this much goes left.
        nan_left: bool [inner], whether NaN goes left.
        left, right: int32 [inner], the children.
        gain: float32 [inner], by how much the split lowers the loss.
        node_value: float32 [inner], the mean of what the training rows get that pass a node.
        leaf_value: float32 [leaves], what a row gets that arrives.
    """

    feature: np.ndarray
    threshold: np.ndarray
    nan_left: np.ndarray
    left: np.ndarray
    right: np.ndarray
    gain: np.ndarray
    node_value: np.ndarray
    leaf_value: np.ndarray

    @property
    def inner(self) -> int:
        return len(self.feature)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the arrays by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def leaves_of(self, rows: int, goes_left: Callable[[int, np.ndarray], np.ndarray]) -> np.ndarray:
        """Finds the leaf of each row.

        Args:
            rows: how many there are.
            goes_left: for an inner node and the numbers of the rows that arrive there, which of them go left.

        Returns:
            int32 [rows].
        """
        leaves = np.zeros(rows, np.int32)
        waiting = [(0, np.arange(rows, dtype=np.int32))] if self.inner else []
        while waiting:
            node, here = waiting.pop()
            is_left = goes_left(node, here)
            for child, chosen in ((int(self.left[node]), here[is_left]), (int(self.right[node]), here[~is_left])):
                if child < 0:
                    leaves[chosen] = -1 - child
                else:
                    waiting.append((child, chosen))
        return leaves

    def pruned(self, complexity: float) -> Tree:
        """Returns the tree without the branches whose splits gain less in all than `complexity` for each.

        A branch that is cut becomes a leaf that gives what its rows got in the mean.
        """
        worth = np.zeros(self.inner)
        for node in range(self.inner - 1, -1, -1):  # children have higher numbers than their parents
            below = sum(max(worth[c], 0.0) for c in (self.left[node], self.right[node]) if c >= 0)
            worth[node] = self.gain[node] - complexity + below
        return _rebuilt(self, worth > 0)


def _rebuilt(tree: Tree, kept: np.ndarray) -> Tree:
    """Numbers the nodes anew, from the root down, where inner nodes that are not kept end in a leaf."""
    order: list[int] = []
    leaves: list[float] = []
    children: list[list[int]] = []

    def place(child: int) -> int:
        if child >= 0 and kept[child]:
            number = len(order)
            order.append(child)
            children.append([])
            children[number] = [place(int(tree.left[child])), place(int(tree.right[child]))]
            return number
        leaves.append(float(tree.node_value[child] if child >= 0 else tree.leaf_value[-1 - child]))
        return -len(leaves)

    if tree.inner:
        place(0)
    else:
        return tree
    taken = np.array(order, np.int64)
    pairs = np.array(children, np.int32).reshape(-1, 2)
    inner = {name: a[taken] for name, a in tree.arrays().items() if name != "leaf_value"}
    return Tree(
        **inner | {"left": pairs[:, 0], "right": pairs[:, 1]},
        leaf_value=np.array(leaves, np.float32),
    )


def empty_tree() -> Tree:
    """Returns a tree of one leaf that gives 0."""
    return _tree({"leaf_value": np.zeros(1), "leaf_count": np.ones(1)})


def trees_of_text(text: str) -> list[Tree]:
    """Reads the trees in LightGBM's text form of a model.

    Raises:
        ValueError: a tree has a kind of split that is not asked for here.
    """
    body = text.partition("\nend of trees")[0]
    return [_tree(_fields(section)) for section in body.split("\nTree=")[1:]]


def _fields(section: str) -> dict[str, np.ndarray]:
    pairs = (line.partition("=") for line in section.splitlines()[1:] if "=" in line)
    return {name: np.array(values.split(), np.float64) for name, _, values in pairs}


def _tree(given: Mapping[str, np.ndarray]) -> Tree:
    none = np.zeros(0)
    kinds = given.get("decision_type", none).astype(np.int64)
    if (kinds & 1).any():
        raise ValueError("a tree with categorical splits cannot be read; categories are features of their own here")
    threshold = given.get("threshold", none)
    has_nan = (kinds & _MISSING_BITS) == _MISSING_IS_NAN
    # Where a feature had no NaN in training LightGBM takes one for 0.
    nan_left = np.where(has_nan, (kinds & _DEFAULT_LEFT) != 0, threshold >= 0)
    left, right = (given.get(f"{side}_child", none).astype(np.int32) for side in ("left", "right"))
    return Tree(
        feature=given.get("split_feature", none).astype(np.int32),
        threshold=rounded_down(threshold),
        nan_left=nan_left.astype(bool),
        left=left,
        right=right,
        gain=given.get("split_gain", none).astype(np.float32),
        node_value=_means(left, right, given["leaf_value"], given.get("leaf_count", none)),
        leaf_value=given["leaf_value"].astype(np.float32),
    )


def rounded_down(values: Any) -> np.ndarray:
    """Returns the largest float32 that is at most each double, so that comparing float32 with it decides alike.

    Example:
        >>> import numpy as np
        >>> from estimax.estimator._trees._tree import rounded_down
        >>> float(np.float32(0.1)) > 0.1, float(rounded_down(0.1)) <= 0.1
        (True, True)
    """
    doubles = np.asarray(values, np.float64)
    most = float(np.finfo(np.float32).max)
    singles = np.clip(doubles, -most, most).astype(np.float32)
    with np.errstate(over="ignore", under="ignore"):  # what is below all numbers is -inf, which is right
        singles = np.where(singles > doubles, np.nextafter(singles, np.float32(-np.inf)), singles)
    return singles.astype(np.float32)


def _means(left: np.ndarray, right: np.ndarray, values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Returns, for each inner node, the mean of the leaves below it, by the rows that they had in training."""
    sums, sizes = np.zeros(len(left)), np.zeros(len(left))
    for node in range(len(left) - 1, -1, -1):
        for child in (int(left[node]), int(right[node])):
            leaf = -1 - child
            sums[node] += sums[child] if child >= 0 else values[leaf] * counts[leaf]
            sizes[node] += sizes[child] if child >= 0 else counts[leaf]
    return (sums / np.maximum(sizes, 1)).astype(np.float32)
