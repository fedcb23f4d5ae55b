"""Names that load late: once, when they are used, and with a suggestion where they are misspelt."""

import subprocess
import sys
import types

import pytest

from estimax._base._lazy import did_you_mean, lazy_attributes, resolve


@pytest.fixture
def module(monkeypatch):
    """A module with the lazy names `sqrt` and `decoder`, and a plain one."""
    made = types.ModuleType("late")
    made.uint8 = 8
    made._hidden = 0
    made.__getattr__ = lazy_attributes("late", {"sqrt": "math:sqrt", "decoder": "json.decoder"})
    monkeypatch.setitem(sys.modules, "late", made)
    return made


def test_a_path_leads_to_a_module_or_to_something_in_it():
    assert resolve("json.decoder").__name__ == "json.decoder"
    assert resolve("math:sqrt")(4) == 2


@pytest.mark.parametrize(("path", "error"), [("no_such_module:x", ImportError), ("math:squareroot", AttributeError)])
def test_a_path_that_leads_nowhere_is_an_error(path, error):
    with pytest.raises(error):
        resolve(path)


def test_a_lazy_name_is_looked_up_once(module):
    assert "sqrt" not in vars(module)
    assert module.sqrt(9) == 3
    assert vars(module)["sqrt"] is module.sqrt
    assert module.decoder.JSONDecoder


def test_an_unknown_name_gets_the_nearest_known_one(module):
    with pytest.raises(AttributeError, match="module 'late' has no attribute 'unit8'; did you mean 'uint8'"):
        module.unit8  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'squrt'; did you mean 'sqrt'"):
        module.squrt  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute 'zzz'$"):
        module.zzz  # noqa: B018


def test_hidden_names_are_not_suggested(module):
    with pytest.raises(AttributeError, match=r"no attribute '_hiden'$"):
        module._hiden  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute '__sqrt__'$"):
        module.__sqrt__  # noqa: B018


def test_only_a_near_name_is_meant():
    assert did_you_mean("unit8", ["uint8", "int8"]) == "; did you mean 'uint8'?"
    assert did_you_mean("house", ["uint8"]) == did_you_mean("x", []) == ""


def test_a_misspelt_name_of_the_package_gets_a_suggestion():
    program = "import estimax as tf; tf.unit8"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "AttributeError: module 'estimax' has no attribute 'unit8'; did you mean 'uint8'?" in result.stderr
