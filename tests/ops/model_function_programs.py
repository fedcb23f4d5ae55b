"""Programs of tensor operations as model functions write them: each once, for the original and for this library.

`PROGRAMS` maps a name to a function of `tf`, in the spelling of 1.x, and of the
features. `record` runs all under TensorFlow 2.15, `import tensorflow.compat.v1 as tf`
without eager execution, and keeps what they give, with the gradients of the sum of
`sin(result)` with respect to `SOURCES`, where they are not zero:

    python -c "from tests.ops.model_function_programs import record; record('tests/ops/recorded/model_functions.json')"

What draws random numbers, or depends on what it draws, is not recorded.
"""

import json

import numpy as np

FEATURES = {
    "x": np.round(np.random.default_rng(0).normal(size=(4, 6)), 2).astype(np.float32),
    "y": np.round(np.random.default_rng(1).normal(size=(4, 6)), 2).astype(np.float32),
    "ids": np.array([2, 0, 1, 2], np.int32),
    "long": np.array([[2, 5], [0, 1], [3, 3], [7, 4]], np.int64),
    "length": np.array([3, 6, 0, 1], np.int32),
    "image": np.round(np.random.default_rng(2).normal(size=(4, 4, 4, 2)), 2).astype(np.float32),
    "flag": np.array([True, False, True, True]),
    "word": np.array([b"b", b"a", b"c", b"zz"]),
    "text": np.array([b"to be or", b"not", b"to be", b"that is the question"]),
    "number": np.array([b"1.5", b"-2", b"3e1", b"0"]),
}
SOURCES = ("x", "y", "image")
CLASSES = ["red", "green", "blue", "black", "white", "grey"]


def _loop(tf, f):
    total = tf.while_loop(
        lambda i, a: tf.less(i, 3), lambda i, a: (i + 1, a * 2.0 + tf.cast(i, tf.float32)), [tf.constant(0), f["x"]]
    )
    return total[1]


def _loop_on_data(tf, f):
    return tf.while_loop(lambda a: tf.reduce_max(a) < 50.0, lambda a: a * 2.0, [tf.abs(f["x"]) + 1.0])


def _table(tf, f):
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(["a", "b", "c"], tf.constant([10, 20, 30], tf.int64)), -1
    )
    return table.lookup(f["word"])


def _split(tf, f):
    parts = tf.string_split(f["text"])
    return tf.sparse_tensor_to_dense(parts, default_value="")


def _split_ids(tf, f):
    parts = tf.sparse_tensor_to_dense(tf.string_split(f["text"]), default_value="")
    return tf.string_to_hash_bucket_fast(parts, 50)[:, :2]


def _last_relevant(tf, f):
    """The last output of each sequence, by gather on flat indices."""
    flat = tf.reshape(f["image"], [-1, 2])
    index = tf.range(0, tf.shape(f["image"])[0]) * 16 + tf.maximum(f["length"] - 1, 0)
    return tf.gather(flat, index)


def _attention(tf, f):
    scores = tf.matmul(f["x"], f["y"], transpose_b=True)
    mask = tf.sequence_mask(f["length"], 4)
    return tf.nn.softmax(tf.where(mask, scores, tf.ones_like(scores) * -1e9))


def _factorization(tf, f):
    """The interactions of a factorization machine."""
    e = tf.reshape(f["image"], [-1, 16, 2])
    return 0.5 * tf.subtract(tf.square(tf.reduce_sum(e, 1)), tf.reduce_sum(tf.square(e), 1))


def _triplets(tf, f):
    dot = tf.matmul(f["x"], tf.transpose(f["x"]))
    norm = tf.diag_part(dot)
    distance = tf.expand_dims(norm, 0) - 2.0 * dot + tf.expand_dims(norm, 1)
    mask = tf.to_float(tf.equal(distance, 0.0))
    return (1.0 - mask) * tf.sqrt(tf.maximum(distance, 0.0) + mask * 1e-16)


