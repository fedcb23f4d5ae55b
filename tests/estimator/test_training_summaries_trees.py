"""What boosted trees show while they train: curves by the round, and how the trees are made."""

import numpy as np
import pytest

import estimax as tf
from estimax.estimator._trees import _showing
from estimax.estimator._trees._forest import get_tree
from estimax.estimator._trees._importance_chart import importance_chart, importance_table
from estimax.estimator._trees._showing import tree_sizes
from tests.estimator.training_summaries_programs import written
from tests.estimator.trees import rows


def summaries(folder):
    """Returns what stands in the event files of a folder, by tag: the last value."""
    found = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for event in tf.train.summary_iterator(str(path)):
            found |= {value.tag: value for value in event.summary.value}
    return found


def test_each_round_shows_what_holds_before_it(tmp_path):
    estimator = rows.classifier(str(tmp_path), n_trees=4)
    estimator.train(rows.input_fn())
    found = written(tf, tmp_path)
    rounds = [1, 4, 7, 10]
    assert {step for step, values in found.items() if "loss" in values} == {*rounds}
    tags = ("loss", "average_loss", "accuracy", "prediction/mean", "label/mean")
    curves = {tag: [found[step][tag] for step in rounds] for tag in tags}
    assert curves["loss"] == curves["average_loss"] == sorted(curves["loss"], reverse=True)
    assert curves["loss"][0] == pytest.approx(np.log(2), rel=1e-6)
    assert curves["label/mean"] == pytest.approx([rows.SOLD.mean()] * 4)
    # Another run is at the loss that the evaluation of the one before saw.
    metrics = estimator.evaluate(rows.input_fn())
    rows.classifier(str(tmp_path), n_trees=5).train(rows.input_fn())
    after = written(tf, tmp_path)[13]
    assert {tag: after[tag] for tag in tags} == pytest.approx({tag: metrics[tag] for tag in tags}, rel=1e-5)


HEADS = {
    "classes": (tf.estimator.MultiClassHead(3), {"accuracy"}),
    "counts": (tf.estimator.PoissonRegressionHead(name="own"), {"label/mean/own", "prediction/mean/own"}),
    "labels": (tf.estimator.RegressionHead(weight_column="weight"), {"label/mean", "prediction/mean"}),
}


@pytest.mark.parametrize("name", HEADS)
def test_rounds_show_the_metrics_of_any_head(name, tmp_path):
    head, tags = HEADS[name]
    config = rows.config(str(tmp_path))
    model = tf.estimator.BoostedTreesEstimator(rows.columns(), 1, head, n_trees=2, max_depth=3, config=config)
    model.train(rows.input_fn(rows.KIND))
    assert written(tf, tmp_path)[4].keys() == {"loss", head.named("average_loss"), *tags}


def test_the_end_of_training_shows_what_columns_are_worth(tmp_path):
    estimator = rows.classifier(str(tmp_path))
    estimator.train(rows.input_fn())
    found = summaries(tmp_path)
    table = found["feature_importances/table"].tensor.string_val[0].decode().splitlines()
    worth = estimator.experimental_feature_importances(normalize=True)
    names = [name.replace("_", "\\_") for name in worth]
    assert table[2:] == [f"| {name} | {value:.2%} |" for name, value in zip(names, worth.values(), strict=True)]
    image = found["feature_importances"].image
    pixels = tf.image.decode_png(image.encoded_image_string).numpy()
    assert pixels.shape == (image.height, image.width, 3)
    assert np.ptp(pixels) > 100


def test_without_pillow_the_table_alone_is_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(_showing, "can_draw", lambda: False)
    rows.classifier(str(tmp_path), n_trees=1).train(rows.input_fn())
    found = summaries(tmp_path)
    assert "feature_importances/table" in found
    assert "feature_importances" not in found


def test_a_run_without_summaries_writes_none(tmp_path):
    rows.classifier(str(tmp_path), n_trees=2, run={"save_summary_steps": None}).train(rows.input_fn())
    values = {t: value for values in written(tf, tmp_path).values() for t, value in values.items()}
    assert not [tag for tag, value in values.items() if value is not None and tag != "global_step/sec"]


def depth_of(tree, node=0):
    children = [int(tree.left[node]), int(tree.right[node])]
    return 1 + max(depth_of(tree, c) if c >= 0 else 0 for c in children)


def leaves_of(tree, node=0):
    children = [int(tree.left[node]), int(tree.right[node])]
    return [x for c in children for x in (leaves_of(tree, c) if c >= 0 else [tree.leaf_value[-1 - c]])]


SHAPES = [{"tree_complexity": 0.01, "pruning_mode": "pre"}, {"n_classes": 3}, {"max_depth": 6}]


@pytest.mark.parametrize("given", SHAPES)
def test_sizes_of_trees_are_those_that_one_finds_going_through_them(given, tmp_path):
    estimator = rows.classifier(str(tmp_path), n_trees=3, **given)
    labels = rows.KIND if "n_classes" in given else rows.SOLD
    estimator.train(rows.input_fn(labels), steps=2 * given.get("max_depth", 3))
    forest = rows.variables(estimator)
    trees = [get_tree(forest, number) for number in range(len(forest["boosted_trees/left"]))]
    trees = [tree for tree in trees if (tree.left != tree.right).any()]
    sizes = tree_sizes(forest)
    assert sizes.depths.tolist() == [depth_of(tree) for tree in trees]
    assert sizes.leaves.tolist() == [len(leaves_of(tree)) for tree in trees]
    assert sorted(sizes.leaf_values.tolist()) == sorted(v for tree in trees for v in leaves_of(tree))


def test_an_ensemble_without_splits_shows_no_trees(tmp_path):
    estimator = rows.classifier(str(tmp_path), n_trees=2, min_node_weight=1e6)
    estimator.train(rows.input_fn())
    assert not len(tree_sizes(rows.variables(estimator)).depths)
    assert "feature_importances/table" not in summaries(tmp_path)


def test_a_chart_has_as_many_bars_as_can_be_seen():
    gains = {f"a long name of a column that says what is in it, number {n}": 1 / 2**n for n in range(40)}
    value = importance_chart("worth", gains)
    pixels = tf.image.decode_png(value.image.encoded_image_string).numpy()
    assert pixels.shape == (value.image.height, value.image.width, 3)
    few = importance_chart("worth", dict(list(gains.items())[:3]))
    assert few.image.height < value.image.height < 1000


def test_names_of_columns_are_text_in_the_table():
    assert importance_table({"a|b_c": 1.0}).splitlines()[-1] == "| a\\|b\\_c | 100.00% |"
