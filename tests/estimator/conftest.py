"""The pre-made estimators, each trained once for all tests that only look at it."""

import dataclasses
import functools
import threading

import pytest

from tests.estimator import homes

STEPS = 30


@dataclasses.dataclass(frozen=True)
class Trained:
    """An estimator after STEPS steps, its model, and its evaluation before and after."""

    estimator: object
    model: homes.Model
    before: dict
    after: dict


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Trains a row of the table, once: `trained("dnn-binary")`."""

    @functools.cache
    def train(name):
        model = homes.MODELS[name]
        estimator = model.make(str(tmp_path_factory.mktemp(name)))
        before = estimator.evaluate(homes.input_fn(model.labels))
        estimator.train(homes.input_fn(model.labels, epochs=None), steps=STEPS)
        return Trained(estimator, model, before, estimator.evaluate(homes.input_fn(model.labels)))

    return train


@pytest.fixture(autouse=True)
def no_input_thread_is_left():
    """Every test ends with the threads that read inputs stopped."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t.name == "estimax-input" and t not in before]
    assert not left
