"""Programs over columns as JSON: builds their columns, features and layers.

A program is `features` (each with `dtype`, `form` - flat, dense, sparse, ragged - and
`values`, lists of rows), `columns` (nested descriptions), and a `layer`. Variables
have values that follow from their names, so that none need be recorded.
"""

import pathlib
import zlib

import numpy as np

import estimax as tf

fc = tf.feature_column
v1 = tf.compat.v1

NORMALIZERS = {None: None, "double": lambda x: x * 2.0, "minus": lambda x: (x - 1.0) / 4.0}


def value_of(name, shape):
    """The value that a variable has in every program."""
    return np.random.RandomState(zlib.crc32(name.encode())).uniform(-1, 1, shape).astype(np.float32)


def columns_of(program, folder):
    made = []
    for described in program["columns"]:
        if described["c"] == "shared":
            shared = (
                fc.shared_embeddings
                if program["layer"] == "dense_features"
                else v1.feature_column.shared_embedding_columns
            )
            options = {name: described[name] for name in ("combiner", "max_norm")}
            made += shared([column_of(c, folder) for c in described["of"]], described["dim"], **options)
        else:
            made.append(column_of(described, folder))
    return made


def column_of(described, folder):
    def inner(name="of"):
        return column_of(described[name], folder)

    match described["c"]:
        case "numeric":
            options = {"dtype": described["dtype"], "normalizer_fn": NORMALIZERS[described["norm"]]}
            return fc.numeric_column(described["key"], described["shape"], **options)
        case "bucketized":
            return fc.bucketized_column(inner("source"), described["boundaries"])
        case "identity":
            return fc.categorical_column_with_identity(described["key"], described["n"], described["default"])
        case "hash":
            return fc.categorical_column_with_hash_bucket(described["key"], described["n"], described["dtype"])
        case "cross":
            keys = [key if isinstance(key, str) else column_of(key, folder) for key in described["keys"]]
            return fc.crossed_column(keys, described["n"], described["hash_key"])
        case "weighted":
            return fc.weighted_categorical_column(inner(), described["key"])
        case "indicator":
            return fc.indicator_column(inner())
        case "embedding":
            options = {name: described[name] for name in ("combiner", "max_norm")}
            return fc.embedding_column(inner(), described["dim"], **options)
    return vocabulary_of(described, folder)


def vocabulary_of(described, folder):
    names = {"oov": "num_oov_buckets", "default": "default_value", "dtype": "dtype"}
    options = {names[name]: described[name] for name in names if described.get(name) is not None}
    if described["c"] == "vocab":
        return fc.categorical_column_with_vocabulary_list(described["key"], described["words"], **options)
    text = "\n".join(described["words"]).encode()
    path = pathlib.Path(folder, f"{zlib.crc32(text)}.txt")
    path.write_bytes(text)
    return fc.categorical_column_with_vocabulary_file(described["key"], path, described["size"], **options)


def feature_of(described):
    """Makes a raw feature in the form that the program has it."""
    rows, dtype = described["values"], described["dtype"]
    if described["form"] in ("flat", "dense"):
        return tf.constant(rows if dtype == "string" else np.array(rows, dtype), dtype)
    flat = [value for row in rows for value in row]
    values = tf.constant(flat if dtype == "string" else np.array(flat, dtype), dtype, shape=[len(flat)])
    if described["form"] == "ragged":
        return tf.RaggedTensor.from_row_splits(values, np.cumsum([0, *map(len, rows)]))
    indices = np.array([[i, j] for i, row in enumerate(rows) for j in range(len(row))], np.int64).reshape(-1, 2)
    return tf.SparseTensor(indices, values, [len(rows), max(1, *map(len, rows), 1)])


def output_of(program, features, columns):
    if program["layer"] == "input":
        return v1.feature_column.input_layer(features, columns)
    if program["layer"] == "dense_features":
        return tf.keras.layers.DenseFeatures(columns)(features)
    options = {"units": program["units"], "sparse_combiner": program["combiner"]}
    return v1.feature_column.linear_model(features, columns, **options)
