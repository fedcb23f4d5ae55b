"""`tf.test.TestCase`: what it lets pass, what it fails, and how a program of tests ends."""

import subprocess
import sys

import numpy as np
import pytest

import estimax as tf


@pytest.fixture
def case():
    return tf.test.TestCase()


NAN = float("nan")
# Method, arguments that pass, arguments that fail.
TABLE = [
    ("assertAllEqual", (tf.constant([1, 2]), [1, 2]), ([1, 2], [1, 3])),
    ("assertAllEqual", ([1.0, NAN], np.array([1.0, NAN])), ([1], [[1]])),
    ("assertAllEqual", (tf.constant(["a", "b"]), ["a", b"b"]), (["a"], ["b"])),
    ("assertNotAllEqual", ([1, 2], [1, 3]), ([1], [1])),
    ("assertAllClose", ([1.0, 2.0], [1.0 + 1e-7, 2.0]), ([1.0], [1.001])),
    ("assertAllClose", ({"a": [1.0], "b": (2.0, 3.0)}, {"a": [1.0], "b": (2.0, 3.0)}), ({"a": 1.0}, {"a": 2.0})),
    ("assertAllClose", ([[1.0], [2.0, 3.0]], [[1.0], [2.0, 3.0]]), ([1.0], [[1.0]])),
    ("assertNotAllClose", ([1.0], [1.1]), ([1.0], [1.0])),
    ("assertAllCloseAccordingToType", (np.float16([1.0]), np.float16([1.0005])), ([1.0], [1.0005])),
    ("assertNear", (1.0, 1.05, 0.1), (1.0, 1.2, 0.1)),
    ("assertArrayNear", ([1.0, 2.0], [1.0, 2.05], 0.1), ([1.0], [2.0], 0.1)),
    ("assertNDArrayNear", (np.ones(2), np.ones(2), 0.1), (np.ones(2), np.zeros(2), 0.1)),
    ("assertShapeEqual", (np.ones(2), tf.constant([1, 2])), (np.ones(2), np.ones(3))),
    ("assertDTypeEqual", (tf.constant([1.0]), tf.float32), (np.ones(1), np.int32)),
    ("assertAllGreater", ([1, 2], 0), ([1, 2], 1)),
    ("assertAllGreaterEqual", ([1, 2], 1), ([1, 2], 2)),
    ("assertAllLess", ([1, 2], 3), ([1, 2], 2)),
    ("assertAllLessEqual", ([1, 2], 2), ([1, 2], 1)),
    ("assertAllInSet", ([1, 2, 1], {1, 2}), ([3], [1, 2])),
    ("assertAllInRange", ([1, 2], 1, 2), ([1, 2], 1, 2, True)),
    ("assertLen", ([1, 2], 2), ([1], 2)),
]


@pytest.mark.parametrize(("method", "good", "bad"), TABLE)
def test_it_passes_what_holds_and_fails_what_does_not(case, method, good, bad):
    getattr(case, method)(*good)
    with pytest.raises(AssertionError):
        getattr(case, method)(*bad)


def test_tensors_are_evaluated_in_their_structure(case):
    values = case.evaluate({"a": tf.constant(1), "b": [tf.constant([2.0])]})
    assert values["a"] == 1 and values["b"][0].tolist() == [2.0]


def test_a_program_of_tests_ends_with_their_result(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import estimax as tf\n\nclass MyTest(tf.test.TestCase):\n"
        "    def test_good(self):\n        self.assertAllEqual(tf.constant([1]) + 1, [2])\n"
        "    def test_bad(self):\n        self.assertAllClose([1.0], [2.0])\n\n"
        "if __name__ == '__main__':\n    tf.test.main()\n"
    )
    everything = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False, timeout=60)
    assert everything.returncode == 1 and "elements differ by more than" in everything.stderr
    good = [sys.executable, program, "MyTest.test_good"]
    assert subprocess.run(good, capture_output=True, check=False, timeout=60).returncode == 0
