"""The operations of `tf.sparse` as rows of the table of ops; sparse Tensors are made of dense samples in the call."""

import numpy as np

from estimax import math, sparse, strings
from estimax._array import shape
from estimax._base._string_array import StringArray
from estimax.sparse import SparseTensor
from tests.ops.samples import Row, integers, numbers, texts

F = np.where(integers(3, 4) > 0, numbers(3, 4), 0).astype(np.float32)
G = np.where(integers(3, 4) < -2, numbers(3, 4), 0).astype(np.float32)
CUBE = np.where(integers(2, 3, 2) % 2 == 0, integers(2, 3, 2), 0).astype(np.int64)
WORDS = texts(2, 4)
IDS = np.array([[3, 1, 0], [2, 2, 1]])


def of(x):
    return sparse.from_dense(x)


MAKING = (
    Row("from_dense", of, ((F,), (CUBE,), (WORDS,), (F[0],), (np.float32(0),)), False),
    Row("SparseTensor", SparseTensor, ((np.array([[0, 1], [1, 0]]), numbers(2), np.array([2, 2])),), False, False),
    Row("parts", lambda x: [of(x).indices, of(x).values, of(x).dense_shape], ((F,), (WORDS,)), False),
    Row("with_values", lambda x: of(x).with_values(of(x).values * 2), ((F,),), False),
    Row("element-wise", lambda x: math.abs(of(x)) * 2.0 + of(x), ((F,),), False),
    Row("to_dense", lambda x: sparse.to_dense(of(x)), ((F,), (CUBE,), (WORDS,), (F[0],)), False),
    Row("to_dense with a default", lambda x, d: sparse.to_dense(of(x), d), ((F, np.float32(7)),), False),
    Row("to_dense of strings", lambda x, d: sparse.to_dense(of(x), d), ((WORDS, StringArray.of("-")),)),
    Row(
        "sparse_to_dense",
        lambda v: sparse.sparse_to_dense([[0, 2], [1, 0]], [2, 3], v, -1.0),
        ((numbers(2),), (np.float32(3),)),
        True,
    ),
    Row("sparse_to_dense of places", lambda i: sparse.sparse_to_dense(i, [7], 1, validate_indices=False), ((IDS[0],),)),
    Row(
        "sparse_to_dense of an open size",
        lambda i, x: sparse.sparse_to_dense(i, [shape(x)[0]], "a", "b"),
        ((np.int32(1), F),),
        False,
        False,
    ),
    Row("to_indicator", lambda x: sparse.to_indicator(of(x), 4), ((IDS,),), False),
    Row("merge", lambda x: sparse.merge(of(x), sparse.map_values(math.to_float, of(x)), 4), ((IDS,),), False),
    Row("merge of two", lambda x: sparse.merge([of(x), of(x)], of(x), [4, 5], already_sorted=True), ((IDS,),), False),
)

SHAPES = (
    Row("reorder", lambda x: sparse.reorder(SparseTensor([[1, 0], [0, 1]], x, [2, 2])), ((numbers(2),),), False),
    Row("reshape", lambda x: sparse.reshape(of(x), [2, -1]), ((F,), (CUBE,)), False),
    Row("reshape by a Tensor", lambda x: sparse.reshape(of(x), [shape(x)[1], -1]), ((F,), (CUBE,)), False),
    Row("expand_dims", lambda x: [sparse.expand_dims(of(x), 1), sparse.expand_dims(of(x))], ((F,), (WORDS,)), False),
    Row("transpose", lambda x: sparse.transpose(of(x)), ((F,), (CUBE,), (WORDS,)), False),
    Row("transpose by an order", lambda x: sparse.transpose(of(x), [1, 2, 0]), ((CUBE,),), False),
    Row("slice", lambda x: sparse.slice(of(x), [1, 0], [2, 3]), ((F,), (WORDS,)), False),
    Row("slice by a Tensor", lambda x, i: sparse.slice(of(x), [0, i], [i, 2]), ((F, np.int32(1)),), False),
    Row("split", lambda x: sparse.split(of(x), 2, 1), ((F,), (WORDS,)), False),
    Row("concat", lambda x, y: sparse.concat(0, [of(x), of(y), of(x)]), ((F, G), (WORDS, WORDS)), False),
    Row("concat along axis 1", lambda x, y: sparse.concat(-1, [of(x), of(y)]), ((F, G), (WORDS, WORDS)), False),
    Row("concat of other sizes", lambda x, y: sparse.concat(1, [of(x), of(y)], True), ((F, G[:2]),), False),
    Row("reset_shape", lambda x: sparse.reset_shape(of(x)), ((F,), (G,)), False),
    Row("reset_shape to another", lambda x: sparse.reset_shape(of(x), [5, 5]), ((F,),), False),
)

ELEMENTS = (
    Row("retain", lambda x: sparse.retain(of(x), of(x).values > 0.5), ((F,),), False),
    Row("retain strings", lambda x: sparse.retain(of(x), strings.length(of(x).values) > 3), ((WORDS,),)),
    Row(
        "fill_empty_rows",
        lambda x, d: list(sparse.fill_empty_rows(of(x), d)),
        ((G, np.float32(9)), (texts(4, 1), StringArray.of("-")), (CUBE, np.int64(5))),
        False,
    ),
    Row("map_values", lambda x: sparse.map_values(math.add, of(x), of(x)), ((F,),), False),
)

ARITHMETIC = (
    Row("reduce_sum", lambda x: sparse.reduce_sum(of(x)), ((F,), (CUBE,)), False),
    Row("reduce_sum along axis 1", lambda x: sparse.reduce_sum(of(x), 1), ((F,), (CUBE,)), False),
    Row("reduce_sum keeping axes", lambda x: sparse.reduce_sum(of(x), [0, -1], keepdims=True), ((F,), (CUBE,)), False),
    Row("reduce_max", lambda x: sparse.reduce_max(of(x), 0), ((G,), (CUBE,)), False),
    Row("reduce_max_sparse", lambda x: sparse.reduce_max_sparse(of(x), 0), ((G,), (CUBE,)), False),
    Row("add", lambda x, y: sparse.add(of(x), of(y)), ((F, G), (CUBE, CUBE)), False),
    Row("add with a threshold", lambda x, y: sparse.add(of(x), of(y), 1.0), ((F, G),), False),
    Row("add to a dense Tensor", lambda x, y: [sparse.add(of(x), y), sparse.add(y, of(x))], ((F, G),), False),
    Row("maximum", lambda x, y: sparse.maximum(of(x), of(y)), ((F, G),), False),
    Row("minimum", lambda x, y: sparse.minimum(of(x), of(y)), ((F, G),), False),
    Row("matmul", lambda x, y: sparse.matmul(of(x), y), ((F, numbers(4, 2)),), False),
    Row(
        "matmul of transposed matrices",
        lambda x, y: sparse.matmul(of(x), y, adjoint_a=True, adjoint_b=True),
        ((F, numbers(2, 3)),),
        False,
    ),
)

ROWS = (*MAKING, *SHAPES, *ELEMENTS, *ARITHMETIC)
