"""Corners where NumPy and Arrow mean something else than the original: its results were recorded."""

import numpy as np
import pytest

import estimax as tf
from estimax import _array as array
from estimax import _functional as functional
from estimax import math, strings
from estimax._array import where_v2

inf, nan = float("inf"), float("nan")

BLANKS = " \t\n\v\f\r a \0"

EXPECTED = {
    "floor division of fractions": (
        lambda: tf.constant([7.5, -7.5, 1.0, 5.0]) // [2.0, 2.0, 0.1, 0.0],
        [3, -4, 10, inf],
    ),
    "remainder of fractions": (lambda: tf.constant([7.5, -7.5, -1.0]) % [2.0, 2.0, inf], [1.5, 0.5, inf]),
    "whole numbers by zero": (lambda: tf.constant([7, -7]) // 0, [0, 0]),
    "mean of whole numbers": (lambda: math.reduce_mean([-1, -2]), -1),
    "mean of nothing": (lambda: math.reduce_mean(tf.zeros([0, 2]), 0), [nan, nan]),
    "greatest of nothing": (lambda: math.reduce_max(tf.zeros([0, 2]), 0), [-inf, -inf]),
    "greatest with NaN": (lambda: math.reduce_max([1.0, nan]), nan),
    "sum beyond the type": (lambda: math.reduce_sum([2**30] * 4), 0),
    "halves": (lambda: tf.round([0.5, -0.5, 1.5, 2.5]), [0, -0.0, 2, 2]),
    "fractions cut off": (lambda: tf.cast([1.9, -1.9], tf.int32), [1, -1]),
    "truth of fractions": (lambda: tf.cast([0.0, 0.1, nan], tf.bool), [False, True, True]),
    "clip with the limits exchanged": (lambda: tf.clip_by_value([1.0, 5.0], 3.0, 2.0), [3, 3]),
    "range backwards": (lambda: tf.range(5, 0, -2), [5, 3, 1]),
    "range of fractions": (lambda: tf.size(tf.range(0.0, 1.0, 0.1)), 10),
    "one number on a line": (lambda: tf.linspace(1.0, 2.0, 1), [1]),
    "one_hot takes the type of its values": (
        lambda: tf.one_hot([0], 2, on_value=True, off_value=False),
        [[True, False]],
    ),
    "rows by a vector": (lambda: tf.where([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]]), [[1, 2], [7, 8]]),
    "columns by a vector": (lambda: where_v2([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]]), [[1, 6], [3, 8]]),
    "text to fractions": (lambda: strings.to_number(["0x10", "inf", ".5", "5.", "1e400"]), [16, inf, 0.5, 5, inf]),
    "text to float32 at once": (lambda: strings.to_number("16777217"), 16777216),
    "fractions as text": (lambda: strings.as_string([1.5, 1e-7, inf, nan]), ["1.500000", "0.000000", "inf", "nan"]),
    "shortest": (lambda: strings.as_string([1e20, 0.5], shortest=True), ["1e+20", "0.5"]),
    "scientific": (lambda: strings.as_string(1.5, precision=1, scientific=True), "1.5e+00"),
    "filled with zeros": (lambda: strings.as_string([-2.25, inf], width=9, fill="0"), ["-2.250000", "      inf"]),
    "filled on the right": (lambda: strings.as_string([5], width=3, fill="-"), ["5  "]),
    "truth as text": (lambda: strings.as_string([True, False]), ["true", "false"]),
    "capitals that are two letters": (lambda: strings.upper("straße", encoding="utf-8"), "STRASSE"),
    "capitals of ASCII": (lambda: strings.upper("é!a"), "é!A"),
    "white space": (lambda: strings.strip(BLANKS), "a \0"),
    "no-break space": (lambda: strings.strip("\u00a0x"), "\u00a0x"),
    "all that is left": (lambda: strings.substr("abc", 1, -1), "bc"),
    "none that is left": (lambda: strings.substr("abc", 3, 5), ""),
    "characters from the end": (lambda: strings.substr("né€x", -3, 2, unit="UTF8_CHAR"), "é€"),
    "empty matches": (lambda: strings.regex_replace("ba", "a*", "X"), "XbX"),
    "line ends and full matches": (lambda: strings.regex_full_match(["a\nb", "ab"], "a.?b"), [False, True]),
    "mean of segments of whole numbers": (lambda: math.segment_mean([-1, -2, 4], [0, 0, 2]), [-1, 0, 4]),
    "product of no entries": (lambda: math.segment_prod([1, 2, 3], [0, 0, 2]), [2, 1, 3]),
    "greatest of no entries": (
        lambda: math.unsorted_segment_max([1, 2, 3], [1, -1, 1], 3),
        [-(2**31), 3, -(2**31)],
    ),
    "greatest of no entries, sorted": (lambda: math.segment_max([1, 2, 3], [0, 0, 2]), [2, 0, 3]),
    "mean of entries in any order": (lambda: math.unsorted_segment_mean([1, 2, 4], [1, 1, 0], 2), [4, 1.5]),
    "counts of what is there": (lambda: math.bincount([1, 1, 3], maxlength=2), [0, 2]),
    "counts by weights": (lambda: math.bincount([1, 1, 3], weights=[0.5, 0.25, 1.0]), [0, 0.75, 0, 1]),
    "counts of nothing": (lambda: math.bincount(tf.constant([], tf.int32)), []),
    "what is beyond a histogram": (
        lambda: math.histogram_fixed_width([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0], [0.0, 5.0], 5),
        [2, 1, 1, 0, 2],
    ),
    "products without the last": (lambda: math.cumprod([2, 3, 4], exclusive=True, reverse=True), [12, 4, 1]),
    "quotients cut off": (lambda: math.truncatediv([7, -7, 7], [2, 2, -2]), [3, -3, -3]),
    "remainders of what is cut off": (lambda: math.truncatemod([7, -7, 7], [2, 2, -2]), [1, -1, 1]),
    "bits of fractions": (lambda: math.bitcast([1.0, -2.0], tf.int32), [1065353216, -1073741824]),
    "bits of a negative number": (lambda: math.right_shift([-8, 8], 1), [-4, 4]),
    "numbers beyond a type": (lambda: math.saturate_cast([-3.5, 300.7, 1.5], tf.uint8), [0, 255, 1]),
    "first of equals at the top": (lambda: array.top_k([3, 1, 3, 3], 2).indices, [0, 2]),
    "equals in falling order": (lambda: array.argsort([2, 1, 2], direction="DESCENDING"), [0, 2, 1]),
    "distinct in order": (lambda: array.unique_with_counts([3, 1, 3, 2]).count, [2, 1, 1]),
    "repeated none": (lambda: array.repeat([1, 2], [0, 3]), [2, 2, 2]),
    "repeated as one vector": (lambda: array.repeat([[1, 2], [3, 4]], 2), [1, 1, 2, 2, 3, 3, 4, 4]),
    "reversed none": (
        lambda: array.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 0], seq_axis=1),
        [[2, 1, 3], [4, 5, 6]],
    ),
    "mirrored with its end": (lambda: tf.pad([1, 2, 3], [[3, 1]], "SYMMETRIC"), [3, 2, 1, 1, 2, 3, 3]),
    "mirrored without its end": (lambda: tf.pad([1, 2, 3], [[2, 1]], "REFLECT"), [3, 2, 1, 2, 3, 2]),
    "added at one place": (lambda: array.scatter_nd([[1], [3], [1]], [9, 8, 1], [5]), [0, 10, 0, 8, 0]),
    "a slice by masks": (
        lambda: array.strided_slice([[1, 2, 3], [4, 5, 6]], [1, 0], [0, 2], shrink_axis_mask=1),
        [4, 5],
    ),
    "grids have rows for y": (lambda: array.meshgrid([1, 2, 3], [4, 5])[0], [[1, 2, 3], [1, 2, 3]]),
    "no certainty at all": (lambda: math.reduce_logsumexp([-inf, -inf]), -inf),
    "large exponentials": (lambda: math.log_softmax([1.0, 200.0]), [-199, 0]),
    "zeros have no direction": (lambda: math.l2_normalize([[0.0, 0.0], [3.0, 4.0]], axis=1), [[0, 0], [0.6, 0.8]]),
    "zero by zero": (lambda: math.xdivy([0.0, 1.0], [0.0, 2.0]), [0, 0.5]),
    "zero times the logarithm of zero": (lambda: math.xlogy([0.0, 2.0], [0.0, 1.0]), [0, 0]),
    "infinity times zero": (lambda: math.multiply_no_nan([inf, 2.0], [0.0, 2.0]), [0, 4]),
    "texts that are not empty": (lambda: math.count_nonzero(["", "a", " "]), 2),
    "letters without a result": (lambda: math.einsum("ba", [[1, 2], [3, 4]]), [[1, 3], [2, 4]]),
    "folded from the right": (lambda: functional.foldr(lambda a, x: a * 10 + x, [1, 2, 3], 7), 7321),
    "scanned from the right": (
        lambda: functional.scan(lambda a, x: a * 10 + x, [1, 2, 3], 7, reverse=True),
        [7321, 732, 73],
    ),
    "an index that no branch has": (lambda: array.switch_case(-1, [lambda: 1, lambda: 2]), 2),
    "a slice beyond the end": (lambda: tf.constant([1, 2, 3])[tf.constant(-10) : tf.constant(10)], [1, 2, 3]),
    "bytes that are not UTF-8": (lambda: strings.length([b"\xff\xfe", b"\x80a"], unit="UTF8_CHAR"), [2, 1]),
}


