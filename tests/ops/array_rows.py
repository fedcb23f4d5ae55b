"""Rows of the table of ops: making, shaping, joining, choosing, picking and indexing."""

import numpy as np

import estimax as tf
from estimax import _array as array
from estimax import math, strings
from estimax._base._string_array import StringArray
from tests.ops.samples import (
    DOUBLE,
    EMPTY,
    POSITIVE,
    M,
    N,
    Row,
    S,
    T,
    U,
    X,
    Y,
    numbers,
    texts,
    truths,
)

CONTROL = (
    Row("identity_n", lambda x, y: array.identity_n([x, y]), ((X, S),), False),
    Row("stop_gradient", array.stop_gradient, ((X,), (S,))),
    Row("tuple", lambda x, y: array.tuple([x, y]), ((X, S),), False),
    Row("group", lambda x, y: array.group(x, [y]), ((X, S),), False),
    Row("no_op beside a Tensor", lambda x: x + math.cast(array.no_op(), tf.float32), ((X,),)),
    Row("check_numerics", lambda x: array.check_numerics(x, "x"), ((X,), (DOUBLE,))),
    Row(
        "assertions that hold",
        lambda x: waiting(x, array.assert_positive(x), array.assert_less(x, 99.0)),
        ((POSITIVE,),),
    ),
    Row("Assert", lambda t, x: waiting(x, array.Assert(math.reduce_any(t), [x, "text"])), ((T, X), (T, S)), False),
    Row("Print", lambda x: array.Print(x, [x, array.shape(x)], "now: ", first_n=0), ((X,), (S,)), False),
)


def waiting(x, *others):
    with array.control_dependencies(others):
        return array.identity(x)


CREATION = (
    Row("identity", lambda x: array.identity(x, name="same"), ((X,), (S,))),
    Row("zeros_like", array.zeros_like, ((X,), (N,), (T,), (S,))),
    Row("ones_like", lambda x: array.ones_like(x, tf.int32), ((X,), (T,))),
    Row("fill", lambda v: array.fill([2, 3], v), ((np.float32(3),), (StringArray.of("a"),), (np.bool_(True),))),
    Row("fill of sizes from Tensors", array.fill, ((np.array([2, 3]), np.float32(1)),), False, False),
    Row("fill by the size of another", lambda x, v: array.fill([array.shape(x)[0], 2], v), ((X, np.int32(3)),)),
    Row("zeros of a size from a Tensor", lambda x: array.zeros([array.shape(x)[1], 2]), ((X,),)),
    Row("ones of the shape of another", lambda x: array.ones(array.shape(x), tf.int64), ((X,), (S,))),
    Row("placeholder_with_default", lambda x: array.placeholder_with_default(0.5, []) + x, ((X,),), False),
    Row("fill of a size for each row", lambda n, v: array.fill([n, 2], v), ((np.int32(2), np.int32(7)),), False, False),
    Row("range", array.range, ((np.int32(1), np.int32(9), np.int32(3)),), False),
    Row("range of one argument", array.range, ((np.int32(4),), (np.float32(2.5),)), False),
    Row("range with a dtype", lambda n: array.range(n, dtype=tf.int32), ((np.int32(4),),), False),
    Row("linspace", lambda a, b: array.linspace(a, b, 5), ((np.float32(-1), np.float32(3)),)),
    Row("constant beside Tensors", lambda x: array.stack([x, array.constant(2.0, shape=[2, 3])]), ((X,),)),
    Row("eye beside Tensors", lambda x: x @ array.eye(3), ((X,),)),
    Row("convert_to_tensor", lambda x, y: array.convert_to_tensor([[x, y], [y, 1.0]]), ((Y[0], Y[1]),)),
)

