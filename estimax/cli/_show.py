"""`estimax show`: what a saved model takes and gives, or what a checkpoint holds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from estimax._base._errors import InvalidArgumentError, NotFoundError, OpError
from estimax.cli._flag import flag

if TYPE_CHECKING:
    from estimax.serving import Signature, TensorInfo


def show(folder: Annotated[str, flag("dir", "The folder of a saved model, of checkpoints, or a checkpoint.")]) -> None:
    """Print the signatures of a saved model, or the variables of a checkpoint, with types and shapes."""
    from estimax.saved_model import load

    path = os.path.expanduser(folder)
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
