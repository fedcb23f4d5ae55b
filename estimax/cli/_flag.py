"""Flags as TensorFlow's tools spell them: `--model_name`."""

from __future__ import annotations

from typing import Any

import typer


def flag(name: str, text: str, **settings: Any) -> Any:
    """Returns a typer option with underscores in its name, where typer would put dashes.

    Args:
        name: The name, without the leading dashes.
        text: The help.
        **settings: More for `typer.Option`, such as `min`.
    """
    return typer.Option(f"--{name}", help=text, **settings)
