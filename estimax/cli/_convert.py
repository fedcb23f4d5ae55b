"""`estimax convert`: a checkpoint of TensorFlow becomes one of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from estimax._base._errors import OpError

if TYPE_CHECKING:
    from estimax.train._converting import Conversion

_HEADINGS = ("", "TensorFlow", "estimax", "type and shape")
_STYLES = {"taken": "green", "renamed": "cyan", "left": "yellow"}


def convert(
    old: Annotated[str, typer.Argument(help="A folder of checkpoints that TensorFlow wrote, or the prefix of one.")],
    new: Annotated[str, typer.Argument(help="The folder of the new checkpoint; it must not exist, or be empty.")],
) -> None:
    """Convert a checkpoint of TensorFlow, and say what was taken, renamed and left."""
    from estimax.train._converting import convert_checkpoint

    try:
        conversion = convert_checkpoint(os.path.expanduser(old), os.path.expanduser(new))
    except (OpError, OSError) as error:
        typer.echo(f"estimax convert: {error}", err=True)
        raise typer.Exit(1) from None
    _print_table(conversion)
    typer.echo(summary(conversion))


def summary(conversion: Conversion) -> str:
    """Returns in one line what was done."""
    counts = ", ".join(f"{conversion.count(what)} {what}" for what in _STYLES)
    return f"{conversion.old} (step {conversion.step}) -> {conversion.new}.safetensors: {counts}"


def rows(conversion: Conversion) -> Iterator[tuple[str, str, str, str]]:
    """Yields the cells of the report, one row for each array."""
    for fate in conversion.fates:
        yield fate.what, fate.source, fate.name, fate.kind or fate.reason


def _print_table(conversion: Conversion) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        for line in plain_lines(conversion):
            typer.echo(line)
        return
    table = Table(*_HEADINGS, box=None, header_style="bold")
    for cells in rows(conversion):
        table.add_row(*cells, style=_STYLES[cells[0]])
    console.print(table)


def plain_lines(conversion: Conversion) -> Iterator[str]:
    """Yields the report as text, in columns."""
    listed = list(rows(conversion))
    widths = [max((len(cells[i]) for cells in listed), default=0) for i in range(3)]
    for cells in listed:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
        yield "  ".join([*padded, cells[3]]).rstrip()
