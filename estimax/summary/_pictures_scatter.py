"""The picture of what a regressor predicted against what was right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimax.summary._pictures import (
    FAINT,
    INK,
    Canvas,
    Colour,
    counted,
    on_ramp,
    rounded,
    tick_texts,
    ticks,
    width_of,
)

_SIDE = 400  # of the square that is drawn in, in pixels
_HEAD = 56
_BELOW = 54
_MARGIN = 14
_CELL = 5  # the width of a cell in which points are counted
_FEW = 400
"""So many points are drawn as dots; of more it is counted how many fall in a cell."""

_DENSITY: tuple[Colour, ...] = ((190, 217, 242), (88, 158, 220), (48, 98, 184), (58, 38, 130), (30, 10, 60))
_SHADES = [on_ramp(_DENSITY, level / 31) for level in range(32)]
_DOT: Colour = (33, 118, 199)
_DIAGONAL: Colour = (234, 67, 53)


def scatter_picture(labels: np.ndarray, predictions: np.ndarray, total: int, title: str) -> bytes:
    """Draws predictions against labels as a PNG file.

    Both axes show one range; on the red diagonal predictions are right. Where few points lie far
    from all others the range is that of the others, and these few stand at the edge.

    Args:
        labels: [points]; what is not finite, here or in the predictions, is counted and left out.
        predictions: [points].
        total: of how many examples they are a sample.
        title: stands above.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._pictures_scatter import scatter_picture
        >>> scatter_picture(np.array([1.0, 2.0]), np.array([1.5, 1.8]), 2, "price")[1:4]
        b'PNG'
    """
    actual, predicted = np.asarray(labels, np.float64), np.asarray(predictions, np.float64)
    finite = np.isfinite(actual) & np.isfinite(predicted)
    odd = int(len(finite) - finite.sum())
    actual, predicted = actual[finite], predicted[finite]
    plot = _Plot(*_span(np.concatenate([actual, predicted])))
    return plot.drawn(actual, predicted, title, _said(actual, predicted, total, odd, plot))


def _said(actual: np.ndarray, predicted: np.ndarray, total: int, odd: int, plot: _Plot) -> str:
    shown = len(actual) + odd
    examples = "example" if total == 1 else "examples"
    of = f"{counted(shown)} of {counted(total)} {examples}" if total > shown else f"{counted(shown)} {examples}"
    says = [f"RMSE {rounded(_root_mean_square(predicted - actual))}"] if len(actual) else []
    beyond = int((~plot.has(actual) | ~plot.has(predicted)).sum())
    says += [of, *([f"{beyond} beyond"] if beyond else []), *([f"{odd} not finite"] if odd else [])]
    return " · ".join(says)


def _root_mean_square(values: np.ndarray) -> float:
    largest = float(np.abs(values).max())
    return largest * float(np.sqrt(np.mean(np.square(values / largest)))) if largest else 0.0


def _span(values: np.ndarray) -> tuple[float, float]:
    """Returns the range that is shown of values: theirs, or that of nearly all where few lie far away."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    inner_low, inner_high = (float(v) for v in np.quantile(values, (0.005, 0.995)))
    inner = inner_high - inner_low
    if inner > 0 and high - low > 3 * inner:
        low, high = max(low, inner_low - 0.3 * inner), min(high, inner_high + 0.3 * inner)
    least = max(abs(low), abs(high)) * 1e-6
    if high - low <= least:  # one value, as far as 32 bits tell
        around = least * 1e5 or 1.0
        return low - around, high + around
    edge = 0.03 * (high - low)
    return low - edge, high + edge


@dataclass(frozen=True)
class _Plot:
    """A square with the same range on both axes."""

    low: float
    high: float

    def has(self, values: np.ndarray) -> np.ndarray:
        """Returns which values lie in the range."""
        inside: np.ndarray = (values >= self.low) & (values <= self.high)
        return inside

    def places(self, values: np.ndarray) -> np.ndarray:
        """Returns where values stand, from 0 to the side of the square; those beyond at its edge."""
        shares: np.ndarray = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        return shares * (_SIDE - 1e-6)

    def drawn(self, actual: np.ndarray, predicted: np.ndarray, title: str, says: str) -> bytes:
        numbers = ticks(self.low, self.high, 5)
        texts = tick_texts(numbers.tolist())
        left = _MARGIN + 24 + max(width_of(text, 14) for text in texts) + 8
        last = left + float(self.places(numbers[-1:])[0]) + width_of(texts[-1], 14) / 2
        width = max(left + _SIDE, last, width_of(says, 15) + _MARGIN, width_of(title, 18) + _MARGIN) + _MARGIN
        canvas = Canvas(round(width), _HEAD + _SIDE + _BELOW)
        canvas.text((_MARGIN, 18), title, 18, anchor="lm")
        canvas.text((_MARGIN, 40), says, 15, FAINT, anchor="lm")
        self._draw_axes(canvas, left, numbers, texts)
        if len(actual) <= _FEW:
            self._draw_dots(canvas, left, actual, predicted)
        else:
            self._draw_density(canvas, left, actual, predicted)
        canvas.line((left, _HEAD + _SIDE), (left + _SIDE, _HEAD), _DIAGONAL, 2)
        return canvas.png()

    def _draw_axes(self, canvas: Canvas, left: int, numbers: np.ndarray, texts: list[str]) -> None:
        bottom = _HEAD + _SIDE
        for place, text in zip(self.places(numbers), texts, strict=True):
            canvas.line((left + place, _HEAD), (left + place, bottom))
            canvas.line((left, bottom - place), (left + _SIDE, bottom - place))
            canvas.text((left - 7, bottom - place), text, 14, anchor="rm")
            canvas.text((left + place, bottom + 7), text, 14, anchor="mt")
        canvas.line((left, _HEAD), (left, bottom), FAINT)
        canvas.line((left, bottom), (left + _SIDE, bottom), FAINT)
        canvas.upright((_MARGIN + 6, _HEAD + _SIDE / 2), "predicted", 15, INK)
        canvas.text((left + _SIDE / 2, bottom + _BELOW - 16), "label", 15, INK)

    def _draw_dots(self, canvas: Canvas, left: int, actual: np.ndarray, predicted: np.ndarray) -> None:
        radius = 4.5 if len(actual) <= 100 else 3.5
        for x, y in zip(self.places(actual), self.places(predicted), strict=True):
            canvas.dot((left + x, _HEAD + _SIDE - y), radius, _DOT)

    def _draw_density(self, canvas: Canvas, left: int, actual: np.ndarray, predicted: np.ndarray) -> None:
        """Shades cells by how many points fall in them, logarithmically."""
        cells = _SIDE // _CELL
        columns, rows = (self.places(values).astype(int) // _CELL for values in (actual, predicted))
        counts = np.bincount(rows * cells + columns, minlength=cells * cells)
        filled = np.flatnonzero(counts)
        depths = np.log(counts[filled])
        levels = (depths / (depths.max() or 1.0) * (len(_SHADES) - 1)).round().astype(int)
        for cell, level in zip(filled.tolist(), levels.tolist(), strict=True):
            x, y = left + cell % cells * _CELL, _HEAD + _SIDE - cell // cells * _CELL
            canvas.box(x, y - _CELL, x + _CELL, y, _SHADES[level])
