"""Rows of the table of ops: arithmetic, functions, comparisons, casts, reductions."""

from collections.abc import Callable
from typing import Any

import numpy as np

import estimax as tf
from estimax import math
from estimax._base._string_array import StringArray
from tests.ops.samples import (
    DOUBLE,
    EMPTY,
    LONG,
    POSITIVE,
    UNIT,
    WIDE,
    M,
    N,
    Row,
    S,
    T,
    U,
    X,
    Y,
    integers,
    numbers,
    texts,
    truths,
)


def _pairs(name: str, call: Callable[..., Any], *more: tuple[Any, ...], **options: Any) -> Row:
    """A row for what takes two numbers."""
    return Row(name, call, ((X, Y), (N, M), (np.float32(2.5), X), (EMPTY, Y), *more), **options)


def _floats(name: str, call: Callable[..., Any], *samples: Any) -> Row:
    """A row for what takes one floating-point number."""
    return Row(name, call, tuple((s,) for s in (*samples, EMPTY, np.float32(0.75))))


ARITHMETIC = (
    _pairs("add", math.add, (LONG, LONG), (DOUBLE, DOUBLE), (S, texts(4))),
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
    Row("divide by zero", math.divide_no_nan, ((X, np.zeros((), np.float32)),)),
    _floats("relu", math.relu, X, N),
    _floats("relu6", math.relu6, X * 4),
    _pairs("truncatediv", math.truncatediv, (N, np.array([0, 1, -2], np.int32))),
    _pairs("truncatemod", math.truncatemod),
    Row("multiply_no_nan", math.multiply_no_nan, ((WIDE, np.array([0, 1, -2], np.float32)),)),
    Row("xdivy", math.xdivy, ((np.array([0, 1, -2], np.float32), X), (X, Y))),
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
    _floats("asinh", math.asinh, X),
    _floats("acosh", math.acosh, POSITIVE + 1),
    _floats("atanh", math.atanh, UNIT * 0.5),
    _floats("sigmoid", math.sigmoid, X, WIDE, DOUBLE),
    _floats("softplus", math.softplus, X),
    _floats("elu", math.elu, X),
    _floats("log_sigmoid", math.log_sigmoid, X, WIDE),
    _floats("erf", math.erf, X),
    _floats("erfc", math.erfc, X),
    _floats("lgamma", math.lgamma, POSITIVE),
    _floats("digamma", math.digamma, POSITIVE),
    Row("xlogy", math.xlogy, ((X, POSITIVE), (np.zeros(3, np.float32), np.float32([0, 1, np.inf])))),
    Row("softmax", math.softmax, ((X,), (DOUBLE,), (X * 100,))),
    Row("softmax along axis 0", lambda x: math.softmax(x, axis=0), ((X,),)),
    Row("log_softmax", lambda x: math.log_softmax(x, dim=-1), ((X,), (X * 100,))),
)

COMPARISONS = (
    _pairs("equal", math.equal, (T, U), (S, texts(4)), (S, StringArray.of("House"))),
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
    Row("is_non_decreasing", math.is_non_decreasing, ((X,), (np.array([1, 2, 2]),))),
    Row("is_strictly_increasing", math.is_strictly_increasing, ((X,), (np.array([1, 2, 3]),))),
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
    Row("saturate_cast", lambda x: math.saturate_cast(x, tf.uint8), ((X * 100,), (N,), (WIDE,))),
    Row("saturate_cast to a wider type", lambda x: math.saturate_cast(x, tf.float64), ((N,),)),
    Row("to_int64", math.to_int64, ((X,), (N,))),
)


BITS = (
    *(
        Row(f.__name__, f, ((N, M), (LONG, np.int64(5)), (np.array([200, 7], np.uint8), np.uint8(13))))
        for f in (math.bitwise_and, math.bitwise_or, math.bitwise_xor)
    ),
    Row("invert", math.invert, ((N,), (np.array([200, 7], np.uint8),))),
    Row("left_shift", math.left_shift, ((N, M % 4),)),
    Row("right_shift", math.right_shift, ((N, M % 4), (np.array([200, 7], np.uint8), np.uint8(1)))),
    Row("operators of bits", lambda x, y: (x & y) | ~(x ^ 3), ((N, M),)),
    Row("bitcast", lambda x: math.bitcast(x, tf.int32), ((X,), (np.uint32([1, 2**31]),)), False),
    Row("bitcast to fewer bytes", lambda x: math.bitcast(x, tf.uint8), ((X,), (LONG,)), False),
    Row(
        "bitcast to more bytes",
        lambda x: math.bitcast(x, tf.int32),
        ((np.arange(8, dtype=np.uint8).reshape(2, 4),),),
        False,
    ),
)


