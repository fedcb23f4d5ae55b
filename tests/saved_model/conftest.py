"""Saved and loaded models, each made once for all tests."""

import functools

import jax
import pytest

from estimax import saved_model
from estimax._graph._op import OPS, Op
from tests.saved_model import houses


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """Saves a hand-made model by name, once, and returns it with its folder: `model, path = saved("classifier")`."""

    @functools.cache
    def save(name):
        model = houses.MODELS[name]()
        path = str(tmp_path_factory.mktemp(name) / "1")
        signatures = {"predict": model.parts, "serving_default": model.parts}
        saved_model.save(path, signatures, model.variables)
        return model, path

    return save


@pytest.fixture(scope="session")
def loaded(saved):
    """Loads such a model, once: `model, loaded_model = loaded("classifier")`."""

    @functools.cache
    def load(name):
        model, path = saved(name)
        return model, saved_model.load(path)

    return load


@pytest.fixture
def jax_compilations():
    """A list that grows with every program that XLA compiles."""
    found = []

    def listen(event, duration, **_):
        if event == "/jax/core/compile/backend_compile_duration":
            found.append(duration)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield found
    jax.monitoring.unregister_event_duration_listener(listen)


@pytest.fixture
def count_calls():
    """An op that gives what it gets, known to this test only, and a list that grows with every call."""
    calls = []

    def host(value):
        calls.append(len(value))
        return value

    yield Op("OfOneTest", infer=lambda spec: spec, host=host), calls
    OPS.pop("OfOneTest", None)
