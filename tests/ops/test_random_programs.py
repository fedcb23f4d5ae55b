"""Random programs of 5 to 15 ops: traced as they are eager, over many rows as over each, loaded as they were saved.

A program goes over values of some kinds: vectors of numbers, of strings and of
truth, and single numbers and truths. Rows have vectors of different lengths, none
included. The numbers are whole and small, so that every order of summation gives
the same.
"""

import json
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import estimax as tf
from estimax import _array as array
from estimax import _functional as functional
from estimax import math, strings
from estimax._base._string_array import StringArray
from estimax._graph._column import rows_of, stack_rows
from estimax._graph._function import Function, trace
from estimax._graph._op import as_tensor
from estimax._graph._saving import function_from_json, function_to_json


def small(x):
    """Keeps numbers where float32 is exact."""
    return tf.clip_by_value(x, -1000.0, 1000.0)


def place(i):
    return tf.cast(small(i), tf.int32)


# What a program may do, by the kinds of what it takes ("floats words truths" are vectors, "float truth" single
# values) and gives.
STEPS = {
    ("floats", "floats"): {
        "double": lambda x: small(x * 2.0),
        "mirror": lambda x: tf.where(x > 0.0, x, -x),
        "sort": array.sort,
        "sort down": lambda x: array.sort(x, direction="DESCENDING"),
        "reverse": lambda x: array.reverse(x, [0]),
        "rest": lambda x: x[1:],
        "first": lambda x: x[:1],
        "every other": lambda x: x[::-2],
        "pad": lambda x: tf.pad(x, [[1, 2]], constant_values=7.0),
        "fill up": lambda x: tf.pad(x, [[0, tf.maximum(0, 4 - tf.size(x))]])[:4],
        "positive": lambda x: tf.boolean_mask(x, x > 0.0),
        "running": lambda x: small(tf.cumsum(x)),
        "twice": lambda x: tf.tile(x, [2])[:9],
        "stacked": lambda x: tf.reshape(tf.stack([x, x + 1.0], axis=1), [-1])[:9],
        "spread": lambda x: math.reduce_max(tf.one_hot(tf.cast(x, tf.int32), 3), axis=-1),
        "ranks": lambda x: tf.cast(array.argsort(x), tf.float32),
        "places": lambda x: tf.cast(tf.range(tf.size(x)), tf.float32),
        "where": lambda x: tf.cast(tf.where(x > 1.0)[:, 0], tf.float32),
        "distinct": lambda x: array.unique(x).y,
        "mapped": lambda x: functional.map_fn(lambda e: tf.cond(e > 2.0, lambda: e - 1.0, lambda: e + 1.0), x),
        "scanned": lambda x: small(functional.scan(lambda a, e: e - a, x, 1.0)),
        "as words and back": lambda x: strings.to_number(strings.as_string(tf.cast(x, tf.int32))),
        "even": lambda x: tf.floormod(x, 2.0),
        "squeezed": lambda x: tf.squeeze(tf.expand_dims(x, 1), [1]),
        "rolled": lambda x: array.roll(x, 1, 0),
        "repeated": lambda x: array.repeat(x, 2)[:9],
    },
    ("floats floats", "floats"): {
        "join": lambda x, y: tf.concat([x, y], 0)[:9],
        "zip": lambda x, y: small(x[: tf.minimum(tf.size(x), tf.size(y))] + y[: tf.minimum(tf.size(x), tf.size(y))]),
        "pick": lambda x, y: tf.gather(
            tf.concat([x, [0.0]], 0), tf.cast(tf.floormod(y, tf.cast(tf.size(x) + 1, tf.float32)), tf.int32)
        ),
    },
    ("floats float", "floats"): {
        "add": lambda x, a: small(x + a),
        "times": lambda x, a: small(x * a),
        "from": lambda x, a: x[place(a) :],
        "up to": lambda x, a: x[: place(a)],
        "greater": lambda x, a: tf.boolean_mask(x, x >= a),
        "append": lambda x, a: tf.concat([x, [a]], 0)[-9:],
        "chosen": lambda x, a: tf.cond(a > 0.0, lambda: small(x + a), lambda: -x),
    },
    ("floats", "float"): {
        "sum": lambda x: small(math.reduce_sum(x)),
        "greatest": lambda x: small(math.reduce_max(x)),
        "product": lambda x: math.reduce_prod(tf.sign(x)),
        "size": lambda x: tf.cast(tf.size(x), tf.float32),
        "last": lambda x: tf.concat([[5.0], x], 0)[-1],
        "folded": lambda x: small(functional.foldl(lambda a, e: e - a, x, 0.0)),
    },
    ("float", "float"): {
        "grow": lambda a: functional.while_loop(lambda v: v < 10.0, lambda v: v + 3.0, [small(a)]),
        "case": lambda a: array.case([(a < 0.0, lambda: -a), (a < 5.0, lambda: a + 1.0)], default=lambda: a - 1.0),
    },
    ("float", "floats"): {
        "count up": lambda a: tf.range(small(tf.abs(tf.floormod(a, 5.0)))),
        "filled": lambda a: tf.fill([tf.cast(tf.floormod(a, 4.0), tf.int32)], a),
    },
    ("floats truth", "floats"): {"if": lambda x, t: tf.cond(t, lambda: x[1:], lambda: x)},
    ("floats truths", "floats"): {
        "marked": lambda x, t: tf.cond(
            tf.equal(tf.size(x), tf.size(t)),
            lambda: tf.boolean_mask(tf.pad(x, [[0, tf.size(t) - tf.size(x)]]), t),
            lambda: x,
        )
    },
    ("words", "words"): {
        "upper": strings.upper,
        "with": lambda s: strings.join([s, "!"]),
        "tail": lambda s: s[1:],
        "ordered": array.sort,
        "known": lambda s: tf.boolean_mask(s, tf.not_equal(s, "b")),
        "padded": lambda s: tf.pad(s, [[0, 1]], constant_values="-"),
    },
    ("words words", "words"): {"together": lambda s, r: tf.concat([s, r], 0)[:9]},
    ("words", "floats"): {"lengths": lambda s: tf.cast(strings.length(s), tf.float32)},
    ("words", "truths"): {"equal": lambda s: tf.equal(s, "b")},
    ("floats", "truths"): {"below": lambda x: x < 2.0},
    ("truths", "truth"): {"any": math.reduce_any, "all": math.reduce_all},
    ("float float", "truth"): {"less": lambda a, b: a < b},
    ("truths truth", "truths"): {"or": lambda t, u: t | u},
}
CHOICES = [
    (takes.split(), gives, name, step) for (takes, gives), steps in STEPS.items() for name, step in steps.items()
]


