"""One tree: read from LightGBM's text, walked, pruned, and evaluated on the device as LightGBM does."""

import jax.numpy as jnp
import lightgbm
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from estimax.estimator._trees._columns import Slots
from estimax.estimator._trees._forest import (
    SCOPE,
    ForestShape,
    forest_logits,
    forest_paths,
    get_tree,
    put_tree,
)
from estimax.estimator._trees._tree import Tree, empty_tree, rounded_down, trees_of_text

doubles = st.floats(allow_nan=False)
singles = st.floats(width=32, allow_nan=False)


@given(doubles, singles)
def test_a_float32_is_at_most_the_rounded_threshold_when_it_is_at_most_the_threshold(threshold, value):
    # LightGBM keeps thresholds within ±1e300, which is beyond every float32.
    limited = min(max(threshold, -1e300), 1e300)
    assert bool(np.float32(value) <= rounded_down(limited)) == (value <= limited)


@given(singles)
def test_a_threshold_that_is_a_float32_stays_as_it_is(value):
    if np.isfinite(value):
        assert rounded_down(value) == np.float32(value)


def grown(matrix, labels, rounds=5, **parameters):
    """Returns a model of LightGBM."""
    settings = {"verbosity": -1, "num_leaves": 12, "max_depth": 4, "min_data_in_leaf": 1, "num_threads": 1}
    settings |= {"objective": "regression", "boost_from_average": False, "deterministic": True, **parameters}
    return lightgbm.train(settings, lightgbm.Dataset(matrix, labels, params={"verbosity": -1}), rounds)


def matrix_of(count, seed, missing):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(count, 4)).astype(np.float32)
    matrix[:, 1] = np.round(matrix[:, 1])
    matrix[:, 2] *= 1e30
    matrix[:, 3] *= 1e-38
    matrix[random.random(matrix.shape) < missing] = np.nan
    return matrix


def on_device(trees, matrix):
    """Evaluates trees as an exported model does."""
    shape = ForestShape(len(trees), 1, 16, 4, matrix.shape[1])
    arrays = shape.initial()
    for number, tree in enumerate(trees):
        put_tree(arrays, number, tree)
    forest = {name.removeprefix(f"{SCOPE}/"): value for name, value in arrays.items()}
    width = matrix.shape[1]
    slots = Slots(jnp.asarray(matrix), np.arange(width, dtype=np.int32), np.zeros(width, bool))
    offsets = np.arange(width + 1, dtype=np.int32)
    return forest_logits(forest, shape, slots, offsets), forest_paths(forest, shape, slots, offsets), arrays


def test_trees_give_what_lightgbm_predicts_also_where_values_are_missing_or_extreme():
    for seed, missing, other in ((0, 0.0, 0.0), (1, 0.2, 0.2), (2, 0.0, 0.3), (3, 0.3, 0.0)):
        matrix = matrix_of(300, seed, missing)
        labels = np.nan_to_num(matrix[:, 0]) + np.nan_to_num(matrix[:, 1]) * (matrix[:, 2] > 0) + (matrix[:, 3] > 0)
        model = grown(matrix, labels)
        asked = np.concatenate([matrix, matrix_of(100, seed + 10, other), np.zeros((1, 4)), np.full((1, 4), np.nan)])
        asked = np.concatenate([asked, [[np.inf] * 4, [-np.inf] * 4]]).astype(np.float32)
        logits, _, _ = on_device(trees_of_text(model.model_to_string()), asked)
        np.testing.assert_allclose(logits[:, 0], model.predict(asked, raw_score=True), rtol=1e-5, atol=1e-5)


def test_a_tree_finds_the_leaf_of_each_row_as_lightgbm_does_and_its_path_ends_there():
    matrix = matrix_of(200, 4, 0.1)
    model = grown(matrix, np.nan_to_num(matrix[:, 0]) * 3 + np.nan_to_num(matrix[:, 1]), rounds=3)
    trees = trees_of_text(model.model_to_string())
    expected = model.predict(matrix, pred_leaf=True)
    for number, tree in enumerate(trees):
        leaves = tree.leaves_of(200, lambda node, here, tree=tree: goes_left(tree, matrix, node, here))
        np.testing.assert_array_equal(leaves, expected[:, number])
    _, (values, _), arrays = on_device(trees, matrix)
    for number, tree in enumerate(trees):
        np.testing.assert_allclose(values[:, number, -1], tree.leaf_value[expected[:, number]], rtol=1e-6)
        back = get_tree(arrays, number)
        np.testing.assert_array_equal(back.feature[: tree.inner], tree.feature)


def goes_left(tree, matrix, node, here):
    found = matrix[here, tree.feature[node]]
    return (found <= tree.threshold[node]) | (np.isnan(found) & bool(tree.nan_left[node]))


def test_the_value_of_a_node_is_the_mean_of_its_training_rows():
    matrix = matrix_of(200, 5, 0.0)
    (tree,) = trees_of_text(grown(matrix, matrix[:, 0] ** 2, rounds=1).model_to_string())
    leaves = tree.leaves_of(200, lambda node, here: goes_left(tree, matrix, node, here))
    np.testing.assert_allclose(tree.node_value[0], tree.leaf_value[leaves].mean(), rtol=1e-4)


def small_tree(gains):
    """Returns a root with an inner node on each side."""
    return Tree(
        feature=np.array([0, 1, 2], np.int32),
        threshold=np.zeros(3, np.float32),
        nan_left=np.zeros(3, bool),
        left=np.array([1, -1, -3], np.int32),
        right=np.array([2, -2, -4], np.int32),
        gain=np.array(gains, np.float32),
        node_value=np.array([0.5, -1.5, 3.5], np.float32),
        leaf_value=np.array([-2, -1, 3, 4], np.float32),
    )


def test_pruning_cuts_branches_whose_splits_do_not_gain_enough_together():
    kept = small_tree([5, 5, 5]).pruned(1)
    assert kept.inner == 3
    assert kept.leaf_value.tolist() == [-2, -1, 3, 4]
    one = small_tree([5, 0.5, 5]).pruned(1)
    assert one.feature.tolist() == [0, 2]
    assert one.left.tolist() == [-1, -2]
    assert one.right.tolist() == [1, -3]
    assert one.leaf_value.tolist() == [-1.5, 3, 4]
    # A poor split is worth making for a good one below.
    assert small_tree([0.1, 5, 0.1]).pruned(1).feature.tolist() == [0, 1]
    nothing = small_tree([0.1, 0.1, 0.1]).pruned(1)
    assert nothing.inner == 0
    assert nothing.leaf_value.tolist() == [0.5]


def test_an_empty_tree_gives_0():
    assert empty_tree().leaf_value.tolist() == [0]
    assert empty_tree().leaves_of(3, None).tolist() == [0, 0, 0]
