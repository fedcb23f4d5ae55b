"""`estimax board`: TensorBoard on the folders of one or more models."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import signal
import tempfile
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from estimax._base._files import is_remote
from estimax.cli._flag import flag

_WAKE_SECS = 1.0
"""Where a waiting thread hears of no signal, as on Windows, it hears of it when it wakes."""


def board(
    model_dirs: Annotated[
        list[str], typer.Argument(metavar="MODEL_DIR", help="The folder of a model; several are shown together.")
    ],
    port: Annotated[
        int | None, flag("port", "The port; 0 takes a free one.", min=0, show_default="6006, or the next free one")
    ] = None,
    host: Annotated[str, flag("host", "The address to listen on; 0.0.0.0 for other machines too.")] = "localhost",
    open_browser: Annotated[bool, flag("open", "Open a browser.", is_flag=True)] = False,
) -> None:
    """Show in TensorBoard what runs have written: curves, distributions, graphs, embeddings, pictures.

    Several folders are runs beside each other, named after the folders. Ctrl-C ends it.
    """
    try:
        from tensorboard import program
    except ImportError:
        _fail("TensorBoard is not installed; install it with: pip install 'estimax[board]'")
    try:
        folders = _checked(model_dirs)
        for folder in folders:
            _refresh_projectors(folder)
        with _ending_by_signal() as ended, _logdir_of(folders) as logdir:
            tensorboard = program.TensorBoard()
            tensorboard.configure(logdir=logdir, host=host, port=port, reload_multifile=True)
            with contextlib.redirect_stderr(io.StringIO()):  # where it advises flags that this command does not have
                url = tensorboard.launch()
            typer.echo(f"TensorBoard is at {url} (Ctrl-C ends it)")
            if open_browser:
                webbrowser.open(url)
            while not ended.wait(_WAKE_SECS):
                pass
    except (OSError, ValueError, program.TensorBoardServerException) as error:
        _fail(getattr(error, "msg", None) or str(error))


def _fail(message: str) -> None:
    typer.echo(f"estimax board: {message}", err=True)
    raise typer.Exit(1)


def _checked(model_dirs: Sequence[str]) -> list[str]:
    """Returns the folders, each once; says which have nothing to show yet.

    Raises:
        NotADirectoryError: a path is that of a file.
        ValueError: several folders, and one of them on no disk of this machine.
    """
    folders = list(dict.fromkeys(f if is_remote(f) else os.path.realpath(os.path.expanduser(f)) for f in model_dirs))
    for folder in folders:
        if is_remote(folder):
            if len(folders) > 1:
                raise ValueError(f"several folders can be shown together only from this machine's disks; got {folder}")
        elif os.path.exists(folder) and not os.path.isdir(folder):
            raise NotADirectoryError(f"a MODEL_DIR must be a folder; {folder} is a file")
        elif not _has_events(folder):
            missing = "holds no event files yet" if os.path.isdir(folder) else "does not exist yet"
            typer.echo(f"estimax board: note: {folder} {missing}; a run that writes there will be shown", err=True)
    return folders


def _has_events(folder: str) -> bool:
    return any("tfevents" in name for _, _, names in os.walk(folder) for name in names)


def _refresh_projectors(folder: str) -> None:
    """Writes the embeddings of the latest checkpoint of each model under a folder for the projector."""
    models = [] if is_remote(folder) else [path for path, _, names in os.walk(folder) if "checkpoint" in names]
    if not models:
        return
    from estimax.estimator._projecting import refresh  # where there is a checkpoint: it takes a second or two

    for model in models:
        refresh(model)


@contextlib.contextmanager
def _logdir_of(folders: Sequence[str]) -> Iterator[str]:
    """Gives the folder in which TensorBoard finds those of all models; for several, one of links to them."""
    if len(folders) == 1:
        yield folders[0]
        return
    with tempfile.TemporaryDirectory(prefix="estimax_board_") as logdir:
        for name, folder in zip(run_names(folders), folders, strict=True):
            link = os.path.join(logdir, name)
            os.makedirs(os.path.dirname(link), exist_ok=True)
            os.symlink(folder, link, target_is_directory=True)
        yield logdir


def run_names(folders: Sequence[str]) -> list[str]:
    """Returns the shortest ends of different paths by which they can be told apart.

    Example:
        >>> run_names(["/runs/wide", "/runs/deep"])
        ['wide', 'deep']
        >>> run_names(["/monday/model", "/tuesday/model"])
        ['monday/model', 'tuesday/model']
    """
    parts = [[part for part in folder.split(os.sep) if part] for folder in folders]
    for length in itertools.count(1):
        names = ["/".join(p[-length:]) for p in parts]
        if len(set(names)) == len(names):
            return names
    raise AssertionError("different paths differ in their last parts")


@contextlib.contextmanager
def _ending_by_signal() -> Iterator[threading.Event]:
    """Gives an event that Ctrl-C and SIGTERM set."""
    ended = threading.Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