@dataclass(frozen=True)
class Program:
    """Steps, each with the numbers of the values that it takes; the first two values are the arguments."""

    steps: tuple[tuple[int, tuple[int, ...]], ...]

    def __call__(self, x, words):
        values = [x, words]
        for choice, operands in self.steps:
            values.append(CHOICES[choice][3](*(values[i] for i in operands)))
        return tuple(values[2:])

    def __repr__(self):
        return "; ".join(
            f"v{i + 2} = {CHOICES[choice][2]}({', '.join(f'v{o}' for o in operands)})"
            for i, (choice, operands) in enumerate(self.steps)
        )


@st.composite
def programs(draw):
    kinds = ["floats", "words"]
    steps = []
    for _ in range(draw(st.integers(5, 15))):
        possible = [i for i, (takes, *_) in enumerate(CHOICES) if set(takes) <= set(kinds)]
        choice = draw(st.sampled_from(possible))
        takes, gives, *_ = CHOICES[choice]
        # rather what was made last, so that programs get deep
        fitting = [[i for i, k in enumerate(kinds) if k == kind][-3:] for kind in takes]
        steps.append((choice, tuple(draw(st.sampled_from(f)) for f in fitting)))
        kinds.append(gives)
    return Program(tuple(steps))


vectors = st.lists(st.integers(-4, 6).map(float), max_size=5).map(lambda v: np.array(v, np.float32))
texts = st.lists(st.sampled_from(["", "a", "b", "cd"]), max_size=4).map(StringArray.of)


def equal(a, b):
    assert a.shape == b.shape
    assert a.tolist() == b.tolist()


@settings(max_examples=60, deadline=None)
@given(programs(), st.lists(st.tuples(vectors, texts), min_size=1, max_size=6))
def test_a_program_computes_the_same_in_every_way(program, rows):
    function, _ = trace(program, (tf.TensorSpec([None]), tf.TensorSpec([None], tf.string)), unpack=True)
    expected = [[t.value for t in program(*map(as_tensor, row))] for row in rows]
    for row, want in zip(rows, expected):
        for tensor, got, value in zip(function.outputs, function(list(row)), want):
            equal(got, value)
            assert tensor.shape.is_compatible_with(got.shape)
    check_columns(function, rows, expected)
    document, arrays = function_to_json(function)
    check_columns(function_from_json(json.loads(json.dumps(document, allow_nan=False)), arrays), rows, expected)


def check_columns(function: Function, rows, expected):
    columns = [stack_rows(list(c), spec) for c, spec in zip(zip(*rows), (tf.float32, tf.string))]
    for column, values in zip(function.over_rows(columns, len(rows)), zip(*expected)):
        for got, want in zip(rows_of(column), values, strict=True):
            equal(got, want)
