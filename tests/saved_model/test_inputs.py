"""What a signature takes, and how it refuses the rest."""

import numpy as np
import pytest

from estimax import saved_model
from estimax._base._errors import InvalidArgumentError
from estimax._base._string_array import StringArray
from tests.saved_model import houses

INPUTS = {
    "f": ("float32", (None,)),
    "d": ("float64", ()),
    "i": ("int32", (None,)),
    "u": ("uint8", (2,)),
    "b": ("bool", (None, None)),
    "s": ("string", (None, 2)),
}
RIGHT = {"f": [1.5], "d": 2, "i": [3], "u": [4, 5], "b": [[True]], "s": [["x", b"y"]]}


@pytest.fixture(scope="module")
def signature(tmp_path_factory):
    """Gives back what it gets."""
    tensors = [houses.given(name, dtype, *shape) for name, (dtype, shape) in INPUTS.items()]
    parts = houses.parts(tensors, [], lambda v, entries: [], [], {t.spec.name: t for t in tensors})
    path = tmp_path_factory.mktemp("echo") / "1"
    saved_model.save(path, {"echo": parts}, {})
    return saved_model.load(path).signatures["echo"]


WRONG = [
    # name, value, what the message must say
    ("f", ["x"], "must be float32 of shape [?]: got strings"),
    ("f", "x", "got strings"),
    ("f", [b"x"], "got strings"),
    ("f", [None], "got objects"),
    ("f", [True], "got truth values"),
    ("f", [1j], "got complex128"),
    ("f", np.array(["2020-01-01"], "datetime64[D]"), "got datetime64"),
    ("f", [[1.0]], "got shape [1, 1]"),
    ("f", 1.0, "got shape []"),
    ("f", [[1.0], [2.0, 3.0]], "inhomogeneous"),
    ("f", [...], "got objects"),
    ("f", {"a": 1}, "got objects"),
    ("f", None, "got objects"),
    ("f", StringArray.of(["x"]), "got strings"),
    ("f", [1.0, 2.0], "one number of rows"),
    ("d", [1.0], "got shape [1]"),
    ("i", [1.5], "must be int32"),
    ("i", [2.0], "must be int32"),
    ("i", [2**31], "int32 values lie between"),
    ("i", [2**70], "objects"),
    ("i", [float("nan")], "must be int32"),
    ("u", [-1, 0], "uint8 values lie between 0 and 255"),
    ("u", [256, 0], "uint8 values lie between 0 and 255"),
    ("u", [1, 2, 3], "must be uint8 of shape [2]; got shape [3]"),
    ("b", [[1]], "got integers"),
    ("b", [[0.0]], "got numbers"),
    ("b", [["True"]], "got strings"),
    ("s", [[1, 2]], "must be str or bytes"),
    ("s", [["x", 2]], "must be str or bytes"),
    ("s", [["x"]], "must be string of shape [?, 2]; got shape [1, 1]"),
    ("s", np.zeros((1, 2)), "must be str or bytes"),
    ("s", ["x", "y"], "got shape [2]"),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG, ids=lambda v: str(v)[:30])
def test_a_wrong_input_is_refused_by_name(name, value, message, signature):
    with pytest.raises(InvalidArgumentError) as error:
        signature(**{**RIGHT, name: value})
    assert f"'{name}'" in str(error.value)
    assert message in str(error.value)


def test_a_missing_input_is_refused_by_name(signature):
    for name in INPUTS:
        with pytest.raises(InvalidArgumentError, match=f"needs the inputs '{name}'"):
            signature(**{n: v for n, v in RIGHT.items() if n != name})


def test_an_unknown_input_is_refused_with_a_near_name(loaded):
    with pytest.raises(InvalidArgumentError, match=r"has no input 'sqrt'; did you mean 'sqft'\?"):
        loaded("classifier")[1].signatures["predict"](sqrt=[1.0], type=["house"])


def test_a_positional_argument_is_refused(signature):
    with pytest.raises(TypeError):
        signature([1.5])


GIVEN = [
    # name, value, what comes back
    ("f", [1.5], np.array([1.5], np.float32)),
    ("f", [1], np.array([1], np.float32)),
    ("f", (1,), np.array([1], np.float32)),
    ("f", np.array([1.5]), np.array([1.5], np.float32)),
    ("f", np.array([1.5], ">f8"), np.array([1.5], np.float32)),
    ("f", np.array([2**40]), np.array([2**40], np.float32)),
    ("f", [1e300], np.array([np.inf], np.float32)),
    ("f", [float("nan")], np.array([np.nan], np.float32)),
    ("f", np.arange(6, dtype=np.float32)[5::2], np.array([5], np.float32)),
    ("d", 2, np.array(2.0)),
    ("d", np.float32(0.5), np.array(0.5)),
    ("i", [-(2**31)], np.array([-(2**31)], np.int32)),
    ("i", np.array([7], np.uint64), np.array([7], np.int32)),
    ("u", [0, 255], np.array([0, 255], np.uint8)),
    ("b", [[True, False]], np.array([[True, False]])),
    ("b", np.ones((1, 3), bool), np.ones((1, 3), bool)),
    ("s", [["x", "é"]], np.array([[b"x", "é".encode()]], object)),
    ("s", [[b"\xff\x00", ""]], np.array([[b"\xff\x00", b""]], object)),
    ("s", np.array([["x", "yy"]]), np.array([[b"x", b"yy"]], object)),
    ("s", np.array([[b"x", "y"]], object), np.array([[b"x", b"y"]], object)),
    ("s", StringArray.of([["x", "y"]]), np.array([[b"x", b"y"]], object)),
]


@pytest.mark.parametrize(("name", "value", "wanted"), GIVEN, ids=lambda v: str(v)[:30])
def test_arrays_lists_and_scalars_are_taken(name, value, wanted, signature):
    found = signature(**{**RIGHT, name: value})[name]
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    assert found.tolist() == wanted.tolist() or np.isnan(wanted).all()


def test_no_rows_are_taken_as_empty_lists(signature):
    answer = signature(**{**RIGHT, "f": [], "i": [], "b": np.zeros((0, 2), bool), "s": np.empty((0, 2), object)})
    shapes = {name: array.shape for name, array in answer.items()}
    assert shapes == {"f": (0,), "d": (), "i": (0,), "u": (2,), "b": (0, 2), "s": (0, 2)}
