"""Small models made by hand, as an estimator would hand them over: one for each form that a signature can have.

`MODELS` is the table that the laws of this folder are tried on. `run_directly` computes what a
model should answer without saving it: the host half, the device function and the host half again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from estimax import math
from estimax._array import concat, expand_dims, shape, where
from estimax._base._dtypes import string
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._function import Function, placeholder_for
from estimax._graph._tensor import Tensor, as_concrete
from estimax.saved_model import SignatureParts
from estimax.saved_model.signature_constants import PREDICT_METHOD_NAME

WORDS = [b"house", b"apartment", b"h\xc3\xbctte \x00\xff", b""]


@dataclass(frozen=True)
class HandMade:
    """A model with one signature, and how to make a request of some number of rows."""

    parts: SignatureParts
    request: Callable[[np.random.Generator, int], dict[str, Any]]
    variables: Mapping[str, np.ndarray] = field(default_factory=dict)


def given(name: str, dtype: Any, *sizes: int | None) -> Tensor:
    """Makes a placeholder."""
    return placeholder_for(TensorSpec(sizes, dtype, name))


def parts(inputs, entries, device, exits, outputs) -> SignatureParts:
    """Makes a predict signature."""
    return SignatureParts(PREDICT_METHOD_NAME, {t.spec.name: t for t in inputs}, entries, device, exits, outputs)


def run_directly(model: HandMade, request: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Computes what the signature of a model answers, with nothing saved."""
    p = model.parts
    values = [
        StringArray.of(request[name]) if t.dtype.is_string else np.asarray(request[name], t.dtype.as_numpy_dtype)
        for name, t in p.inputs.items()
    ]
    inputs = list(p.inputs.values())
    entries = Function(inputs, p.entries)(values)
    variables = {name: jnp.asarray(v) for name, v in model.variables.items()}
    results = p.device(variables, [jnp.asarray(e) for e in entries]) if p.exits else []
    exits = [np.asarray(r).astype(t.dtype.as_numpy_dtype) for r, t in zip(results, p.exits)]
    outputs = Function([*inputs, *p.exits], list(p.outputs.values()))([*values, *exits])
    return {name: v.to_numpy() if isinstance(v, StringArray) else v for name, v in zip(p.outputs, outputs, strict=True)}


def some_types(rng: np.random.Generator, rows: int) -> np.ndarray:
    words = np.array([*WORDS, b"castle"], object)
    return words[rng.integers(0, len(words), rows)]


def classifier() -> HandMade:
    """Classifies by a number and a word; answers with names of classes and the word itself."""
    sqft, kind = given("sqft", "float32", None), given("type", string, None)
    one_hot = math.cast(math.equal(expand_dims(kind, 1), as_concrete([WORDS])), "float32")
    probabilities, classes = given("p", "float32", None, 2), given("c", "int64", None)

    def device(variables, entries):
        area, words = entries
        logits = area[:, None] * variables["sqft/weights"] + words @ variables["type/weights"] + variables["bias"]
        return [jax.nn.softmax(logits), jnp.argmax(logits, axis=-1)]

    names = where(math.equal(classes, as_concrete(np.int64(0))), as_concrete(b"cheap"), as_concrete(b"dear"))
    rng = np.random.default_rng(1)
    return HandMade(
        parts(
            [sqft, kind],
            [math.divide(sqft, as_concrete(np.float32(1000))), one_hot],
            device,
            [probabilities, classes],
            {"probabilities": probabilities, "class_ids": classes, "classes": names, "type": kind},
        ),
        lambda rng, rows: {"sqft": rng.normal(1500, 500, rows).astype(np.float32), "type": some_types(rng, rows)},
        {
            "sqft/weights": rng.normal(size=(1, 2)).astype(np.float32),
            "type/weights": rng.normal(size=(len(WORDS), 2)).astype(np.float32),
            "bias": np.array([0.25, -0.25], np.float32),
            "global_step": np.int64(1000),
            "unused/slots": np.zeros((3, 2), np.float32),
        },
    )


def embedding() -> HandMade:
    """Looks up rows of a table by 64-bit ids, some of them outside of it; has two inputs of two dimensions."""
    ids, mask = given("ids", "int64", None, 3), given("mask", "bool", None, 3)
    mean = given("mean", "float32", None, 4)

    def device(variables, entries):
        positions, use = entries
        rows = jnp.take(variables["table"], positions, axis=0, mode="fill", fill_value=0)
        return [jnp.where(use[..., None], rows, 0).sum(1) / 3]

    return HandMade(
        parts([ids, mask], [ids, mask], device, [mean], {"mean": mean}),
        lambda rng, rows: {"ids": rng.integers(0, 60, (rows, 3)), "mask": rng.random((rows, 3)) < 0.5},
        {"table": np.random.default_rng(2).normal(size=(50, 4)).astype(np.float32)},
    )


def any_width() -> HandMade:
    """Takes lists of any length, the same for all rows; and a number for the whole request."""
    values, scale = given("values", "float64", None, None), given("scale", "float32")
    total = given("total", "float32", None)

    def device(variables, entries):
        return [(entries[0] * entries[1]).sum(1) + variables["bias"]]

    return HandMade(
        parts([values, scale], [values, scale], device, [total], {"total": total, "scale": scale}),
        lambda rng, rows: {"values": rng.normal(size=(rows, int(rng.integers(1, 4)))), "scale": np.float32(2)},
        {"bias": np.float64(0.5)},
    )


def host_only() -> HandMade:
    """Never asks the device."""
    first, second = given("first", string, None), given("second", string, None)
    return HandMade(
        parts(
            [first, second],
            [],
            lambda variables, entries: [],
            [],
            {"joined": math.add(first, second), "same": math.equal(first, second), "fixed": as_concrete([1, 2, 3])},
        ),
        lambda rng, rows: {"first": some_types(rng, rows), "second": some_types(rng, rows)},
    )


def centred() -> HandMade:
    """Breaks the rule: what it answers for a row depends on the other rows."""
    x = given("x", "float32", None)
    y, number = given("y", "float32", None), given("n", "int32")

    def device(variables, entries):
        return [entries[0] - entries[0].mean(), jnp.asarray(entries[0].shape[0])]

    return HandMade(
        parts([x], [x], device, [y, number], {"y": y, "number": number}),
        lambda rng, rows: {"x": rng.normal(size=rows).astype(np.float32)},
    )


def constant() -> HandMade:
    """Answers with a number for each row and with the variables themselves."""
    x = given("x", "float32", None, 1)
    y, weights = given("y", "float32", None, 1), given("w", "float32", 2, 2)

    def device(variables, entries):
        return [jnp.zeros_like(entries[0]) + variables["w"][0, 0], variables["w"]]

    return HandMade(
        parts([x], [x], device, [y, weights], {"y": y, "weights": weights, "shape": shape(x), "xy": concat([x, y], 1)}),
        lambda rng, rows: {"x": rng.normal(size=(rows, 1)).astype(np.float32)},
        {"w": np.arange(4, dtype=np.float32).reshape(2, 2)},
    )


MODELS: dict[str, Callable[[], HandMade]] = {
    f.__name__: f for f in (classifier, embedding, any_width, host_only, centred, constant)
}
