"""Runs the same training programs on estimax and on the original, alternately, and prints how much faster.

Every run is a process of its own. In each pair both sides run right after one another, the first to go changing
from pair to pair, so that a machine that slows down slows both. What is compared is the median over the pairs.

    python benchmarks/compare.py --original .venv-original/bin/python --pairs 5
"""

import argparse
import dataclasses
import datetime
import importlib.util
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "../shared/bench/programs.py"
RESULTS = ROOT / "benchmarks/results"
ORIGINAL = ROOT / ".venv-original/bin/python"
Run = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Case:
    """One program, what to run it with on either side, and which of its figures to compare.

    The faster side gets more steps, so that both run for seconds: a rate over a few milliseconds is noise.
    `target` is how many times faster estimax is meant to be at least.
    """

    program: str
    measure: str = "rows_per_second"
    estimax: tuple[str, ...] = ()
    original: tuple[str, ...] = ()
    both: tuple[str, ...] = ()
    target: float | None = None

    @property
    def name(self) -> str:
        return " ".join((self.program, *self.both))

    @property
    def higher_is_better(self) -> bool:
        return self.measure == "rows_per_second"


CASES = (
    Case("taxi_linear", estimax=("--steps", "20000"), target=150),
    Case("taxi_dnn", estimax=("--steps", "5000"), target=60),
    Case("census_wide_deep", estimax=("--steps", "6000"), original=("--steps", "600"), target=25),
    Case("census_wide_deep", both=("--expert", "--steps", "3000"), target=4),
    Case("batch_predict", estimax=("--rows", "2000000"), original=("--rows", "50000"), target=50),
    Case("cold_start", measure="total_seconds"),
    Case("csv_input_only", estimax=("--rows", "4000000"), original=("--rows", "100000"), target=150),
    Case("csv_input_only", estimax=("--rows", "4000000"), original=("--rows", "1000000"), both=("--expert",), target=8),
)


@dataclasses.dataclass(frozen=True)
class Side:
    """One of the two implementations: the interpreter that has it installed and the module's name."""

    name: str
    python: str
    module: str

    def run(self, programs: pathlib.Path, case: Case) -> Run:
        """Runs one program in a new process.

        Returns:
            What the program printed, and `process_seconds`, the wall time of the whole process.

        Raises:
            SystemExit: the program failed; its own error has been printed.
        """
        arguments = case.estimax if self.name == "estimax" else case.original
        command = [self.python, str(programs), "--module", self.module, case.program, *case.both, *arguments]
        return run_process(command, f"{case.name} on {self.name}")


