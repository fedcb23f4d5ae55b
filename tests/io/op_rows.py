"""The ops of `tf.io` that read examples, bytes, base64 and serialized Tensors, as rows of the table of ops."""

import numpy as np

import estimax as tf
from estimax._base._string_array import StringArray
from estimax.io import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature
from estimax.io._base64 import decode_base64, encode_base64
from estimax.io._example_specs import RaggedFeature, SparseFeature
from estimax.io._parse_example import parse_example, parse_single_example
from estimax.io._parse_sequence_example import parse_sequence_example
from estimax.io._raw import decode_raw
from estimax.io._serialize_tensor import parse_tensor, serialize_tensor
from tests.io.examples import column_of, entry, example_of, floats, integers, message, single_integers
from tests.io.test_parse_sequence_example import sequence_of
from tests.ops.samples import DOUBLE, EMPTY, LONG, N, Row, S, T, X

FEATURES = {
    "fixed": FixedLenFeature([2], tf.float32, [0.5, 1.5]),
    "text": FixedLenFeature([], tf.string, "none"),
    "number": FixedLenFeature([1], tf.int64, [-1]),
    "list": VarLenFeature(tf.int64),
    "texts": FixedLenSequenceFeature([], tf.string, True, "-"),
    "pairs": FixedLenSequenceFeature([2], tf.float32, True),
    "lists": RaggedFeature(tf.int64, value_key="list"),
    "placed": SparseFeature("list", "weights", tf.float32, 9),
}
DIFFERENT = column_of(
    [
        example_of({"fixed": ("float32", [1, 2]), "text": ("string", [b"a"]), "list": ("int64", [])}),
        example_of({"list": ("int64", [3, 1]), "weights": ("float32", [1, 2]), "texts": ("string", [b"b", b""])}),
        message(entry(b"number", single_integers(300)), entry(b"pairs", floats(1, 2, 3, 4))),
        b"\x10\x05" + message(entry(b"number", integers(-7)), entry(b"fixed", b"")),
    ]
)
ALIKE = column_of([example_of({"fixed": ("float32", [i, 2]), "number": ("int64", [i])}) for i in range(3)])
STEPS = {
    "x": FixedLenSequenceFeature([2], tf.float32, allow_missing=True),
    "w": VarLenFeature(tf.string),
    "n": RaggedFeature(tf.int64),
}
SEQUENCES = column_of(
    [
        sequence_of({"c": ("int64", [1, 2])}, {"x": ("float32", [[1, 2], [3, 4]]), "w": ("string", [[b"a"], []])}),
        sequence_of({}, {"n": ("int64", [[1], [], [2, 3]])}),
        b"",
    ]
)


def listed(results):
    return [results[name] for name in sorted(results)]


def parse_steps(serialized):
    context, sequences, lengths = parse_sequence_example(serialized, {"c": VarLenFeature(tf.int64)}, STEPS)
    return [*listed(context), *listed(sequences), *listed(lengths)]


BYTES = column_of([b"abcd", b"efgh", b"\0\0\x80?"])

ROWS = (
    Row("parse_example", lambda x: listed(parse_example(x, FEATURES)), ((DIFFERENT,), (ALIKE,)), False),
    Row("parse_example with names", lambda x, n: listed(parse_example(x, FEATURES, n)), ((ALIKE, S[0][:3]),), False),
    Row(
        "parse_single_example",
        lambda x: listed(parse_single_example(x[0], FEATURES)),
        ((DIFFERENT,), (ALIKE,)),
        open_sizes=False,
    ),
    Row("parse_sequence_example", parse_steps, ((SEQUENCES,), (SEQUENCES[:1],))),
    Row("parse_sequence_example of one", lambda x: parse_steps(x[0]), ((SEQUENCES,),), open_sizes=False),
    Row("decode_raw", lambda x: decode_raw(x, tf.int16), ((BYTES,), (BYTES.reshape(1, 3),))),
    Row("decode_raw of truth", lambda x: decode_raw(x, tf.bool), ((BYTES,),)),
    Row("decode_raw from the other end", lambda x: decode_raw(x, tf.float32, False), ((BYTES,), (BYTES[:0],))),
    Row("encode_base64", lambda x: [encode_base64(x), encode_base64(x, pad=True)], ((S,), (StringArray.of("a"),))),
    Row("decode_base64", decode_base64, ((StringArray.of(["YQ", "Pz8-", "YQ==", ""]),),)),
    Row("serialize_tensor", serialize_tensor, tuple((v,) for v in (X, N, T, S, LONG, DOUBLE, EMPTY)), False),
    Row(
        "parse_tensor",
        lambda x: tf.reshape(parse_tensor(x[0], tf.float32), [-1]),
        ((column_of([serialize_tensor(v).numpy() for v in (X, X[:1], np.float32([[7]]))]),),),
        open_sizes=False,
    ),
)
