"""Random programs of scopes and layers, written for the original and for this package alike.

`recorded/names.json` holds, for each of the programs, the names of the variables that the original
(`tf.compat.v1` of TensorFlow 2.15) makes, or None where it raises ValueError.
"""

import random

SEEDS = range(200)


def program(seed):
    """Returns a program: a nested list of scopes, each (name, reuse, statements), and layers."""
    rng = random.Random(seed)

    def statements(depth):
        return [statement(depth) for _ in range(rng.randint(1, 4))]

    def statement(depth):
        kind = rng.choice(["layer", "layer", "layer", "scope", "scope", "default", "again", "object", "name_scope"])
        if depth >= 3 or kind == "layer":
            name = rng.choice([None, None, None, "a", "dense"])
            reuse = rng.choice([None, None, None, "auto", True]) if name or rng.random() < 0.1 else None
            return ["layer", rng.choice(["dense", "batch_normalization", "Dense"]), name, reuse]
        if kind == "again":
            return ["again"]
        if kind == "object":
            return ["object", statements(depth + 1)]
        reuse = rng.choice([None, None, None, "auto", "auto", True, False])
        if kind == "default":
            return [kind, rng.choice(["a", "dense"]), None, statements(depth + 1)]
        return [kind, rng.choice(["a", "b", "dense", "a/b"]), reuse, statements(depth + 1)]

    return statements(0)


def names(tf, x, statements):
    """Runs a program; the names of the variables are those that it leaves behind."""
    made, scopes = [], []

    def value(reuse):
        return tf.AUTO_REUSE if reuse == "auto" else reuse

    def run(statement):
        kind = statement[0]
        if kind == "layer":
            layer(*statement[1:])
        elif kind == "again":
            if made:
                made[-1](x)
        elif kind == "object":
            if scopes:
                with tf.variable_scope(scopes[-1], reuse=tf.AUTO_REUSE):
                    run_all(statement[1])
        elif kind == "name_scope":
            with tf.name_scope(statement[1]):
                run_all(statement[3])
        else:
            given = (None, statement[1]) if kind == "default" else (statement[1], None)
            with tf.variable_scope(*given, reuse=value(statement[2])) as scope:
                scopes.append(scope)
                run_all(statement[3])

    def layer(kind, name, reuse):
        if kind == "Dense":
            made.append(tf.layers.Dense(2, name=name))
            made[-1](x)
        elif kind == "dense":
            tf.layers.dense(x, 2, name=name, reuse=value(reuse))
        else:
            tf.layers.batch_normalization(x, scale=False, name=name, reuse=value(reuse))

    def run_all(listed):
        for one in listed:
            run(one)

    run_all(statements)
