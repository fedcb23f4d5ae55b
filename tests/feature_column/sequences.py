"""Sequence columns with features for them, written for the original and for this package alike.

`recorded/sequences.json` holds what the original gave for `cases(tensorflow)`: for each
case the numbers and lengths of `keras.experimental.SequenceFeatures(columns)(features)`, the
names of whose variables are not compared here.
"""

import numpy as np


def cases(tf):
    """Returns name -> columns and features; embeddings start with the numbers 1, 2, 3, ..."""
    fc = tf.feature_column

    def embedding(column, **options):
        def rows(shape, dtype=None, **more):
            return np.arange(1.0, 1.0 + shape[0] * shape[1], dtype=np.float32).reshape(shape)

        return fc.embedding_column(column, 2, initializer=rows, **options)

    def sparse(indices, values, shape):
        return tf.SparseTensor(indices, values, shape)

    words = fc.sequence_categorical_column_with_vocabulary_list("words", ["a", "b", "c"])
    listed = fc.sequence_categorical_column_with_vocabulary_list
    ids = fc.sequence_categorical_column_with_identity("ids", 3)
    number = fc.sequence_numeric_column
    some_words = sparse([[0, 0], [0, 1], [0, 2], [1, 0]], ["a", "x", "b", "c"], [2, 3])
    some_ids = sparse([[0, 0], [0, 1], [0, 2], [1, 0]], tf.constant([1, 2, 5, 2], tf.int64), [2, 3])
    pairs = sparse([[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]], ["a", "b", "c", "c"], [2, 2, 2])
    numbers = sparse([[0, 0], [0, 1], [1, 0]], [1.5, -2.0, 3.0], [2, 3])
    six = sparse([[0, 0], [0, 1], [0, 2], [0, 3], [1, 0], [1, 1]], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 4])
    cube = sparse(
        [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1]], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2, 2, 2]
    )
    return {
        "indicator": ([fc.indicator_column(words)], {"words": some_words}),
        "embedding": ([embedding(words)], {"words": some_words}),
        "default": ([embedding(listed("words", ["a", "b", "c"], default_value=2))], {"words": some_words}),
        "buckets": ([fc.indicator_column(listed("words", ["a", "b"], num_oov_buckets=3))], {"words": some_words}),
        "unknown words at the end": (
            [embedding(words)],
            {"words": sparse([[0, 0], [0, 1], [0, 2], [1, 0]], ["a", "x", "x", "x"], [2, 3])},
        ),
        "dense": ([embedding(words)], {"words": tf.constant([["a", "", "b"], ["c", "", ""]])}),
        "one step": ([embedding(words)], {"words": tf.constant(["a", "b"])}),
        "gaps": ([embedding(words)], {"words": sparse([[0, 0], [0, 2], [1, 1]], ["a", "b", "c"], [2, 4])}),
        "no steps": ([embedding(words)], {"words": sparse([[0, 0], [0, 1]], ["a", "b"], [3, 5])}),
        "several values": ([fc.indicator_column(words)], {"words": pairs}),
        "mean of several values": ([embedding(words)], {"words": pairs}),
        "sum of several values": ([embedding(words, combiner="sum")], {"words": pairs}),
        "max norm": ([embedding(words, max_norm=3.0)], {"words": some_words}),
        "identity": ([fc.indicator_column(ids)], {"ids": some_ids}),
        "identity with default": (
            [embedding(fc.sequence_categorical_column_with_identity("ids", 3, default_value=1))],
            {"ids": some_ids},
        ),
        "dense identity": ([embedding(ids)], {"ids": tf.constant([[1, -1, 2], [0, -1, -1]], tf.int64)}),
        "hashed": (
            [fc.indicator_column(fc.sequence_categorical_column_with_hash_bucket("words", 5))],
            {"words": some_words},
        ),
        "hashed integers": (
            [fc.indicator_column(fc.sequence_categorical_column_with_hash_bucket("ids", 5, dtype=tf.int64))],
            {"ids": some_ids},
        ),
        "numbers": ([number("numbers")], {"numbers": numbers}),
        "numbers with default": ([number("numbers", default_value=-1.0)], {"numbers": numbers}),
        "pairs of numbers": ([number("numbers", shape=(2,))], {"numbers": six}),
        "half a pair": (
            [number("numbers", shape=(2,))],
            {"numbers": sparse([[0, 0], [0, 1], [0, 2], [1, 0]], [1.0, 2.0, 3.0, 4.0], [2, 4])},
        ),
        "squares of numbers": ([number("numbers", shape=(2, 2))], {"numbers": six}),
        "numbers by step": ([number("numbers", shape=(2,))], {"numbers": cube}),
        "sorted by name": (
            [fc.indicator_column(words), number("numbers"), embedding(ids)],
            {
                "words": sparse([[0, 0], [0, 1], [1, 0]], ["b", "a", "c"], [2, 2]),
                "ids": sparse([[0, 0], [0, 1], [1, 0]], tf.constant([0, 1, 2], tf.int64), [2, 2]),
                "numbers": sparse([[0, 0], [0, 1], [1, 0]], [1.5, -2.0, 3.0], [2, 2]),
            },
        ),
    }
