"""What `estimax show` prints of model folders: a page of one, a table that compares several, or JSON."""

from __future__ import annotations

import itertools
import json
import math
import os
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from estimax.cli._show_curves import GAP, plain_table
from estimax.cli._show_facts import Facts, facts_of, is_model_folder
from estimax.cli._show_metrics import Metric, direction, metrics_of
from estimax.cli._show_page import Wanted, console_for, print_page, signs_of
from estimax.cli._show_variables import with_norms
from estimax.cli._show_words import number, printable, told_apart
from estimax.summary._reading_runs import TRAINING

_LEAST_TITLE = 16  # characters for the names of curves


def show_runs(folders: Sequence[str], wanted: Wanted, as_json: bool) -> None:
    """Prints what one or several model folders tell.

    Args:
        folders: of this machine. One that only holds model folders stands for these.
        wanted: how much is shown.
        as_json: whether to print JSON.
    """
    if len(folders) == 1 and not is_model_folder(folders[0]):
        folders = _below(folders[0]) or folders
    facts = [facts_of(folder) for folder in folders]
    if as_json:
        said = [as_data(found, wanted) for found in facts]
        sys.stdout.write(json.dumps(said[0] if len(said) == 1 else said, indent=2, allow_nan=False) + "\n")
    elif len(facts) == 1:
        print_page(console_for(), facts[0], wanted)
    else:
        print_comparison(console_for(), facts, wanted)


def _below(folder: str) -> list[str]:
    """Lists the model folders directly in a folder."""
    inside = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    return [path for path in inside if os.path.isdir(path) and is_model_folder(path)]


def print_comparison(console: Console, facts: Sequence[Facts], wanted: Wanted) -> None:
    """Prints the last values of several model folders beside each other; the best of each is green.

    Folders are columns, or rows where they would not fit, with as many curves as do.
    """
    metrics = [{_title(m): m for m in metrics_of(found.runs, wanted.pattern)} for found in facts]
    runs = {title: metric.run for found in metrics for title, metric in found.items()}
    titles = sorted(runs, key=lambda title: runs[title] == TRAINING)
    if wanted.pattern == "*" and not wanted.everything:
        titles = [title for title in titles if direction(title)]
    cells = [
        [Text("" if found.step is None else f"{found.step:,}"), *_last(own, metrics, titles)]
        for found, own in zip(facts, metrics, strict=True)
    ]
    console.print(_grid(_names([found.path for found in facts]), ["step", *titles], cells, console))
    for found in facts:
        for damage in found.damages:
            console.print(Text(f"warning: {printable(damage)}", "red"), overflow="fold")


def _grid(names: Sequence[str], head: Sequence[str], cells: Sequence[Sequence[Text]], console: Console) -> Table:
    """Makes a table of `cells`, [names][head]: names are its columns if all fit, else its rows."""
    widths = [max(len(name), *(cell.cell_len for cell in row)) + GAP for name, row in zip(names, cells, strict=True)]
    room = console.width - sum(widths) - GAP
    if room >= min(max(map(len, head)), _LEAST_TITLE):
        shown, table = told_apart(head, room, signs_of(console)), plain_table("", *names)
        rows = [(title, [row[i] for row in cells]) for i, title in enumerate(shown)]
    else:
        shown = told_apart(names, console.width // 3, signs_of(console))
        room = console.width - max(map(len, shown)) - GAP
        taken = itertools.accumulate(
            max(len(title), *(row[i].cell_len for row in cells)) + GAP for i, title in enumerate(head)
        )
        fitting = [title for title, end in zip(head, taken, strict=True) if end <= room]
        table = plain_table("", *fitting)
        if len(fitting) < len(head):
            left = f"{signs_of(console).left_out} {len(head) - len(fitting)} more curves: --tag, or a wider window"
            table.caption = Text(left, "dim")
            table.caption_justify = "left"
        rows = [(name, list(row[: len(fitting)])) for name, row in zip(shown, cells, strict=True)]
    for name, row in rows:
        table.add_row(Text(name), *row)
    return table


def _names(paths: Sequence[str]) -> list[str]:
    """Returns the paths without the folders that they have in common, or as they were given where that is shorter."""
    ends = [os.path.abspath(path) for path in paths]
    common = os.path.commonpath([os.path.dirname(end) for end in ends])
    return [printable(min(os.path.relpath(end, common), path, key=len)) for end, path in zip(ends, paths, strict=True)]


def _title(metric: Metric) -> str:
    return printable(metric.tag if metric.run == TRAINING else f"{metric.run}/{metric.tag}")


def _last(found: dict[str, Metric], all_found: Sequence[dict[str, Metric]], titles: Sequence[str]) -> list[Text]:
    """Returns the last value of each curve of a folder, that of the best folder in green."""
    cells = []
    for title in titles:
        if title not in found:
            cells.append(Text(""))
            continue
        value = found[title].last.value
        others = [m[title].last.value for m in all_found if title in m]
        sign = direction(title)
        is_best = bool(sign) and len(others) > 1 and all(not sign * value < sign * other for other in others)
        cells.append(Text(number(value), "bold green" if is_best and value == value else ""))
    return cells


def as_data(facts: Facts, wanted: Wanted) -> Any:
    """Returns what is shown of a folder as plain values, all of it; numbers that are not finite become null."""
    measured = facts.measured
    return _finite(
        {
            "path": facts.path,
            "state": facts.state.word or None,
            "holder": facts.state.holder,
            "step": facts.step,
            "seconds": facts.seconds,
            "last_written": facts.last_written or None,
            "speed": facts.speeds,
            "bytes": facts.size,
            "metrics": [_metric(metric) for metric in metrics_of(facts.runs, wanted.pattern)],
            "checkpoints": [
                {"prefix": c.prefix, "step": c.step, "written": c.written, "bytes": c.size, "latest": c.is_latest}
                for c in facts.checkpoints
            ],
            "exports": [
                {"name": e.name, "versions": e.versions, "latest": e.path, "written": e.written, "bytes": e.size}
                for e in facts.exports
            ],
            "columns": [{**c.details, "name": c.name, "kind": c.kind} for c in facts.columns],
            "hyper_parameters": facts.hyper_parameters,
            "variables": [
                {
                    "name": v.name,
                    "shape": list(v.shape),
                    "dtype": v.dtype,
                    "parameters": v.count,
                    "is_slot": v.is_slot,
                    "norm": v.norm,
                    "flaw": v.flaw or None,
                }
                for v in (with_norms(measured.prefix, facts.variables) if measured else ())
            ],
            "damages": facts.damages,
        }
    )


def _finite(value: Any) -> Any:
    """Returns plain values without the numbers that JSON does not have."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _metric(metric: Metric) -> dict[str, Any]:
    points = {"first": metric.first, "best": metric.best, "last": metric.last}
    said = {name: point and {"step": point.step, "value": point.value} for name, point in points.items()}
    return {"run": metric.run, "tag": metric.tag, "points": len(metric.curve.steps), **said}