PROGRAMS = {
    "reshape": lambda tf, f: tf.reshape(f["image"], [-1, 32]),
    "reshape by shape": lambda tf, f: tf.reshape(f["image"], [tf.shape(f["image"])[0], 4, -1]),
    "reshape to shape": lambda tf, f: tf.reshape(f["x"] + 1.0, tf.shape(f["y"])),
    "cast": lambda tf, f: tf.cast(f["x"] * 3.0, tf.int32),
    "to_float": lambda tf, f: tf.to_float(f["ids"]),
    "to_int64": lambda tf, f: tf.to_int64(f["x"]),
    "cast bool": lambda tf, f: tf.cast(f["flag"], tf.float32),
    "constant": lambda tf, f: tf.constant([1.0, 2.0, 3.0]) + f["x"][:, :3],
    "constant shape": lambda tf, f: tf.constant(1.5, shape=[6]) * f["x"],
    "expand_dims": lambda tf, f: tf.expand_dims(f["x"], -1),
    "argmax": lambda tf, f: tf.argmax(f["x"], 1),
    "argmax axis": lambda tf, f: tf.argmax(input=f["x"], axis=0, output_type=tf.int32),
    "argmin": lambda tf, f: tf.argmin(f["x"], axis=-1),
    "concat": lambda tf, f: tf.concat([f["x"], f["y"]], 1),
    "concat scalars": lambda tf, f: tf.concat([[1.0], f["x"][0], [tf.reduce_sum(f["y"])]], axis=0),
    "squeeze": lambda tf, f: tf.squeeze(f["x"][:, 0:1], axis=[1]),
    "squeeze dims": lambda tf, f: tf.squeeze(f["x"][:, 0:1], squeeze_dims=1),
    "shape": lambda tf, f: tf.shape(f["image"]),
    "shape arithmetic": lambda tf, f: tf.shape(f["x"])[0] * 2 + tf.shape(f["x"])[1],
    "size": lambda tf, f: tf.size(f["x"]),
    "rank": lambda tf, f: tf.rank(f["image"]),
    "one_hot": lambda tf, f: tf.one_hot(f["ids"], 4),
    "one_hot values": lambda tf, f: tf.one_hot(f["long"], depth=5, on_value=2.0, off_value=-1.0, axis=-1),
    "map_fn": lambda tf, f: tf.map_fn(lambda r: r * tf.reduce_sum(r), f["x"]),
    "map_fn pair": lambda tf, f: tf.map_fn(
        lambda p: p[0] + tf.cast(p[1], tf.float32), (f["x"], f["ids"]), dtype=tf.float32
    ),
    "map_fn to two": lambda tf, f: list(
        tf.map_fn(lambda r: (r[0], tf.argmax(r)), f["x"], dtype=(tf.float32, tf.int64))
    ),
    "scan": lambda tf, f: tf.scan(lambda a, r: a * 0.5 + r, f["x"]),
    "scan start": lambda tf, f: tf.scan(lambda a, r: a + tf.reduce_sum(r), f["x"], initializer=1.0),
    "foldl": lambda tf, f: tf.foldl(lambda a, r: a * 0.5 + r, f["x"]),
    "while_loop": _loop,
    "while_loop on data": _loop_on_data,
    "gather": lambda tf, f: tf.gather(f["x"], f["ids"]),
    "gather axis": lambda tf, f: tf.gather(f["x"], [5, 0], axis=1),
    "gather constant": lambda tf, f: tf.gather(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), f["ids"]),
    "gather_nd": lambda tf, f: tf.gather_nd(f["x"], tf.stack([tf.range(4), f["ids"]], axis=1)),
    "batch_gather": lambda tf, f: tf.batch_gather(f["x"], tf.cast(f["long"] % 6, tf.int32)),
    "sqrt": lambda tf, f: tf.sqrt(tf.abs(f["x"])),
    "transpose": lambda tf, f: tf.transpose(f["x"]),
    "transpose perm": lambda tf, f: tf.transpose(f["image"], perm=[0, 3, 1, 2]),
    "matmul": lambda tf, f: tf.matmul(f["x"], f["y"], transpose_b=True),
    "matmul transpose_a": lambda tf, f: tf.matmul(f["x"], f["y"], transpose_a=True),
    "matmul batch": lambda tf, f: tf.matmul(f["image"], f["image"], adjoint_b=True),
    "range": lambda tf, f: tf.range(tf.shape(f["x"])[0]),
    "range limits": lambda tf, f: tf.range(2, 10, 3) + f["ids"][:3],
    "reduce_sum": lambda tf, f: tf.reduce_sum(f["x"], 1),
    "reduce_sum reduction_indices": lambda tf, f: tf.reduce_sum(f["x"], reduction_indices=[1], keep_dims=True),
    "reduce_mean": lambda tf, f: tf.reduce_mean(f["x"]),
    "reduce_mean axis": lambda tf, f: tf.reduce_mean(f["image"], axis=[1, 2], keepdims=True),
    "reduce_max": lambda tf, f: tf.reduce_max(f["x"], axis=1),
    "reduce_min": lambda tf, f: tf.reduce_min(f["x"], axis=0),
    "reduce_prod": lambda tf, f: tf.reduce_prod(f["x"], axis=-1),
    "reduce_any": lambda tf, f: tf.reduce_any(f["x"] > 1.0, axis=1),
    "reduce_all": lambda tf, f: tf.reduce_all(f["x"] > -3.0),
    "reduce_logsumexp": lambda tf, f: tf.reduce_logsumexp(f["x"], axis=1),
    "stack": lambda tf, f: tf.stack([f["x"], f["y"]], axis=1),
    "stack scalars": lambda tf, f: tf.stack([tf.reduce_sum(f["x"]), 1.0, tf.reduce_mean(f["y"])]),
    "unstack": lambda tf, f: tf.unstack(f["x"], axis=1)[2],
    "unstack all": lambda tf, f: tf.add_n(tf.unstack(f["image"], 4, 1)),
    "where": lambda tf, f: tf.where(f["x"] > 0.0, f["x"], f["y"]),
    "where rows": lambda tf, f: tf.where(f["flag"], f["x"], f["y"]),
    "where scalars": lambda tf, f: tf.where(tf.greater(f["x"], 0.0), tf.ones_like(f["x"]), tf.zeros_like(f["x"])),
    "equal": lambda tf, f: tf.equal(f["ids"], 2),
    "equal classes": lambda tf, f: tf.cast(tf.equal(tf.argmax(f["x"], 1), tf.cast(f["ids"], tf.int64)), tf.float32),
    "not_equal": lambda tf, f: tf.not_equal(f["ids"], tf.constant([2, 1, 1, 0])),
    "slice": lambda tf, f: tf.slice(f["x"], [0, 1], [-1, 3]),
    "strided_slice": lambda tf, f: f["x"][:, ::-2],
    "index": lambda tf, f: f["image"][:, -1, 1:3, tf.newaxis, 0],
    "ellipsis": lambda tf, f: f["image"][..., 1],
    "ones_like": lambda tf, f: tf.ones_like(f["x"]) + tf.ones_like(f["ids"], dtype=tf.float32)[:, tf.newaxis],
    "zeros_like": lambda tf, f: tf.zeros_like(f["ids"]),
    "zeros": lambda tf, f: tf.zeros([tf.shape(f["x"])[0], 3]),
    "ones": lambda tf, f: tf.ones((2, 3), dtype=tf.int32) + f["ids"][0],
    "fill": lambda tf, f: tf.fill([tf.shape(f["x"])[0], 2], 7.0),
    "tile": lambda tf, f: tf.tile(f["x"], [1, 2]),
    "tile by shape": lambda tf, f: tf.tile(tf.constant([[1.0, 2.0]]), [tf.shape(f["x"])[0], 1]),
    "cond": lambda tf, f: tf.cond(tf.reduce_sum(f["x"]) > 0.0, lambda: f["x"] * 2.0, lambda: f["y"]),
    "cond false": lambda tf, f: tf.cond(tf.reduce_sum(f["x"]) > 1e6, lambda: f["x"] * 2.0, lambda: f["y"]),
    "case": lambda tf, f: tf.case(
        [(tf.reduce_sum(f["x"]) > 1e6, lambda: f["x"]), (f["ids"][0] > 1, lambda: f["y"])], default=lambda: -f["x"]
    ),
    "identity": lambda tf, f: tf.identity(f["x"], name="same"),
    "stop_gradient": lambda tf, f: tf.stop_gradient(f["x"]),
    "split": lambda tf, f: tf.split(f["x"], 3, axis=1)[1],
    "split sizes": lambda tf, f: tf.split(value=f["x"], num_or_size_splits=[1, 2, 3], axis=1)[2],
    "add_n": lambda tf, f: tf.add_n([f["x"], f["y"], f["x"]]),
    "pad": lambda tf, f: tf.pad(f["x"], [[0, 0], [1, 2]]),
    "pad constant": lambda tf, f: tf.pad(f["x"], tf.constant([[1, 0], [0, 1]]), "CONSTANT", constant_values=9.0),
    "pad mode": lambda tf, f: tf.pad(f["x"], [[1, 1], [2, 2]], mode="REFLECT"),
    "sequence_mask": lambda tf, f: tf.sequence_mask(f["length"], 6, dtype=tf.float32),
    "sequence_mask width": lambda tf, f: tf.sequence_mask(f["length"], maxlen=tf.shape(f["x"])[1]),
    "reverse_sequence": lambda tf, f: tf.reverse_sequence(f["x"], f["length"], seq_axis=1, batch_axis=0),
    "reverse": lambda tf, f: tf.reverse(f["x"], axis=[1]),
    "clip_by_value": lambda tf, f: tf.clip_by_value(f["x"], -0.5, 0.5),
    "clip_by_norm": lambda tf, f: tf.clip_by_norm(f["x"], 1.0),
    "diag_part": lambda tf, f: tf.diag_part(tf.matmul(f["x"], f["y"], transpose_b=True)),
    "diag": lambda tf, f: tf.diag(f["x"][0]),
    "matrix_diag": lambda tf, f: tf.matrix_diag(f["x"]),
    "eye": lambda tf, f: tf.eye(4) + tf.matmul(f["x"], f["y"], transpose_b=True),
    "eye by shape": lambda tf, f: tf.eye(tf.shape(f["x"])[0]),
    "segment_max": lambda tf, f: tf.segment_max(f["x"], tf.constant([0, 0, 1, 2])),
    "segment_sum": lambda tf, f: tf.segment_sum(f["x"], tf.constant([0, 0, 1, 2])),
    "unsorted_segment_sum": lambda tf, f: tf.unsorted_segment_sum(f["x"], f["ids"], 3),
    "linspace": lambda tf, f: tf.linspace(0.0, 1.0, 6) * f["x"],
    "lin_space": lambda tf, f: tf.lin_space(0.0, 1.0, 6) * f["x"],
    "logical": lambda tf, f: tf.logical_and(f["x"] > 0.0, tf.logical_not(tf.logical_or(f["y"] > 0.0, f["y"] < -1.0))),
    "logical operators": lambda tf, f: (f["x"] > 0.0) & ~(f["y"] > 0.0) | (f["y"] < -1.0),
    "logical_xor": lambda tf, f: tf.logical_xor(f["x"] > 0.0, f["y"] > 0.0),
    "einsum": lambda tf, f: tf.einsum("ij,kj->ik", f["x"], f["y"]),
    "tensordot": lambda tf, f: tf.tensordot(f["image"], tf.ones([2, 3]), axes=[[3], [0]]),
    "tensordot axes": lambda tf, f: tf.tensordot(f["x"], f["y"], axes=[[0, 1], [0, 1]]),
    "square": lambda tf, f: tf.square(f["x"]),
    "squared_difference": lambda tf, f: tf.squared_difference(f["x"], f["y"]),
    "pow": lambda tf, f: tf.pow(tf.abs(f["x"]), 1.5) + f["x"] ** 2,
    "log": lambda tf, f: tf.log(tf.abs(f["x"]) + 1.0) + tf.log1p(tf.abs(f["y"])),
    "exp": lambda tf, f: tf.exp(f["x"]) - tf.expm1(f["y"]),
    "maximum": lambda tf, f: tf.maximum(f["x"], 0.25) + tf.minimum(f["y"], 0.0),
    "multiply": lambda tf, f: tf.multiply(f["x"], tf.divide(f["y"], 3.0)) - tf.subtract(1.0, f["x"]),
    "div": lambda tf, f: tf.div(f["x"], f["y"] + 10.0),
    "floor": lambda tf, f: tf.floor(f["x"]) + tf.ceil(f["y"]) + tf.round(f["x"]) + tf.sign(f["y"]),
    "floordiv": lambda tf, f: f["long"] // 3 + tf.floormod(f["long"], 3) + f["long"] % 2,
    "truediv of integers": lambda tf, f: f["ids"] / 2,
    "sigmoid": lambda tf, f: tf.sigmoid(f["x"]) + tf.tanh(f["y"]),
    "cumsum": lambda tf, f: tf.cumsum(f["x"], axis=1, exclusive=True),
    "top_k": lambda tf, f: [tf.nn.top_k(f["x"], k=2).values, tf.nn.top_k(f["x"], k=2).indices],
    "in_top_k": lambda tf, f: tf.nn.in_top_k(f["x"], f["ids"], 2),
    "sort": lambda tf, f: tf.sort(f["x"], direction="DESCENDING"),
    "argsort": lambda tf, f: tf.argsort(f["x"]),
    "is_nan": lambda tf, f: tf.is_nan(f["x"] / (f["x"] * 0.0 + 1.0)),
    "norm": lambda tf, f: tf.norm(f["x"], axis=1),
    "confusion_matrix": lambda tf, f: tf.confusion_matrix(f["ids"], tf.cast(tf.argmax(f["x"][:, :3], 1), tf.int32), 3),
    "scatter_nd": lambda tf, f: tf.scatter_nd(tf.expand_dims(f["ids"], 1), f["x"], [5, 6]),
    "meshgrid": lambda tf, f: tf.meshgrid(f["x"][0], f["y"][0])[1],
    "broadcast_to": lambda tf, f: tf.broadcast_to(f["x"][:, :1], [4, 5]),
    "convert_to_tensor": lambda tf, f: tf.convert_to_tensor([f["x"][0, 0], f["y"][0, 0]]),
    "float literals": lambda tf, f: tf.constant(0.5) * f["x"] + 1 - 2 / (3 + tf.abs(f["x"])),
    "batch statistics": lambda tf, f: (
        (f["x"] - tf.reduce_mean(f["x"], 0)) / tf.sqrt(tf.nn.moments(f["x"], [0])[1] + 1e-3)
    ),
    "mask out": lambda tf, f: f["x"] * tf.expand_dims(tf.cast(f["length"] > 1, tf.float32), 1),
    "last relevant": _last_relevant,
    "attention": _attention,
    "factorization": _factorization,
    "triplets": _triplets,
    "weights of classes": lambda tf, f: tf.reduce_sum(tf.constant([1.0, 2.0, 0.5]) * tf.one_hot(f["ids"], 3), axis=1),
    "accuracy by hand": lambda tf, f: tf.reduce_mean(
        tf.cast(tf.equal(tf.cast(tf.argmax(f["x"], 1), tf.int32), f["ids"]), tf.float32)
    ),
    "table": _table,
    "table to device": lambda tf, f: tf.one_hot(tf.cast(_table(tf, f), tf.int32) // 10, 4),
    "hash": lambda tf, f: tf.string_to_hash_bucket_fast(f["word"], 100),
    "hash to device": lambda tf, f: tf.cast(tf.string_to_hash_bucket_fast(f["word"], 100), tf.float32) * 0.5,
    "string equal": lambda tf, f: tf.equal(f["word"], "a"),
    "string equal to device": lambda tf, f: tf.cast(tf.equal(f["word"], "a"), tf.float32) + f["x"][:, 0],
    "string_to_number": lambda tf, f: tf.string_to_number(f["number"]) * 2.0,
    "string_to_number and device": lambda tf, f: tf.string_to_number(f["number"], out_type=tf.float32) + f["x"][:, 0],
    "string_split": _split,
    "string_split ids": _split_ids,
    "string join": lambda tf, f: tf.string_join([f["word"], f["number"]], "-"),
    "string pad": lambda tf, f: tf.pad(tf.expand_dims(f["word"], 1), [[0, 0], [0, 1]], constant_values="-"),
    "string length": lambda tf, f: tf.strings.length(f["text"]),
    "lower": lambda tf, f: tf.strings.lower(tf.strings.regex_replace(f["text"], "t", "T")),
    "class names": lambda tf, f: tf.gather(CLASSES, tf.argmax(f["x"], 1)),
    "class names of top_k": lambda tf, f: tf.gather(tf.constant(CLASSES), tf.nn.top_k(f["x"], 3)[1]),
    "as_string": lambda tf, f: tf.as_string(tf.argmax(f["x"], 1)),
    "as_string of floats": lambda tf, f: tf.as_string(f["x"][:, 0], precision=2),
    "where strings": lambda tf, f: tf.where(f["x"][:, 0] > 0.0, tf.fill([4], "up"), tf.fill([4], "down")),
    "string results": lambda tf, f: tf.string_join([f["word"], tf.as_string(f["ids"])]),
    "expand strings": lambda tf, f: tf.tile(tf.expand_dims(tf.constant(CLASSES), 0), [tf.shape(f["x"])[0], 1]),
}

