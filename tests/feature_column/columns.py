"""The table of columns that every law runs over, with batches of what they read."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from estimax import feature_column as fc
from estimax._base._string_array import StringArray

WORDS = ["", "a", "b", "house", "New York", "naïve", "東京", "x" * 40, "y" * 100, "-1", "7"]
NUMBERS = [-1.5, -1.0, 0.0, 0.1, 1.0, 2.0, 2.5, 1e9, float("inf"), float("-inf"), float("nan")]
INTEGERS = [-(2**63) + 1, -7, -1, 0, 1, 2, 3, 5, 7, 12345, 2**40]


@dataclass(frozen=True)
class Feature:
    """What a raw feature of a batch is drawn from, and how many values an example has (None: one, without an axis)."""

    values: list
    width: int | None = None

    def batch(self, rows):
        one = st.sampled_from(self.values)
        row = one if self.width is None else st.lists(one, min_size=self.width, max_size=self.width)
        return st.lists(row, min_size=rows, max_size=rows)

    def array(self, values):
        if isinstance(self.values[0], str):
            return StringArray.of(np.array(values, object))
        return np.array(values, np.float32 if isinstance(self.values[0], float) else np.int64)


def words(width=None):
    return Feature(WORDS, width)


def numbers(width=None):
    return Feature(NUMBERS, width)


def integers(width=None):
    return Feature(INTEGERS, width)


def vocabulary(key="t", **options):
    return fc.categorical_column_with_vocabulary_list(key, ["house", "a", "東京", "7"], **options)


def codes(key="i", **options):
    return fc.categorical_column_with_vocabulary_list(key, [7, 0, 2**40], **options)


def buckets(key="x", shape=(1,)):
    return fc.bucketized_column(fc.numeric_column(key, shape=shape), [-1, 0.1, 2])


def many_buckets():
    return fc.bucketized_column(fc.numeric_column("x"), list(np.linspace(-2, 3, 300)))


HASH = fc.categorical_column_with_hash_bucket
IDENTITY = fc.categorical_column_with_identity
CROSS = fc.crossed_column

CATEGORICAL = {
    "vocabulary": (vocabulary(), {"t": words()}),
    "vocabulary of bytes": (fc.categorical_column_with_vocabulary_list("t", [b"b", "a"]), {"t": words()}),
    "vocabulary, several values": (vocabulary(), {"t": words(3)}),
    "vocabulary with a default": (vocabulary(default_value=2), {"t": words(2)}),
    "vocabulary with buckets": (vocabulary(num_oov_buckets=5), {"t": words(2)}),
    "vocabulary with an empty word": (fc.categorical_column_with_vocabulary_list("t", ["a", ""]), {"t": words()}),
    "integer vocabulary": (codes(), {"i": integers()}),
    "integer vocabulary with a default": (codes(default_value=1), {"i": integers(2)}),
    "integer vocabulary with buckets": (codes(num_oov_buckets=3), {"i": integers(2)}),
    "integer vocabulary with -1": (fc.categorical_column_with_vocabulary_list("i", [-1, 7]), {"i": integers()}),
    "hash": (HASH("t", 13), {"t": words()}),
    "hash, several values": (HASH("t", 1000), {"t": words(3)}),
    "hash of integers": (HASH("i", 13, dtype="int64"), {"i": integers(2)}),
    "identity": (IDENTITY("i", 6), {"i": Feature([v for v in INTEGERS if v >= -1])}),
    "identity with a default": (IDENTITY("i", 6, default_value=4), {"i": integers(2)}),
    "buckets": (buckets(), {"x": numbers()}),
    "many buckets": (many_buckets(), {"x": numbers()}),
    "buckets of several numbers": (buckets(shape=(3,)), {"x": numbers(3)}),
    "cross of features": (CROSS(["t", "u"], 101), {"t": words(), "u": words()}),
    "cross of three": (CROSS(["t", "u", "i"], 101), {"t": words(), "u": words(), "i": integers()}),
    "cross with a key": (CROSS(["t", "i"], 7, hash_key=2**63 + 11), {"t": words(), "i": integers()}),
    "cross, several values": (CROSS(["t", "u", "i"], 101), {"t": words(2), "u": words(), "i": integers(3)}),
    "cross with a column after": (CROSS(["t", buckets()], 101), {"t": words(), "x": numbers()}),
    "cross of columns": (
        CROSS([vocabulary(), "u", buckets(shape=(2,)), IDENTITY("i", 6)], 101),
        {"t": words(2), "u": words(2), "x": numbers(2), "i": integers()},
    ),
    "cross of a vocabulary with a default": (
        CROSS([vocabulary(default_value=9), "u"], 101),
        {"t": words(2), "u": words()},
    ),
    "cross of a vocabulary with buckets": (
        CROSS([vocabulary(num_oov_buckets=2), codes()], 101),
        {"t": words(2), "i": integers(2)},
    ),
    "cross of an identity with a default": (
        CROSS([IDENTITY("i", 6, default_value=0), "t"], 101),
        {"i": integers(), "t": words()},
    ),
    "cross of a cross": (CROSS(["t", CROSS(["u", buckets()], 5)], 101), {"t": words(), "u": words(), "x": numbers()}),
}
for name in list(CATEGORICAL):
    if name in ("vocabulary, several values", "hash of integers", "cross of features", "cross, several values"):
        column, features = CATEGORICAL[name]
        k = {"cross, several values": 6}.get(name) or next(iter(features.values())).width
        CATEGORICAL[f"weighted {name}"] = (
            fc.weighted_categorical_column(column, "w"),
            {**features, "w": Feature([-1.0, 0.5, 1.0, 2.0], k)},
        )


def batches(features, rows):
    """Draws raw features of a batch, as lists by name."""
    return st.fixed_dictionaries({key: feature.batch(rows) for key, feature in features.items()})


def arrays(features, batch):
    return {key: features[key].array(values) for key, values in batch.items()}


def rows(batch):
    """Returns the examples of a batch, each a dictionary."""
    count = len(next(iter(batch.values())))
    return [{key: values[i] for key, values in batch.items()} for i in range(count)]