def _reduction(name: str, call: Callable[..., Any], *more: Any) -> tuple[Row, ...]:
    samples = tuple((s,) for s in (more or (X, N, EMPTY, numbers(2, 3, 2))))
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
    *_reduction("reduce_any", math.reduce_any, T, truths(2, 3, 2)),
    *_reduction("reduce_all", math.reduce_all, T, truths(2, 3, 2)),
    Row("argmax", math.argmax, ((X,), (N,), (Y,))),
    Row("argmax along the last axis", lambda x: math.argmax(x, -1, output_type=tf.int32), ((X,), (numbers(2, 3, 2),))),
    Row("argmin", lambda x: math.argmin(x, axis=1), ((X,), (N,))),
    Row("cumsum", math.cumsum, ((X,), (N,))),
    Row("cumsum the other way", lambda x: math.cumsum(x, -1, exclusive=True, reverse=True), ((X,), (N,))),
    Row("cumprod", math.cumprod, ((X,), (N,))),
    Row("cumprod the other way", lambda x: math.cumprod(x, -1, exclusive=True, reverse=True), ((X,), (N,))),
    *_reduction("reduce_logsumexp", math.reduce_logsumexp, X, X * 100, numbers(2, 3, 2)),
    Row("reduce_variance", math.reduce_variance, ((X,), (DOUBLE,))),
    Row("reduce_std", lambda x: math.reduce_std(x, axis=-1, keepdims=True), ((X,),)),
    *_reduction("count_nonzero", math.count_nonzero, X, N, T, numbers(2, 3, 2)),
    Row("count_nonzero of strings", math.count_nonzero, ((S,),), False),
    Row("norm", math.norm, ((X,), (Y,))),
    Row("norm of order 1", lambda x: math.norm(x, 1, axis=1), ((X,),)),
    Row("greatest as a norm", lambda x: math.norm(x, np.inf, axis=0, keepdims=True), ((X,),)),
    Row("l2_normalize", math.l2_normalize, ((X,), (Y,))),
    Row("l2_normalize along an axis", lambda x: math.l2_normalize(x, axis=-1), ((X,),)),
    Row("moments", lambda x: list(math.moments(x, [0])), ((X,),)),
    Row("einsum", lambda x, y: math.einsum("ij,j->i", x, y), ((X, Y), (N, M))),
    Row("einsum of three", lambda x, y, z: math.einsum("ij,jk,k", x, y, z), ((X, numbers(3, 2), numbers(2)),)),
    Row("tensordot", lambda x, y: math.tensordot(x, y, 1), ((X, Y), (Y, Y), (X, numbers(3, 2)))),
    Row("tensordot along axes", lambda x, y: math.tensordot(x, y, [[0, 1], [1, 0]]), ((X, numbers(3, 2)),)),
    Row("matmul", math.matmul, ((X, numbers(3, 2)), (numbers(2, 2, 3), numbers(3, 4)), (N, integers(3, 2)))),
    Row(
        "matmul of transposed matrices",
        lambda a, b: math.matmul(a, b, transpose_a=True, transpose_b=True),
        ((X, numbers(4, 2)),),
    ),
    Row("matmul operator", lambda a, b: a @ b, ((X, numbers(3, 2)),)),
    Row("bucketize", lambda x: math.bucketize(x, [-1.0, 0.0, 1.5]), ((X,), (N,), (DOUBLE,), (WIDE,))),
)

IDS = np.array([0, 0, 2, 3], np.int32)

COUNTS = (
    *(
        Row(f"segment_{name}", lambda x, f=f: f(x, IDS), ((numbers(4, 2),), (integers(4),)), False, False)
        for name, f in (
            ("sum", math.segment_sum),
            ("mean", math.segment_mean),
            ("max", math.segment_max),
            ("min", math.segment_min),
            ("prod", math.segment_prod),
        )
    ),
    Row("segment_sum of ids", math.segment_sum, ((numbers(3), np.array([2, 2, 2])),), False),
    *(
        Row(
            f"unsorted_segment_{name}",
            lambda x, ids, f=f: f(x, ids, 4),
            ((numbers(3, 2), np.array([2, 0, 2], np.int32)), (numbers(2, 2), np.array([[1, 0], [1, -1]], np.int32))),
        )
        for name, f in (
            ("sum", math.unsorted_segment_sum),
            ("mean", math.unsorted_segment_mean),
            ("prod", math.unsorted_segment_prod),
        )
    ),
    Row("unsorted_segment_max", lambda x: math.unsorted_segment_max(x, IDS[:3], 4), ((integers(3, 2),),), False, False),
    Row("unsorted_segment_min", lambda x: math.unsorted_segment_min(x, IDS[:3], 4), ((numbers(3, 2),),), False, False),
    Row(
        "unsorted_segment_sum of a number from a Tensor",
        math.unsorted_segment_sum,
        ((numbers(3), np.array([2, 0, 2], np.int32), np.int32(3)),),
        False,
    ),
    Row("bincount", math.bincount, ((np.array([3, 1, 1], np.int32),), (np.array([[0, 2]]),)), False),
    Row(
        "bincount with weights and limits",
        lambda x, w: math.bincount(x, w, minlength=2, maxlength=3),
        ((np.array([3, 1, 1, 0], np.int32), numbers(4)),),
        False,
    ),
    Row("histogram_fixed_width", lambda x: math.histogram_fixed_width(x, [-1.0, 1.0], 5), ((X,), (Y,)), False),
    Row("confusion_matrix", lambda x, y: math.confusion_matrix(x, y, 4), ((M % 4, M[::-1] % 4),), False),
    Row(
        "confusion_matrix with weights",
        lambda x, y, w: math.confusion_matrix(x, y, weights=w, dtype=tf.float32),
        ((np.array([1, 0, 2], np.int32), np.array([1, 1, 0], np.int32), Y),),
        False,
    ),
)

ROWS = (*ARITHMETIC, *FUNCTIONS, *COMPARISONS, *CASTS, *BITS, *REDUCTIONS, *COUNTS)