SHAPES = (
    Row("reshape", lambda x: array.reshape(x, [3, -1]), ((X,), (N,), (texts(2, 3),))),
    Row("reshape to nothing but one size", lambda x: array.reshape(x, [-1]), ((X,), (S,), (EMPTY,))),
    Row("reshape by the size of another", lambda x: array.reshape(x, [array.shape(x)[1], -1]), ((X,), (S,))),
    Row("reshape to the shape of another", lambda x, y: array.reshape(x, array.shape(y)), ((X, numbers(3, 2)),)),
    Row("reshape by a Tensor", array.reshape, ((X, np.array([3, 2])), (S, np.array([4, 2]))), False, False),
    Row("expand_dims", lambda x: array.expand_dims(x, 0), ((X,), (S,), (np.float32(1),))),
    Row("expand_dims at the end", lambda x: array.expand_dims(x, -1), ((X,), (S,))),
    Row("squeeze", lambda x: array.squeeze(x, [0, -1]), ((numbers(1, 3, 1),), (texts(1, 2, 1),))),
    Row("squeeze all", array.squeeze, ((numbers(1, 3, 1),), (texts(1, 2, 1),)), open_sizes=False),
    Row("transpose", array.transpose, ((X,), (S,), (numbers(2, 3, 4),), (Y,))),
    Row("transpose by an order", lambda x: array.transpose(x, [1, 2, 0]), ((numbers(2, 3, 4),),)),
    Row("shape", array.shape, ((X,), (S,))),
    Row("shape as int64", lambda x: array.shape(x, out_type=tf.int64), ((X,),)),
    Row("size", array.size, ((X,), (S,))),
    Row("rank", lambda x: array.rank(x) + array.size(x), ((X,), (S,))),
)

SPREAD = (
    Row("broadcast_to", lambda x: array.broadcast_to(x, [4, 2, 3]), ((X,), (Y,), (texts(2, 1),)), True),
    Row(
        "broadcast_to the shape of another", lambda x, y: array.broadcast_to(x, array.shape(y)), ((Y, X), (X[:, :1], X))
    ),
    Row("ensure_shape", lambda x: array.ensure_shape(x, [None, 3]), ((X,), (N,))),
    Row("rank of what has an unknown one", lambda x: array.rank(forgotten(x)), ((X,), (S,)), False),
    Row("ops of an unknown rank", lambda x: forgotten(x)[0] + 1.0, ((X,), (Y,)), False),
    Row("matrix_diag", array.matrix_diag, ((X,), (N,))),
    Row("matrix_diag_part", array.matrix_diag_part, ((X,), (numbers(2, 2, 3),))),
    Row("diag and back", lambda x: array.diag_part(array.diag(x)), ((Y,),)),
    Row("sequence_mask", lambda n: array.sequence_mask(n, 4), ((M,), (np.int32(2),), (N,)), False),
    Row("sequence_mask of the greatest", lambda n: array.sequence_mask(n, dtype=tf.float32), ((M,), (N,)), False),
    Row("sequence_mask of a Tensor", array.sequence_mask, ((M, np.int32(3)),), False),
    Row("repeat", lambda x: array.repeat(x, 2, axis=1), ((X,), (S,)), False),
    Row("repeat each", array.repeat, ((Y, M), (texts(3), M), (Y, np.int32(2)), (X, np.int32(3))), False),
    Row("roll", lambda x: array.roll(x, [1, -1], [0, 1]), ((X,), (S,))),
    Row("roll by a Tensor", lambda x, n: array.roll(x, n, 0), ((X, np.int32(1)), (texts(3), np.int32(-2)))),
    Row(
        "reverse_sequence",
        lambda x, n: array.reverse_sequence(x, n, seq_axis=1),
        ((X, np.array([2, 3], np.int32)), (S, np.array([0, 3]))),
    ),
    Row(
        "reverse_sequence the other way",
        lambda x, n: array.reverse_sequence(x, n, seq_axis=0, batch_axis=1),
        ((X, np.array([2, 0, 1])),),
    ),
    Row("meshgrid", array.meshgrid, ((Y, X[0, :2]), (texts(3), texts(2))), False),
    Row("meshgrid by rows", lambda x, y: array.meshgrid(x, y, indexing="ij"), ((Y, X[0, :2]),), False),
)


def forgotten(x):
    """A Tensor of whose shape nothing is known."""
    return tf.placeholder_with_default(x, None)


