"""What evaluations show beside their numbers is that of all examples, however these come in batches."""

import functools
import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax._scope._frame import Frame, entered
from estimax.estimator._heads import _drawing_totals
from estimax.estimator._heads._drawing import draw
from estimax.estimator._heads._single import Batch
from estimax.summary._declared import DeclaredSummary, summary_values

RECORDED = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text())
HEADS = tf.estimator


def shown(head, batches):
    """Returns what is read for the drawings of a head after batches of (labels, logits, weights), by tag."""
    batches = [tuple(None if part is None else jnp.asarray(part) for part in batch) for batch in batches]
    values = {name: spec.initial_value(None) for name, spec in declared(head, batches[0]).specs.items()}
    for batch in batches:
        values = called(head, values, batch)[0]
    return {tag: np.asarray(value) for tag, value in called(head, values, batches[-1])[1].items()}


def declared(head, batch):
    """Returns the frame of a call without values."""
    frames = []

    def call(batch):
        frames.append(Frame({}))
        draw_in(frames[-1], head, batch)

    jax.eval_shape(call, batch)
    return frames[-1]


@functools.partial(jax.jit, static_argnums=0)
def called(head, values, batch):
    active = Frame(values)
    draw_in(active, head, batch)
    return active.updates, {s.tag: s.value for s in active.summaries}


def draw_in(active, head, batch):
    with entered(active), active.at_end:
        draw(head, Batch(*batch, None))


def split(arrays, sizes):
    """Cuts arrays into batches of sizes, over and over; what is left at the end comes one by one."""
    batches, start, turn = [], 0, 0
    while start < len(arrays[0]):
        size = sizes[turn % len(sizes)]
        size = size if start + size <= len(arrays[0]) else 1
        batches.append([None if a is None else a[start : start + size] for a in arrays])
        start, turn = start + size, turn + 1
    return batches


def value_of(counts):
    (value,) = summary_values(DeclaredSummary("pr_curve", "curve", None), counts)
    return value


SIZES = st.lists(st.sampled_from([1, 3, 8]), min_size=1, max_size=4)
SEEDS = st.integers(0, 10**6)


def weights_of(rng, count, has_weights, width=1):
    return rng.choice([0, 0.5, 1, 2], (count, width)).astype(np.float32) if has_weights else None


# ---- What is counted ---------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(SIZES, SEEDS, st.integers(1, 30), st.booleans(), st.sampled_from([2, 3, 7]))
def test_confusion_is_that_of_all_examples(sizes, seed, count, has_weights, classes):
    rng = np.random.default_rng(seed)
    labels, weights = rng.integers(0, classes, (count, 1)), weights_of(rng, count, has_weights)
    logits = rng.normal(size=(count, 1 if classes == 2 else classes)).astype(np.float32)
    head = HEADS.BinaryClassHead() if classes == 2 else HEADS.MultiClassHead(classes)
    found = shown(head, split([labels, logits, weights], sizes))["confusion"]
    expected = np.zeros((classes, classes))
    predicted = logits[:, 0] > 0 if classes == 2 else logits.argmax(1)
    np.add.at(expected, (labels[:, 0], predicted.astype(int)), 1 if weights is None else weights[:, 0])
    np.testing.assert_array_equal(found, expected)


@settings(deadline=None, max_examples=20)
@given(SIZES, SEEDS, st.integers(1, 30), st.booleans())
def test_curves_are_those_of_all_examples(sizes, seed, count, has_weights):
    rng = np.random.default_rng(seed)
    labels, weights = rng.integers(0, 2, (count, 1)), weights_of(rng, count, has_weights)
    logits = (rng.normal(size=(count, 1)) * 3).astype(np.float32)
    found = shown(HEADS.BinaryClassHead(), split([labels, logits, weights], sizes))["pr_curve"]
    rows = curve_rows(labels, logits, weights)
    np.testing.assert_allclose(value_rows(found), rows, rtol=1e-5, atol=1e-6)


def curve_rows(labels, logits, weights=None):
    """Computes a curve by its definition: which scores reach each threshold."""
    scores = np.asarray(jax.nn.sigmoid(np.asarray(logits, np.float32)), np.float32).ravel()
    places = np.floor(scores * np.float32(200))
    real = np.asarray(labels).ravel() > 0
    w = np.ones(len(real)) if weights is None else np.asarray(weights, float).ravel()
    reached = places >= np.arange(201)[:, None]
    tp, fp, tn, fn = (
        (w * case).sum(1) for case in (reached & real, reached & ~real, ~reached & ~real, ~reached & real)
    )
    return np.stack([tp, fp, tn, fn, tp / np.maximum(1e-7, tp + fp), tp / np.maximum(1e-7, tp + fn)])


def value_rows(counts):
    return np.reshape(value_of(counts).tensor.float_val, (6, -1))


@pytest.mark.parametrize("case", ["plain", "weighted"])
def test_curves_are_those_of_tensorboard(case):
    scores = np.array(RECORDED["scores"], np.float64)[:, None]
    with np.errstate(divide="ignore"):
        logits = (np.log(scores) - np.log1p(-scores)).astype(np.float32)
    weights = None if case == "plain" else np.array(RECORDED["weights"], np.float32)[:, None]
    found = shown(HEADS.BinaryClassHead(), [[np.array(RECORDED["labels"])[:, None], logits, weights]])["pr_curve"]
    value = value_of(found)
    rows = np.reshape(value.tensor.float_val, (6, 201))[:, RECORDED["columns"]]
    expected = RECORDED[case]
    np.testing.assert_allclose(rows, expected["rows"], rtol=1e-4, atol=1e-5)
    assert value.metadata.plugin_data.plugin_name == expected["plugin"]
    assert value.metadata.plugin_data.content.hex() == expected["metadata"]


