"""How much the splits on each column lowered the loss of the training rows, as bars and as a table."""

from __future__ import annotations

from collections.abc import Mapping

from estimax.summary import Summary
from estimax.summary._pictures import BLUE, FAINT, INK, LINES, Canvas, shortened, width_of

MOST_BARS = 30
_WIDTH, _BAR, _EDGE, _LETTERS = 640, 22, 16, 13
_MOST_NAME = 260


def importance_table(gains: Mapping[str, float]) -> str:
    """Returns a table, in Markdown.

    Args:
        gains: by column, of 1 in all, the greatest first.

    Example:
        >>> from estimax.estimator._trees._importance_chart import importance_table
        >>> print(importance_table({"size": 0.75, "town": 0.25}))
        | column | part of the gain |
        |---|---:|
        | size | 75.00% |
        | town | 25.00% |
    """
    lines = [f"| {_escaped(name)} | {share:.2%} |" for name, share in gains.items()]
    return "\n".join(["| column | part of the gain |", "|---|---:|", *lines])


def _escaped(name: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>|" else c for c in name)


def importance_chart(tag: str, gains: Mapping[str, float]) -> Summary.Value:
    """Draws a bar for each of the first 30 columns, with Pillow; `gains` as for the table."""
    shown = dict(list(gains.items())[:MOST_BARS])
    names = {name: shortened(name, _LETTERS, _MOST_NAME) for name in shown}
    start = _EDGE + max(width_of(text, _LETTERS) for text in names.values()) + 8
    room = _WIDTH - start - _EDGE - width_of("100.0%", _LETTERS) - 8
    left_out = len(gains) - len(shown)
    height = 2 * _EDGE + (len(shown) + 1 + bool(left_out)) * _BAR
    canvas = Canvas(_WIDTH, height)
    canvas.text((_EDGE, _EDGE), "part of the gain of all splits, by column", _LETTERS, FAINT, "lt")
    longest = max(shown.values()) or 1.0
    for number, (name, share) in enumerate(shown.items(), 1):
        top = _EDGE + number * _BAR
        middle, end = top + _BAR / 2, start + room * share / longest
        canvas.text((start - 8, middle), names[name], _LETTERS, INK, "rm")
        canvas.box(start, top + 3, end, top + _BAR - 3, BLUE)
        canvas.text((end + 8, middle), f"{share:.1%}", _LETTERS, INK, "lm")
    canvas.line((start, _EDGE + _BAR), (start, _EDGE + (len(shown) + 1) * _BAR), LINES)
    if left_out:
        canvas.text((start, height - _EDGE), f"and {left_out} others", _LETTERS, FAINT, "lb")
    image = Summary.Image(width=_WIDTH, height=height, colorspace=3, encoded_image_string=canvas.png())
    return Summary.Value(tag=tag, image=image)
