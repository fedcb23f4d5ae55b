"""Checks that the loop written by hand and estimax train the same census model: the same numbers after the same steps.

Both start from the same weights and see the same batches, the rows of the file in their order. Compared are all
weights and slots afterwards, and the loss over the evaluation file. After many more than 20 steps rounding alone
drives them apart: the program's numbers are not scaled, and its first losses are large.

    python benchmarks/census_check.py --data FOLDER --steps 20
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile
from typing import Any

import census_jax
import census_rows
import jax
import numpy as np
import safetensors.numpy
from compare import PROGRAMS, load_programs

import estimax as tf

BATCH = census_jax.BATCH
EMBEDDING = "dnn/input_from_feature_columns/input_layer/{}_embedding/embedding_weights"
WIDE = (
    *census_rows.HASHED,
    "gender",
    "age_bucketized",
    *("_X_".join(sorted("age_bucketized" if k == "age" else k for k in keys)) for keys in census_rows.CROSSES),
)


def kernel_order() -> np.ndarray:
    """Returns which of our inputs is which input of the program's network, whose columns go by name."""
    first_embedding = len(census_rows.NUMBERS) + census_jax.GENDERS
    places = {name: [i] for i, name in enumerate(census_rows.NUMBERS)}
    places["gender_indicator"] = [len(census_rows.NUMBERS) + i for i in range(census_jax.GENDERS)]
    for i, name in enumerate(census_rows.HASHED):
        start = first_embedding + i * census_jax.WIDTH
        places[f"{name}_embedding"] = list(range(start, start + census_jax.WIDTH))
    return np.concatenate([places[name] for name in sorted(places)])


def variables_of(linear: Any, deep: Any, buckets: int) -> dict[str, np.ndarray]:
    """Cuts the tables of the loop (or slots of their shapes) into the program's variables."""
    sizes = (*census_rows.SMALL_SIZES, *[buckets] * len(census_rows.CROSSES))
    table = np.concatenate([linear["small"], linear["crosses"]])
    found = {"linear/linear_model/bias_weights": np.asarray(linear["bias"])}
    for name, part in zip(WIDE, np.split(table, np.cumsum(sizes)[:-1]), strict=True):
        found[f"linear/linear_model/{name}/weights"] = part[:, np.newaxis]
    ends = np.cumsum(list(census_rows.HASHED.values()))[:-1]
    for name, part in zip(census_rows.HASHED, np.split(np.asarray(deep["embeddings"]), ends), strict=True):
        found[EMBEDDING.format(name)] = part
    for number, (kernel, bias) in enumerate(deep["layers"]):
        scope = f"dnn/hiddenlayer_{number}" if number < len(census_jax.HIDDEN) else "dnn/logits"
        kernel = np.asarray(kernel)
        found[f"{scope}/kernel"] = kernel[kernel_order()] if number == 0 else kernel
        found[f"{scope}/bias"] = np.asarray(bias)
    return {name: np.ascontiguousarray(value) for name, value in found.items()}


def by_hand(data: pathlib.Path, steps: int, buckets: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], float]:
    """Trains by hand; returns the variables before, the variables and slots after, and the evaluation's mean loss."""
    first = census_jax.first_state(buckets, 7)
    rows = census_rows.read(data / "census-train.csv", buckets)
    order = np.arange(steps * BATCH, dtype=np.int32).reshape(steps, BATCH) % (len(rows) // BATCH * BATCH)
    state, _ = census_jax.steps(jax.device_put(first), rows.arrays, order)
    state = jax.tree.map(np.asarray, state)
    after = variables_of(state["linear"], state["deep"], buckets)
    slots = {
        "Ftrl": variables_of(state["squares"], state["deep_squares"], buckets),
        "Ftrl_1": variables_of(state["sums"], state["deep_squares"], buckets),
        "Adagrad": variables_of(state["squares"], state["deep_squares"], buckets),
    }
    for suffix, values in slots.items():
        part = "dnn/" if suffix == "Adagrad" else "linear/"
        after |= {f"{name}/{suffix}": value for name, value in values.items() if name.startswith(part)}
    held_out = census_rows.read(data / "census-eval.csv", buckets)
    losses = [
        float(census_jax.loss_of_batch(state, tuple(a[i : i + BATCH] for a in held_out.arrays)))
        for i in range(0, len(held_out), BATCH)
    ]
    return variables_of(first["linear"], first["deep"], buckets), after, sum(losses) / len(held_out)


def by_estimax(
    programs: Any, data: pathlib.Path, steps: int, buckets: int, start: pathlib.Path, folder: pathlib.Path
) -> tuple[dict[str, np.ndarray], float]:
    """Trains with estimax from the same weights; returns variables and slots, and the evaluation's mean loss."""
    wide, deep = programs.census_columns(tf, buckets)
    estimator = tf.compat.v1.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=wide,
        dnn_feature_columns=deep,
        dnn_hidden_units=list(census_jax.HIDDEN),
        model_dir=str(folder),
        warm_start_from=start,
    )

    def in_order() -> Any:
        rows = programs.census_input_fn(tf, str(data / "census-train.csv"), BATCH, False)()
        count = len((data / "census-train.csv").read_bytes().splitlines()) // BATCH
        return rows.take(count).repeat()

    estimator.train(in_order, steps=steps)
    metrics = estimator.evaluate(programs.census_input_fn(tf, str(data / "census-eval.csv"), BATCH, False))
    names = estimator.get_variable_names()
    return {name: estimator.get_variable_value(name) for name in names}, float(metrics["average_loss"])


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    """Returns the largest difference in parts of the value; of values below 0.001, in parts of that."""
    return float(np.max(np.abs(found - expected) / (1e-3 + np.abs(expected))))


def main() -> None:
    """Parses the command line, trains twice, prints the largest differences; fails where they are large."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, default=PROGRAMS)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--buckets", type=int, default=10_000)
    args = parser.parse_args()
    before, expected, expected_loss = by_hand(args.data, args.steps, args.buckets)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        safetensors.numpy.save_file(before, folder / "start.safetensors")
        found, loss = by_estimax(
            load_programs(args.programs),
            args.data,
            args.steps,
            args.buckets,
            folder / "start.safetensors",
            folder / "model",
        )
    missing = sorted(expected.keys() - found.keys())
    worst = {n: relative(found[n], v) for n, v in expected.items() if n in found}
    for variable, difference in sorted(worst.items(), key=lambda item: -item[1])[:5]:
        print(f"{difference:.1e}  {variable}")
    print(f"mean loss over the evaluation file: {expected_loss:.6f} by hand, {loss:.6f} by estimax")
    if missing or max(worst.values()) > 0.02 or abs(loss - expected_loss) > 1e-4 * expected_loss:
        sys.exit(f"they differ; variables that estimax does not have: {missing}")
    print(f"the same after {args.steps} steps")


if __name__ == "__main__":
    main()
