"""Programs of `nn` operations: each is written once, for the original and for this library.

`PROGRAMS` maps a name to a function of `tf` and of arrays, and the shapes of these.
The arrays are normal numbers that `numbers` makes. `record` runs all under
TensorFlow 2.15, `import tensorflow.compat.v1 as tf` without eager execution, and
keeps for each the results (all of them, flat, one after the other) and the gradients
of the sum of `sin(result)` with respect to each array:

    python -c "from tests.nn.operation_programs import record; record('tests/nn/recorded/operations.npz')"
"""

import zlib

import numpy as np

IMAGE, FILTER = (1, 7, 6, 3), (3, 2, 3, 2)


def numbers(name, shapes):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    return [random.normal(size=shape).astype(np.float32) for shape in shapes]


def _conv(**arguments):
    return lambda tf, x, k: tf.nn.conv2d(x, k, **arguments), IMAGE, FILTER


def _pool(kind, **arguments):
    return lambda tf, x: getattr(tf.nn, kind)(x, **arguments), IMAGE


def _tied(kind, **arguments):
    """Pools whole numbers, of which many are equal."""
    return lambda tf, x: getattr(tf.nn, kind)(x + tf.stop_gradient(tf.round(x) - x), **arguments), (1, 8, 7, 2)


def _rates(tf, x, k):
    return tf.nn.atrous_conv2d(x, k, rate=2, padding="VALID")


def _transposed(padding, strides, sizes):
    def program(tf, x, k):
        return tf.nn.conv2d_transpose(x, k, [2, *sizes, 3], [1, *strides, 1], padding)

    return program, (2, 4, 3, 4), (3, 2, 3, 4)


def _sampled(loss, **arguments):
    def program(tf, weights, biases, inputs):
        values = (
            tf.constant([5, 0, 2, 7], tf.int64),
            tf.constant([[0.7], [0.2], [0.9]]),
            tf.constant([0.3, 0.8, 0.5, 0.25]),
        )
        labels = tf.constant([[1], [5], [0]], tf.int64)
        return getattr(tf.nn, loss)(weights, biases, labels, inputs, 4, 8, sampled_values=values, **arguments)

    return program, (8, 3), (8,), (3, 3)


def _sparse(safe=False, weighted=False, **arguments):
    def program(tf, table):
        places, shape = [[0, 0], [0, 1], [1, 0], [3, 0], [3, 1], [3, 2]], [4, 3]
        ids = tf.SparseTensor(places, tf.constant([2, 0, 1, 4, 4, 3], tf.int64), shape)
        weights = tf.SparseTensor(places, tf.constant([0.5, 2.0, 3.0, -1.0, 1.5, 0.25]), shape) if weighted else None
        look_up = tf.nn.safe_embedding_lookup_sparse if safe else tf.nn.embedding_lookup_sparse
        return look_up(table, ids, weights, **arguments)

    return program, (5, 3)


def _parts(strategy):
    def program(tf, a, b, c):
        return tf.nn.embedding_lookup([a, b, c], tf.constant([[0, 6], [3, 4], [2, 2]]), partition_strategy=strategy)

    return program, (3, 2), (2, 2), (2, 2)


def _statistics(tf, x):
    counts, mean, variance, shift = tf.nn.sufficient_statistics(x, [0, 2], shift=tf.constant(0.5), keep_dims=True)
    return [counts, mean, variance, *tf.nn.normalize_moments(counts, mean, variance, shift)]


