"""Small real models for the server: NumPy functions, described by a JSON file in the version's folder.

As a program it serves such models until it is told to stop: `python toy.py OPTION=VALUE...`.
"""

import json
import pathlib
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from estimax._base._dtypes import DType, bool_, float32, float64, int64, string, uint8
from estimax._base._errors import DataLossError, InvalidArgumentError
from estimax.serving import ServingOptions, serve

PREDICT = "tensorflow/serving/predict"


@dataclass(frozen=True)
class Info:
    name: str
    dtype: DType
    shape: tuple[int | None, ...] = (None,)


@dataclass(frozen=True)
class Function:
    name: str
    inputs: Mapping[str, Info]
    outputs: Mapping[str, Info]
    function: Callable[..., dict[str, np.ndarray]]
    method_name: str = PREDICT
    calls: list[int] = field(default_factory=list)  # the rows of each call

    def __call__(self, **inputs):
        self.calls.append(len(next(iter(inputs.values()))) if inputs[next(iter(inputs))].ndim else 1)
        return self.function(**inputs)


@dataclass(frozen=True)
class ToyModel:
    signatures: Mapping[str, Function]

    def warm_up(self):
        pass


def signature(name, inputs, outputs, function, method_name=PREDICT):
    def named(infos):
        return {info.name: info for info in infos}

    return Function(name, named(inputs), named(outputs), function, method_name)


def picky(x):
    if (x < 0).any():
        raise InvalidArgumentError(f"x must be 0 or more; got {x.min()}")
    if (x == 13).any():
        raise RuntimeError("a secret of the server")
    return {"y": x + 1}


def classify(inputs):
    scores = np.array([[len(record), 0.5] for record in inputs], np.float32)
    return {"classes": np.array([[b"long", b"short"]] * len(inputs), object), "scores": scores}


def strings(values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def toy_model(factor=2.0, wait_for=None, started=None):
    """A model with one signature for each thing that a request can be about."""

    def patient(x):
        if started:
            pathlib.Path(started).touch()
        for _ in range(1000):
            if wait_for is None or pathlib.Path(wait_for).exists():
                return {"y": np.float32(factor) * x}
            time.sleep(0.01)
        raise TimeoutError(wait_for)

    x, y = Info("x", float32), Info("y", float32)
    functions = [
        signature("serving_default", [x], [y], lambda x: {"y": np.float32(factor) * x}),
        signature("patient", [x], [y], patient),
        signature("picky", [x], [y], picky),
        signature("echo", [Info("s", string)], [Info("text", string)], lambda s: {"text": s}),
        signature("bytes", [Info("s", string)], [Info("s_bytes", string)], lambda s: {"s_bytes": s}),
        signature(
            "named",
            [Info("a", int64), Info("b", string, (None, 1)), Info("c", bool_)],
            [Info("a", int64), Info("half", float32), Info("b", string, (None, 1)), Info("c", bool_)],
            lambda a, b, c: {"a": a, "half": (a / 2).astype(np.float32), "b": b, "c": c},
        ),
        signature(
            "matrix",
            [Info("m", float32, (None, 2, 2))],
            [Info("t", float32, (None, 2, 2)), Info("trace", float32)],
            lambda m: {"t": m.transpose(0, 2, 1), "trace": m.trace(axis1=1, axis2=2)},
        ),
        signature("ragged", [Info("v", float64, (None, None))], [Info("n", int64)], lambda v: {"n": v.argmax(1)}),
        signature("tiny", [Info("i", uint8)], [Info("i", uint8)], lambda i: {"i": i}),
        signature("whole", [Info("k", float32, ())], [Info("k", float32, ())], lambda k: {"k": k * 2}),
        signature("roots", [x], [y], lambda x: {"y": np.emath.log(x).real.astype(np.float32) + 0 * x}),
        signature(
            "classify",
            [Info("inputs", string)],
            [Info("classes", string, (None, 2)), Info("scores", float32, (None, 2))],
            classify,
            "tensorflow/serving/classify",
        ),
        signature(
            "regress",
            [Info("inputs", string)],
            [Info("outputs", float32, (None, 1))],
            lambda inputs: {"outputs": np.array([[len(r)] for r in inputs], np.float32)},
            "tensorflow/serving/regress",
        ),
    ]
    return ToyModel({f.name: f for f in functions})


def load(path):
    """Makes the model that a version's folder describes."""
    try:
        settings = json.loads((pathlib.Path(path) / "model.json").read_text())
    except ValueError as error:
        raise DataLossError(f"{path}/model.json must be JSON: {error}") from None
    return toy_model(**settings)


def export(base, version, content=None, **settings):
    """Puts a version into a folder as an exporter does: written beside it, then renamed."""
    temporary = pathlib.Path(base) / f"temp-{version}"
    temporary.mkdir(parents=True)
    (temporary / "model.json").write_text(json.dumps(settings) if content is None else content)
    return temporary.rename(pathlib.Path(base) / str(version))


if __name__ == "__main__":
    serve(ServingOptions(**{k: json.loads(v) for k, v in (argument.split("=", 1) for argument in sys.argv[1:])}), load)