ORDER = (
    Row("sort", array.sort, ((X,), (N,), (S,), (Y,))),
    Row("sort down along axis 0", lambda x: array.sort(x, 0, "DESCENDING"), ((X,), (N,), (S,))),
    Row("argsort", array.argsort, ((X,), (N,), (S,))),
    Row("argsort down", lambda x: array.argsort(x, direction="DESCENDING"), ((X,), (N,), (np.array([1, 1, 2]),))),
    Row("top_k", lambda x: list(array.top_k(x, 2)), ((X,), (N,), (Y,), (np.array([3, 1, 3, 3]),))),
    Row("top_k by a Tensor", lambda x, k: list(array.top_k(x, k)), ((X, np.int32(1)),), False),
    Row("unique", lambda x: list(array.unique(x)), ((np.array([3, 1, 3, 2]),), (texts(11),)), False),
    Row(
        "unique_with_counts",
        lambda x: list(array.unique_with_counts(x, tf.int64)),
        ((np.array([3, 1, 3]),), (texts(11),)),
        False,
    ),
    Row("searchsorted", lambda v: array.searchsorted([-1.0, 0.0, 1.5], v), ((Y,),)),
    Row(
        "searchsorted in rows",
        lambda v: array.searchsorted([[0.0, 1.0], [-1.0, 2.0]], v, side="right", out_type=tf.int64),
        ((X,),),
    ),
    Row("invert_permutation", array.invert_permutation, ((np.array([2, 0, 1], np.int32),),)),
    Row("gather_nd", array.gather_nd, ((X, np.array([[1, 1], [0, 0]])), (S, np.array([[1], [0]]))), True, False),
    Row(
        "gather_nd in batches",
        lambda x, i: array.gather_nd(x, i, batch_dims=1),
        ((X, np.array([[2], [0]])), (numbers(2, 3, 2), np.array([[[1, 1]], [[0, 1]]]))),
        True,
        False,
    ),
    Row("batch_gather", array.batch_gather, ((X, np.array([[2, 0], [1, 1]])),)),
    Row(
        "scatter_nd",
        lambda i, u: array.scatter_nd(i, u, [4, 3]),
        ((np.array([[1], [3]]), X), (np.array([[1, 2], [1, 2]]), Y[:2])),
        True,
        False,
    ),
    Row(
        "scatter_nd of a size from a Tensor",
        lambda i, u, n: array.scatter_nd(i, u, [n]),
        ((np.array([[1], [0]]), Y[:2], np.int32(3)),),
        False,
        False,
    ),
    Row(
        "tensor_scatter_nd_update",
        lambda x, u: array.tensor_scatter_nd_update(x, [[1], [0]], u),
        ((X, X + 1), (S, texts(2, 4))),
    ),
    Row("tensor_scatter_nd_add", lambda x, u: array.tensor_scatter_nd_add(x, [[1], [1]], u), ((X, X + 1),)),
)

JOINING = (
    Row("concat", lambda x, y: array.concat([x, y, x], 0), ((X, numbers(1, 3)), (S, texts(3, 4)))),
    Row("concat along the last axis", lambda x, y: array.concat([x, y], -1), ((X, numbers(2, 1)), (S, texts(2, 1)))),
    Row("concat with constants", lambda x: array.concat([[1.0], x, [2]], 0), ((Y,),)),
    Row("stack", lambda x, y: array.stack([x, y]), ((X, numbers(2, 3)), (S, S), (np.float32(1), np.float32(2)))),
    Row("stack along axis 1", lambda x, y: array.stack([x, y], axis=1), ((X, X), (S, S))),
    Row("a list of Tensors", lambda x, y: math.reduce_max([x, y], axis=0), ((X, X + 1),)),
    Row("unstack", lambda x: array.unstack(x, axis=1), ((X,), (S,)), open_sizes=False),
    Row("unstack into a number", lambda x: array.unstack(x, num=2), ((X,), (S,))),
    Row("split", lambda x: array.split(x, 2), ((X,), (S,)), open_sizes=False),
    Row("split by sizes", lambda x: array.split(x, [1, -1], axis=1), ((X,), (S,))),
    Row("tile", lambda x: array.tile(x, [2, 1]), ((X,), (S,))),
    Row("tile by the size of another", lambda x, y: array.tile(x, [array.shape(y)[0], 2]), ((X, Y), (S, Y))),
    Row("pad", lambda x: array.pad(x, [[1, 0], [0, 2]]), ((X,), (N,), (S,))),
    Row("pad with a value", lambda x: array.pad(x, [[0, 1], [1, 0]], constant_values=7), ((X,), (N,))),
    Row("pad by Tensors", lambda x, n: array.pad(x, [[n, 1], [0, n]]), ((X, np.int32(2)), (S, np.int32(0))), False),
    Row(
        "pad vectors to a length",
        lambda x: array.pad(x, [[0, 9 - array.size(x)]], constant_values=-1),
        ((Y,), (M,)),
        False,
    ),
    Row(
        "pad strings to a length",
        lambda x: array.pad(x, [[0, 9 - array.size(x)]], constant_values="-"),
        ((texts(3),),),
        False,
    ),
    Row(
        "pad the first axis",
        lambda x, n, v: array.pad(x, [[n, 1], [0, 0]], constant_values=v),
        ((X, np.int32(2), np.float32(5)),),
        False,
    ),
    Row("pad by a Tensor", array.pad, ((X, np.array([[1, 0], [2, 1]])),), False, False),
    Row("tile vectors", array.tile, ((Y, np.array([2])), (texts(3), np.array([0]))), False, False),
    Row("pad by reflection", lambda x: array.pad(x, [[1, 0], [0, 2]], "REFLECT"), ((X,), (S,))),
)

