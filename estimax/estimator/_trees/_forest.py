"""The ensemble as variables of the model, and its evaluation on the device.

All trees have arrays of one size, known before the first is grown. What is not
grown yet is one leaf that gives 0, so an unfinished ensemble is evaluated like a
finished one. The trees of one round, one for each logit, stand beside each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from estimax._base._errors import InvalidArgumentError
from estimax._scope._variables import get_variable, variable_scope
from estimax.estimator._trees._columns import Slots
from estimax.estimator._trees._parameters import TreeParameters
from estimax.estimator._trees._tree import Tree, empty_tree

SCOPE = "boosted_trees"
_INNER = {
    "feature": np.int32,
    "threshold": np.float32,
    "nan_left": np.int32,
    "left": np.int32,
    "right": np.int32,
    "gain": np.float32,
    "node_value": np.float32,
}


@dataclass(frozen=True)
class ForestShape:
    """How large an ensemble may become.

    Attributes:
        rounds: how many times a tree for each logit is grown.
        outputs: the number of logits.
        leaves: of a tree, at most.
        depth: of a tree, at most.
        features: what trees can ask for.
    """

    rounds: int
    outputs: int
    leaves: int
    depth: int
    features: int

    @property
    def trees(self) -> int:
        return self.rounds * self.outputs

    def initial(self) -> dict[str, np.ndarray]:
        """Returns the variables of an ensemble without a tree, by their names."""
        inner = max(self.leaves - 1, 1)
        arrays: dict[str, np.ndarray] = {n: np.zeros((self.trees, inner), dtype) for n, dtype in _INNER.items()}
        arrays |= {"left": arrays["left"] - 1, "right": arrays["right"] - 1}
        arrays["leaf_value"] = np.zeros((self.trees, self.leaves), np.float32)
        arrays["bias"] = np.zeros(self.outputs, np.float32)
        # Rounds that are done, steps of the round that is not, and the number of features, to tell models apart.
        arrays["progress"] = np.array([0, 0, self.features], np.int32)
        return {f"{SCOPE}/{name}": array for name, array in arrays.items()}

    def fitted(self, given: Mapping[str, np.ndarray], source: str) -> dict[str, np.ndarray]:
        """Returns the variables of a checkpoint with room for as many and as deep trees as here.

        Raises:
            InvalidArgumentError: the checkpoint is another model's, or has more or deeper trees.
        """
        arrays = self.initial()
        missing = [name for name in arrays if name not in given]
        if missing:
            raise InvalidArgumentError(
                f"{source} has no variable {missing[0]!r}: it is not a model of boosted trees. Use another model_dir"
            )
        saved = int(given[f"{SCOPE}/progress"][2])
        if saved != self.features or given[f"{SCOPE}/bias"].shape != (self.outputs,):
            raise InvalidArgumentError(
                f"{source} has trees over {saved} features for {given[f'{SCOPE}/bias'].shape[0]} logits; this model "
                f"has {self.features} features and {self.outputs} logits. Use the same columns, or another model_dir"
            )
        for name, room in arrays.items():
            value = np.asarray(given[name])
            used = _used(value, room.shape, room.flat[0])
            if any(u > r for u, r in zip(used.shape, room.shape, strict=True)):
                raise InvalidArgumentError(
                    f"{source} has more or larger trees, {used.shape[0]} with {used.shape[-1]} nodes, than n_trees "
                    f"and max_depth of this model leave room for, {room.shape}; give at least what it was trained with"
                )
            room[tuple(slice(s) for s in used.shape)] = used
        return arrays


def _used(value: np.ndarray, room: tuple[int, ...], empty: Any) -> np.ndarray:
    """Returns the part of an array that holds something, where it is larger than the room."""
    for axis in range(value.ndim):
        if value.shape[axis] > room[axis]:
            others = tuple(a for a in range(value.ndim) if a != axis)
            filled = np.flatnonzero((value != empty).any(axis=others))
            value = value.take(range(int(filled[-1]) + 1 if len(filled) else 0), axis)
    return value


def shape_of(parameters: TreeParameters, outputs: int, features: int) -> ForestShape:
    """Returns the shape of the ensemble that a model grows."""
    return ForestShape(parameters.n_trees, outputs, parameters.leaves, parameters.max_depth, features)


def put_tree(arrays: Mapping[str, np.ndarray], number: int, tree: Tree | None) -> None:
    """Writes a tree to its place, or empties it; the arrays are changed."""
    blank = empty_tree()
    for name, values in (tree or blank).arrays().items():
        row = arrays[f"{SCOPE}/{name}"][number]
        row[:] = -1 if name in ("left", "right") else 0
        row[: len(values)] = values


def get_tree(arrays: Mapping[str, np.ndarray], number: int) -> Tree:
    """Returns a tree of the ensemble, with all the room it has."""
    parts = {name: arrays[f"{SCOPE}/{name}"][number] for name in (*_INNER, "leaf_value")}
    return Tree(**parts | {"nan_left": parts["nan_left"] != 0})


def forest_variables(shape: ForestShape) -> dict[str, Any]:
    """Declares the variables of the ensemble in the running model function and returns their values."""

    def initializer(value: np.ndarray) -> Any:
        return lambda shape, dtype, rng: value

    values = {}
    with variable_scope(SCOPE):
        for full, first in shape.initial().items():
            name = full.removeprefix(f"{SCOPE}/")
            values[name] = get_variable(name, first.shape, first.dtype, initializer=initializer(first), trainable=False)
    return values


def forest_logits(forest: Mapping[str, Any], shape: ForestShape, slots: Slots, offsets: np.ndarray) -> Any:
    """Computes the logits of a batch, [batch, outputs]."""
    nodes = _Nodes(forest, slots, offsets)
    leaf = lax.fori_loop(0, shape.depth, lambda _, at: nodes.step(at), nodes.start())
    values = _gather(forest["leaf_value"], -1 - leaf)
    return forest["bias"] + values.reshape(-1, shape.rounds, shape.outputs).sum(1)


def forest_paths(forest: Mapping[str, Any], shape: ForestShape, slots: Slots, offsets: np.ndarray) -> tuple[Any, Any]:
    """Computes the way of each row through each tree.

    Returns:
        values: float32 [batch, trees, depth + 1], the mean value at the root and after
            each question; at a leaf its value, which stays.
        columns: int32 [batch, trees, depth], the column of each question.
    """
    nodes = _Nodes(forest, slots, offsets)
    at = nodes.start()
    values, columns = [nodes.value(at, shape)], []
    for _ in range(shape.depth):
        columns.append(nodes.column(at))
        at = nodes.step(at)
        values.append(nodes.value(at, shape))
    return jnp.stack(values, -1), jnp.stack(columns, -1)


class _Nodes:
    """Where each row of a batch is in each tree, [batch, trees]: an inner node, or -1 - n for leaf n."""

    def __init__(self, forest: Mapping[str, Any], slots: Slots, offsets: np.ndarray) -> None:
        self.forest = forest
        self.table = slots.table
        feature = forest["feature"]
        self.columns = jnp.searchsorted(jnp.asarray(offsets[1:]), feature, side="right").astype(jnp.int32)
        local = feature - jnp.asarray(offsets[:-1])[self.columns]
        is_id = jnp.asarray(slots.is_id)[self.columns]
        base = jnp.asarray(slots.base)[self.columns]
        self.slot = jnp.where(is_id, base, base + local)
        self.wanted = jnp.where(is_id, local, -1).astype(jnp.float32)

    def start(self) -> Any:
        return jnp.zeros((self.table.shape[0], self.slot.shape[0]), jnp.int32)

    def column(self, at: Any) -> Any:
        return _gather(self.columns, jnp.maximum(at, 0))

    def value(self, at: Any, shape: ForestShape) -> Any:
        inner = _gather(self.forest["node_value"], jnp.maximum(at, 0))
        return jnp.where(at < 0, _gather(self.forest["leaf_value"], jnp.maximum(-1 - at, 0)), inner)

    def step(self, at: Any) -> Any:
        """Goes one question further."""
        node = jnp.maximum(at, 0)
        found = jnp.take_along_axis(self.table, _gather(self.slot, node), axis=1)
        wanted = _gather(self.wanted, node)
        number = jnp.where(wanted >= 0, (found == wanted).astype(jnp.float32), found)
        is_left = number <= _gather(self.forest["threshold"], node)
        is_left |= jnp.isnan(number) & (_gather(self.forest["nan_left"], node) != 0)
        after = jnp.where(is_left, _gather(self.forest["left"], node), _gather(self.forest["right"], node))
        return jnp.where(at < 0, at, after)


def _gather(table: Any, at: Any) -> Any:
    """Returns table[t, at[b, t]] for each row b and tree t."""
    trees, size = table.shape
    return jnp.take(table.reshape(-1), at + jnp.arange(trees, dtype=jnp.int32) * size, axis=0, mode="clip")
