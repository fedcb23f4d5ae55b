"""Losses of all kinds of arguments: values, gradients, shapes, errors and collections as the original has them."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import estimax as tf
from estimax._scope._frame import Frame, entered
from tests.losses import loss_programs

CALLS = loss_programs.calls()
RECORDED = json.loads((Path(__file__).parent / "recorded" / "losses.json").read_text())
LOSSES = sorted({loss for loss, _ in CALLS})


def test_there_is_a_record_for_each_call():
    assert len(CALLS) == len(RECORDED)


@pytest.mark.parametrize("loss", LOSSES)
def test_values_gradients_and_collections_are_those_of_the_original(loss):
    for (name, given), wanted in zip(CALLS, RECORDED, strict=True):
        if name != loss or "error" in wanted:
            continue
        value, gradient, left = computed(loss, given, wanted["gradient"] is not None)
        what = f"{loss}{ {k: getattr(v, 'tolist', lambda v=v: v)() for k, v in given.items()} }"
        assert list(value.shape) == wanted["shape"], what
        assert jnp.issubdtype(value.dtype, jnp.integer) == wanted["dtype"].startswith("int"), what
        np.testing.assert_allclose(np.ravel(value), wanted["value"], rtol=2e-5, atol=1e-6, err_msg=what)
        if wanted["gradient"] is not None:
            np.testing.assert_allclose(np.ravel(gradient), wanted["gradient"], rtol=2e-5, atol=1e-6, err_msg=what)
        assert left == wanted["collections"], what


@pytest.mark.parametrize("loss", LOSSES)
def test_what_the_original_refuses_is_refused(loss):
    for (name, given), wanted in zip(CALLS, RECORDED, strict=True):
        if name == loss and "error" in wanted:
            with pytest.raises((ValueError, TypeError)):
                computed(loss, given, False)


def computed(loss, given, differentiate):
    """Returns the value of a loss, its gradient, and how many losses stand in the collections."""
    by = loss_programs.by(loss)
    rest = {k: v for k, v in given.items() if k != by}
    left = {}

    def total(array):
        frame = Frame({})
        with entered(frame):
            value = getattr(tf.losses, loss)(**{by: array}, **rest)
        left.update({k: len(frame.collections.get(k, [])) for k in ("losses", "mine")})
        return value.sum(), value

    array = jnp.asarray(given[by])
    if not differentiate:
        return total(array)[1], None, left
    (_, value), gradient = jax.value_and_grad(total, has_aux=True)(array)
    return value, gradient, left
