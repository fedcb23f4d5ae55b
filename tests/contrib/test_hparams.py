"""`HParams`: typed hyperparameters, as text, as JSON, and as the parameters of an Estimator."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimax as tf
from estimax.contrib.training import HParams, parse_values


def hparams():
    return HParams(rate=0.1, units=4, layers=[8, 4], name="a", fast=True, activation=max, nothing=None)


def test_values_are_attributes_and_there_is_a_dictionary_of_them():
    made = hparams()
    assert (made.rate, made.units, made.layers, made.name, made.fast, made.nothing) == (0.1, 4, [8, 4], "a", True, None)
    assert list(made.values()) == ["rate", "units", "layers", "name", "fast", "activation", "nothing"]
    assert "rate" in made and "momentum" not in made
    assert str(HParams(b=1, a="x")) == "[('a', 'x'), ('b', 1)]"
    assert repr(HParams(b=1)) == "HParams([('b', 1)])"
    assert type(made).__mro__[1] is object


def test_hyperparameters_are_added_set_and_removed():
    made = hparams()
    made.add_hparam("momentum", 0.9)
    made.set_hparam("momentum", 1)
    assert made.momentum == 1.0 and isinstance(made.momentum, float)
    made.del_hparam("momentum")
    assert "momentum" not in made and not hasattr(made, "momentum")
    made.del_hparam("momentum")
    made.rate = 0.5
    assert made.values()["rate"] == 0.5 and made.get("rate") == 0.5
    assert made.override_from_dict({"units": 7, "layers": [1]}) is made
    assert (made.units, made.layers) == (7, [1])


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("rate=1e-3", "rate", 1e-3),
        ("rate=2", "rate", 2.0),
        ("units = 12", "units", 12),
        ("layers=[1,2, 3]", "layers", [1, 2, 3]),
        ("layers=[]", "layers", []),
        ("layers[1]=9", "layers", [8, 9]),
        ("layers[0]=1,layers[1]=2,rate=0.5", "layers", [1, 2]),
        ("name=b c", "name", "b c"),
        ("name=/path/to-file.txt", "name", "/path/to-file.txt"),
        ("fast=false", "fast", False),
        ("fast=0,units=1", "fast", False),
        ("fast=True", "fast", True),
        ("", "units", 4),
    ],
)
def test_values_are_parsed_from_a_text(text, name, value):
    parsed = getattr(hparams().parse(text), name)
    assert parsed == value and type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rate=fast", "'rate' must be of type float; got 'fast'"),
        ("units=1.5", "'units' must be of type int"),
        ("fast=perhaps", "'fast' must be of type bool"),
        ("ratte=1", "unknown hyperparameter 'ratte'; did you mean 'rate'"),
        ("rate", "must be name=value"),
        ("rate=0.1,,", "must be name=value"),
        ("rate=1,rate=2", "must be given once"),
        ("layers[0]=1,layers[0]=2", "must be given once"),
        ("layers=3", "must be a list of int"),
        ("rate=[1,2]", "must be one float, not a list"),
        ("rate[0]=1", "must be one float, not a list"),
        ("layers[5]=1", "there is no layers\\[5\\]"),
        ("layers[0]=[1]", "must be one value"),
    ],
)
def test_a_text_that_does_not_fit_is_explained(text, words):
    with pytest.raises(ValueError, match=words):
        hparams().parse(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [("units", 1.5), ("units", "1"), ("units", True), ("name", 3), ("fast", 1), ("rate", "0.1"), ("layers", 3)],
)
def test_a_value_of_another_type_is_refused(name, value):
    with pytest.raises(ValueError, match=f"hyperparameter '{name}' must be"):
        hparams().set_hparam(name, value)


def test_names_are_taken_once_and_must_be_there_to_be_set():
    with pytest.raises(ValueError, match="'rate' is taken"):
        hparams().add_hparam("rate", 1)
    with pytest.raises(ValueError, match="'values' is taken"):
        HParams(values=3)
    with pytest.raises(ValueError, match="must not be empty"):
        HParams(layers=[])
    with pytest.raises(KeyError, match="there is no hyperparameter 'unit'; did you mean 'units'"):
        hparams().set_hparam("unit", 3)
    with pytest.raises(AttributeError):
        hparams().unit  # noqa: B018


def test_a_default_must_be_of_the_type():
    made = hparams()
    assert made.get("none", 3) == 3 and made.get("none") is None
    assert made.get("units", 5) == 4 and made.get("layers", [1]) == [8, 4]
    with pytest.raises(ValueError, match="must be of type int"):
        made.get("units", "x")
    with pytest.raises(ValueError, match="the default of 'layers' must be a list"):
        made.get("layers", 1)


def test_unknown_names_may_be_left_out():
    assert parse_values("a=1,b=2", {"a": int}, ignore_unknown=True) == {"a": 1}


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{3,8}_x", fullmatch=True),
        st.integers() | st.booleans() | st.floats(allow_nan=False) | st.lists(st.integers(), min_size=1),
    )
)
def test_json_and_text_give_the_same_values_back(values):
    made = HParams(**values)
    assert json.loads(made.to_json()) == values
    other = copy.deepcopy(made)
    text = ",".join(f"{n}={v}".replace(" ", "") for n, v in values.items())
    assert other.parse_json(made.to_json()).parse(text) == made


def test_functions_do_not_go_into_json():
    assert json.loads(hparams().to_json(sort_keys=True)).keys() == hparams().values().keys() - {"activation"}


def test_they_are_the_parameters_of_an_estimator(model_dir):
    seen = []

    def model_fn(features, labels, mode, params):
        seen.append(params.units)
        loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"], params.units))
        params.units = 99  # its own copy
        train_op = tf.train.GradientDescentOptimizer(params.rate).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    given_params = HParams(rate=0.1, units=1)
    model = tf.estimator.Estimator(model_fn, model_dir, params=given_params)
    given_params.units = 5
    model.train(lambda: ({"x": [[1.0], [2.0]]}, [[1.0], [2.0]]), steps=1)
    assert set(seen) == {1}
    assert model.params.units == 1 and isinstance(model.params, HParams)
