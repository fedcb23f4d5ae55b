"""The `estimax` command: one file for each of its commands.

What a command needs is imported when it runs, so that `estimax --help` answers
at once.
"""

from typing import Annotated

import typer

from estimax._version import __version__
from estimax.cli._board import board
from estimax.cli._convert import convert
from estimax.cli._run import run
from estimax.cli._serve import serve
from estimax.cli._show import show


def _underscores(name: str) -> str:
    """Lets every flag be written with dashes too: ours have the underscores of TensorFlow's tools."""
    return name.replace("-", "_")


app = typer.Typer(
    name="estimax",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"token_normalize_func": _underscores},
)
app.command("run", context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True})(run)
app.command("convert")(convert)
app.command("board")(board)
app.command("serve")(serve)
app.command("show")(show)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"estimax {__version__}")
        raise typer.Exit


@app.callback()
def estimax(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """The Estimator system on JAX: from a CSV file to a served model."""


def main() -> None:
    """Runs the command line."""
    app(prog_name="estimax")
