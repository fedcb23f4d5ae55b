"""Numbers, sizes, ages, names and curves as a person reads them in a terminal, in the width that there is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Signs(NamedTuple):
    """Characters that not every terminal has."""

    levels: str
    between: str
    left_out: str
    times: str


UNICODE = Signs("▁▂▃▄▅▆▇█", " · ", "…", "×")
ASCII = Signs("_.-:=+*#", " | ", "..", "x")


def sparkline(values: Sequence[float] | np.ndarray[Any, Any], width: int, signs: Signs = UNICODE) -> str:
    """Draws a curve in one line; a place without a finite value is blank.

    Args:
        values: the values; more than `width` are put together, their mean counts.
        width: how many characters at most.
        signs: what to draw with.

    Example:
        >>> from estimax.cli._show_words import sparkline
        >>> sparkline([0, 1, 2, 3, 2, 1, 0], 10)
        '▁▃▆█▆▃▁'
    """
    if not len(values) or width < 1:
        return ""
    numbers = np.asarray(values, np.float64)
    parts = [p[np.isfinite(p)] for p in np.array_split(numbers, min(width, len(numbers)))]
    means = np.array([p.mean(dtype=np.longdouble) if p.size else np.nan for p in parts], np.float64)
    known = means[np.isfinite(means)]
    if not known.size:
        return " " * len(means)
    # Halves, since the difference of two large numbers may be infinite.
    low, extent = known.min() / 2, known.max() / 2 - known.min() / 2
    top = len(signs.levels) - 1
    shares = (means / 2 - low) / extent if extent > 0 else np.where(np.isfinite(means), 0.0, np.nan)
    return "".join(signs.levels[round(float(s) * top)] if math.isfinite(s) else " " for s in shares)


def number(value: float) -> str:
    """Returns a number with four digits that count.

    Example:
        >>> from estimax.cli._show_words import number
        >>> number(0.123456), number(123456.7), number(1.5e-9), number(float("nan"))
        ('0.1235', '123,457', '1.5e-09', 'NaN')
    """
    if math.isnan(value):
        return "NaN"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e9 else f"{value:.4g}"


def size(count: float) -> str:
    """Returns how many bytes there are.

    Example:
        >>> from estimax.cli._show_words import size
        >>> size(812), size(7_504_000)
        ('812 B', '7.5 MB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if count >= 99.5 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def duration(seconds: float) -> str:
    """Returns how long something took, or how long ago it was.

    Example:
        >>> from estimax.cli._show_words import duration
        >>> duration(0.4), duration(12), duration(3900), duration(200_000)
        ('0 s', '12 s', '65 min', '2 d')
    """
    for unit, length, most in (("s", 1, 100), ("min", 60, 100 * 60), ("h", 3600, 48 * 3600)):
        if seconds < most:
            return f"{max(seconds, 0) / length:.0f} {unit}"
    return f"{seconds / 86400:,.0f} d"


def shortened(name: str, width: int, signs: Signs = UNICODE) -> str:
    """Leaves out the middle parts of a long name.

    Example:
        >>> from estimax.cli._show_words import shortened
        >>> shortened("dnn/input_layer/carrier_embedding/embedding_weights", 45)
        'dnn/…/carrier_embedding/embedding_weights'
    """
    if len(name) <= width:
        return name
    first, *rest = name.split("/")
    while len(rest) > 2:
        rest = rest[1:]
        shorter = "/".join((first, signs.left_out, *rest))
        if len(shorter) <= width:
            return shorter
    start = f"{first}/{signs.left_out}" if rest and len(first) < width // 4 else signs.left_out
    return start + name[len(name) - max(width - len(start), 0) :]


def told_apart(names: Sequence[str], width: int, signs: Signs = UNICODE) -> list[str]:
    """Shortens names alike, so that they stay different where that can be: by their middles, or else by their ends.

    Example:
        >>> from estimax.cli._show_words import told_apart
        >>> told_apart(["dnn/layer_0/activation", "dnn/layer_1/activation"], 12)
        ['dnn/layer_0…', 'dnn/layer_1…']
    """
    middles = [shortened(name, width, signs) for name in names]
    kept = max(width - len(signs.left_out), 0)
    ends = [name if len(name) <= width else name[:kept] + signs.left_out for name in names]
    different = len(set(names))
    return ends if len(set(middles)) < different == len(set(ends)) else middles


def printable(text: str) -> str:
    """Returns a text of somebody else's without what would steer a terminal.

    Example:
        >>> from estimax.cli._show_words import printable
        >>> printable("loss\\x1b[31m")
        'loss?[31m'
    """
    return "".join(c if c.isprintable() else "?" for c in text)
