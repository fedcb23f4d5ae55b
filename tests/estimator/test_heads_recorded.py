"""Heads give the losses, metrics and predictions of the original, called by hand and inside an estimator."""

import numpy as np
import pytest

from tests.estimator import head_programs

PROGRAMS = head_programs.load()
every_program = pytest.mark.parametrize("program", PROGRAMS, ids=head_programs.name_of)


def assert_metrics(found, expected):
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=2e-4, atol=2e-5, err_msg=key)


def assert_predictions(found, expected):
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        given, wanted = np.asarray(found[key]), np.array(value)
        assert given.shape == wanted.shape, key
        if given.dtype.kind == "f":
            assert given.dtype == np.float32
            np.testing.assert_allclose(given, wanted, rtol=2e-4, atol=2e-5, err_msg=key)
        else:
            assert given.dtype == {"class_ids": np.int64, "all_class_ids": np.int32}.get(key, object)
            np.testing.assert_array_equal(given.astype(str), wanted.astype(str), err_msg=key)


def by_hand(program):
    """Calls the methods of the head batch by batch."""
    head, added = head_programs.make(program), program["regularization"]
    metrics, losses, predictions = head.metrics(added), [], []
    for features, labels, logits in head_programs.batches(program):
        losses.append(head.loss(labels, logits, features=features, regularization_losses=added).numpy())
        head.update_metrics(metrics, features, logits, labels, regularization_losses=added)
        predictions.append(head.predictions(logits))
    joined = {key: np.concatenate([np.asarray(batch[key]) for batch in predictions]) for key in predictions[0]}
    return losses, {key: metric.result().numpy() for key, metric in metrics.items()}, joined


@every_program
def test_a_head_called_by_hand_gives_what_the_original_gives(program):
    losses, metrics, predictions = by_hand(program)
    np.testing.assert_allclose(losses, program["expected"]["losses"], rtol=2e-4, atol=2e-5)
    assert_metrics(metrics, program["expected"]["metrics"])
    assert_predictions(predictions, program["expected"]["predictions"])
