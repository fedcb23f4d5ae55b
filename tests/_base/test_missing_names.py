"""What is said of a name that is not there: what to use instead, that TensorFlow has it, or the nearest name."""

import importlib
import pkgutil
import types

import pytest

import estimax
from estimax._base._advice import ADVICE
from estimax._base._lazy import missing
from estimax._base._tensorflow_names import is_name, is_name_of_1x, tensorflow_names

NAMESPACES = [
    "app",
    "bitwise",
    "compat",
    "compat.v1",
    "compat.v1.estimator",
    "contrib",
    "contrib.data",
    "contrib.estimator",
    "contrib.training",
    "data",
    "data.experimental",
    "debugging",
    "dtypes",
    "errors",
    "estimator",
    "estimator.export",
    "estimator.inputs",
    "estimator.experimental",
    "feature_column",
    "flags",
    "gfile",
    "image",
    "initializers",
    "io",
    "layers",
    "linalg",
    "logging",
    "lookup",
    "losses",
    "math",
    "metrics",
    "nest",
    "nn",
    "nn.rnn_cell",
    "optimizers",
    "optimizers.schedules",
    "python",
    "python.platform",
    "python_io",
    "ragged",
    "random",
    "saved_model",
    "sparse",
    "strings",
    "summary",
    "test",
    "train",
]


def find(dotted):
    """Returns what stands under a dotted name of `tf`, or the error of the first part that does not."""
    value = estimax
    for part in dotted.split("."):
        try:
            value = getattr(value, part)
        except AttributeError as error:
            return error
    return value


@pytest.mark.parametrize("namespace", ["", *NAMESPACES])
def test_every_namespace_suggests_the_nearest_name(namespace):
    space = find(namespace) if namespace else estimax
    assert isinstance(space, types.ModuleType)
    names = [n for n in vars(space) if len(n) > 7 and not n.startswith("_")] or [n for n in dir(space) if len(n) > 7]
    if names:
        name = min(names)
        with pytest.raises(AttributeError, match=r"has no attribute '.*'; did you mean '"):
            getattr(space, f"{name[:-3]}{name[-2:]}")
    with pytest.raises(AttributeError, match="has no attribute 'qqqqqqqq'"):
        space.qqqqqqqq  # noqa: B018
    assert not hasattr(space, "__wrapped__")


@pytest.mark.parametrize("dotted", sorted(ADVICE))
def test_advice_is_given_for_what_is_not_there(dotted):
    found = find(dotted)
    if not isinstance(found, AttributeError):
        # What is here may lack a part of what the advice is for: all below it that is missing.
        assert isinstance(found, types.ModuleType), f"tf.{dotted} is there: take its advice out of _advice.py"
        found = missing(f"tensorflow.{dotted}", "qqqqqqqq", [])
    assert ADVICE[dotted] in str(found) or any(
        ADVICE[above] in str(found) for above in ADVICE if dotted.startswith(f"{above}.")
    )


@pytest.mark.parametrize(
    ("dotted", "said"),
    [
        ("Session", None),
        ("nn.conv4d", "has no attribute 'conv4d'; did you mean 'conv"),
        ("math.bessel_i0", "module 'estimax.math' has no attribute 'bessel_i0': TensorFlow has tf.math.bessel_i0"),
        ("unit8", "module 'estimax' has no attribute 'unit8'; did you mean 'uint8'?"),
        ("contrib.learn.ModeKeys", "use tf.estimator"),
        ("contrib.slim.conv2d", "use tf.layers"),
        ("train.shuffle_batch", "queue readers are replaced by tf.data"),
        ("TFRecordReader", "queue readers are replaced by tf.data"),
        ("compat.v1.train.shuffle_batch", "queue readers are replaced by tf.data"),
        ("contrib.tpu.TPUEstimator", "there is nothing to say about the accelerator"),
        ("GradientTape", "use jax.grad"),
        ("zzzzzz", "module 'estimax' has no attribute 'zzzzzz'"),
    ],
)
def test_what_is_said(dotted, said):
    if said is None:
        assert is_name(dotted)
        return
    assert said in str(find(dotted))


def test_every_name_of_tensorflow_is_here_or_is_said_not_to_be():
    silent = []
    for dotted in tensorflow_names():
        if dotted.startswith(("keras.", "io.gfile.")):  # what is missing is said by Keras, and by tf.gfile
            continue
        found = find(dotted)
        if isinstance(found, AttributeError) and ": " not in str(found) and "did you mean" not in str(found):
            silent.append((dotted, str(found)))
    assert silent == []


def test_names_are_known_with_the_version_that_has_them():
    assert is_name("estimator.LinearRegressor") and not is_name("estimator.LinearRegresor")
    assert is_name_of_1x("placeholder") and is_name_of_1x("contrib.slim") and is_name_of_1x("estimator.inputs")
    assert not is_name_of_1x("data") and not is_name_of_1x("no_such_name")


def test_the_advice_names_what_there_is():
    assert importlib.import_module("estimax.layers").conv2d
    assert pkgutil.resolve_name("estimax.estimator:train_and_evaluate")
