"""Rows of the table of ops: strings."""

import numpy as np

import estimax as tf
from estimax import strings
from estimax._base._string_array import StringArray
from tests.ops.samples import (
    LONG,
    N,
    Row,
    S,
    T,
    X,
)

NUMERALS = StringArray.of([["1.5", " 2 ", "-3e2"], ["0", "-0.25", "1e-3"]])

ROWS = (
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
