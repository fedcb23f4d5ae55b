"""The operations of `tf.ragged` as rows of the table of ops; lists are made of dense samples in the call."""

import numpy as np

from estimax import math, ragged, strings
from estimax._base._string_array import StringArray
from estimax.ragged import RaggedTensor
from estimax.ragged._reductions import reduce
from tests.ops.samples import Row, numbers, texts

X = np.array([[1.5, 2.0, 0.0], [0.0, 0.0, 0.0], [3.0, 0.0, 4.0]], np.float32)
CUBE = np.array([[[1, 2, 0], [3, 0, 0]], [[0, 0, 0], [4, 5, 6]]])
WORDS = StringArray.of(["a bb c", "", "dd", "e  f"])
LENGTHS = np.array([2, 0, 1])
V = numbers(3)


def of(x):
    """Lists of the rows of a matrix, without the zeros at their ends."""
    return RaggedTensor.from_tensor(x, padding=0)


def nested(x):
    return RaggedTensor.from_tensor(x, padding=0, ragged_rank=2)


def words(x):
    return strings.split(x, " ")


MAKING = (
    Row("from_row_splits", lambda v: RaggedTensor.from_row_splits(v, [0, 2, 2, 3]), ((V,), (texts(3),)), False),
    Row("from_row_lengths", RaggedTensor.from_row_lengths, ((V, LENGTHS), (texts(3), LENGTHS)), False),
    Row("from_row_starts", lambda v: RaggedTensor.from_row_starts(v, [0, 1, 1]), ((V,),), False),
    Row("from_row_limits", lambda v: RaggedTensor.from_row_limits(v, [0, 1, 3]), ((V,),), False),
    Row("from_row_limits by a Tensor", RaggedTensor.from_row_limits, ((V, np.array([3, 3])),), False),
    Row("from_value_rowids", lambda v: RaggedTensor.from_value_rowids(v, [0, 0, 2]), ((V,),), False),
    Row("from_value_rowids of a number", lambda v: RaggedTensor.from_value_rowids(v, [0, 0, 2], 5), ((V,),), False),
    Row("from_uniform_row_length", lambda v: RaggedTensor.from_uniform_row_length(v, 2), ((numbers(4),),), False),
    Row(
        "from_nested_row_splits",
        lambda v: RaggedTensor.from_nested_row_splits(v, [[0, 2, 3], [0, 1, 1, 3]]),
        ((V,), (numbers(3, 2),)),
        False,
        False,
    ),
    Row("from_nested_row_lengths", lambda v: RaggedTensor.from_nested_row_lengths(v, [[2], [0, 3]]), ((V,),), False),
    Row("from_tensor", RaggedTensor.from_tensor, ((X,), (CUBE,), (texts(2, 3),)), False),
    Row("from_tensor of levels", lambda x: RaggedTensor.from_tensor(x, ragged_rank=2), ((CUBE,),), False),
    Row("from_tensor of lengths", RaggedTensor.from_tensor, ((X, LENGTHS), (texts(3, 2), LENGTHS)), False),
    Row("from_tensor without padding", of, ((X,), (X.astype(np.int64),)), False),
    Row("from_tensor of strings", lambda x: RaggedTensor.from_tensor(x, padding=""), ((texts(2, 4),),)),
    Row("from_tensor of levels without padding", nested, ((CUBE,),), False),
    Row("from_sparse", lambda x: RaggedTensor.from_sparse(strings.string_split(x)), ((WORDS,),)),
    Row("range", ragged.range, ((LENGTHS,), (np.int32(3),)), False),
    Row("range from and to", lambda a, b: ragged.range(a, b, 2), ((LENGTHS, np.array([4, 1, 2])),), False),
)

LISTS = (
    Row("values", lambda x: [of(x).values, of(x).row_splits], ((X,),), False),
    Row("values of words", lambda x: [words(x).flat_values, words(x).values], ((WORDS,), (texts(2, 2),))),
    Row("nested values", lambda x: [nested(x).values, nested(x).flat_values], ((CUBE,),), False),
    Row("nested_row_splits", lambda x: list(nested(x).nested_row_splits), ((CUBE,),), False),
    Row("nested_row_lengths", lambda x: list(nested(x).nested_row_lengths()), ((CUBE,),), False),
    Row("with_values", lambda x: nested(x).with_values(nested(x).values[:, :1]), ((CUBE,),), False),
    Row("with_flat_values", lambda x: of(x).with_flat_values(of(x).flat_values * 2), ((X,),), False),
    Row("row_lengths", lambda x: words(x).row_lengths(), ((WORDS,), (texts(2, 2),))),
    Row("row_lengths of inner lists", lambda x: nested(x).row_lengths(axis=2), ((CUBE,),), False),
    Row("row_starts", lambda x: [words(x).row_starts(), words(x).row_limits()], ((WORDS,),)),
    Row("value_rowids", lambda x: [words(x).value_rowids(), words(x).nrows()], ((WORDS,), (texts(2, 2),))),
    Row("bounding_shape", lambda x: words(x).bounding_shape(), ((WORDS,), (texts(2, 2),))),
    Row("bounding_shape of an axis", lambda x: nested(x).bounding_shape(axis=2, out_type="int32"), ((CUBE,),), False),
    Row("merge_dims", lambda x: [nested(x).merge_dims(0, 1), nested(x).merge_dims(0, 2)], ((CUBE,),), False),
    Row("to_tensor", lambda x: words(x).to_tensor(), ((WORDS,), (texts(2, 2),))),
    Row("to_tensor with a default", lambda x, d: of(x).to_tensor(d), ((X, np.float32(-1)),), False),
    Row("to_tensor of a shape", lambda x: words(x).to_tensor("-", shape=[None, 2]), ((WORDS,),)),
    Row("to_tensor of levels", lambda x: nested(x).to_tensor(7, shape=[3, None, 2]), ((CUBE,),), False),
    Row("to_tensor of vectors", lambda x: RaggedTensor.from_row_lengths(x, [2, 1]).to_tensor(), ((X,),), False, False),
    Row("to_sparse", lambda x: words(x).to_sparse(), ((WORDS,), (texts(2, 2),))),
    Row("to_sparse of vectors", lambda x: RaggedTensor.from_row_lengths(x, [2, 1]).to_sparse(), ((X,),), False, False),
    Row("row_splits_to_segment_ids", ragged.row_splits_to_segment_ids, ((np.array([0, 0, 0]),),), False),
    Row("segment_ids_to_row_splits", ragged.segment_ids_to_row_splits, ((np.array([1, 1]),),), False),
    Row("element-wise", lambda x: [of(x) * 2.0 - of(x), of(x) > 1.0], ((X,),), False),
    Row("map_flat_values", lambda x: ragged.map_flat_values(math.square, of(x)), ((X,),), False),
)

