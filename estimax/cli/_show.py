"""`estimax show`: what a run did, what a saved model takes and gives, or what a checkpoint holds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from estimax._base._errors import InvalidArgumentError, NotFoundError, OpError
from estimax._base._files import exists, is_remote, open_read
from estimax.cli._flag import flag

if TYPE_CHECKING:
    from estimax.serving import Signature, TensorInfo


def show(
    folders: Annotated[
        list[str] | None,
        typer.Argument(metavar="FOLDER", help="A model folder, several to compare, a saved model, or a checkpoint."),
    ] = None,
    stored: Annotated[
        str | None, flag("dir", "Only what is stored: the signatures of a saved model, the variables of a checkpoint.")
    ] = None,
    variables: Annotated[bool, flag("variables", "List all variables.")] = False,
    everything: Annotated[bool, flag("all", "List all curves, checkpoints and variables.")] = False,
    tag: Annotated[str, flag("tag", "Only curves with such names, as 'loss' or 'eval/*'.")] = "*",
    as_json: Annotated[bool, flag("json", "Print JSON, for programs.")] = False,
) -> None:
    """Show what a run did: state, curves, checkpoints, exports, columns and variables of a model folder.

    Several folders are compared. It works while a run goes on, too.

    Of a saved model it prints the signatures, of a checkpoint the variables.
    """
    if stored is not None:
        _show_stored(os.path.expanduser(stored))
        return
    if not folders:
        _refuse("give the folder of a model: estimax show FOLDER", 2)
    from estimax.cli._show_page import Wanted
    from estimax.cli._show_runs import show_runs

    paths = [os.path.expanduser(folder) for folder in folders]
    if len(paths) == 1 and _is_stored(paths[0]):
        _show_stored(paths[0])
        return
    for path in paths:
        _check_folder(path)
    try:
        show_runs(paths, Wanted(tag, variables or everything, everything), as_json)
    except (OpError, OSError) as error:
        _refuse(str(error))


def _is_stored(path: str) -> bool:
    """Tells whether a path is of a saved model or a checkpoint, not of a model folder."""
    if not path or is_remote(path):
        return bool(path)
    if os.path.isdir(path):
        return any(exists(os.path.join(path, name)) for name in ("saved_model.json", "saved_model.pb"))
    return any(exists(f"{path}{ending}") for ending in ("", ".safetensors", ".index"))


def _check_folder(path: str) -> None:
    if os.path.isdir(path):
        return
    try:
        open_read(path).close()  # which says what is near a name that is not there
    except (OpError, OSError) as error:
        _refuse(str(error))
    _refuse(f"{path!r} must be a folder: only model folders are compared")


def _refuse(why: str, code: int = 1) -> NoReturn:
    typer.echo(f"estimax show: {why}", err=True)
    raise typer.Exit(code) from None


def _show_stored(path: str) -> None:
    """Prints the signatures of a saved model, or the variables of a checkpoint."""
    from estimax.saved_model import load

    try:
        lines = list(signature_lines(load(path).signatures))
    except OpError as error:
        lines = _checkpoint_lines(path)
        if not lines:
            typer.echo(f"estimax show: {error}", err=True)
            raise typer.Exit(1) from None
    for line in lines:
        typer.echo(line)


def _checkpoint_lines(path: str) -> list[str]:
    """Returns a line for each variable of a checkpoint, ours or TensorFlow's; none where there is no checkpoint."""
    from estimax.train import load_checkpoint

    try:
        reader = load_checkpoint(path)
    except (NotFoundError, InvalidArgumentError):
        return []
    except OpError as error:
        typer.echo(f"estimax show: {error}", err=True)
        raise typer.Exit(1) from None
    types = reader.get_variable_to_dtype_map()
    shapes = reader.get_variable_to_shape_map()
    width = max((len(name) for name in shapes), default=0)
    return [f"{name:<{width}}  {types[name].name:<8}  {shape}" for name, shape in shapes.items()]


def signature_lines(signatures: Mapping[str, Signature]) -> Iterator[str]:
    """Yields a description of signatures, line by line."""
    for name, signature in sorted(signatures.items()):
        yield f"{name} ({signature.method_name})"
        width = max((len(n) for n in (*signature.inputs, *signature.outputs)), default=0)
        for title, infos in (("inputs", signature.inputs), ("outputs", signature.outputs)):
            yield f"  {title}"
            for tensor_name, info in sorted(infos.items()):
                yield f"    {tensor_name:<{width}}  {info.dtype.name:<7}  {_shape(info)}"


def _shape(info: TensorInfo) -> str:
    return f"[{', '.join('?' if n is None else str(n) for n in info.shape)}]"
