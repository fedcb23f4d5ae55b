"""`estimax run --as-tensorflow`: a program that says `import tensorflow as tf`, unedited, on estimax."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from estimax._base._environment import inherited
from estimax.cli._flag import flag

_USAGE = "estimax run --as-tensorflow -- python program.py arguments…"
_PYTHON = re.compile(r"python(3(\.\d+)?)?(\.exe)?")
_NOT_FOUND = 127  # what a shell exits with
_WITH_VALUE = ("-c", "-m", "-W", "-X")


def run(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[--] COMMAND…", help="`python program.py …`, `program.py …`, `-m module …`."),
    ] = None,
    as_tensorflow: Annotated[
        bool, flag("as_tensorflow", "Make `import tensorflow` in the program give estimax.", is_flag=True)
    ] = False,
    version: Annotated[
        str, flag("version", "The TensorFlow it was written for: with 1.15 it has the defaults of 1.x.")
    ] = "2.15.1",
) -> None:
    """Run a program that was written for TensorFlow, without editing it.

    The program takes the place of this command: its exit code, signals and standard input are its own. It holds for
    the processes that it starts too.
    """
    if not command:
        _refuse(f"give the program to run: {_USAGE}")
    if not as_tensorflow:
        _refuse(f"give --as-tensorflow; without it the program can be run as it is: {_USAGE}")
    if not version.startswith(("1.", "2.")):
        _refuse(f"--version must be that of a TensorFlow, such as 1.15 or 2.15.1; got {version!r}")
    from estimax._as_tensorflow._path import environment

    line = _command_line(command)
    made = environment(version, Path(sys.executable).parent, inherited(), os.pathsep)
    program = shutil.which(line[0], path=made["PATH"])
    if program is None:
        typer.echo(f"estimax run: there is no command {line[0]!r}: {_USAGE}", err=True)
        raise typer.Exit(_NOT_FOUND)
    if os.name == "nt":  # where a process cannot take the place of another
        raise typer.Exit(subprocess.call([program, *line[1:]], env=made))
    sys.stdout.flush()
    os.execve(program, line, made)


def _command_line(command: list[str]) -> list[str]:
    """Returns the words of the command to start: this interpreter where `python` or a Python file is asked for."""
    first = command[0]
    if first.endswith(".py") or first == "-m":
        command = ["python", *command]
    if not _PYTHON.fullmatch(command[0]):
        return command
    for option in command[1:]:
        if option.startswith("--") or not option.startswith("-") or option in _WITH_VALUE:
            break
        if set(option) & set("IE"):
            _refuse(f"python {option} ignores PYTHONPATH, by which the program finds estimax: leave it out")
    return [sys.executable, *command[1:]]


def _refuse(why: str) -> NoReturn:
    typer.echo(f"estimax run: {why}", err=True)
    raise typer.Exit(2)
