"""What layers over space say of it: sizes, one for all axes or one for each, padding, and the axis of the channels."""

from __future__ import annotations

from typing import Any

_LETTERS = {1: "W", 2: "HW", 3: "DHW"}


def sizes(layer: str, argument: str, given: Any, rank: int) -> tuple[int, ...]:
    """Returns one size for each axis of space.

    Raises:
        ValueError: as many sizes as there are not axes, or such as are not positive.
    """
    listed = list(given) if isinstance(given, list | tuple) else [given] * rank
    try:
        found = tuple(int(size) for size in listed)
    except (TypeError, ValueError):
        found = ()
    if len(found) != rank or any(size < 1 for size in found):
        raise ValueError(
            f"{argument} of layer {layer!r} must be a positive whole number, or {rank} of them; got {given!r}"
        )
    return found


def padding(layer: str, given: Any, *more: str) -> str:
    """Returns 'valid', 'same' or one of `more`, in lower case."""
    known = ("valid", "same", *more)
    if not isinstance(given, str) or given.lower() not in known:
        raise ValueError(f"padding of layer {layer!r} must be one of {', '.join(known)}; got {given!r}")
    return given.lower()


def channels_first(layer: str, data_format: Any) -> bool:
    """Returns whether the channels stand before the axes of space."""
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"data_format of layer {layer!r} must be 'channels_first' or 'channels_last'; got {data_format!r}"
        )
    return bool(data_format == "channels_first")


def layout(rank: int, first: bool) -> str:
    """Returns the data format as `nn` names it.

    Example:
        >>> from estimax.layers._sizes import layout
        >>> layout(2, first=True)
        'NCHW'
    """
    return f"NC{_LETTERS[rank]}" if first else f"N{_LETTERS[rank]}C"
