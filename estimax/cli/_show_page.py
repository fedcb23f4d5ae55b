"""The page that `estimax show` prints of a model folder."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from estimax._base._environment import variable
from estimax.cli._show_curves import GAP, curve_table, plain_table
from estimax.cli._show_facts import Facts
from estimax.cli._show_metrics import metrics_of
from estimax.cli._show_variables import VariableFacts, with_norms
from estimax.cli._show_words import ASCII, UNICODE, Signs, duration, number, printable, size, told_apart
from estimax.summary._reading_runs import TRAINING

_STYLES = {"running": "bold green", "interrupted": "bold yellow", "finished": "green"}
_LEAST_NAME = 20  # characters
_FEW = 8  # rows of what there may be much of, unless all is asked for


@dataclass(frozen=True)
class Wanted:
    """What is to be shown: with a pattern only curves of such names, all variables, all of everything."""

    pattern: str = "*"
    all_variables: bool = False
    everything: bool = False


def console_for() -> Console:
    """Returns a console for names of somebody else's, which stay as they are; without codes where NO_COLOR is set."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # such a name may have characters that the terminal has not
    colors: Literal["auto"] | None = None if variable("NO_COLOR") else "auto"
    return Console(markup=False, highlight=False, emoji=False, color_system=colors)


def signs_of(console: Console) -> Signs:
    """Returns the characters that a console can show."""
    return ASCII if console.options.ascii_only else UNICODE


def print_page(console: Console, facts: Facts, wanted: Wanted, now: float | None = None) -> None:
    """Prints what a model folder tells, in the console's width.

    Args:
        console: where to.
        facts: what is shown.
        wanted: how much of it.
        now: seconds since 1970, from which ages count.
    """
    page = _Page(console, facts, wanted, time.time() if now is None else now)
    page.heading()
    page.metrics()
    if wanted.pattern == "*":
        page.checkpoints()
        page.exports()
        page.columns()
        page.hyper_parameters()
    if wanted.pattern == "*" or wanted.all_variables:
        page.variables()
    page.damages()


