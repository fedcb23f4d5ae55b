"""The table of curves: drawn in a line, with the first value, the best and the last."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from estimax.cli._show_metrics import Metric, Point
from estimax.cli._show_words import Signs, number, printable, shortened, sparkline, told_apart
from estimax.summary._reading_runs import TRAINING

GAP = 2  # blanks between columns
_VALUES = (("first", ""), ("best", "green"), ("last", "bold"))
_LEAST_CURVE, _MOST_CURVE = 8, 40
_LEAST_NAME = 8
_MOST_RUN = 14


def plain_table(*headings: str, width: int = 0) -> Table:
    """Returns a table without lines: the first column is text, the others stand to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold", width=width or None)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if i else "left", no_wrap=True)
    return table


def curve_table(metrics: Sequence[Metric], width: int, signs: Signs) -> Table:
    """Makes the table of curves; the name of those that follow each other under one is said once.

    Where there is little room, the first value goes, and then the best.

    Args:
        metrics: the curves.
        width: characters that the table may take.
        signs: what to draw with.
    """
    names = [printable(m.tag) for m in metrics]
    runs = [shortened("train" if m.run == TRAINING else printable(m.run), _MOST_RUN, signs) for m in metrics]
    columns = {name: _aligned([getattr(m, name) for m in metrics], style) for name, style in _VALUES}
    while True:
        values = [max(len(name), cells[0].cell_len) + GAP for name, cells in columns.items()]
        room = width - sum(values) - max(map(len, runs)) - 2 * GAP
        if room >= _LEAST_NAME + _LEAST_CURVE or len(columns) == 1:
            break
        del columns[next(iter(columns))]
    longest = max(map(len, names))
    drawn = max(min(max(len(m.curve.steps) for m in metrics), _MOST_CURVE, room - longest), _LEAST_CURVE)
    shown = told_apart(names, max(room - drawn, 8), signs)
    table = plain_table()
    for heading, style in (("", "bold"), ("", "dim"), ("", "cyan"), *((name, "") for name in columns)):
        table.add_column(heading, style=style, no_wrap=True)
    for i, metric in enumerate(metrics):
        name = shown[i] if i == 0 or names[i] != names[i - 1] else ""
        curve = sparkline(metric.curve.values, drawn, signs)
        table.add_row(Text(name), Text(runs[i]), Text(curve), *(cells[i] for cells in columns.values()))
    return table


def _aligned(points: Sequence[Point | None], style: str) -> list[Text]:
    """Returns values with their steps behind them, each below each."""
    said = [("", "") if p is None else (number(p.value), f"@{p.step:,}") for p in points]
    widths = [max(len(pair[i]) for pair in said) for i in (0, 1)]
    return [Text.assemble((value.rjust(widths[0]), style), " ", (step.ljust(widths[1]), "dim")) for value, step in said]
