"""Programs with a model function of their own, as users wrote them, run on TensorFlow 2.15.1 and here.

What each found there stands in `recorded/model_functions.json`. Run by the original as
`PYTHONPATH=. python tests/estimator/model_function_programs.py recorded.json [NAME ...]`, this
file records it anew.
"""

import importlib
import json
import sys
import tempfile
import traceback

import numpy as np

from tests.estimator.model_function_parts import Run

THEMES = ("networks", "sequences", "words", "training", "metrics", "hooks", "runs", "exports")


def programs():
    """All programs by name."""
    found = {}
    for theme in THEMES:
        module = importlib.import_module(f"tests.estimator.model_functions_{theme}")
        functions = {n: f for n, f in vars(module).items() if getattr(f, "__module__", "") == module.__name__}
        found |= {n: f for n, f in functions.items() if callable(f) and not n.startswith("_") and n != n.title()}
    return found


def run(tf, program, folder):
    """What a program notes down."""
    noted = Run(tf, folder)
    program(tf, noted)
    return noted.noted


def as_json(noted):
    return {key: [value.dtype.str, list(value.shape), _plain(value)] for key, value in noted.items()}


def from_json(noted):
    return {key: np.array(flat, dtype).reshape(shape) for key, (dtype, shape, flat) in noted.items()}


def _plain(value):
    if value.dtype.kind == "f":
        return [float(f"{v:.7g}") for v in value.ravel()]
    return value.ravel().tolist()


def main(path, *names):
    import tensorflow as tf

    tf.compat.v1.logging.set_verbosity("ERROR")
    recorded = {}
    for name, program in programs().items():
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                recorded[name] = as_json(run(tf, program, folder))
                print(name, len(recorded[name]), flush=True)
            except Exception as error:
                print(name, "FAILS", repr(error)[:600], flush=True)
                if names:
                    traceback.print_exc(limit=-8)
    with open(path, "w") as file:
        json.dump(recorded, file, separators=(",", ":"))


if __name__ == "__main__":
    main(*sys.argv[1:])
