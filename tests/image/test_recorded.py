"""The numbers of the original, recorded once: `recorded.json` holds images, files, calls and what they gave.

Whole numbers and pixels must be equal; fractions may differ by roundings, where the original adds in another order.
Linear interpolation and nearest neighbours are equal to the last bit.
"""

import base64
import json
import pathlib

import numpy as np
import pytest

from estimax import image

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded.json").read_text("utf-8"))
FILES = {name: base64.b64decode(text) for name, text in RECORDED["files"].items()}


def array(described):
    return np.array(described["values"], described["dtype"]).reshape(described["shape"])


def name_of(case):
    given = [*case.get("arguments", []), *(f"{k}={v}" for k, v in case["options"].items())]
    return f"{case['function']} of {case.get('input') or case['file']} {' '.join(map(str, given))}".strip()


def is_exact(case):
    ways = ("bilinear", "nearest", 0, 1)
    resized = case["function"].startswith("resize") and not case["options"].get("antialias")
    return resized and (case["function"].endswith(ways[:2]) or any(a in ways for a in case["arguments"][1:]))


@pytest.mark.parametrize("case", RECORDED["cases"], ids=name_of)
def test_images_become_what_they_became_in_the_original(case):
    given = array(RECORDED["images"][case["input"]])
    got = getattr(image, case["function"])(
        given[np.newaxis] if case["batched"] else given, *case["arguments"], **case["options"]
    ).numpy()
    want = array(case)
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    if want.dtype.kind != "f" or is_exact(case):
        # Between whole numbers of 16 bits float32 rounds a few the other way.
        np.testing.assert_allclose(got, want, rtol=0, atol=1 if want.dtype == np.uint16 else 0)
    else:
        tolerance = 1e-3 if want.dtype == np.float16 else 3e-6
        np.testing.assert_allclose(got, want, tolerance, tolerance * max(1, np.abs(want).max()))


@pytest.mark.parametrize("case", RECORDED["decoded"], ids=name_of)
def test_files_become_the_pixels_that_they_became_in_the_original(case):
    got = np.asarray(getattr(image, case["function"])(FILES[case["file"]], **case["options"]).numpy())
    want = array(case)
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    if want.dtype.kind == "f":
        np.testing.assert_allclose(got, want, rtol=2e-7)
    else:
        np.testing.assert_array_equal(got, want)
