"""Every op, how to call it, and sample arguments: the laws of `test_laws.py` hold for each row.

A sample is a tuple of arrays or lists of strings. For the laws about rows, rows
are made of a sample by reordering the elements of each argument, so a sample
must stay valid when that is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import estimax as tf
from estimax import _array as array
from estimax import math, strings
from estimax._base._string_array import StringArray


@dataclass(frozen=True)
class Row:
    """An op: `call` takes Tensors and returns a Tensor or a list of them."""

    name: str
    call: Callable[..., Any]
    samples: tuple[tuple[Any, ...], ...]
    device: bool = True  # whether arrays of the device can take the place of numbers
    open_sizes: bool = True  # whether the sizes of the arguments may be unknown when it is traced

    def __str__(self) -> str:
        return self.name


def _numbers(*shape: int) -> np.ndarray:
    size = int(np.prod(shape))
    return (((np.arange(size) * 7919) % 41 - 20) / 8 + 0.0625).astype(np.float32).reshape(shape)


def _integers(*shape: int) -> np.ndarray:
    return ((np.arange(int(np.prod(shape))) * 31) % 13 - 6).astype(np.int32).reshape(shape)


def _truths(*shape: int) -> np.ndarray:
    return ((np.arange(int(np.prod(shape))) * 5) % 3 == 0).reshape(shape)


def _texts(*shape: int) -> StringArray:
    words = ["", "House", " apt 12 ", "naïve,café", "a\nb", "-3", "Ÿ", "0" * 70]
    size = int(np.prod(shape))
    return StringArray.of([words[(i * 3) % len(words)] for i in range(size)]).reshape(shape)


X, Y, POSITIVE, UNIT = _numbers(2, 3), _numbers(3) + 1.5, np.abs(_numbers(2, 3)) + 0.5, _numbers(2, 3) / 4
WIDE = np.array([[np.inf, -np.inf, np.nan], [0.0, -0.0, 1e30]], np.float32)
N, M = _integers(2, 3), np.abs(_integers(3)) + 1
LONG, DOUBLE = np.array([[2**40, -7, 0]]), np.array([0.1, -2.5, 1e-9])
T, U, S = _truths(2, 3), _truths(3), _texts(2, 4)
EMPTY = np.zeros((0, 3), np.float32)


def _pairs(name: str, call: Callable[..., Any], *more: tuple[Any, ...], **options: Any) -> Row:
    """A row for what takes two numbers."""
    return Row(name, call, ((X, Y), (N, M), (np.float32(2.5), X), (EMPTY, Y), *more), **options)


def _floats(name: str, call: Callable[..., Any], *samples: Any) -> Row:
    """A row for what takes one floating-point number."""
    return Row(name, call, tuple((s,) for s in (*samples, EMPTY, np.float32(0.75))))


ARITHMETIC = (
    _pairs("add", math.add, (LONG, LONG), (DOUBLE, DOUBLE), (S, _texts(4))),
    _pairs("subtract", math.subtract),
    _pairs("multiply", math.multiply),
    _pairs("truediv", math.truediv),
    _pairs("divide", math.divide),
    _pairs("div", math.div),
    _pairs("floordiv", math.floordiv, (N, np.array([0, 1, -2], np.int32))),
    _pairs("floormod", math.floormod),
    _pairs("mod", math.mod),
    Row("divide_no_nan", math.divide_no_nan, ((X, np.array([0, 1, -2], np.float32)),)),
    _floats("negative", math.negative, X, N, LONG),
    _floats("abs", math.abs, X, N),
    _floats("sign", math.sign, X, N),
    _floats("square", math.square, X, N),
    _pairs("squared_difference", math.squared_difference),
    _pairs("maximum", math.maximum, (WIDE, Y)),
    _pairs("minimum", math.minimum, (WIDE, Y)),
    _floats("round", math.round, np.array([0.5, 1.5, -2.5, 3.2], np.float32), N),
    _floats("floor", math.floor, X, WIDE),
    _floats("ceil", math.ceil, X),
    _floats("clip_by_value", lambda x: math.clip_by_value(x, -1.0, 1.5), X),
    _pairs("add_n", lambda x, y: math.add_n([x, y, x])),
    Row("operators", lambda x, y: ((-x + y) * 2.0 - 1.0 / y) % 3.0 // 0.5, ((X, Y),)),
    Row("operators from the right", lambda x: 2.0 - (1.0 + x) * 3.0 + 2.0**x, ((X,),)),
)

FUNCTIONS = (
    Row("pow", math.pow, ((POSITIVE, Y), (M, M))),
    _floats("sqrt", math.sqrt, POSITIVE, X),
    _floats("rsqrt", math.rsqrt, POSITIVE),
    _floats("reciprocal", math.reciprocal, POSITIVE, WIDE),
    _floats("exp", math.exp, X),
    _floats("expm1", math.expm1, X),
    _floats("log", math.log, POSITIVE, X),
    _floats("log1p", math.log1p, POSITIVE),
    _floats("sin", math.sin, X),
    _floats("cos", math.cos, X),
    _floats("tan", math.tan, UNIT),
    _floats("asin", math.asin, UNIT),
    _floats("acos", math.acos, UNIT),
    _floats("atan", math.atan, X),
    Row("atan2", math.atan2, ((X, Y),)),
    _floats("sinh", math.sinh, X),
    _floats("cosh", math.cosh, X),
    _floats("tanh", math.tanh, X),
    _floats("sigmoid", math.sigmoid, X, WIDE, DOUBLE),
    _floats("softplus", math.softplus, X),
)

COMPARISONS = (
    _pairs("equal", math.equal, (T, U), (S, _texts(4)), (S, StringArray.of("House"))),
    _pairs("not_equal", math.not_equal, (T, U), (S, StringArray.of(""))),
    _pairs("less", math.less, (WIDE, Y)),
    _pairs("less_equal", math.less_equal),
    _pairs("greater", math.greater),
    _pairs("greater_equal", math.greater_equal),
    Row("logical_and", math.logical_and, ((T, U), (T, np.bool_(True)))),
    Row("logical_or", math.logical_or, ((T, U),)),
    Row("logical_xor", math.logical_xor, ((T, U),)),
    Row("logical_not", math.logical_not, ((T,), (np.bool_(True),))),
    _floats("is_nan", math.is_nan, WIDE),
    _floats("is_inf", math.is_inf, WIDE),
    _floats("is_finite", math.is_finite, WIDE),
    Row("operators of truth", lambda x, y: ~(x > y) & (x >= -1.0) | (x < 0.0) ^ (y <= 1.0), ((X, Y),)),
)

CASTS = (
    Row("cast to int32", lambda x: math.cast(x, tf.int32), ((X,), (LONG % 1000,), (T,), (np.float32(-1.9),))),
    Row("cast to float32", lambda x: math.cast(x, tf.float32), ((DOUBLE,), (N,), (T,))),
    Row("cast to bool", lambda x: math.cast(x, "bool"), ((X,), (N,))),
    Row("cast of strings to strings", lambda x: math.cast(x, tf.string), ((S,),)),
    Row("to_float", math.to_float, ((N,), (X,))),
    Row("to_double", math.to_double, ((N,), (X,))),
    Row("to_int32", math.to_int32, ((X,), (T,))),
    Row("to_int64", math.to_int64, ((X,), (N,))),
)


def _reduction(name: str, call: Callable[..., Any], *more: Any) -> tuple[Row, ...]:
    samples = tuple((s,) for s in (more or (X, N, EMPTY, _numbers(2, 3, 2))))
    return (
        Row(name, call, (*samples, (samples[0][0].dtype.type(1),))),
        Row(f"{name} along axis 0", lambda x: call(x, axis=0), samples),
        Row(f"{name} along the last two axes", lambda x: call(x, axis=[-1, -2], keepdims=True), samples),
        Row(f"{name} by its old arguments", lambda x: call(x, reduction_indices=[1], keep_dims=True), samples),
    )


REDUCTIONS = (
    *_reduction("reduce_sum", math.reduce_sum),
    *_reduction("reduce_mean", math.reduce_mean),
    *_reduction("reduce_max", math.reduce_max),
    *_reduction("reduce_min", math.reduce_min),
    *_reduction("reduce_prod", math.reduce_prod),
    *_reduction("reduce_any", math.reduce_any, T, _truths(2, 3, 2)),
    *_reduction("reduce_all", math.reduce_all, T, _truths(2, 3, 2)),
    Row("argmax", math.argmax, ((X,), (N,), (Y,))),
    Row("argmax along the last axis", lambda x: math.argmax(x, -1, output_type=tf.int32), ((X,), (_numbers(2, 3, 2),))),
    Row("argmin", lambda x: math.argmin(x, axis=1), ((X,), (N,))),
    Row("cumsum", math.cumsum, ((X,), (N,))),
    Row("cumsum the other way", lambda x: math.cumsum(x, -1, exclusive=True, reverse=True), ((X,), (N,))),
    Row("matmul", math.matmul, ((X, _numbers(3, 2)), (_numbers(2, 2, 3), _numbers(3, 4)), (N, _integers(3, 2)))),
    Row(
        "matmul of transposed matrices",
        lambda a, b: math.matmul(a, b, transpose_a=True, transpose_b=True),
        ((X, _numbers(4, 2)),),
    ),
    Row("matmul operator", lambda a, b: a @ b, ((X, _numbers(3, 2)),)),
    Row("bucketize", lambda x: math.bucketize(x, [-1.0, 0.0, 1.5]), ((X,), (N,), (DOUBLE,), (WIDE,))),
)

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
    Row("range", array.range, ((np.int32(1), np.int32(9), np.int32(3)),), False),
    Row("range of one argument", array.range, ((np.int32(4),), (np.float32(2.5),)), False),
    Row("range with a dtype", lambda n: array.range(n, dtype=tf.int32), ((np.int32(4),),), False),
    Row("linspace", lambda a, b: array.linspace(a, b, 5), ((np.float32(-1), np.float32(3)),)),
    Row("constant beside Tensors", lambda x: array.stack([x, array.constant(2.0, shape=[2, 3])]), ((X,),)),
    Row("eye beside Tensors", lambda x: x @ array.eye(3), ((X,),)),
    Row("convert_to_tensor", lambda x, y: array.convert_to_tensor([[x, y], [y, 1.0]]), ((Y[0], Y[1]),)),
)

SHAPES = (
    Row("reshape", lambda x: array.reshape(x, [3, -1]), ((X,), (N,), (_texts(2, 3),))),
    Row("reshape to nothing but one size", lambda x: array.reshape(x, [-1]), ((X,), (S,), (EMPTY,))),
    Row("reshape by the size of another", lambda x: array.reshape(x, [array.shape(x)[1], -1]), ((X,), (S,))),
    Row("reshape to the shape of another", lambda x, y: array.reshape(x, array.shape(y)), ((X, _numbers(3, 2)),)),
    Row("reshape by a Tensor", array.reshape, ((X, np.array([3, 2])), (S, np.array([4, 2]))), False, False),
    Row("expand_dims", lambda x: array.expand_dims(x, 0), ((X,), (S,), (np.float32(1),))),
    Row("expand_dims at the end", lambda x: array.expand_dims(x, -1), ((X,), (S,))),
    Row("squeeze", lambda x: array.squeeze(x, [0, -1]), ((_numbers(1, 3, 1),), (_texts(1, 2, 1),))),
    Row("squeeze all", array.squeeze, ((_numbers(1, 3, 1),), (_texts(1, 2, 1),)), open_sizes=False),
    Row("transpose", array.transpose, ((X,), (S,), (_numbers(2, 3, 4),), (Y,))),
    Row("transpose by an order", lambda x: array.transpose(x, [1, 2, 0]), ((_numbers(2, 3, 4),),)),
    Row("shape", array.shape, ((X,), (S,))),
    Row("shape as int64", lambda x: array.shape(x, out_type=tf.int64), ((X,),)),
    Row("size", array.size, ((X,), (S,))),
    Row("rank", lambda x: array.rank(x) + array.size(x), ((X,), (S,))),
)

JOINING = (
    Row("concat", lambda x, y: array.concat([x, y, x], 0), ((X, _numbers(1, 3)), (S, _texts(3, 4)))),
    Row("concat along the last axis", lambda x, y: array.concat([x, y], -1), ((X, _numbers(2, 1)), (S, _texts(2, 1)))),
    Row("concat with constants", lambda x: array.concat([[1.0], x, [2]], 0), ((Y,),)),
    Row("stack", lambda x, y: array.stack([x, y]), ((X, _numbers(2, 3)), (S, S), (np.float32(1), np.float32(2)))),
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
    Row("pad by reflection", lambda x: array.pad(x, [[1, 0], [0, 2]], "REFLECT"), ((X,), (S,))),
)

SELECTION = (
    Row("where", array.where, ((T, X, _numbers(2, 3) + 1), (U, X, Y), (np.bool_(True), X, Y))),
    Row("where of strings", array.where, ((_truths(2, 4), S, StringArray.of("b")), (_truths(4), S, _texts(4))), False),
    Row("where of whole rows", array.where, ((_truths(2), X, X + 1), (_truths(2), S, S))),
    Row("where_v2", array.where_v2, ((U, X, Y), (_truths(2), _numbers(2, 2), _numbers(2, 2) * 2))),
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
        "cond of different shapes",
        lambda x: array.cond(x[0] > 0.0, lambda: x, lambda: x[:1]),
        ((Y,), (-Y,)),
        False,
    ),
    Row("boolean_mask", array.boolean_mask, ((X, T), (Y, U), (S, _truths(2))), False),
    Row("boolean_mask along axis 1", lambda x, m: array.boolean_mask(x, m, axis=1), ((X, U), (S, _truths(4))), False),
    Row("index by truth", lambda x: x[x > 0.0], ((X,), (Y,)), False),
)

PICKING = (
    Row("gather", array.gather, ((X, np.array([1, 0, 1])), (S, np.array([[0], [1]])), (Y, np.int32(2)))),
    Row("gather along axis 1", lambda x, i: array.gather(x, i, axis=1), ((X, np.array([[2, 0]])), (S, np.array([3])))),
    Row(
        "gather in batches",
        lambda x, i: array.gather(x, i, batch_dims=1),
        ((X, np.array([[2, 0], [1, 1]])), (S, np.array([[3], [0]])), (_numbers(2, 3, 2), np.array([2, 0]))),
    ),
    Row(
        "gather in batches along a later axis",
        lambda x, i: array.gather(x, i, axis=2, batch_dims=1),
        ((_numbers(2, 3, 4), np.array([[3, 0], [1, 1]])),),
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
    Row("slice with an ellipsis between", lambda x: x[0, ..., :1], ((X,), (_numbers(2, 3, 4),))),
    Row("slice", lambda x: array.slice(x, [0, 1], [2, -1]), ((X,), (S,))),
    Row("slice by Tensors", lambda x, i: array.slice(x, [0, i], [2, 1]), ((X, np.int32(2)), (S, np.int32(1))), False),
    Row("reverse", lambda x: array.reverse(x, [0]), ((X,), (S,))),
    Row("reverse along both axes", lambda x: array.reverse(x, [0, -1]), ((X,), (S,))),
)

NUMERALS = StringArray.of([["1.5", " 2 ", "-3e2"], ["0", "-0.25", "1e-3"]])

STRINGS = (
    Row("length", strings.length, ((S,), (StringArray.of("naïve"),))),
    Row("length in characters", lambda x: strings.length(x, unit="UTF8_CHAR"), ((S,),)),
    Row("upper", strings.upper, ((S,),)),
    Row("upper in UTF-8", lambda x: strings.upper(x, encoding="utf-8"), ((S,),)),
    Row("lower", strings.lower, ((S,),)),
    Row("lower in UTF-8", lambda x: strings.lower(x, encoding="utf-8"), ((S,),)),
    Row("strip", strings.strip, ((S,),)),
    Row("join", lambda x, y: strings.join([x, y, "!"], separator="é-"), ((S, S), (S, StringArray.of("a")))),
    Row("substr", lambda x: strings.substr(x, 0, 3), ((S,),)),
    Row(
        "substr from the end", lambda x: strings.substr(x, -2, 9), ((StringArray.of([["15", " -2"], ["abc", "de"]]),),)
    ),
    Row("substr by Tensors", strings.substr, ((StringArray.of(["abcd", "efgh"]), np.array([1, 4]), np.array([2, 1])),)),
    Row("substr in characters", lambda x: strings.substr(x, 0, 3, unit="UTF8_CHAR"), ((S,),)),
    Row("regex_replace", lambda x: strings.regex_replace(x, "([aeiouï])", r"<\1>"), ((S,),)),
    Row("regex_replace of the first", lambda x: strings.regex_replace(x, "[aeiou]", "", False), ((S,),)),
    Row("regex_full_match", lambda x: strings.regex_full_match(x, "[A-Z].*|-3"), ((S,),)),
    Row("to_number", strings.to_number, ((NUMERALS,), (StringArray.of("7"),))),
    Row("to_number of integers", lambda x: strings.to_number(x, tf.int64), ((StringArray.of(["15", " -2"]),),)),
    Row("as_string", strings.as_string, ((X,), (N,), (T,), (LONG,), (S,)), False),
    Row("as_string with options", lambda x: strings.as_string(x, 2, width=8, fill="0"), ((X,),), False),
    Row("to_hash_bucket_fast", lambda x: strings.to_hash_bucket_fast(x, 1000), ((S,),)),
    Row("to_hash_bucket", lambda x: strings.to_hash_bucket(x, 10), ((S,),)),
)

ROWS = (
    *ARITHMETIC,
    *FUNCTIONS,
    *COMPARISONS,
    *CASTS,
    *REDUCTIONS,
    *CREATION,
    *SHAPES,
    *JOINING,
    *SELECTION,
    *PICKING,
    *INDEXING,
    *STRINGS,
)