def run_process(command: Sequence[str], what: str) -> Run:
    """Runs a command that prints JSON as its last line.

    Returns:
        What it printed, and `process_seconds`, the wall time of the whole process.

    Raises:
        SystemExit: the command failed; its own error has been printed.
    """
    began = time.perf_counter()
    result = subprocess.run(
        command,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if result.returncode or not lines:
        sys.stderr.write(result.stdout + result.stderr)
        raise SystemExit(f"{what} failed (exit status {result.returncode})")
    run: Run = json.loads(lines[-1])
    return {**run, "process_seconds": round(seconds, 3)}


def versions(python: str) -> dict[str, str]:
    """Asks an interpreter for the versions that matter for the result."""
    code = (
        "import importlib.metadata as m, json, platform\n"
        "wanted = {'estimax', 'jax', 'keras', 'numpy', 'pyarrow', 'tensorflow', 'tensorflow-cpu'}\n"
        "found = {d.metadata['Name']: d.version for d in m.distributions() if d.metadata['Name'] in wanted}\n"
        "print(json.dumps({'python': platform.python_version(), **dict(sorted(found.items()))}))"
    )
    result = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(result.stdout)
    return found


def write_results(path: pathlib.Path, pythons: dict[str, str], found: dict[str, Any]) -> None:
    """Writes what was found as JSON, with the machine and the versions behind each interpreter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: versions(python) for name, python in pythons.items()},
        **found,
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def load_programs(path: pathlib.Path) -> Any:
    """Imports the file of programs."""
    spec = importlib.util.spec_from_file_location("programs", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"no programs at {path}; benchmarks/README.md says what --programs must be")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The runs of one case, pair by pair."""

    case: Case
    estimax: tuple[Run, ...]
    original: tuple[Run, ...]

    def values(self, runs: Sequence[Run]) -> list[float]:
        return [float(run[self.case.measure]) for run in runs]

    def times_faster(self, estimax: float, original: float) -> float:
        return estimax / original if self.case.higher_is_better else original / estimax

    @property
    def medians(self) -> tuple[float, float]:
        """Estimax first, the original second."""
        return statistics.median(self.values(self.estimax)), statistics.median(self.values(self.original))

    @property
    def ratio(self) -> float:
        """How many times faster estimax is, median against median."""
        return self.times_faster(*self.medians)

    @property
    def ratios(self) -> list[float]:
        """The same within each pair."""
        return [
            self.times_faster(ours, theirs)
            for ours, theirs in zip(self.values(self.estimax), self.values(self.original), strict=True)
        ]

    def as_json(self) -> dict[str, Any]:
        """Returns the summary and every run behind it."""
        estimax, original = self.medians
        return {
            "program": self.case.name,
            "measure": self.case.measure,
            "median": {"estimax": estimax, "original": original},
            "times_faster": self.ratio,
            "target": self.case.target,
            "times_faster_by_pair": self.ratios,
            "runs": {"estimax": list(self.estimax), "original": list(self.original)},
        }


def compare(case: Case, sides: tuple[Side, Side], programs: pathlib.Path, pairs: int, console: Console) -> Comparison:
    """Runs `pairs` pairs of one case; estimax goes first in the even pairs, the original in the odd ones."""
    runs: dict[str, list[Run]] = {side.name: [] for side in sides}
    for pair in range(pairs):
        for side in sides if pair % 2 == 0 else sides[::-1]:
            run = side.run(programs, case)
            runs[side.name].append(run)
            console.print(
                f"{case.name} {pair + 1}/{pairs} {side.name}: {number(float(run[case.measure]))} "
                f"{case.measure.replace('_', ' ')}, {run['process_seconds']:.1f} s in all",
                highlight=False,
            )
    return Comparison(case, tuple(runs["estimax"]), tuple(runs["original"]))


def table(comparisons: Sequence[Comparison]) -> Table:
    """Lays the medians and ratios out for a person."""
    result = Table(title="estimax and the original, medians")
    result.add_column("program")
    result.add_column("measure")
    for heading in ("original", "estimax", "times faster", "least to most", "target"):
        result.add_column(heading, justify="right")
    for c in comparisons:
        estimax, original = c.medians
        result.add_row(
            c.case.name,
            c.case.measure.replace("_", " "),
            number(original),
            number(estimax),
            f"{c.ratio:.1f}",
            f"{min(c.ratios):.1f} to {max(c.ratios):.1f}",
            "" if c.case.target is None else f"{c.case.target:g}",
        )
    return result


def number(value: float) -> str:
    """Writes a rate or a time for a person."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _cases(names: Sequence[str]) -> list[Case]:
    return [case for name in names for case in _named(name)] or list(CASES)


def _named(name: str) -> list[Case]:
    return [case for case in CASES if case.program == name] or [Case(name)]


def executable(python: str, made_by: str) -> str:
    """Makes a path absolute without following links: a virtual environment's interpreter is one."""
    path = pathlib.Path(python).absolute()
    if not path.exists():
        raise SystemExit(f"no interpreter at {python}; `make {made_by}` makes one")
    return str(path)


def main() -> None:
    """Parses the command line, runs every case, prints the table and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("cases", nargs="*", metavar="PROGRAM", help="which programs; all that have defaults if none")
    parser.add_argument("--programs", type=pathlib.Path, default=PROGRAMS)
    parser.add_argument("--original", default=str(ORIGINAL), metavar="PYTHON")
    parser.add_argument("--original-module", default="tensorflow", metavar="MODULE")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS, metavar="FOLDER")
    parser.add_argument("--name", default=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", help="of the JSON file")
    args = parser.parse_args()
    if not args.programs.exists():
        raise SystemExit(f"no programs at {args.programs}; benchmarks/README.md says what --programs must be")
    console = Console(width=None if sys.stdout.isatty() else 110)
    sides = (
        Side("estimax", sys.executable, "estimax"),
        Side("original", executable(args.original, "bench-original"), args.original_module),
    )
    comparisons = [compare(case, sides, args.programs, args.pairs, console) for case in _cases(args.cases)]
    console.print(table(comparisons))
    path = args.results / f"{args.name}.json"
    found = {"pairs": args.pairs, "cases": [c.as_json() for c in comparisons]}
    write_results(path, {side.name: side.python for side in sides}, found)
    console.print(f"written to {os.path.relpath(path)}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