SELECTION = (
    Row("where", array.where, ((T, X, numbers(2, 3) + 1), (U, X, Y), (np.bool_(True), X, Y))),
    Row("where of strings", array.where, ((truths(2, 4), S, StringArray.of("b")), (truths(4), S, texts(4))), False),
    Row("where of whole rows", array.where, ((truths(2), X, X + 1), (truths(2), S, S))),
    Row("where_v2", array.where_v2, ((U, X, Y), (truths(2), numbers(2, 2), numbers(2, 2) * 2))),
    Row("where with constants", lambda c: array.where(c, 1.0, 0), ((T,),)),
    Row("indices of truth", array.where, ((T,), (U,)), False),
    Row("cond", lambda p, x: array.cond(p, lambda: x + 1.0, lambda: x * 2.0), ((U[0], X), (U[1], X))),
    Row("cond by a comparison", lambda x: array.cond(x > 0.0, lambda: x, lambda: -x), ((Y[0],), (-Y[0],))),
    Row(
        "cond of strings",
        lambda x: array.cond(math.equal(x, "a"), lambda: "was a", lambda: strings.join([x, "!"])),
        ((StringArray.of("a"),), (StringArray.of("b"),)),
        False,
    ),
    Row(
        "cond of strings that one branch refuses",
        lambda x: array.cond(strings.regex_full_match(x, "[0-9]+"), lambda: strings.to_number(x), lambda: -1.0),
        ((StringArray.of("12"),), (StringArray.of("b"),)),
        False,
    ),
    Row(
        "cond of structures",
        lambda p, x, s: list(array.cond(p, lambda: (x, s, 1), lambda: (x * 2.0, strings.upper(s), 2))),
        ((U[0], X, S),),
        False,
    ),
    Row(
        "cond in cond",
        lambda x: array.cond(x > 0.0, lambda: array.cond(x > 1.0, lambda: x * 3.0, lambda: x + 1.0), lambda: -x),
        ((Y[0],), (Y[1],)),
    ),
    Row(
        "case",
        lambda x: array.case([(x < -1.0, lambda: x - 1.0), (x < 1.0, lambda: x * x)], default=lambda: math.sqrt(x)),
        ((Y[0],), (Y[1],), (-Y[2],)),
        False,
    ),
    Row(
        "exclusive case",
        lambda x: array.case([(x < 0.0, lambda: -x), (x >= 0.0, lambda: x)], exclusive=True),
        ((Y[0],),),
        False,
    ),
    Row(
        "switch_case",
        lambda i, x: array.switch_case(i, [lambda: x, lambda: -x, lambda: x * 2.0]),
        ((np.int32(1), X), (np.int32(7), X)),
        False,
    ),
    Row(
        "switch_case by numbers",
        lambda i, x: array.switch_case(i, {3: lambda: x, 5: lambda: x[:1]}, default=lambda: x[1:]),
        ((np.int32(3), X), (np.int32(4), X)),
        False,
    ),
    Row(
        "cond of different shapes",
        lambda x: array.cond(x[0] > 0.0, lambda: x, lambda: x[:1]),
        ((Y,), (-Y,)),
        False,
    ),
    Row("boolean_mask", array.boolean_mask, ((X, T), (Y, U), (S, truths(2))), False),
    Row("boolean_mask along axis 1", lambda x, m: array.boolean_mask(x, m, axis=1), ((X, U), (S, truths(4))), False),
    Row("index by truth", lambda x: x[x > 0.0], ((X,), (Y,)), False),
)