class _Page:
    def __init__(self, console: Console, facts: Facts, wanted: Wanted, now: float) -> None:
        self.console = console
        self.facts = facts
        self.wanted = wanted
        self.now = now
        self.signs = signs_of(console)

    def heading(self) -> None:
        facts = self.facts
        line = Text(printable(facts.path), "bold")
        if facts.state.word:
            line.append("  ").append(facts.state.word, _STYLES[facts.state.word])
        self.console.print(line, overflow="fold")
        told = list(self._told())
        if facts.is_empty:
            told = ["nothing was written here yet: no event files, no checkpoints, no exports"]
        self.console.print(Text(self.signs.between.join(told)), overflow="fold")
        holder = facts.state.holder
        if facts.state.word == "running" and holder:
            said = f"process {holder.get('pid')} on {holder.get('host')}: {holder.get('command')}"
            self.console.print(Text(printable(said), "dim"), overflow="ellipsis", no_wrap=True)

    def _told(self) -> Iterator[str]:
        facts = self.facts
        if facts.step is not None:
            yield f"step {facts.step:,}"
        if facts.seconds:
            yield f"{'trains for' if facts.state.word == 'running' else 'trained for'} {duration(facts.seconds)}"
        for name, speed in facts.speeds.items():
            yield f"{number(speed)} {'steps' if name == 'global_step/sec' else 'examples'}/s"
        if facts.last_written:
            yield f"last written {self._ago(facts.last_written)}"
        yield size(facts.size)

    def _ago(self, then: float) -> str:
        return f"{duration(self.now - then)} ago"

    def metrics(self) -> None:
        found = metrics_of(self.facts.runs, self.wanted.pattern)
        if not found:
            if self.facts.runs and self.wanted.pattern != "*":
                self._title(f"no curve is named like {self.wanted.pattern!r}")
            return
        evaluated = {m.tag for m in found if m.run != TRAINING}
        shown = found
        if self.wanted.pattern == "*" and not self.wanted.everything:
            rest = [m for m in found if m.tag not in evaluated]
            left = rest[_FEW:]
            shown = [m for m in found if m not in left]
        self._print(curve_table(shown, self.console.width, self.signs))
        self._more(len(found) - len(shown), "curves", "--all")

    def checkpoints(self) -> None:
        found = self.facts.checkpoints
        if not found:
            return
        table = plain_table("checkpoints", "age", "size", "")
        shown = found if self.wanted.everything else found[-_FEW:]
        for checkpoint in reversed(shown):
            name = printable(checkpoint.prefix.replace("\\", "/").rpartition("/")[2])
            age = duration(self.now - checkpoint.written)
            table.add_row(
                Text(name), age, size(checkpoint.size), Text("latest" if checkpoint.is_latest else "", "green")
            )
        self._print(table)
        self._more(len(found) - len(shown), "checkpoints", "--all")

    def exports(self) -> None:
        if not self.facts.exports:
            return
        table = plain_table("exports", "latest", "versions", "age", "size")
        for export in self.facts.exports:
            age = duration(self.now - export.written)
            table.add_row(Text(printable(export.name)), export.latest, str(export.versions), age, size(export.size))
        self._print(table)

    def columns(self) -> None:
        kinds: dict[str, list[str]] = {}
        for column in self.facts.columns:
            kinds.setdefault(column.kind, []).append(column.name)
        if not kinds:
            return
        table = plain_table("columns", "")
        table.columns[0].style = "dim"
        table.columns[1].justify, table.columns[1].no_wrap = "left", False
        for kind, names in kinds.items():
            table.add_row(Text(printable(kind)), Text(printable(", ".join(names)), overflow="fold"))
        self._print(table)

    def hyper_parameters(self) -> None:
        chosen = self.facts.hyper_parameters
        if chosen:
            self._title("hyper-parameters")
            said = self.signs.between.join(f"{name} {_shown(value)}" for name, value in chosen.items())
            self.console.print(Text(printable(said)), overflow="fold")

    def variables(self) -> None:
        measured = self.facts.measured
        if measured is None or not self.facts.variables:
            return
        of_model = [v for v in self.facts.variables if not v.is_slot and v.name != "global_step"]
        slots = sum(v.is_slot for v in self.facts.variables)
        total = sum(v.count for v in of_model)
        wanted = self.facts.variables if self.wanted.all_variables else _largest(of_model)
        self._print(self._variable_table(f"{total:,} parameters", with_norms(measured.prefix, wanted)))
        slots_left = 0 if self.wanted.all_variables else slots
        self._more(len(of_model) + slots_left - len(wanted), f"variables, {slots_left} of the optimizer", "--variables")

    def _variable_table(self, heading: str, listed: Sequence[VariableFacts]) -> Table:
        cells = {
            "shape": [self.signs.times.join(f"{n:,}" for n in v.shape) or "1" for v in listed],
            "type": [v.dtype for v in listed],
            "norm": ["" if v.norm is None else number(v.norm) for v in listed],
            "flaw": [printable(v.flaw) for v in listed],
        }
        if not any(cells["flaw"]):
            del cells["flaw"]
        room = self.console.width - sum(max(map(len, (title, *column))) + GAP for title, column in cells.items())
        names = told_apart([printable(v.name) for v in listed], max(room, _LEAST_NAME), self.signs)
        table = plain_table(heading, *cells)
        for name, *row in zip(names, *cells.values(), strict=True):
            styles = ("dim", "dim", "", "red")
            table.add_row(Text(name), *(Text(cell, style) for cell, style in zip(row, styles, strict=False)))
        return table

    def damages(self) -> None:
        for damage in self.facts.damages:
            self.console.print(Text(f"warning: {printable(damage)}", "red"), overflow="fold")

    def _print(self, table: Table) -> None:
        self.console.print()
        self.console.print(table)

    def _title(self, text: str) -> None:
        self.console.print()
        self.console.print(Text(printable(text), "bold"))

    def _more(self, count: int, what: str, option: str) -> None:
        if count > 0:
            self.console.print(Text(f"{self.signs.left_out} {count} more {what}: {option}", "dim"))


def _largest(variables: list[VariableFacts]) -> list[VariableFacts]:
    """Returns the largest variables, in the order of their names."""
    kept = {v.name for v in sorted(variables, key=lambda v: v.count, reverse=True)[:_FEW]}
    return [v for v in variables if v.name in kept]


def _shown(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)