RANDOM = {
    "random_uniform": lambda tf, f: tf.random_uniform([2, 3], 1.0, 2.0),
    "random_uniform by shape": lambda tf, f: tf.random_uniform(tf.shape(f["x"])),
    "random_uniform integers": lambda tf, f: tf.random_uniform([5], maxval=10, dtype=tf.int32),
    "random_normal": lambda tf, f: tf.random_normal([tf.shape(f["x"])[0], 3], stddev=0.1),
    "truncated_normal": lambda tf, f: tf.truncated_normal([3, 4], stddev=0.5),
    "random_shuffle": lambda tf, f: tf.random_shuffle(f["x"]),
    "multinomial": lambda tf, f: tf.multinomial(f["x"], 8),
    "dropout": lambda tf, f: tf.nn.dropout(f["x"] + 5.0, 0.5),
    "noise of a key": lambda tf, f: tf.random.normal(tf.shape(f["x"]), seed=7),
    "categorical": lambda tf, f: tf.random.categorical(f["x"], 9),
}


def flat(results):
    return list(results) if isinstance(results, list | tuple) else [results]


def listed(value):
    """Returns an array as lists of numbers and texts."""
    array = np.asarray(value)
    return [v.decode() for v in array.ravel()] if array.dtype == object else np.asarray(array, float).ravel().tolist()


def _short(values):
    return [v if isinstance(v, str) else float(f"{v:.6g}") for v in values]


def record(path):
    """Runs the programs under the original, and keeps what they give."""
    import tensorflow.compat.v1 as tf

    tf.disable_eager_execution()
    kept = {}
    for name, program in PROGRAMS.items():
        with tf.Graph().as_default(), tf.Session() as session:
            features = {key: tf.placeholder_with_default(v, [None, *v.shape[1:]]) for key, v in FEATURES.items()}
            results = flat(program(tf, features))
            sources = [features[key] for key in SOURCES]
            total = sum(tf.reduce_sum(tf.sin(r)) for r in results if r.dtype == tf.float32)
            slopes = tf.gradients(total, sources) if isinstance(total, tf.Tensor) else []
            slopes = [tf.zeros_like(x) if g is None else tf.convert_to_tensor(g) for x, g in zip(sources, slopes)]
            session.run(tf.tables_initializer())
            values, slopes = session.run([results, slopes])
        kept[name] = {
            "results": [[list(np.shape(v)), _short(listed(v))] for v in values],
            "gradients": [_short(listed(v)) for v in slopes if np.any(v)],
        }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(kept, file)