PICKING = (
    Row("gather", array.gather, ((X, np.array([1, 0, 1])), (S, np.array([[0], [1]])), (Y, np.int32(2)))),
    Row("gather along axis 1", lambda x, i: array.gather(x, i, axis=1), ((X, np.array([[2, 0]])), (S, np.array([3])))),
    Row(
        "gather in batches",
        lambda x, i: array.gather(x, i, batch_dims=1),
        ((X, np.array([[2, 0], [1, 1]])), (S, np.array([[3], [0]])), (numbers(2, 3, 2), np.array([2, 0]))),
    ),
    Row(
        "gather in batches along a later axis",
        lambda x, i: array.gather(x, i, axis=2, batch_dims=1),
        ((numbers(2, 3, 4), np.array([[3, 0], [1, 1]])),),
    ),
    Row("index by a Tensor", lambda x, i: x[i], ((X, np.array([-1, 0])), (S, np.int32(1))), False),
    Row("one_hot", lambda x: array.one_hot(x, 3), ((np.array([[0, 2], [-1, 5]]),), (np.int32(1),))),
    Row("one_hot along axis 0", lambda x: array.one_hot(x, 2, 5, -1, axis=0), ((np.array([[0, 1, 1]]),),)),
    Row("one_hot of strings", lambda x: array.one_hot(x, 2, "yes", "no"), ((np.array([0, 1]),),), False),
    Row("one_hot of a depth from a Tensor", array.one_hot, ((np.array([1, 0, 2]), np.int32(3)),), False),
)

INDEXING = (
    Row("index", lambda x: x[1], ((X,), (S,), (Y,))),
    Row("index from the end", lambda x: x[..., -1], ((X,), (S,))),
    Row("slice by steps", lambda x: x[::-1, 1:], ((X,), (S,))),
    Row("new axes", lambda x: x[:, None, ..., None], ((X,), (S,))),
    Row("slice with an ellipsis between", lambda x: x[0, ..., :1], ((X,), (numbers(2, 3, 4),))),
    Row("index by Tensors", lambda x, i: x[i, -1], ((X, np.int32(1)), (S, np.int32(-1))), False),
    Row("index a later axis", lambda x, i: x[..., i], ((X, np.int32(1)), (S, np.int32(-1))), False),
    Row(
        "slice between Tensors", lambda x, i, j: x[i:j], ((X, np.int32(0), np.int32(1)), (S, np.int32(-2), np.int32(9)))
    ),
    Row("slice from a Tensor", lambda x, i: x[..., i:], ((X, np.int32(1)), (Y, np.int32(2))), False),
    Row("slice back from a Tensor", lambda x, i: x[i::-1], ((X, np.int32(1)), (texts(3), np.int32(-1))), False),
    Row("slice by a step", lambda x, i: x[i::2], ((Y, np.int32(0)), (texts(3), np.int32(-2))), False),
    Row("slice by a step from a Tensor", lambda x, i: x[::i], ((Y, np.int32(2)), (texts(3), np.int32(-1))), False),
    Row("strided_slice", lambda x: array.strided_slice(x, [0, -1], [2, 0], [1, -1], end_mask=2), ((X,), (S,))),
    Row(
        "strided_slice with masks",
        lambda x: array.strided_slice(x, [1, 0, 0], [0, 0, 2], begin_mask=4, new_axis_mask=2, shrink_axis_mask=1),
        ((X,), (S,)),
    ),
    Row("strided_slice of Tensors", lambda x, i: array.strided_slice(x, [i], [i + 1]), ((X, np.int32(1)),), False),
    Row(
        "slice vectors by Tensors",
        lambda x, i, n: array.slice(x, [i], [n]),
        ((Y, np.int32(1), np.int32(2)), (texts(3), np.int32(0), np.int32(-1))),
        False,
    ),
    Row("slice", lambda x: array.slice(x, [0, 1], [2, -1]), ((X,), (S,))),
    Row("slice by Tensors", lambda x, i: array.slice(x, [0, i], [2, 1]), ((X, np.int32(2)), (S, np.int32(1))), False),
    Row("reverse", lambda x: array.reverse(x, [0]), ((X,), (S,))),
    Row("reverse along both axes", lambda x: array.reverse(x, [0, -1]), ((X,), (S,))),
)

ROWS = (*CONTROL, *CREATION, *SHAPES, *SPREAD, *ORDER, *JOINING, *SELECTION, *PICKING, *INDEXING)
