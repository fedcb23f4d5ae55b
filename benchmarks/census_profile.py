"""Says where the time of training the census program with estimax goes, a step of 512 rows at a time.

Four measurements, each of as many steps: reading alone (files, decoding, shuffling, batching), the input thread alone
(that and the ids of all columns, staged for the device), the compiled steps alone (over stages that lie ready), and
all together. The last is the difference between a longer and a shorter run, so that what a run costs at its start
and end (checkpoints, mostly) is told apart.

    python benchmarks/census_profile.py --data FOLDER --steps 3000 [--expert] [--buckets 10000000] [--steps-only]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest import mock

import jax
import numpy as np
from compare import PROGRAMS, load_programs

import estimax as tf
from estimax.estimator import _training

BATCH = 512
WARM_UP = 20
LAPS = 3
AT_ONCE = 128
Loop = Callable[[Any, Any, Any], None]


@contextlib.contextmanager
def in_place_of_the_loop(work: Loop) -> Iterator[None]:
    """Lets training do `work(stager, step, run)` where it would go through the steps."""
    made: list[Any] = []

    def stager(*arguments: Any, **named: Any) -> Any:
        made.append(real(*arguments, **named))
        return made[-1]

    def loop(step: Any, run: Any, stages: Iterable[Any], *rest: Any, **named: Any) -> Any:
        work(made[-1], step, run)
        run.step += 1  # a run without steps is warned of
        return run

    real = _training.Stager
    with mock.patch.object(_training, "Stager", stager), mock.patch.object(_training, "run_steps", loop):
        yield


def reading(steps: int, found: list[float]) -> Loop:
    """Reads some batches at a time, as the stager would, and drops them."""

    def work(stager: Any, step: Any, run: Any) -> None:
        for _ in range(LAPS):
            began, left = time.perf_counter(), steps
            while left > 0:
                chunk = stager.reader.next(min(left, AT_ONCE))
                left -= chunk.size
            found.append((time.perf_counter() - began) / (steps - left))

    return work


def staging(steps: int, found: list[float]) -> Loop:
    """Fills stages and drops them."""

    def work(stager: Any, step: Any, run: Any) -> None:
        stages = stager.stages()
        for _ in range(LAPS):
            began, done = time.perf_counter(), 0
            for stage in stages:
                done += stage.count
                if done >= steps:
                    break
            found.append((time.perf_counter() - began) / done)

    return work


def computing(steps: int, found: list[float]) -> Loop:
    """Runs the compiled steps over a few stages that lie ready."""

    def work(stager: Any, step: Any, run: Any) -> None:
        stages = list(itertools.islice(stager.stages(), 4))
        state, _ = step.run(run.state, stages[0].arrays, np.int32(stages[0].count))
        for _ in range(LAPS):
            jax.block_until_ready(state)
            began, done = time.perf_counter(), 0
            for stage in itertools.cycle(stages):
                state, values = step.run(state, stage.arrays, np.int32(stage.count))
                np.asarray(values["loss"])
                done += stage.count
                if done >= steps:
                    break
            found.append((time.perf_counter() - began) / done)

    return work


def estimator_of(programs: Any, folder: str, buckets: int) -> Any:
    """Makes the program's estimator."""
    wide, deep = programs.census_columns(tf, buckets)
    return tf.compat.v1.estimator.DNNLinearCombinedClassifier(
        linear_feature_columns=wide, dnn_feature_columns=deep, dnn_hidden_units=[100, 70, 50, 25], model_dir=folder
    )


def profile(estimator: Any, input_fn: Any, steps: int) -> dict[str, float]:
    """Measures the parts alone; returns the seconds that each takes for a step."""
    alone: dict[str, list[float]] = {"reading": [], "input thread": [], "compiled steps": []}
    for (_, found), kind in zip(alone.items(), (reading, staging, computing), strict=True):
        with in_place_of_the_loop(kind(steps, found)):
            estimator.train(input_fn, steps=LAPS * steps + 100_000)
    best = {name: min(times) for name, times in alone.items()}
    return {
        "reading": best["reading"],
        "host graph and staging": max(best["input thread"] - best["reading"], 0.0),
        "input thread": best["input thread"],
        "compiled steps": best["compiled steps"],
    }


def whole_runs(estimator: Any, input_fn: Any, steps: int) -> tuple[float, float]:
    """Returns the seconds of a step, and those of a run without its steps."""
    short, long = (
        min(seconds(lambda count=count: estimator.train(input_fn, steps=count)) for _ in range(2))
        for count in (steps, 3 * steps)
    )
    step = (long - short) / (2 * steps)
    return step, short - steps * step


def seconds(work: Callable[[], Any]) -> float:
    """Returns how long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Parses the command line, measures, prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder of census-train.csv")
    parser.add_argument("--programs", type=pathlib.Path, default=PROGRAMS)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--buckets", type=int, default=10_000)
    parser.add_argument("--expert", action="store_true", help="batched before it is decoded")
    parser.add_argument("--steps-only", action="store_true", help="only all together, not the parts alone")
    args = parser.parse_args()
    programs = load_programs(args.programs)
    with tempfile.TemporaryDirectory() as folder:
        estimator = estimator_of(programs, folder, args.buckets)
        input_fn = programs.census_input_fn(tf, str(args.data / "census-train.csv"), BATCH, True, args.expert)
        estimator.train(input_fn, steps=WARM_UP)
        parts = {} if args.steps_only else profile(estimator, input_fn, args.steps)
        parts["together"], start = whole_runs(estimator, input_fn, args.steps)
    found = {
        "microseconds_per_step": {name: round(seconds * 1e6, 1) for name, seconds in parts.items()},
        "start_and_end_seconds": round(start, 3),
        "rows_per_second": BATCH / parts["together"],
    }
    print(json.dumps({"program": "profile", "expert": args.expert, "buckets": args.buckets, **found}))


if __name__ == "__main__":
    main()
