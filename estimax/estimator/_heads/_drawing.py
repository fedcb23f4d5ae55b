"""What evaluations show beside their numbers: curves and pictures, of all batches.

Like metrics they add up in local variables of the evaluation: counts of scores for
precision-recall curves, of classes for confusion matrices, and a sample of labels
and predictions for what regressors are shown by. They are drawn once, on the host,
of what these are after the last batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax._scope._frame import current_frame
from estimax.estimator._heads._drawing_totals import kept, repeated, sampled
from estimax.summary import DeclaredSummary

CURVE_PLACES = 201
"""At how many thresholds from 0 to 1 a precision-recall curve is taken, as TensorBoard's own are."""

MOST_CLASSES = 256
"""Of more classes no confusion matrix is counted."""

MOST_CURVES = 10
"""For so many classes at most a classifier of many labels has curves."""

MOST_DIMENSIONS = 4
"""So many numbers that a regressor predicts are shown one by one; more are shown together."""


def draw(head: Any, batch: Any) -> None:
    """Declares what an evaluation shows of a head, and adds a batch to it; has no effect outside of model functions.

    Classifiers show a precision-recall curve (`pr_curve`; for many labels one for each class) and a confusion
    matrix (`confusion`), regressors a histogram of the `residuals`, label - prediction, and a picture of what
    was `predicted_vs_actual`. Summaries that the model function declares itself under these tags stand instead.

    Args:
        head: a `ComposedHead`.
        batch: as the head read it.
    """
    active = current_frame.get()
    if active is not None:
        active.show_besides(list(_drawings(head, batch)))


def _drawings(head: Any, batch: Any) -> Iterator[DeclaredSummary]:
    """Gives the drawings of a head, which are told by what it predicts."""
    if isinstance(batch, tuple):  # of several heads, for each its own
        for one, part in zip(head.heads, batch, strict=True):
            yield from _drawings(one, part)
        return
    head = getattr(head, "static_head", head)  # of steps of sequences, which are examples here
    decided = head.decided(batch.logits)
    if hasattr(head, "link"):
        yield from _regression(head, batch)
    elif not decided:
        yield from _labels(head, batch)
    else:
        if head.logits_dimension == 1:
            yield _curve(head.named("pr_curve"), batch.labels, jax.nn.sigmoid(batch.logits), batch.weights)
        yield _confusion(head, batch, decided["class_ids"])


def _labels(head: Any, batch: Any) -> Iterator[DeclaredSummary]:
    """Gives a curve for each class of many labels: of those that have metrics of their own, else of the first."""
    chosen = head.classes_for_class_based_metrics or range(head.n_classes)
    for number in chosen[:MOST_CURVES]:
        name = head.label_vocabulary[number] if head.label_vocabulary else f"class{number}"
        scores = jax.nn.sigmoid(batch.logits[..., number])
        yield _curve(head.named(f"pr_curve/{name}"), batch.labels[..., number], scores, batch.weights)


def _curve(tag: str, labels: Any, scores: Any, weights: Any) -> DeclaredSummary:
    """Counts negatives and positives whose score reaches a threshold, but not the next: [2, thresholds]."""
    places = jnp.floor(jnp.clip(jnp.nan_to_num(scores), 0, 1) * (CURVE_PLACES - 1)).astype(jnp.int32).ravel()
    cells = labels.astype(bool).ravel() * CURVE_PLACES + places
    tag, counts = kept(tag, (2 * CURVE_PLACES,), _increment(cells, 2 * CURVE_PLACES, weights))
    return DeclaredSummary("pr_curve", tag, counts.reshape(2, CURVE_PLACES))


def _confusion(head: Any, batch: Any, ids: Any) -> DeclaredSummary:
    """Counts which labels were predicted as what: [classes, classes]."""
    tag, classes = head.named("confusion"), max(2, head.logits_dimension)
    if classes > MOST_CLASSES:
        remark = f"{classes:,} classes are too many for a picture, which is drawn of at most {MOST_CLASSES}."
        return DeclaredSummary("text", tag, np.array(remark.encode(), object))
    # Labels of two classes may be shares; as for precision and recall, any but 0 is the second class.
    labels = (batch.labels.astype(bool) if classes == 2 else batch.labels).astype(jnp.int32).ravel()
    known = (labels >= 0) & (labels < classes)
    cells = jnp.where(known, labels * classes + ids.ravel(), classes * classes)
    tag, counts = kept(tag, (classes * classes,), _increment(cells, classes * classes, batch.weights))
    names = tuple(head.label_vocabulary or map(str, range(classes)))
    return DeclaredSummary("confusion", tag, counts.reshape(classes, classes), {"names": names})


def _increment(cells: Any, size: int, weights: Any) -> Any:
    """Returns how many examples, or how much weight, of a batch fall in each cell; those beyond the last are none."""
    added = jnp.ones(cells.shape, jnp.float32) if weights is None else weights.astype(jnp.float32).ravel()
    return jnp.zeros(size, jnp.float32).at[cells].add(added, mode="drop")


def _regression(head: Any, batch: Any) -> Iterator[DeclaredSummary]:
    """Gives the pictures of a sample of labels and predictions; of a few numbers for each, else of all together."""
    width = batch.labels.shape[-1]
    predictions = head.link(batch.logits)
    if predictions.shape != batch.labels.shape:  # a program's own link may make something else of logits
        return
    tag = head.named("predicted_vs_actual")
    again = repeated(tag)
    pairs, count = sampled(tag + again, batch.labels, predictions, batch.weights)
    if width == 1 or width > MOST_DIMENSIONS:
        shown = {"": (pairs.transpose(0, 2, 1).reshape(-1, 2), count * width)}
    else:
        shown = {f"/{number}": (pairs[:, :, number], count) for number in range(width)}
    for which, (points, number) in shown.items():
        yield DeclaredSummary("histogram", head.named(f"residuals{which}") + again, points[:, 0] - points[:, 1])
        counted = jnp.concatenate([jnp.full((1, 2), number, jnp.float32), points])
        yield DeclaredSummary("scatter", head.named(f"predicted_vs_actual{which}") + again, counted)