INDEXING = (
    Row("index", lambda x: words(x)[1], ((WORDS,), (texts(2, 2),))),
    Row("index from the end", lambda x: nested(x)[-1], ((CUBE,),), False),
    Row("index of two", lambda x: [nested(x)[0, 1], nested(x)[1, 0]], ((CUBE,),), False),
    Row("slice", lambda x: words(x)[1:], ((WORDS,), (texts(2, 2),))),
    Row("slice of each", lambda x: [words(x)[:, :2], words(x)[:, -1:]], ((WORDS,),)),
    Row("slice of each by steps", lambda x: words(x)[::-1, ::-2], ((WORDS,),)),
    Row("slice of inner lists", lambda x: [nested(x)[:, :, 1:], nested(x)[..., :1]], ((CUBE,),), False),
    Row("index of vectors", lambda x: RaggedTensor.from_row_lengths(x, [2, 1])[:, :, 0], ((X,),), False, False),
)

JOINING = (
    Row("concat", lambda x, y: ragged.concat([of(x), of(y), of(x)], 0), ((X, X[:2]),), False),
    Row("concat along axis 1", lambda x, y: ragged.concat([words(x), words(y)], 1), ((WORDS, WORDS),)),
    Row("concat along axis 2", lambda x: ragged.concat([nested(x), nested(x)], -1), ((CUBE,),), False),
    Row("concat with a dense Tensor", lambda x, y: ragged.concat([of(x), y], 1), ((X, X[:, :2]),), False),
    Row("stack", lambda x, y: ragged.stack([of(x), of(y)]), ((X, X[:2]),), False),
    Row("stack along axis 1", lambda x, y: ragged.stack([words(x), words(y)], 1), ((WORDS, WORDS),)),
    Row("stack of vectors", lambda x, y: ragged.stack([x, y]), ((V, numbers(2)), (texts(3), texts(1))), False),
    Row("boolean_mask", lambda x: ragged.boolean_mask(of(x), of(x) > 1.0), ((X,),), False),
    Row(
        "boolean_mask of lists",
        lambda x, m: ragged.boolean_mask(of(x), m),
        ((X, np.array([True, False, True])),),
        False,
    ),
    Row(
        "boolean_mask of inner lists",
        lambda x: ragged.boolean_mask(nested(x), nested(x).row_lengths(2) > 1),
        ((CUBE,),),
        False,
    ),
    Row("boolean_mask of a matrix", lambda x: ragged.boolean_mask(x, x > 1.0), ((X,),), False),
)

REDUCTIONS = (
    *(
        Row(f"reduce_{how}", lambda x, how=how: [reduce(of(x), 1, how), reduce(of(x), 0, how)], ((X,),), False)
        for how in ("sum", "mean", "prod", "max", "min")
    ),
    Row(
        "reduce_sum of all",
        lambda x: [reduce(nested(x), None, "sum"), reduce(of(x[0]), None, "max")],
        ((CUBE,),),
        False,
    ),
    Row(
        "reduce_mean of integers",
        lambda x: [reduce(nested(x), 2, "mean"), reduce(nested(x), 1, "mean")],
        ((CUBE,),),
        False,
    ),
    Row("reduce_sum of two axes", lambda x: reduce(nested(x), [1, 2], "sum"), ((CUBE,),), False),
    Row("reduce_sum keeping an axis", lambda x: reduce(of(x), 1, "sum", keepdims=True), ((X,),), False),
    Row(
        "reduce_sum of vectors",
        lambda x: [reduce(RaggedTensor.from_row_lengths(x, [2, 1]), axis, "sum") for axis in (1, 2)],
        ((X,),),
        False,
        False,
    ),
    Row("reduce_any", lambda x: [reduce(of(x) > 1.0, 1, how) for how in ("any", "all")], ((X,),), False),
)

ROWS = (*MAKING, *LISTS, *INDEXING, *JOINING, *REDUCTIONS)