PROGRAMS = {
    "conv2d same": _conv(strides=[1, 1, 1, 1], padding="SAME"),
    "conv2d valid strides": _conv(strides=[1, 2, 3, 1], padding="VALID"),
    "conv2d same strides": _conv(strides=[1, 2, 3, 1], padding="SAME"),
    "conv2d one stride": _conv(strides=2, padding="SAME"),
    "conv2d two strides": _conv(strides=[2, 1], padding="SAME"),
    "conv2d dilations": _conv(strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 2, 2, 1]),
    "conv2d explicit": _conv(strides=[1, 2, 1, 1], padding=[[0, 0], [1, 2], [0, 3], [0, 0]]),
    "conv1d": (lambda tf, x, k: tf.nn.conv1d(x, k, stride=2, padding="SAME"), (2, 7, 3), (4, 3, 5)),
    "conv3d": (
        lambda tf, x, k: tf.nn.conv3d(x, k, strides=[1, 1, 2, 1, 1], padding="SAME"),
        (1, 4, 5, 3, 2),
        (2, 3, 2, 2, 3),
    ),
    "convolution": (
        lambda tf, x, k: tf.nn.convolution(x, k, "SAME", strides=[2, 1]),
        IMAGE,
        FILTER,
    ),
    "convolution dilated": (lambda tf, x, k: tf.nn.convolution(x, k, "VALID", dilation_rate=[2]), (2, 9, 3), (3, 3, 2)),
    "atrous_conv2d": (_rates, IMAGE, FILTER),
    "depthwise_conv2d": (
        lambda tf, x, k: tf.nn.depthwise_conv2d(x, k, [1, 2, 2, 1], "SAME"),
        IMAGE,
        (3, 2, 3, 2),
    ),
    "depthwise_conv2d rate": (
        lambda tf, x, k: tf.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], "VALID", rate=[2, 2]),
        IMAGE,
        (2, 2, 3, 1),
    ),
    "depthwise_conv2d large": (
        lambda tf, x, k: tf.nn.depthwise_conv2d_native(x, k, [1, 1, 1, 1], "SAME"),
        (1, 9, 8, 1),
        (9, 8, 1, 2),
    ),
    "separable_conv2d": (
        lambda tf, x, d, p: tf.nn.separable_conv2d(x, d, p, [1, 2, 2, 1], "SAME"),
        IMAGE,
        (3, 3, 3, 2),
        (1, 1, 6, 4),
    ),
    "conv2d_transpose same": _transposed("SAME", (2, 2), (7, 6)),
    "conv2d_transpose valid": _transposed("VALID", (2, 3), (9, 8)),
    "conv2d_transpose valid more": _transposed("VALID", (2, 3), (10, 10)),
    "conv1d_transpose": (
        lambda tf, x, k: tf.nn.conv1d_transpose(x, k, [2, 8, 3], strides=2, padding="SAME"),
        (2, 4, 4),
        (3, 3, 4),
    ),
    "conv3d_transpose": (
        lambda tf, x, k: tf.nn.conv3d_transpose(x, k, [1, 4, 4, 3, 2], strides=[1, 2, 2, 1, 1]),
        (1, 2, 2, 3, 3),
        (2, 3, 2, 2, 3),
    ),
    "max_pool valid": _pool("max_pool", ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID"),
    "max_pool same": _pool("max_pool", ksize=[1, 3, 2, 1], strides=[1, 2, 1, 1], padding="SAME"),
    "max_pool ties": _tied("max_pool", ksize=3, strides=1, padding="SAME"),
    "max_pool ties apart": _tied("max_pool", ksize=2, strides=2, padding="VALID"),
    "avg_pool valid": _pool("avg_pool", ksize=[1, 2, 3, 1], strides=[1, 2, 2, 1], padding="VALID"),
    "avg_pool same": _pool("avg_pool", ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="SAME"),
    "max_pool1d": (lambda tf, x: tf.nn.max_pool1d(x, 3, 2, "SAME"), (2, 8, 3)),
    "avg_pool1d": (lambda tf, x: tf.nn.avg_pool1d(x, 3, 2, "SAME"), (2, 8, 3)),
    "max_pool3d": (lambda tf, x: tf.nn.max_pool3d(x, 2, 2, "SAME"), (1, 4, 5, 3, 2)),
    "avg_pool3d": (lambda tf, x: tf.nn.avg_pool3d(x, 2, 2, "SAME"), (1, 4, 5, 3, 2)),
    "pool": (lambda tf, x: tf.nn.pool(x, [3, 2], "MAX", "VALID", dilation_rate=[1, 2]), IMAGE),
    "pool avg": (lambda tf, x: tf.nn.pool(x, [3, 2], "AVG", "SAME", strides=[2, 1]), IMAGE),
    "max_pool_with_argmax": (
        lambda tf, x: [
            tf.cast(v, tf.float32) for v in tf.nn.max_pool_with_argmax(x, [1, 3, 2, 1], [1, 2, 2, 1], "SAME")
        ],
        IMAGE,
    ),
    "max_pool_with_argmax batch": (
        lambda tf, x: (
            tf.cast(
                tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID", include_batch_in_index=True)[1],
                tf.float32,
            )
            + tf.reduce_sum(x)
        ),
        IMAGE,
    ),
    "bias_add": (lambda tf, x, b: tf.nn.bias_add(x, b), IMAGE, (3,)),
    "bias_add first": (lambda tf, x, b: tf.nn.bias_add(x, b, "NCHW"), IMAGE, (7,)),
    "xw_plus_b": (lambda tf, x, w, b: tf.nn.xw_plus_b(x, w, b), (4, 3), (3, 2), (2,)),
    "relu_layer": (lambda tf, x, w, b: tf.nn.relu_layer(x, w, b), (4, 3), (3, 2), (2,)),
    "moments": (lambda tf, x: tf.nn.moments(x, [0, 1, 2]), IMAGE),
    "moments kept": (lambda tf, x: tf.nn.moments(x, axes=[1], keep_dims=True), IMAGE),
    "weighted_moments": (lambda tf, x, w: tf.nn.weighted_moments(x, [0, 1], tf.square(w)), (5, 4, 3), (5, 1, 3)),
    "weighted_moments kept": (
        lambda tf, x, w: tf.nn.weighted_moments(x, [1], tf.square(w), keepdims=True),
        (5, 4, 3),
        (4, 1),
    ),
    "sufficient_statistics": (_statistics, (3, 4, 5)),
    "batch_normalization": (
        lambda tf, x, m, v, b, g: tf.nn.batch_normalization(x, m, tf.square(v), b, g, 0.01),
        IMAGE,
        (3,),
        (3,),
        (3,),
        (3,),
    ),
    "batch_norm_with_global_normalization": (
        lambda tf, x, m, v, b, g: tf.nn.batch_norm_with_global_normalization(x, m, tf.square(v), b, g, 0.01, True),
        IMAGE,
        (3,),
        (3,),
        (3,),
        (3,),
    ),
    "fused_batch_norm": (lambda tf, x, g, b: tf.nn.fused_batch_norm(x, g, b)[0], IMAGE, (3,), (3,)),
    "fused_batch_norm inference": (
        lambda tf, x, g, b, m, v: tf.nn.fused_batch_norm(x, g, b, m, tf.square(v), is_training=False)[0],
        IMAGE,
        (3,),
        (3,),
        (3,),
        (3,),
    ),
    "lrn": (lambda tf, x: tf.nn.lrn(x, 2, bias=1.5, alpha=0.3, beta=0.75), (1, 2, 3, 9)),
    "lrn defaults": (lambda tf, x: tf.nn.local_response_normalization(x), (1, 2, 3, 9)),
    "l2_normalize": (lambda tf, x: tf.nn.l2_normalize(x, axis=[0, 2]), (3, 4, 5)),
    "zero_fraction": (lambda tf, x: tf.nn.zero_fraction(tf.round(x)) + 0.0 * tf.reduce_sum(x), (6, 7)),
    "embedding_lookup": (lambda tf, t: tf.nn.embedding_lookup(t, tf.constant([[3, 1], [1, 0]])), (4, 3)),
    "embedding_lookup norm": (
        lambda tf, t: tf.nn.embedding_lookup(t, tf.constant([[3, 1], [1, 0]]), max_norm=1.2),
        (4, 3),
    ),
    "embedding_lookup mod": _parts("mod"),
    "embedding_lookup div": _parts("div"),
    "embedding_lookup_sparse": _sparse(),
    "embedding_lookup_sparse sum": _sparse(combiner="sum", weighted=True),
    "embedding_lookup_sparse mean": _sparse(combiner="mean", weighted=True),
    "embedding_lookup_sparse sqrtn": _sparse(combiner="sqrtn", weighted=True),
    "embedding_lookup_sparse norm": _sparse(combiner="sum", max_norm=1.1),
    "safe_embedding_lookup_sparse": _sparse(safe=True),
    "safe_embedding_lookup_sparse mean": _sparse(safe=True, weighted=True),
    "safe_embedding_lookup_sparse default": _sparse(safe=True, weighted=True, combiner="sqrtn", default_id=3),
    "safe_embedding_lookup_sparse sum": _sparse(safe=True, weighted=True, combiner="sum"),
    "nce_loss": _sampled("nce_loss"),
    "nce_loss without hits": _sampled("nce_loss", remove_accidental_hits=True),
    "sampled_softmax_loss": _sampled("sampled_softmax_loss"),
    "sampled_softmax_loss with hits": _sampled("sampled_softmax_loss", remove_accidental_hits=False),
    "softmax dim": (lambda tf, x: tf.nn.softmax(x, dim=0), (3, 4)),
    "softmax_cross_entropy dim": (
        lambda tf, x, y: tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(y, dim=0), logits=x, dim=0),
        (3, 4),
        (3, 4),
    ),
    "crelu": (lambda tf, x: tf.nn.crelu(x, axis=0), (3, 4)),
    "space_to_depth": (lambda tf, x: tf.nn.space_to_depth(x, 2), (1, 4, 6, 3)),
    "depth_to_space": (lambda tf, x: tf.nn.depth_to_space(x, 2), (1, 2, 3, 8)),
}


def flat(results):
    return list(results) if isinstance(results, list | tuple) else [results]


def record(path):
    """Runs the programs under the original, and keeps what they give."""
    import tensorflow.compat.v1 as tf

    tf.disable_eager_execution()
    kept = {}
    for name, (program, *shapes) in PROGRAMS.items():
        with tf.Graph().as_default(), tf.Session() as session:
            inputs = [tf.constant(x) for x in numbers(name, shapes)]
            results = flat(program(tf, *inputs))
            gradients = tf.gradients(sum(tf.reduce_sum(tf.sin(r)) for r in results), inputs)
            gradients = [tf.zeros_like(x) if g is None else tf.convert_to_tensor(g) for x, g in zip(inputs, gradients)]
            values, slopes = session.run([results, gradients])
        kept[name] = np.concatenate([v.ravel() for v in (*values, *slopes)])
    sizes = np.array([len(v) for v in kept.values()])
    np.savez_compressed(path, names=np.array(list(kept)), sizes=sizes, values=np.concatenate(list(kept.values())))
