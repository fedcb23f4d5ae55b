"""The census model in Keras 3 on JAX, with the arrays of the rows in memory: `model.fit` as its experts use it.

The same layers, inputs and rates as the program: tables of width 1 for the wide part, trained by FTRL, and the deep
part by Adagrad, both by one optimizer object that divides the variables among the two. Many steps a call
(`steps_per_execution`), compiled; the file is read once and the ids are computed before, as by hand
(`census_rows.py`), because layers that hash do not run inside JAX.

    KERAS_BACKEND=jax python benchmarks/census_keras.py --data FOLDER --steps 3000
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import time
from typing import Any

import census_rows
import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras  # reads the backend's name when it is imported

BATCH = 512
WIDTH = 8
HIDDEN = (100, 70, 50, 25)


class WideAndDeep(keras.optimizers.Optimizer):
    """FTRL for the variables of layers whose name begins with `wide`, Adagrad for all others."""

    def __init__(self) -> None:
        super().__init__(learning_rate=0.001)
        self.parts = [
            keras.optimizers.Ftrl(0.005, initial_accumulator_value=0.1),
            keras.optimizers.Adagrad(0.001, initial_accumulator_value=0.1, epsilon=0.0),
        ]

    def build(self, variables: list[Any]) -> None:
        self.members = [[i for i, v in enumerate(variables) if v.path.startswith("wide") == wide] for wide in (1, 0)]
        for part, members in zip(self.parts, self.members, strict=True):
            part.build([variables[i] for i in members])
        super().build(variables)

    @property
    def variables(self) -> list[Any]:
        return [*self._variables, *(v for part in self.parts for v in part.variables)]

    def stateless_apply(self, optimizer_variables: Any, grads: Any, trainable_variables: Any) -> Any:
        own = len(self._variables)
        after, left = list(trainable_variables), list(optimizer_variables[own:])
        state = list(optimizer_variables[:own])
        for part, members in zip(self.parts, self.members, strict=True):
            mine, left = left[: len(part.variables)], left[len(part.variables) :]
            changed, mine = part.stateless_apply(mine, [grads[i] for i in members], [after[i] for i in members])
            state += mine
            for i, value in zip(members, changed, strict=True):
                after[i] = value
        return after, state


def build(buckets: int) -> Any:
    """Makes the model: inputs are the numbers, the rows of the small table and the rows of the crosses."""
    layers = keras.layers
    numbers = keras.Input((len(census_rows.NUMBERS),), dtype="float32")
    small = keras.Input((len(census_rows.SMALL_SIZES),), dtype="int32")
    crosses = keras.Input((len(census_rows.CROSSES),), dtype="int32")
    wide = [
        layers.Embedding(size, 1, embeddings_initializer="zeros", name=name)(ids)
        for name, size, ids in (
            ("wide_small", sum(census_rows.SMALL_SIZES), small),
            ("wide_crosses", buckets * len(census_rows.CROSSES), crosses),
        )
    ]
    hashed = len(census_rows.HASHED)
    initializer = keras.initializers.TruncatedNormal(stddev=WIDTH**-0.5)
    rows = layers.Embedding(sum(census_rows.HASHED.values()), WIDTH, initializer, name="embeddings")(small[:, :hashed])
    gender = keras.ops.one_hot(small[:, hashed] - int(census_rows.SMALL_OFFSETS[hashed]), 2)
    net = layers.Concatenate()([numbers, gender, layers.Flatten()(rows)])
    for number, size in enumerate(HIDDEN):
        net = layers.Dense(size, activation="relu", name=f"hidden_{number}")(net)
    deep = layers.Dense(1, name="logits")(net)
    weights = layers.Concatenate(axis=1)(wide)
    linear = Bias(name="wide_bias")(keras.ops.sum(weights, axis=1))
    return keras.Model([numbers, small, crosses], layers.Add()([deep, linear]))


class Bias(keras.layers.Layer):
    """Adds one trained number."""

    def build(self, shape: Any) -> None:
        self.value = self.add_weight(shape=(1,), initializer="zeros", name="value")

    def call(self, inputs: Any) -> Any:
        return inputs + self.value


def train(path: pathlib.Path, count: int, buckets: int, at_once: int) -> dict[str, Any]:
    """Trains for whole epochs of at least `count` steps after a warm-up; returns what `programs.py` prints."""
    rows = census_rows.read(path, buckets)
    whole = len(rows) // BATCH * BATCH
    inputs, labels = [a[:whole] for a in rows.arrays[:-1]], rows.labels[:whole, np.newaxis]
    model = build(buckets)
    loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction="sum")
    model.compile(WideAndDeep(), loss, steps_per_execution=at_once, jit_compile=True)
    settings = {"batch_size": BATCH, "shuffle": True, "verbose": 0}
    model.fit(inputs, labels, epochs=2, **settings)  # compiles; programs.py leaves out 20 steps
    epochs = -(-count // (whole // BATCH))
    began = time.perf_counter()
    history = model.fit(inputs, labels, epochs=epochs, **settings)
    seconds = time.perf_counter() - began
    steps = epochs * (whole // BATCH)
    return {
        "steps": steps,
        "seconds": seconds,
        "steps_per_second": steps / seconds,
        "rows_per_second": steps * BATCH / seconds,
        "loss": float(history.history["loss"][-1]),
    }


def main() -> None:
    """Parses the command line, trains, prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder of census-train.csv")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--buckets", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=63, help="steps of one compiled call; 63 are an epoch")
    args = parser.parse_args()
    result = train(args.data / "census-train.csv", args.steps, args.buckets, args.at_once)
    print(json.dumps({"program": "keras", "buckets": args.buckets, **result}))


if __name__ == "__main__":
    main()
