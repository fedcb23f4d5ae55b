"""What ops do not take, and what they say to it."""

import numpy as np
import pytest

import estimax as tf
from estimax import _array as array
from estimax import math, strings
from estimax._graph._column import stack_rows
from estimax._graph._function import trace

VECTOR = tf.placeholder(tf.int32, [2])


def rows(function, *values):
    """Runs a function over rows of several sizes."""
    traced, _ = trace(function, tf.TensorSpec([None], tf.int32))
    return traced.over_rows([stack_rows([np.array(v, np.int32) for v in values], tf.int32)], len(values))


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
    "fractions to index with": (lambda: tf.constant([1, 2])[0.5], WRONG_TYPE, r"whole numbers, slices.*tf\.gather"),
    "lists to index with": (lambda: tf.constant([1, 2])[[0, 1]], WRONG_TYPE, r"tf\.gather"),
    "vectors as bounds": (lambda: tf.constant([1, 2])[VECTOR:], WRONG_TYPE, "single whole number"),
    "an index from a Tensor": (lambda: rows(lambda x: x[tf.size(x), None], [1]), INVALID, "out of bounds"),
    "an index for rows of several sizes": (lambda: rows(lambda x: x[1], [1, 2], [1]), INVALID, "axis of size 1"),
    "a block outside of some row": (lambda: rows(lambda x: tf.slice(x, [1], [1]), [1, 2], [1]), INVALID, "outside"),
    "rows that do not fill": (
        lambda: rows(lambda x: tf.reshape(x, [2, -1]), [1, 2], [1]),
        INVALID,
        r"1 elements.*fill",
    ),
    "a row that is not of size 1": (lambda: rows(lambda x: tf.squeeze(x, [0]), [1, 2], [1]), INVALID, "size 1"),
    "a mask of some rows": (lambda: rows(lambda x: tf.boolean_mask(x, [True, False]), [1, 2], [1]), INVALID, "mask"),
    "negative paddings": (lambda: tf.pad([1], [[-1, 0]]), INVALID, "not be negative.*slice"),
    "negative paddings of some rows": (
        lambda: rows(lambda x: tf.pad(x, [[0, 1 - tf.size(x)]]), [1, 2], [1]),
        INVALID,
        "not be negative",
    ),
    "texts to pad numbers": (lambda: tf.pad([1], [[0, 1]], constant_values="a"), WRONG_TYPE, "int32"),
    "a mirror that is too small": (lambda: tf.pad([1, 2], [[2, 0]], "REFLECT"), INVALID, "mirror"),
    "one axis of paddings": (lambda: tf.pad([[1]], [[0, 1]]), INVALID, "2 pairs"),
    "paddings of unknown number": (
        lambda: tf.pad([1], tf.placeholder(tf.int32, [None, 2])),
        WRONG_TYPE,
        "known shape",
    ),
    "another shape": (lambda: array.ensure_shape([1, 2], [3]), INVALID, r"ensure_shape.*\(2,\).*\(3,\)"),
    "another shape of some row": (lambda: rows(lambda x: array.ensure_shape(x, [2]), [1, 2], [1]), INVALID, "got"),
    "broadcasting to less": (lambda: array.broadcast_to([1, 2], [3]), INVALID, "cannot be broadcast"),
    "too many at the top": (lambda: array.top_k([1, 2], 3), INVALID, "k=3.*there are 2"),
    "sorting truth": (lambda: array.sort([True]), WRONG_TYPE, "numbers or strings"),
    "another direction": (lambda: array.sort([1], direction="down"), ValueError, "ASCENDING"),
    "distinct rows": (lambda: array.unique([[1]]), INVALID, "vector"),
    "another side": (lambda: array.searchsorted([1], [1], side="up"), ValueError, "left"),
    "no permutation": (lambda: array.invert_permutation([0, 0]), INVALID, "once"),
    "places outside": (lambda: array.gather_nd([1, 2], [[2]]), INVALID, r"\[2\] are outside of the shape \[2\]"),
    "places that are too deep": (lambda: array.gather_nd([1, 2], [[0, 0]]), INVALID, "up to 1"),
    "updates outside": (lambda: array.scatter_nd([[5]], [1], [3]), INVALID, "outside"),
    "sums of strings at places": (lambda: array.scatter_nd([[0]], ["a"], [3]), WRONG_TYPE, "adds up numbers"),
    "updates of another type": (
        lambda: array.tensor_scatter_nd_update([1], [[0]], tf.constant([1.0])),
        WRONG_TYPE,
        "int32",
    ),
    "batches that do not fit": (lambda: tf.gather([[1], [2]], [[0]], batch_dims=1), INVALID, "equal first axes"),
    "repeating by too few": (lambda: array.repeat([1, 2, 3], [1, 2]), INVALID, "each of 3"),
    "repeating less than never": (lambda: array.repeat([1], [-1]), INVALID, "whole number"),
    "lengths beyond a sequence": (lambda: array.reverse_sequence([[1, 2]], [3], 1), INVALID, "up to 2"),
    "another indexing": (lambda: array.meshgrid([1], indexing="yx"), ValueError, "'xy' or 'ij'"),
    "falling ids": (lambda: math.segment_sum([1, 2], [1, 0]), INVALID, "must not fall"),
    "ids beyond the segments": (lambda: math.unsorted_segment_sum([1], [2], 2), INVALID, "from 0 to 1"),
    "ids of another shape": (lambda: math.segment_sum([1, 2], [0, 0, 0]), INVALID, "do not fit"),
    "counts of negative numbers": (lambda: math.bincount([-1]), INVALID, "from 0 on"),
    "an empty interval": (lambda: math.histogram_fixed_width([1.0], [1.0, 1.0]), INVALID, "rising"),
    "classes beyond their number": (lambda: math.confusion_matrix([2], [0], num_classes=2), INVALID, "from 0 to 1"),
    "too few letters": (lambda: math.einsum("i,j->ij", [[1]], [1]), INVALID, "letter for each axis"),
    "a letter of its own": (lambda: math.einsum("i->ij", [1]), INVALID, "not among"),
    "letters of two sizes": (lambda: math.einsum("i,i->i", [1, 2], [1, 2, 3]), INVALID, "size 2 and 3"),
    "one Tensor for two terms": (lambda: math.einsum("i,i->i", [1]), INVALID, "of 2 Tensors"),
    "another norm": (lambda: math.norm([1.0], 3), INVALID, "euclidean"),
    "bits of fractions together": (lambda: math.bitwise_and(1.5, 1), WRONG_TYPE, "whole numbers"),
    "bits of texts": (lambda: math.bitcast(["a"], tf.int32), WRONG_TYPE, "decode_raw"),
    "bytes that are left over": (lambda: math.bitcast(tf.constant([1], tf.uint8), tf.int32), INVALID, "size 4"),
    "no pairs of cases": (lambda: array.case([]), ValueError, "at least one pair"),
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
