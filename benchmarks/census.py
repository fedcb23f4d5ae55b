"""Trains the census model in several ways, in turn, and prints how many rows a second each does.

Beside estimax (the program as it is written, and as an expert writes it): a loop written by hand in plain JAX, which
is how fast it could be at all; Keras 3 on JAX; and the original. Every run is a process of its own, and each round
runs all of them, in the other direction every second time. Medians and ratios go to a JSON file.

    python benchmarks/census.py --keras .venv-keras/bin/python --original .venv-original/bin/python --rounds 5
    python benchmarks/census.py --profile
"""

from __future__ import annotations

import argparse
import datetime
import os
import pathlib
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compare import ORIGINAL, PROGRAMS, RESULTS, ROOT, Run, executable, number, run_process, write_results
from rich.console import Console
from rich.table import Table

HERE = pathlib.Path(__file__).parent
KERAS = ROOT / ".venv-keras/bin/python"
MANY = 10_000_000


@dataclass(frozen=True)
class Way:
    """One way to train the model: an interpreter and what it runs."""

    name: str
    python: str
    arguments: tuple[str, ...]

    def run(self) -> Run:
        """Runs it in a new process."""
        return run_process([self.python, *self.arguments], self.name)


@dataclass(frozen=True)
class Ratio:
    """How many times the rows per second of `of` the way `way` does, and what it is meant to do at least."""

    way: str
    of: str
    target: float | None = None


RATIOS = (
    Ratio("estimax", "original", 25),
    Ratio("estimax, expert", "original, expert", 4),
    Ratio("estimax", "plain JAX, CSV", 0.7),
    Ratio("estimax, expert", "plain JAX, CSV", 0.7),
    Ratio("estimax", "plain JAX, in memory"),
    Ratio("estimax", "Keras, in memory"),
    Ratio("plain JAX, in memory", "Keras, in memory"),
    Ratio("plain JAX, in memory, many buckets", "plain JAX, in memory"),
    Ratio("estimax, a step, many buckets", "estimax, a step", 1 / 1.5),
)


