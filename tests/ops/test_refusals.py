"""What ops do not take, and what they say to it."""

import pytest

import estimax as tf
from estimax import math, strings

INVALID, WRONG_TYPE = tf.errors.InvalidArgumentError, TypeError

REFUSED = {
    "shapes that do not broadcast": (lambda: tf.constant([1, 2]) + tf.constant([1, 2, 3]), INVALID, r"Add.*broadcast"),
    "numbers from text": (lambda: tf.constant("1") * 2, WRONG_TYPE, "str or bytes; got 2"),
    "text times text": (lambda: tf.constant("1") * "2", WRONG_TYPE, r"Mul needs numbers; got string.*to_number"),
    "roots of whole numbers": (lambda: math.sqrt(4), WRONG_TYPE, r"Sqrt needs floating-point.*int32.*tf\.cast"),
    "truth of numbers": (lambda: math.logical_not(1), WRONG_TYPE, "LogicalNot needs truth values; got int32"),
    "sums of truth": (lambda: math.reduce_sum([True]), WRONG_TYPE, "Sum needs numbers; got bool"),
    "negative whole powers": (lambda: math.pow(2, -1), INVALID, "Pow"),
    "text to numbers by cast": (lambda: tf.cast("1", tf.int32), WRONG_TYPE, r"tf\.strings\.to_number"),
    "numbers to text by cast": (lambda: tf.cast(1, tf.string), WRONG_TYPE, r"tf\.strings\.as_string"),
    "an axis that is not there": (lambda: math.reduce_sum([1, 2], axis=1), INVALID, "from -1 to 0"),
    "the greatest of nothing": (lambda: math.argmax(tf.zeros([0, 2])), INVALID, "at least one element"),
    "matrices that do not fit": (lambda: math.matmul([[1, 2]], [[1, 2]]), INVALID, r"\(1, 2\) and \(1, 2\)"),
    "vectors as matrices": (lambda: math.matmul([1], [1]), INVALID, "two dimensions"),
    "falling boundaries": (lambda: math.bucketize([1.0], [2.0, 1.0]), INVALID, "must increase"),
    "no terms": (lambda: math.add_n([]), INVALID, "at least one"),
    "constants that do not fill": (lambda: tf.constant([1, 2], shape=[3]), INVALID, "needs 3 values; got 2"),
    "constants of another type": (lambda: tf.constant(1.5, tf.int32), WRONG_TYPE, "expected int32"),
    "defaults of another shape": (lambda: tf.placeholder_with_default([1], [2]), INVALID, "does not fit"),
    "fractions as sizes": (lambda: tf.zeros([1.5]), WRONG_TYPE, "whole number"),
    "sizes of unknown number": (lambda: tf.zeros(tf.placeholder(tf.int32, [None])), WRONG_TYPE, "known length"),
    "shapes that are not filled": (lambda: tf.reshape([1, 2, 3], [2, -1]), INVALID, r"do not fill .*\[2, -1\]"),
    "two open sizes": (lambda: tf.reshape([1, 2], [-1, -1]), INVALID, "one size"),
    "squeezing what is wide": (lambda: tf.squeeze([1, 2], [0]), INVALID, "size 1"),
    "an order of other axes": (lambda: tf.transpose([[1]], [0, 0]), INVALID, "each of 2 axes"),
    "no axis to expand": (lambda: tf.expand_dims([1]), WRONG_TYPE, "needs the axis"),
    "nothing to join": (lambda: tf.concat([], 0), INVALID, "at least one"),
    "single values to join": (lambda: tf.concat([1, 2], 0), INVALID, "axis"),
    "shapes that do not join": (lambda: tf.concat([[[1]], [[1, 2]]], 0), INVALID, r"\(1, 1\)|\(None, 1\)"),
    "shapes that do not stack": (lambda: tf.stack([[1], [1, 2]]), INVALID, "equal shapes"),
    "parts that do not make a whole": (lambda: tf.split([1, 2, 3], [1, 1]), INVALID, "make up an axis of size 3"),
    "unequal parts": (lambda: tf.split([1, 2, 3], 2), INVALID, "2 equal parts"),
    "an open number of parts": (lambda: tf.unstack(tf.placeholder(tf.int32, [None])), INVALID, "needs num"),
    "indices that are not there": (lambda: tf.gather([1, 2], [2]), INVALID, "from 0 to 1; got 2"),
    "negative indices to gather": (lambda: tf.gather([1, 2], -1), INVALID, "got -1"),
    "fractions as indices": (lambda: tf.gather([1, 2], 0.5), WRONG_TYPE, "whole numbers"),
    "an index out of bounds": (lambda: tf.constant([1, 2])[2], INVALID, "out of bounds for an axis of size 2"),
    "too many indices": (lambda: tf.constant([1, 2])[0, 0], INVALID, "too many"),
    "a slice that is outside": (lambda: tf.slice([1, 2], [1], [2]), INVALID, "outside"),
    "a mask of another shape": (lambda: tf.boolean_mask([1, 2], [True]), INVALID, "does not fit"),
    "numbers as a condition": (lambda: tf.where([1], [1], [2]), WRONG_TYPE, "truth values"),
    "two types to choose from": (
        lambda: tf.where([True], tf.constant([1]), tf.constant([1.0])),
        WRONG_TYPE,
        "one type",
    ),
    "half of a choice": (lambda: tf.where([True], [1]), ValueError, "both x and y"),
    "one branch": (lambda: tf.cond(True, lambda: 1), WRONG_TYPE, "two functions"),
    "a step of nothing": (lambda: tf.range(1, 2, 0), INVALID, "must not be 0"),
    "a line of no points": (lambda: tf.linspace(0.0, 1.0, 0), INVALID, "at least one"),
    "lengths of numbers": (lambda: strings.length(1), WRONG_TYPE, r"needs strings; got int32.*as_string"),
    "an unknown unit": (lambda: strings.length("a", unit="WORD"), INVALID, "BYTE, UTF8_CHAR"),
    "an unknown encoding": (lambda: strings.upper("a", encoding="latin1"), INVALID, "utf-8"),
    "a start behind the end": (lambda: strings.substr(["abc", "a"], 2, 1), INVALID, "starts at 2.*b'a'"),
    "a wrong expression": (lambda: strings.regex_replace("a", "(", ""), INVALID, "regular expression"),
    "a group that is not there": (lambda: strings.regex_replace("a", "a", r"\3"), INVALID, "regular expression"),
    "words as numbers": (lambda: strings.to_number(["1", "one"]), INVALID, "type float32; got b'one'"),
    "empty numbers": (lambda: strings.to_number(""), INVALID, "got b''"),
    "fractions as whole numbers": (lambda: strings.to_number("1.0", tf.int32), INVALID, "int32"),
    "whole numbers out of range": (lambda: strings.to_number("2147483648", tf.int32), INVALID, "int32"),
    "whole numbers in base 16": (lambda: strings.to_number("0x10", tf.int32), INVALID, "0x10"),
    "digits apart": (lambda: strings.to_number("1_0"), INVALID, "1_0"),
    "digits of whole numbers": (lambda: strings.as_string(1, precision=2), INVALID, "fractions"),
    "an unknown filling": (lambda: strings.as_string(1.0, fill="x"), INVALID, "fill must be"),
    "no buckets": (lambda: strings.to_hash_bucket_fast("a", 0), INVALID, "at least 1"),
    "joining one Tensor": (lambda: strings.join(tf.constant(["a"])), INVALID, "needs a list"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_with_advice(what):
    program, error, message = REFUSED[what]
    with pytest.raises(error, match=message):
        program()
