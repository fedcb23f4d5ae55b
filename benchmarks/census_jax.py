"""The census model as a training loop written by hand in plain JAX: how fast could it be at all?

Nothing of estimax is used, and everything is made for this one model: all weights of the linear part stand in two
tables and all embeddings in one, ids are computed by look-ups (`census_rows.py`), an epoch is one compiled call over
staged batches, and its state is donated. Two ways to feed it: `memory` reads the file once, `csv` reads it anew for
each epoch in a thread beside the steps. Rows are shuffled over the whole file; a rest smaller than a batch is left
out.

    python benchmarks/census_jax.py --data FOLDER --input csv --steps 3000
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import pathlib
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import census_rows
import jax
import jax.numpy as jnp
import numpy as np
from census_rows import Rows

BATCH = 512
WIDTH = 8
HIDDEN = (100, 70, 50, 25)
SMALL, EMBEDDED = sum(census_rows.SMALL_SIZES), sum(census_rows.HASHED.values())
HASHED, GENDERS = len(census_rows.HASHED), len(census_rows.GENDERS)
INPUTS = len(census_rows.NUMBERS) + GENDERS + HASHED * WIDTH
LINEAR_RATE, DEEP_RATE, ACCUMULATOR = 0.005, 0.001, 0.1
State = dict[str, Any]


def first_state(buckets: int, seed: int) -> State:
    """Returns weights and slots before the first step, as NumPy arrays."""
    draw = np.random.default_rng(seed)

    def glorot(inputs: int, outputs: int) -> np.ndarray:
        limit = (6 / (inputs + outputs)) ** 0.5
        return draw.uniform(-limit, limit, (inputs, outputs)).astype(np.float32)

    sizes = (INPUTS, *HIDDEN, 1)
    layers = [(glorot(a, b), np.zeros(b, np.float32)) for a, b in itertools.pairwise(sizes)]
    embeddings = draw.normal(0, WIDTH**-0.5, (EMBEDDED, WIDTH)).astype(np.float32)
    linear = {
        "small": np.zeros(SMALL, np.float32),
        "crosses": np.zeros(buckets * len(census_rows.CROSSES), np.float32),
        "bias": np.zeros(1, np.float32),
    }
    deep = {"layers": layers, "embeddings": embeddings}
    return {
        "linear": linear,
        "squares": {name: np.full_like(w, ACCUMULATOR) for name, w in linear.items()},
        "sums": {name: np.zeros_like(w) for name, w in linear.items()},
        "place": np.zeros(linear["crosses"].shape, np.int32),
        "deep": deep,
        "deep_squares": jax.tree.map(lambda w: np.full_like(w, ACCUMULATOR), deep),
    }


def ftrl(weight: Any, squares: Any, sums: Any, gradient: Any) -> tuple[Any, Any, Any]:
    """Does one step of FTRL without penalties; where the gradient is 0 it changes nothing."""
    after = squares + gradient * gradient
    root = jnp.sqrt(after)
    sums = sums + gradient - (root - jnp.sqrt(squares)) / LINEAR_RATE * weight
    return -sums * LINEAR_RATE / root, after, sums


def network(layers: Any, rows: Any, numbers: Any, small: Any) -> Any:
    """Returns the logits of the deep part [batch] of the embeddings' rows [batch, 7, 8], numbers and genders."""
    first_gender = census_rows.SMALL_OFFSETS[HASHED]
    gender = jax.nn.one_hot(small[:, HASHED] - first_gender, GENDERS)
    net = jnp.concatenate([numbers, gender, rows.reshape(rows.shape[0], HASHED * WIDTH)], axis=1)
    for kernel, bias in layers[:-1]:
        net = jax.nn.relu(net @ kernel + bias)
    kernel, bias = layers[-1]
    return (net @ kernel + bias)[:, 0]


def cross_entropy(logits: Any, labels: Any) -> Any:
    """Returns the sum over a batch."""
    return jnp.sum(jnp.maximum(logits, 0) - logits * labels + jnp.log1p(jnp.exp(-jnp.abs(logits))))


def one_step(state: State, batch: Any) -> tuple[State, Any]:
    """Does one step; returns the state and the loss."""
    numbers, small, crosses, labels = batch
    linear, deep = state["linear"], state["deep"]
    wide = _linear_logits(linear, small, crosses)
    embedded = small[:, :HASHED]

    def loss_of(layers: Any, rows: Any, wide: Any) -> Any:
        return cross_entropy(wide + network(layers, rows, numbers, small), labels)

    loss, (layers, rows, slope) = jax.value_and_grad(loss_of, (0, 1, 2))(
        deep["layers"], deep["embeddings"][embedded], wide
    )
    gradients = {"layers": layers, "embeddings": jnp.zeros_like(deep["embeddings"]).at[embedded].add(rows)}
    squares = jax.tree.map(lambda a, g: a + g * g, state["deep_squares"], gradients)
    deep = jax.tree.map(lambda w, g, a: w - DEEP_RATE * g / jnp.sqrt(a), deep, gradients, squares)
    after = state | {"deep": deep, "deep_squares": squares} | _linear_step(state, small, crosses, slope)
    return after, loss


def _linear_logits(linear: Any, small: Any, crosses: Any) -> Any:
    return linear["bias"] + linear["small"][small].sum(1) + linear["crosses"][crosses].sum(1)


