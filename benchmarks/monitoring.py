"""What monitoring costs: the same runs with and without summaries, and how large the event files are.

    python benchmarks/monitoring.py [--rounds 5] [flights linear network]

Each run is a process of its own; those with and without alternate. A run trains twice: the
shorter run's time is taken off the longer one's, so that starting and compiling, which come
once, are told apart from the steps.

    steps       how much longer the steps take with summaries
    start       how much longer a run takes until its first steps are done, JAX's compilation cache warm
    event files how large they are after the longer run
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "examples")]

STEPS = {"flights": 4_000, "linear": 60_000, "network": 15_000}
FEW = 200


def flights(config):
    """The wide-and-deep model of `make demo`, on its files."""
    import flights as example

    data = Path(tempfile.gettempdir()) / "estimax-flights"
    if not data.exists():
        example.write_flights(data)
    return example.classifier(config), example.make_input_fn(data / "train-*.csv", epochs=None)


def numbers(batch):
    """Returns the columns and the input function of a table of five numbers."""
    import estimax as tf

    rng = np.random.default_rng(0)
    table = {name: rng.normal(size=100_000).astype(np.float32) for name in "abcde"}
    target = sum(table.values())
    columns = [tf.feature_column.numeric_column(name) for name in table]
    return columns, lambda: tf.data.Dataset.from_tensor_slices((table, target)).repeat().batch(batch)


def linear(config):
    """A linear model of five numbers, batches of 128: a step takes microseconds."""
    import estimax as tf

    columns, input_fn = numbers(128)
    return tf.estimator.LinearRegressor(columns, config=config), input_fn


def network(config):
    """A 128-32-4 network over five numbers, batches of 512."""
    import estimax as tf

    columns, input_fn = numbers(512)
    return tf.estimator.DNNRegressor([128, 32, 4], columns, config=config), input_fn


def measure(program, every):
    """Trains a few steps and many; returns seconds of both, and the bytes of the event files."""
    import estimax as tf

    seconds = []
    for steps in (FEW, STEPS[program]):
        with tempfile.TemporaryDirectory() as folder:
            config = tf.estimator.RunConfig(folder, tf_random_seed=1, save_summary_steps=every)
            estimator, input_fn = {"flights": flights, "linear": linear, "network": network}[program](config)
            began = time.perf_counter()
            estimator.train(input_fn, steps=steps)
            seconds.append(time.perf_counter() - began)
            size = sum(file.stat().st_size for file in Path(folder).rglob("*.tfevents.*"))
    return {"few": seconds[0], "many": seconds[1], "bytes": size}


def run(program, every):
    """Measures in a process of its own."""
    command = [sys.executable, __file__, "--measure", program, "--every", str(every)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


def compare(program, rounds):
    """Prints how the runs of a program with summaries compare with those without."""
    for every in (0, 100):
        run(program, every)  # fills the compilation cache
    pairs = [(run(program, 0), run(program, 100)) for _ in range(rounds)]
    steps = STEPS[program] - FEW
    without, with_them = ([(p[i]["many"] - p[i]["few"]) / steps * 1e6 for p in pairs] for i in (0, 1))
    ratios = sorted(b / a for a, b in zip(without, with_them, strict=True))
    starts = [b["few"] - a["few"] for a, b in pairs]
    print(
        f"{program:8} a step {statistics.median(without):8.1f} us, with summaries {statistics.median(with_them):8.1f}: "
        f"{statistics.median(ratios):.3f} times ({ratios[0]:.3f} to {ratios[-1]:.3f}); "
        f"start {statistics.median(starts) * 1e3:+.0f} ms; event files {pairs[-1][1]['bytes'] / 1e6:.2f} MB "
        f"after {STEPS[program]:,} steps"
    )


def main():
    """Measures one run, or compares the programs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", default=list(STEPS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--every", type=int, default=100, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.every)))
        return
    for program in arguments.programs:
        compare(program, arguments.rounds)


if __name__ == "__main__":
    main()
