"""What columns must make of raw features, one example at a time in plain Python.

`numbers_of` gives the row that a column adds to an input layer, `ids_of` the ids of
a categorical column. Both follow the descriptions of the columns, not their code.
"""

import itertools
import math
from collections import Counter

import farmhash
import numpy as np

from estimax import feature_column as fc

MASK = 2**64 - 1
K = 0xC6A4A7935BD1E995


def as_bytes(value):
    return value if isinstance(value, bytes) else str(value).encode()


def fingerprint(value):
    return farmhash.fingerprint64(as_bytes(value))


def shift_mix(value):
    return value ^ (value >> 47)


def fingerprint_cat(a, b):
    result = a ^ K
    result ^= shift_mix(b * K & MASK) * K & MASK
    result = result * K & MASK
    result = shift_mix(result) * K & MASK
    return shift_mix(result)


def is_missing(value):
    return value in ("", b"", -1)


def values_of(row, key):
    return row[key] if isinstance(row[key], list) else [row[key]]


def interval(boundaries, number):
    """Counts the boundaries that the number is not below."""
    return sum(not np.float32(number) < np.float32(b) for b in boundaries)


def buckets_of(column, row):
    each = len(column.boundaries) + 1
    numbers = values_of(row, column.source_column.key)
    return [i * each + interval(column.boundaries, n) for i, n in enumerate(numbers)]


def word_id(column, value, words):
    known = {as_bytes(word): i for i, word in enumerate(words)}
    if as_bytes(value) in known:
        return known[as_bytes(value)]
    if column.num_oov_buckets:
        return len(known) + fingerprint(value) % column.num_oov_buckets
    return column.default_value


def identity(column, value, outside):
    if 0 <= value < column.num_buckets:
        return value
    return outside if column.default_value is None else column.default_value


def ids_of(column, row):
    """The ids of the values of one example, -1 where there is none."""
    match column:
        case fc.BucketizedColumn():
            return buckets_of(column, row)
        case fc.CrossedColumn():
            return [
                -1 if None in combination else cross(column, combination) for combination in combinations(column, row)
            ]
        case fc.WeightedCategoricalColumn():
            return ids_of(column.categorical_column, row)
    present = [(v, is_missing(v)) for v in values_of(row, column.key)]
    match column:
        case fc.HashedCategoricalColumn():
            return [-1 if missing else fingerprint(v) % column.hash_bucket_size for v, missing in present]
        case fc.IdentityCategoricalColumn():
            return [-1 if missing else identity(column, v, -1) for v, missing in present]
        case fc.VocabularyListCategoricalColumn():
            return [-1 if missing else word_id(column, v, column.vocabulary_list) for v, missing in present]
        case fc.VocabularyFileCategoricalColumn():
            with open(column.vocabulary_file, encoding="utf-8") as file:
                words = file.read().splitlines()[: column.vocabulary_size]
            return [-1 if missing else word_id(column, v, words) for v, missing in present]
    raise AssertionError(column)


def combinations(column, row):
    """What each combination hashes, columns first; None stands for no value."""
    columns = [leaf for leaf in column.leaves if not isinstance(leaf, str)]
    raw = [leaf for leaf in column.leaves if isinstance(leaf, str)]
    inputs = [cross_values(leaf, row) for leaf in columns] + [values_of(row, leaf) for leaf in raw]
    return itertools.product(*inputs)


def cross_values(column, row):
    if isinstance(column, fc.BucketizedColumn):
        return buckets_of(column, row)
    values = values_of(row, column.key)
    if isinstance(column, fc.IdentityCategoricalColumn):
        return [None if is_missing(v) else identity(column, v, v) for v in values]
    return [None if is_missing(v) else word_id(column, v, column.vocabulary_list) for v in values]


def cross(column, combination):
    mixed = 0xDECAFCAFFE if column.hash_key is None else column.hash_key
    for value in combination:
        number = value & MASK if isinstance(value, int) else fingerprint(value)
        mixed = fingerprint_cat(mixed, number)
    return mixed % column.hash_bucket_size


def weights_of(column, row):
    if isinstance(column, fc.WeightedCategoricalColumn):
        return values_of(row, column.weight_feature_key)
    return [1.0] * len(ids_of(column, row))


def numbers_of(column, row, tables=None):
    """The numbers that a dense column makes of one example."""
    match column:
        case fc.NumericColumn():
            numbers = [
                n if column.normalizer_fn is None else column.normalizer_fn(n) for n in values_of(row, column.key)
            ]
            return [float(n) for n in numbers]
        case fc.BucketizedColumn():
            counted = Counter(ids_of(column, row))
            return [float(counted[i]) for i in range(column.num_buckets)]
        case fc.IndicatorColumn(categorical):
            totals = Counter()
            for i, weight in zip(ids_of(categorical, row), weights_of(categorical, row)):
                totals[i] += weight
            return [totals[i] for i in range(categorical.num_buckets)]
        case fc.EmbeddingColumn():
            return embedded(column, row, tables[column.name])
    raise AssertionError(column)


def embedded(column, row, table):
    categorical = column.categorical_column
    pairs = [(i, w) for i, w in zip(ids_of(categorical, row), weights_of(categorical, row)) if i >= 0]
    if column.combiner != "sum":
        pairs = [(i, w) for i, w in pairs if w > 0]
    rows = [[shorten(table[i], column.max_norm)[d] for d in range(column.dimension)] for i, _ in pairs]
    weights = [w for _, w in pairs]
    totals = [sum(w * r[d] for w, r in zip(weights, rows)) for d in range(column.dimension)]
    if not pairs or column.combiner == "sum":
        return totals
    norm = sum(weights) if column.combiner == "mean" else math.sqrt(sum(w * w for w in weights))
    return [t / norm for t in totals]


def shorten(row, max_norm):
    length = math.sqrt(sum(float(v) ** 2 for v in row))
    return [v * max_norm / length for v in row] if max_norm is not None and length > max_norm else list(row)