def test_the_area_under_the_curve_is_about_the_metric():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (4000, 1))
    logits = (rng.normal(size=(4000, 1)) + labels).astype(np.float32)
    *_, precision, recall = curve_rows(labels, logits)
    found = value_rows(shown(HEADS.BinaryClassHead(), [[labels, logits, None]])["pr_curve"])
    np.testing.assert_allclose(found[4:], [precision, recall], atol=2e-3)
    metric = HEADS.BinaryClassHead().metrics()
    HEADS.BinaryClassHead().update_metrics(metric, {}, logits, labels)
    area = -np.trapezoid(found[4], found[5])
    assert area == pytest.approx(float(metric["auc_precision_recall"].result()), abs=5e-3)


def test_scores_that_are_no_numbers_are_the_lowest():
    counts = shown(HEADS.BinaryClassHead(), [[np.ones((3, 1)), np.full((3, 1), np.nan, np.float32), None]])["pr_curve"]
    assert counts[1, 0] == 3
    assert counts.sum() == 3


def test_labels_that_are_no_classes_are_not_counted():
    labels = np.array([[0], [-1], [3], [2]])
    logits = np.eye(4, 3, dtype=np.float32)
    found = shown(HEADS.MultiClassHead(3), [[labels, logits, None]])["confusion"]
    np.testing.assert_array_equal(found, [[1, 0, 0], [0, 0, 0], [1, 0, 0]])


def test_of_too_many_classes_a_text_says_that_there_is_no_picture():
    batch = np.zeros((2, 1), np.int32), np.zeros((2, 1000), np.float32), None
    (summary,) = declared(HEADS.MultiClassHead(1000), batch).summaries
    (value,) = summary_values(summary, summary.value)
    assert value.tag == "confusion"
    assert b"1,000 classes are too many" in value.tensor.string_val[0]


# ---- What is sampled ---------------------------------------------------------------------------------------------


def sample_of(head, batches):
    """Returns of how many examples there is a sample, and its pairs of label and prediction."""
    value = shown(head, batches)[head.named("predicted_vs_actual")]
    return value[0, 0], value[1:][~np.isnan(value[1:]).all(1)]


@settings(deadline=None, max_examples=30)
@given(SIZES, SEEDS, st.integers(1, 70), st.booleans())
def test_a_sample_is_every_so_many_th_example(sizes, seed, count, has_weights):
    rng = np.random.default_rng(seed)
    labels, weights = np.arange(count, dtype=np.float32)[:, None], weights_of(rng, count, has_weights)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_drawing_totals, "CAPACITY", 8)
        total, pairs = sample_of(HEADS.RegressionHead(name="of_8"), split([labels, labels * 2, weights], sizes))
    present = labels[:, 0] if weights is None else labels[weights[:, 0] > 0, 0]
    stride = next(2**k for k in range(9) if -(-len(present) // 2**k) <= 8)
    assert total == len(present)
    np.testing.assert_array_equal(pairs[:, 0], present[::stride])
    np.testing.assert_array_equal(pairs[:, 1], 2 * present[::stride])


@pytest.mark.parametrize("batch", [100, 5000, 20000])
def test_a_large_sample_is_the_same_in_batches_of_any_size(batch):
    labels = np.arange(20000, dtype=np.float32)[:, None]
    total, pairs = sample_of(HEADS.RegressionHead(), split([labels, -labels, None], [batch]))
    assert total == 20000
    np.testing.assert_array_equal(pairs[:, 0], labels[::8, 0])


def test_what_is_predicted_is_shown_and_not_the_logits():
    labels, logits = np.array([[1.0], [2.0]], np.float32), np.array([[0.0], [1.0]], np.float32)
    _, pairs = sample_of(HEADS.PoissonRegressionHead(), [[labels, logits, None]])
    np.testing.assert_allclose(pairs, [[1, 1], [2, np.e]], rtol=1e-6)


def test_a_link_that_makes_something_else_of_logits_shows_nothing():
    values = np.ones((3, 2), np.float32)
    assert shown(HEADS.RegressionHead(2, inverse_link_fn=first_of), [[values, values, None]]) == {}


def first_of(logits):
    return logits[:, :1]


def test_a_few_numbers_are_shown_one_by_one_and_many_together():
    rng = np.random.default_rng(0)
    few, many = (rng.normal(size=(5, width)).astype(np.float32) for width in (3, 6))
    weights = np.ones((5, 3), np.float32)
    weights[1, 2] = 0
    found = shown(HEADS.RegressionHead(3), [[few, few + 1, weights]])
    assert sorted(found) == [f"{name}/{i}" for name in ("predicted_vs_actual", "residuals") for i in range(3)]
    np.testing.assert_array_equal(
        found["predicted_vs_actual/2"][1:6, 0], np.where(np.arange(5) == 1, np.nan, few[:, 2])
    )
    together = shown(HEADS.RegressionHead(6), [[many, many + 1, None]])
    assert sorted(together) == ["predicted_vs_actual", "residuals"]
    assert np.isfinite(together["residuals"]).sum() == 30


def test_wide_labels_have_a_smaller_sample():
    values = np.zeros((3, 1000), np.float32)
    found = shown(HEADS.RegressionHead(1000), [[values, values, None]])
    assert found["residuals"].size == 32 * 1000
