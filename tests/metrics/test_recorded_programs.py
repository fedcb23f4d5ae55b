"""Metrics of all kinds of arguments: values, shapes, errors and local variables as the original has them."""

import json
from pathlib import Path

import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered
from tests.metrics import metric_programs

CALLS = metric_programs.calls()
RECORDED = json.loads((Path(__file__).parent / "recorded" / "metrics.json").read_text())
METRICS = sorted({metric for metric, _, _ in CALLS})


# Their updates are what is added up in the original, and the metric here.
MATRICES = ("mean_iou", "mean_per_class_accuracy")


def test_there_is_a_record_for_each_call():
    assert len(CALLS) == len(RECORDED)


def mine(metric, refused):
    return [
        (given, options, wanted)
        for (name, given, options), wanted in zip(CALLS, RECORDED, strict=True)
        if name == metric and ("error" in wanted) == refused
    ]


@pytest.mark.parametrize("metric", METRICS)
def test_values_and_local_variables_are_those_of_the_original(metric):
    for given, options, wanted in mine(metric, refused=False):
        what = f"{metric} {options} { {k: np.shape(v[0]) for k, v in given.items() if v is not None} }"
        updates, value, variables = computed(metric, given, options)
        for ours, theirs in () if metric in MATRICES else zip(updates, wanted["updates"], strict=True):
            np.testing.assert_allclose(np.ravel(ours), theirs, rtol=1e-5, atol=1e-6, err_msg=what)
        np.testing.assert_allclose(np.ravel(value), wanted["value"], rtol=1e-5, atol=1e-6, err_msg=what)
        assert list(value.shape) == wanted["shape"], what
        assert variables == {name.replace("/max_1", "/max"): shape for name, shape in wanted["variables"].items()}, what


# What is computed here all the same: labels of whole numbers, and weights of one column for a vector.
FORGIVEN = {"mean_squared_error", "precision_at_k", "recall_at_k", "sparse_precision_at_k"}


@pytest.mark.parametrize("metric", [m for m in METRICS if mine(m, refused=True) and m not in FORGIVEN])
def test_what_the_original_refuses_is_refused(metric):
    for given, options, _ in mine(metric, refused=True):
        with pytest.raises(ValueError):
            computed(metric, given, options)


def computed(metric, given, options):
    """Runs a metric over the batches; returns the updates, the value after them, and the local variables."""
    values, updates = {}, []
    for batch in range(metric_programs.BATCHES):
        arrays = {k: v[batch] for k, v in given.items() if v is not None}
        frame, (_, update) = called(values, metric, arrays, options)
        updates.append(update)
        values = values | frame.updates
    frame, (value, _) = called(values, metric, arrays, options)
    assert all(spec.is_local and not spec.is_trainable for spec in frame.specs.values())
    return updates, value, {name: list(spec.shape) for name, spec in frame.specs.items()}


def called(values, metric, arrays, options):
    with entered(Frame(values)) as frame:
        return frame, getattr(tf.metrics, metric)(**arrays, **options)
