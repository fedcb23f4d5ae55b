import pytest

from estimax._base._environment import tf_config, variable
from estimax._base._errors import InvalidArgumentError


def test_a_variable_is_stripped_and_a_blank_one_counts_as_unset(monkeypatch):
    monkeypatch.setenv("ESTIMAX_TEST", "  x ")
    assert variable("ESTIMAX_TEST") == "x"
    monkeypatch.setenv("ESTIMAX_TEST", " ")
    assert variable("ESTIMAX_TEST", "default") == "default"


def test_tf_config_is_read_from_the_environment(monkeypatch):
    assert tf_config() == {}
    monkeypatch.setenv("TF_CONFIG", '{"task": {"trial": "3"}}')
    assert tf_config() == {"task": {"trial": "3"}}


@pytest.mark.parametrize("text", ["{", "[1]", "worker"])
def test_a_tf_config_that_is_no_object_is_refused(text):
    with pytest.raises(InvalidArgumentError, match="TF_CONFIG must be"):
        tf_config({"TF_CONFIG": text})
