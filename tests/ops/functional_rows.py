"""Rows of the table of ops: functions of functions."""

import numpy as np

import estimax as tf
from estimax import _array as array
from estimax import _functional as functional
from estimax import math, strings
from estimax._base._string_array import StringArray
from tests.ops.samples import M, N, Row, S, X, Y, texts

WORDS = StringArray.of([["12", "x", "3"], ["4", "", "5"]])


def _parsed(word):
    """Reads a number where there is one."""
    return array.cond(strings.regex_full_match(word, "[0-9]+"), lambda: strings.to_number(word), lambda: -1.0)


MAPS = (
    Row("map_fn", lambda x: functional.map_fn(lambda row: row * 2.0, x), ((X,), (Y,))),
    Row("map_fn of strings", lambda x: functional.map_fn(strings.upper, x), ((S,), (texts(3),)), False),
    Row("map_fn that reduces", lambda x: functional.map_fn(math.reduce_sum, x, dtype=tf.float32), ((X,),)),
    Row(
        "map_fn with what is around it",
        lambda x, y: functional.map_fn(lambda row: row - math.reduce_mean(x) + math.reduce_max(y), x),
        ((X, Y), (Y, X)),
        False,
    ),
    Row(
        "map_fn of several",
        lambda x, y: list(functional.map_fn(lambda p: (p[0] + p[1], p[0] > 0.0), (x, y), (tf.float32, tf.bool))),
        ((X, X + 1), (Y, -Y)),
        False,
    ),
    Row(
        "map_fn of a dictionary",
        lambda x, s: functional.map_fn(lambda d: {"x": strings.join([d["s"], "!"])}, {"x": x, "s": s})["x"],
        ((Y, texts(3)),),
        False,
    ),
    Row(
        "map_fn in map_fn",
        lambda x: functional.map_fn(lambda r: functional.map_fn(_parsed, r, tf.float32), x),
        ((WORDS,),),
        False,
    ),
    Row("map_fn of larger results", lambda n: functional.map_fn(lambda i: array.range(3) * i, n), ((M,),), False),
    Row(
        "map_fn in cond",
        lambda x: array.cond(x[0] > 0.0, lambda: functional.map_fn(lambda e: e * 2.0, x), lambda: x),
        ((Y,), (-Y,)),
        False,
    ),
    Row("vectorized_map", lambda x: functional.vectorized_map(math.reduce_max, x), ((X,), (N,))),
)

LOOPS = (
    Row("foldl", lambda x: functional.foldl(lambda a, r: a * 0.5 + r, x), ((X,), (Y,))),
    Row("foldl from a start", lambda x: functional.foldl(lambda a, r: a + math.reduce_sum(r), x, 1.0), ((X,), (Y,))),
    Row(
        "foldl of strings", lambda x: functional.foldl(lambda a, s: strings.join([a, s]), x, ""), ((texts(3),),), False
    ),
    Row(
        "foldl that grows",
        lambda x: functional.foldl(lambda a, r: array.concat([a, [r, r]], 0), x, np.zeros(0, np.float32)),
        ((Y,),),
        False,
    ),
    Row("foldr", lambda x, y: functional.foldr(lambda a, r: a * y + r, x), ((Y, np.float32(3)),), False),
    Row("scan", lambda x: functional.scan(lambda a, r: a * 0.5 + r, x), ((X,), (Y,))),
    Row("scan backwards", lambda x: functional.scan(lambda a, r: a - r, x, reverse=True), ((X,), (Y,))),
    Row(
        "scan of several",
        lambda x, y: list(
            functional.scan(lambda a, e: (a[0] + e[0], a[1] * e[1]), (x, y), (np.float32(0), np.float32(1)))
        ),
        ((Y, -Y),),
        False,
    ),
    Row(
        "while_loop",
        lambda n: list(functional.while_loop(lambda i, t: i < n, lambda i, t: (i + 1, t * 2), [0, 1])),
        ((np.int32(4),), (np.int32(-1),)),
        False,
    ),
    Row(
        "while_loop of one variable",
        lambda x: functional.while_loop(
            lambda v: math.reduce_max(v) < 9.0, lambda v: v * 2.0, [x], maximum_iterations=9
        ),
        ((np.abs(Y),),),
        False,
    ),
    Row(
        "while_loop that ends",
        lambda x: functional.while_loop(lambda v: True, lambda v: v + 1.0, [x], maximum_iterations=3),
        ((Y,),),
        False,
    ),
    Row(
        "while_loop that grows",
        lambda n: functional.while_loop(
            lambda v: array.size(v) < n, lambda v: array.concat([v, v], 0), [np.array([1, 2])]
        ),
        ((np.int32(5),), (np.int32(1),)),
        False,
    ),
)

PYTHON = (
    Row(
        "py_func",
        lambda x: functional.py_func(lambda v: v[::-1] + 1, [x], tf.float32),
        ((X,), (Y,)),
        False,
        saves=False,
    ),
    Row(
        "py_func of strings",
        lambda x: functional.py_func(lambda v: np.char.upper(v.astype("S")).astype(object), [x], tf.string),
        ((texts(3),),),
        False,
        saves=False,
    ),
    Row(
        "numpy_function",
        lambda x, y: functional.numpy_function(lambda a, b: (a * b, "x"), [x, y], [tf.float32, tf.string]),
        ((X, Y),),
        False,
        saves=False,
    ),
    Row(
        "py_function",
        lambda x: functional.py_function(math.reduce_sum, [x], tf.float32),
        ((X,),),
        False,
        saves=False,
    ),
)

ROWS = (*MAPS, *LOOPS, *PYTHON)