@pytest.mark.parametrize("what", EXPECTED)
def test_the_result_is_the_recorded_one(what):
    program, expected = EXPECTED[what]
    got = np.asarray(program())
    if got.dtype == object:
        want = np.vectorize(lambda text: text.encode(), otypes=[object])(np.array(expected, object))
        assert got.tolist() == want.tolist()
    else:
        np.testing.assert_allclose(got, expected)


def test_division_of_whole_numbers_gives_doubles():
    assert (tf.constant(1) / tf.constant(2)).dtype == tf.float64
    assert (tf.constant(1, tf.int8) / tf.constant(2, tf.int8)).dtype == tf.float32


def test_positions_and_sizes_have_the_types_of_the_original():
    assert math.argmax([1.0]).dtype == tf.int64
    assert tf.shape([1.0]).dtype == tf.int32
    assert strings.length("a").dtype == tf.int32
    assert tf.where([True]).dtype == tf.int64


def test_sizes_that_are_known_are_known_at_once():
    x = tf.placeholder(tf.float32, [None, 3])
    assert tf.shape(x[0]).numpy().tolist() == [3]
    assert tf.reshape(x, [tf.shape(x)[0], 3, 1]).shape == (None, 3, 1)
    assert tf.zeros(tf.shape(x)).shape == (None, 3)
    assert int(tf.rank(x)) == 2


def test_identity_gives_a_name():
    assert tf.identity(tf.placeholder(tf.float32, []), name="loss").name == "loss:0"


def test_a_known_condition_calls_one_branch_only():
    assert int(tf.cond(tf.constant(True), lambda: 1, lambda: 1 / 0)) == 1


def test_branches_return_structures():
    p = tf.placeholder(tf.bool, [])
    out = tf.cond(p, lambda: {"a": 1, "b": ("x",)}, lambda: {"a": tf.constant(2), "b": (tf.constant("y"),)})
    assert out["a"].dtype == tf.int32
    assert out["b"][0].dtype == tf.string


def test_tensors_of_numpy_strings_and_empty_columns_compare():
    assert tf.equal(np.array(["a", "b"]), "b").numpy().tolist() == [False, True]
    assert tf.equal(tf.constant([], tf.string), "b").shape == (0,)
