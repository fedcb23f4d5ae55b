"""`tf.test`: test cases that compare Tensors and arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import Any
from unittest import mock

import numpy as np
from absl.testing import absltest

from estimax import nest
from estimax._base._lazy import explain_missing, resolve

__all__ = ["TestCase", "get_temp_dir", "gpu_device_name", "is_built_with_cuda", "is_gpu_available", "main", "mock"]


class TestCase(absltest.TestCase):
    """A test case of absl, which has methods to compare Tensors, arrays and nested structures of them.

    Example:
        >>> import estimax as tf
        >>> case = tf.test.TestCase()
        >>> case.assertAllEqual(tf.constant([1, 2]), [1, 2])
        >>> case.assertAllClose({"a": [1.0]}, {"a": [1.0 + 1e-8]})
    """

    def evaluate(self, tensors: Any) -> Any:
        """Returns the values of Tensors, as arrays, in the structure in which they are given."""
        return nest.map_structure(_value, tensors)

    def get_temp_dir(self) -> str:
        """Returns a new folder for what the test writes."""
        return self.create_tempdir().full_path

    def assertAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Checks that two arrays have the same shape and elements."""
        one, other = _array(a), _array(b)
        self.assertEqual(one.shape, other.shape, f"shapes differ: {one.shape} and {other.shape}. {msg or ''}")
        same = (one == other) | (_is_nan(one) & _is_nan(other))
        if not np.all(same):
            self.fail(f"elements differ at {_places(~same)}: {one!r} and {other!r}. {msg or ''}")

    def assertNotAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Checks that two arrays differ in an element or in shape."""
        one, other = _array(a), _array(b)
        if one.shape == other.shape and np.all(one == other):
            self.fail(f"arrays must differ; both are {one!r}. {msg or ''}")

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None) -> None:
        """Checks that the arrays of two structures differ by at most `atol + rtol * abs(b)`."""
        nest.assert_same_structure(_shape_of(a), _shape_of(b), check_types=False)
        for one, other in zip(nest.flatten(_shape_of(a)), nest.flatten(_shape_of(b)), strict=True):
            self._assert_close(_array(one), _array(other), rtol, atol, msg)

    def _assert_close(self, one: np.ndarray, other: np.ndarray, rtol: float, atol: float, msg: Any) -> None:
        self.assertEqual(one.shape, other.shape, f"shapes differ: {one.shape} and {other.shape}. {msg or ''}")
        close = np.isclose(one, other, rtol=rtol, atol=atol, equal_nan=True)
        if not np.all(close):
            self.fail(
                f"elements differ by more than {atol} + {rtol} * abs(b) at {_places(~close)}: "
                f"{one!r} and {other!r}. {msg or ''}"
            )

    def assertNotAllClose(self, a: Any, b: Any, **kwargs: Any) -> None:
        """Checks that `assertAllClose` would fail."""
        try:
            self.assertAllClose(a, b, **kwargs)
        except AssertionError:
            return
        self.fail(f"values must not be close; got {a!r} and {b!r}")

    def assertAllCloseAccordingToType(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, half_rtol: float = 1e-3, half_atol: float = 1e-3
    ) -> None:
        """Checks that arrays are close, with other tolerances for numbers of 16 bits."""
        is_half = any(_array(v).dtype == np.float16 for v in (a, b))
        self.assertAllClose(a, b, half_rtol if is_half else rtol, half_atol if is_half else atol)

    def assertNear(self, f1: Any, f2: Any, err: float, msg: Any = None) -> None:
        """Checks that two numbers differ by at most `err`."""
        self.assertLessEqual(abs(float(_array(f1)) - float(_array(f2))), err, msg)

    def assertArrayNear(self, farray1: Iterable[Any], farray2: Iterable[Any], err: float, msg: Any = None) -> None:
        """Checks that the numbers of two lists differ by at most `err` each."""
        self.assertAllClose(list(farray1), list(farray2), rtol=0, atol=err, msg=msg)

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: Any = None) -> None:
        """Checks that the Euclidean distance of two arrays is at most `err`."""
        self.assertLessEqual(float(np.linalg.norm(_array(ndarray1) - _array(ndarray2))), err, msg)

    def assertShapeEqual(self, input_a: Any, input_b: Any, msg: Any = None) -> None:
        """Checks that two arrays have the same shape."""
        self.assertEqual(_array(input_a).shape, _array(input_b).shape, msg)

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """Checks the type of the elements of an array."""
        self.assertEqual(_array(target).dtype, np.dtype(getattr(expected_dtype, "as_numpy_dtype", expected_dtype)))

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """Checks that all elements are greater than a number."""
        self._assert_all(_array(a) > comparison_target, a, f"greater than {comparison_target}")

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """Checks that all elements are greater than a number, or equal."""
        self._assert_all(_array(a) >= comparison_target, a, f"at least {comparison_target}")

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """Checks that all elements are less than a number."""
        self._assert_all(_array(a) < comparison_target, a, f"less than {comparison_target}")

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """Checks that all elements are less than a number, or equal."""
        self._assert_all(_array(a) <= comparison_target, a, f"at most {comparison_target}")

    def assertAllInSet(self, target: Any, expected_set: Iterable[Any]) -> None:
        """Checks that all elements are of a set."""
        allowed = list(expected_set)
        self._assert_all(np.isin(_array(target), allowed), target, f"of {allowed}")

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: float,
        upper_bound: float,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Checks that all elements are in an interval."""
        array = _array(target)
        above = array > lower_bound if open_lower_bound else array >= lower_bound
        below = array < upper_bound if open_upper_bound else array <= upper_bound
        self._assert_all(above & below, target, f"in {lower_bound} … {upper_bound}")

    def _assert_all(self, holds: np.ndarray, given: Any, what: str) -> None:
        if not np.all(holds):
            self.fail(f"all elements must be {what}; at {_places(~holds)} they are not: {_array(given)!r}")


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the tests of the program, and exits."""
    absltest.main(argv=None if argv is None else list(argv))


def get_temp_dir() -> str:
    """Returns a new folder for what a test writes."""
    return tempfile.mkdtemp(prefix="estimax-test-")


def is_built_with_cuda() -> bool:
    """Returns False: estimax is Python, and what JAX can do is known to JAX."""
    return False


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Tells whether JAX computes on a GPU."""
    return gpu_device_name() != ""


def gpu_device_name() -> str:
    """Returns the name of the first GPU, '' if there is none."""
    devices = resolve("estimax.python.client.device_lib:list_local_devices")()
    return next((d.name for d in devices if d.device_type == "GPU"), "")


def _value(tensor: Any) -> Any:
    return tensor.numpy() if hasattr(tensor, "numpy") else np.asarray(tensor)


def _array(value: Any) -> np.ndarray:
    made = np.asarray(_value(value))
    if made.dtype.kind == "U":  # texts compare with what Tensors hold, which is bytes
        made = np.char.encode(made, "utf-8").astype(object)
    return made.astype(object) if made.dtype.kind == "S" else made


def _shape_of(value: Any) -> Any:
    """Returns a dictionary, or a list of them, as it is, and one array for a list of numbers."""
    if isinstance(value, list | tuple) and not any(nest.is_nested(v) and not isinstance(v, list) for v in value):
        try:
            return _array(value)
        except ValueError:  # rows of different lengths
            return value
    return value


def _is_nan(array: np.ndarray) -> Any:
    return np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)


def _places(wrong: Any) -> list[list[int]]:
    return [list(map(int, place)) for place in np.argwhere(wrong)[:5]]


explain_missing(__name__)