def _linear_step(state: State, small: Any, crosses: Any, slope: Any) -> State:
    """Updates the linear part, of which every weight that an example has gets the slope of its logit."""
    gradients = {
        "bias": slope.sum(keepdims=True),
        "small": jnp.zeros_like(state["linear"]["small"]).at[small].add(slope[:, None]),
    }
    place, count = state["place"], crosses.size
    whole = state["linear"]["crosses"].size <= 32 * count
    if whole:
        gradients["crosses"] = jnp.zeros_like(state["linear"]["crosses"]).at[crosses].add(slope[:, None])
    names = ("linear", "squares", "sums")
    updated = {n: ftrl(*(state[part][n] for part in names), g) for n, g in gradients.items()}
    if not whole:
        ids = crosses.reshape(-1)
        # All repetitions of an id agree on the place of one of them, and add what they bring there.
        place = place.at[ids].set(jnp.arange(count, dtype=jnp.int32))
        mine = place[ids]
        summed = jnp.zeros(count, jnp.float32).at[mine].add(jnp.repeat(slope, crosses.shape[1]))[mine]
        rows = ftrl(*(state[part]["crosses"][ids] for part in names), summed)
        updated["crosses"] = tuple(
            state[part]["crosses"].at[ids].set(row) for part, row in zip(names, rows, strict=True)
        )
    parts = {part: {n: values[i] for n, values in updated.items()} for i, part in enumerate(names)}
    return parts | {"place": place}


@jax.jit
def loss_of_batch(state: State, batch: Any) -> Any:
    """Returns the loss of a batch without a step."""
    numbers, small, crosses, labels = batch
    rows = state["deep"]["embeddings"][small[:, :HASHED]]
    logits = network(state["deep"]["layers"], rows, numbers, small)
    return cross_entropy(_linear_logits(state["linear"], small, crosses) + logits, labels)


@functools.partial(jax.jit, donate_argnums=0)
def steps(state: State, rows: tuple[Any, ...], order: Any) -> tuple[State, Any]:
    """Does one step for each row of `order` [steps, batch], positions in the arrays; returns the losses, too."""

    def body(state: State, chosen: Any) -> tuple[State, Any]:
        return one_step(state, tuple(array[chosen] for array in rows))

    return jax.lax.scan(body, state, order)


def shuffled(count: int, draw: np.random.Generator) -> np.ndarray:
    """Returns the positions of an epoch's batches, [steps, batch]."""
    return draw.permutation(count)[: count // BATCH * BATCH].reshape(-1, BATCH).astype(np.int32)


def epochs_in_memory(path: pathlib.Path, buckets: int) -> Iterator[tuple[Any, ...]]:
    """Reads the file once."""
    arrays = jax.device_put(census_rows.read(path, buckets).arrays)
    while True:
        yield arrays


def epochs_of_csv(path: pathlib.Path, buckets: int) -> Iterator[tuple[Any, ...]]:
    """Reads the file for each epoch, in a thread, two epochs ahead."""
    ready: queue.Queue[Rows] = queue.Queue(2)

    def work() -> None:
        while True:
            ready.put(census_rows.read(path, buckets))

    threading.Thread(target=work, daemon=True).start()
    while True:
        yield jax.device_put(ready.get().arrays)


INPUTS_BY_NAME = {"memory": epochs_in_memory, "csv": epochs_of_csv}


def train(path: pathlib.Path, way: str, count: int, buckets: int) -> dict[str, Any]:
    """Trains for `count` steps, rounded up to whole epochs, after a warm-up; returns what `programs.py` prints."""
    state = jax.device_put(first_state(buckets, 0))
    draw = np.random.default_rng(0)
    epochs = INPUTS_BY_NAME[way](path, buckets)
    rows = next(epochs)
    # Two calls: the first compiles, and has the state as NumPy gave it.
    for _ in range(2):
        state, losses = steps(state, rows, shuffled(len(rows[0]), draw))
    losses.block_until_ready()
    done, began = 0, time.perf_counter()
    while done < count:
        rows = next(epochs)
        order = shuffled(len(rows[0]), draw)
        state, losses = steps(state, rows, order)
        done += len(order)  # the call is under way while the next one is made ready
    loss = float(losses[-1])
    seconds = time.perf_counter() - began
    return {**rates(done, seconds), "loss": loss}


def read_only(path: pathlib.Path, count: int, buckets: int) -> dict[str, Any]:
    """Reads the file and computes the ids as often as `count` steps need it, and does no step."""
    done, began = 0, time.perf_counter()
    while done < count:
        done += len(census_rows.read(path, buckets)) // BATCH
    seconds = time.perf_counter() - began
    return rates(done, seconds)


def rates(steps: int, seconds: float) -> dict[str, Any]:
    """Returns what `programs.py` prints of a run."""
    per_second = steps / seconds
    return {"steps": steps, "seconds": seconds, "steps_per_second": per_second, "rows_per_second": per_second * BATCH}


def main() -> None:
    """Parses the command line, trains, prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder of census-train.csv")
    parser.add_argument("--input", choices=[*INPUTS_BY_NAME, "reading"], default="csv", help="reading: no steps at all")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--buckets", type=int, default=10_000)
    args = parser.parse_args()
    path = args.data / "census-train.csv"
    if args.input == "reading":
        result = read_only(path, args.steps, args.buckets)
    else:
        result = train(path, args.input, args.steps, args.buckets)
    print(json.dumps({"program": f"jax {args.input}", "buckets": args.buckets, **result}))


if __name__ == "__main__":
    main()
