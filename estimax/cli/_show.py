"""`estimax show`: what a saved model takes and gives."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from estimax._base._errors import OpError
from estimax.cli._flag import flag

if TYPE_CHECKING:
    from estimax.serving import Signature, TensorInfo


def show(folder: Annotated[str, flag("dir", "The folder of a saved model: one version.")]) -> None:
    """Print the signatures of a saved model: inputs and outputs with types and shapes."""
    from estimax.saved_model import load

    try:
        model = load(os.path.expanduser(folder))
    except OpError as error:
        typer.echo(f"estimax show: {error}", err=True)
        raise typer.Exit(1) from None
    for line in signature_lines(model.signatures):
        typer.echo(line)


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