def ways(args: argparse.Namespace) -> list[Way]:
    """Lists what is to be run; those that have no interpreter are left out."""
    here = sys.executable

    def program(name: str, python: str, module: str, steps: int, *more: str) -> Way:
        command = (str(args.programs), "--module", module, "census_wide_deep", "--steps", str(steps), *more)
        return Way(name, python, command)

    def script(name: str, python: str, file: str, steps: int, *more: str) -> Way:
        return Way(name, python, (str(HERE / file), "--data", str(args.data), "--steps", str(steps), *more))

    found = [
        program("estimax", here, "estimax", 2 * args.steps),
        program("estimax, expert", here, "estimax", args.steps, "--expert"),
        script("plain JAX, CSV", here, "census_jax.py", 2 * args.steps, "--input", "csv"),
        script("plain JAX, in memory", here, "census_jax.py", 2 * args.steps, "--input", "memory"),
    ]
    if args.keras:
        found.append(script("Keras, in memory", args.keras, "census_keras.py", args.steps))
    if args.original:
        found.append(program("original", args.original, "tensorflow", max(1, args.steps // 5)))
        found.append(program("original, expert", args.original, "tensorflow", args.steps, "--expert"))
    if args.buckets:
        many = ("--buckets", str(args.buckets))
        only = ("--steps-only", "--programs", str(args.programs))
        found += [
            script("plain JAX, in memory, many buckets", here, "census_jax.py", args.steps, "--input", "memory", *many),
            script("estimax, a step", here, "census_profile.py", args.steps // 2, *only),
            script("estimax, a step, many buckets", here, "census_profile.py", args.steps // 2, *only, *many),
        ]
    return found


def run_rounds(listed: Sequence[Way], rounds: int, console: Console) -> dict[str, list[Run]]:
    """Runs all of them, `rounds` times."""
    runs: dict[str, list[Run]] = {way.name: [] for way in listed}
    for turn in range(rounds):
        for way in listed if turn % 2 == 0 else listed[::-1]:
            run = way.run()
            runs[way.name].append(run)
            console.print(
                f"{turn + 1}/{rounds} {way.name}: {number(rate(run))} rows per second, "
                f"{run['process_seconds']:.1f} s in all",
                highlight=False,
            )
    return runs


def rate(run: Run) -> float:
    """Returns what is compared."""
    return float(run["rows_per_second"])


def median(runs: Sequence[Run]) -> float:
    """Returns the median of the rates."""
    return statistics.median(map(rate, runs))


def ratios(runs: dict[str, list[Run]]) -> list[dict[str, Any]]:
    """Compares medians, and within each round."""
    return [
        {
            "way": r.way,
            "of": r.of,
            "times": median(runs[r.way]) / median(runs[r.of]),
            "by_round": [rate(a) / rate(b) for a, b in zip(runs[r.way], runs[r.of], strict=True)],
            "target": r.target,
        }
        for r in RATIOS
        if r.way in runs and r.of in runs
    ]


def rates_table(runs: dict[str, list[Run]]) -> Table:
    """Lays the rates out for a person."""
    table = Table(title="the census model, rows per second, medians")
    for heading in ("way", "rows per second", "least to most"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for name, listed in runs.items():
        rates = list(map(rate, listed))
        table.add_row(name, number(median(listed)), f"{number(min(rates))} to {number(max(rates))}")
    return table


def ratios_table(found: Sequence[dict[str, Any]]) -> Table:
    """Lays the ratios out for a person."""
    table = Table(title="how many times as many")
    for heading in ("way", "of", "times", "least to most", "target"):
        table.add_column(heading, justify="left" if heading in ("way", "of") else "right")
    for r in found:
        by_round, target = r["by_round"], r["target"]
        spread = f"{min(by_round):.2f} to {max(by_round):.2f}"
        table.add_row(r["way"], r["of"], f"{r['times']:.2f}", spread, "" if target is None else f"{target:.3g}")
    return table


def profiles(args: argparse.Namespace, console: Console) -> list[Run]:
    """Says where the time goes: of estimax as written and as an expert writes it, and of the loop by hand."""
    found = []
    for more in ((), ("--expert",), ("--buckets", str(args.buckets or MANY))):
        shared = ("--data", str(args.data), "--programs", str(args.programs), "--steps", str(args.steps))
        name = " ".join(("estimax", *more))
        run = Way(name, sys.executable, (str(HERE / "census_profile.py"), *shared, *more)).run()
        found.append(run)
        table = Table(title=f"{name}: a step of 512 rows")
        table.add_column("what")
        table.add_column("µs", justify="right")
        table.add_column("of the time together", justify="right")
        together = run["microseconds_per_step"]["together"]
        for part, micros in run["microseconds_per_step"].items():
            table.add_row(part, number(micros), f"{micros / together:.0%}")
        console.print(table)
        console.print(f"a run's start and end: {run['start_and_end_seconds']:.2f} s", highlight=False)
    for way in ("reading", "memory"):
        command = (str(HERE / "census_jax.py"), "--data", str(args.data), "--steps", str(args.steps), "--input", way)
        run = Way(f"plain JAX, {way}", sys.executable, command).run()
        found.append(run)
        console.print(f"plain JAX, {way} alone: {number(1e6 / run['steps_per_second'])} µs a step", highlight=False)
    return found


def main() -> None:
    """Parses the command line, runs, prints tables, writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--programs", type=pathlib.Path, default=PROGRAMS)
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "../shared/data", help="where the CSV files are")
    parser.add_argument("--keras", metavar="PYTHON", help=f"with Keras 3 and JAX; {os.path.relpath(KERAS)} if there")
    parser.add_argument("--original", metavar="PYTHON", help=f"with TensorFlow; {os.path.relpath(ORIGINAL)} if there")
    parser.add_argument("--steps", type=int, default=3000, help="of an expert's way; others do more or fewer")
    parser.add_argument("--buckets", type=int, default=MANY, help="of each cross, beside 10,000; 0 leaves that out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="say where the time goes, and do nothing else")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS, metavar="FOLDER")
    parser.add_argument("--name", help="of the JSON file")
    args = parser.parse_args()
    args.keras = interpreter(args.keras, KERAS, "bench-keras")
    args.original = interpreter(args.original, ORIGINAL, "bench-original")
    console = Console(width=None if sys.stdout.isatty() else 110)
    found: dict[str, Any]
    if args.profile:
        found = {"profiles": profiles(args, console)}
    else:
        runs = run_rounds(ways(args), args.rounds, console)
        found = {"rounds": args.rounds, "ratios": ratios(runs), "median": {n: median(r) for n, r in runs.items()}}
        found["runs"] = runs
        console.print(rates_table(runs))
        console.print(ratios_table(found["ratios"]))
    kind = "census-profile" if args.profile else "census"
    path = args.results / f"{args.name or f'{datetime.datetime.now(datetime.UTC):%Y-%m-%d}-{kind}'}.json"
    pythons = {"estimax": sys.executable, "keras": args.keras, "original": args.original}
    write_results(path, {name: python for name, python in pythons.items() if python}, found)
    console.print(f"written to {os.path.relpath(path)}", highlight=False, soft_wrap=True)


def interpreter(given: str | None, usual: pathlib.Path, made_by: str) -> str | None:
    """Returns the interpreter that was asked for, or the usual one where it is there."""
    if given is None:
        return str(usual.absolute()) if usual.exists() else None
    return executable(given, made_by)


if __name__ == "__main__":
    main()
