"""Random programs of scopes, and the names that they make.

`recorded/scopes.json` holds what the original (TensorFlow 2.15.1, `tf.compat.v1` without eager execution, a new
`tf.Graph` for each program) made of the programs of the seeds 0 to 59, with
`lambda x, name: tf.identity(tf.constant(x), name=name).name` as `named`.
"""

import random

KINDS = ["get", "get", "dense", "var", "name", "scope", "scope", "scope", "default", "again", "reuse", "auto", "op"]
NESTING = ("name", "scope", "default", "again", "reuse", "auto")


def program_of(seed):
    return _made(random.Random(seed), 0)


def _made(rng, depth):
    steps = []
    for _ in range(rng.randint(1, 4)):
        kind = rng.choice(KINDS)
        if depth >= 3 and kind in NESTING:
            kind = "get"
        name = rng.choice("abc")
        if kind == "get":
            name = rng.choice(["v1", "v2"])
        steps.append((kind, name, _made(rng, depth + 1) if kind in NESTING else None))
    return steps


def names_of(tf, program, named):
    """Runs a program; returns the names of the scopes, variables and results that it makes."""
    log, scopes = [], {}

    def run(steps):
        for kind, name, inner in steps:
            try:
                step(kind, name, inner)
            except ValueError:
                log.append("ValueError")

    def step(kind, name, inner):
        if kind == "get":
            log.append(tf.get_variable(name, [2]).name)
        elif kind == "var":
            log.append(tf.Variable([1.0], name=name).name)
        elif kind == "dense":
            tf.layers.dense(tf.ones([1, 2]), 2)
            log.append([v.name for v in tf.trainable_variables()][-2])
        elif kind == "op":
            log.append(named([1.0], name))
        elif kind == "name":
            with tf.name_scope(name) as scope:
                log.append(scope)
                run(inner)
        elif kind != "again" or name in scopes:
            with entered(kind, name) as scope:
                is_named = kind in ("scope", "default", "again")
                log.append(f"{scope.name}|{scope.original_name_scope}" if is_named else scope.name)
                run(inner)

    def entered(kind, name):
        if kind == "scope":
            return remembering(name)
        if kind == "default":
            return tf.variable_scope(None, default_name=name)
        if kind == "again":
            return tf.variable_scope(scopes[name])
        return tf.variable_scope(name, reuse=True if kind == "reuse" else tf.AUTO_REUSE)

    class remembering:  # a context manager
        def __init__(self, name):
            self.name, self.scope = name, tf.variable_scope(name)

        def __enter__(self):
            scopes[self.name] = self.scope.__enter__()
            return scopes[self.name]

        def __exit__(self, *error):
            return self.scope.__exit__(*error)

    run(program)
    return log
