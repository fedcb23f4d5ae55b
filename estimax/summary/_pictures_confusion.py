"""The picture of a confusion matrix: which classes a classifier takes for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimax.summary._pictures import (
    BLUE,
    FAINT,
    INK,
    RED,
    WHITE,
    Canvas,
    Colour,
    blended,
    brief,
    can_write,
    counted,
    is_dark,
    on_ramp,
    shortened,
    width_of,
)

MOST_SHOWN = 50
"""Of more classes those are shown that are most frequent among the labels."""

_RIGHT: tuple[Colour, ...] = (WHITE, (144, 191, 237), (33, 118, 199), BLUE)
_WRONG: tuple[Colour, ...] = (WHITE, (250, 177, 140), (223, 84, 55), RED)
_EMPTY: Colour = (241, 243, 244)

_CELLS = 400  # how wide all cells of few classes are together, in pixels
_LEAST_CELL = 11
_LEAST_CELL_WITH_TEXT = 18
_LONGEST_NAME = 120
_HEAD = 52
_AXIS = 26
_MARGIN = 12


def confusion_picture(counts: np.ndarray, names: Sequence[str], title: str) -> bytes:
    """Draws a confusion matrix as a PNG file.

    A cell is shaded by its share of the row, the examples of one class: right ones in blue, wrong
    ones in red. Classes without examples have grey rows.

    Args:
        counts: [classes, classes], how many examples (or how much weight) of a label were predicted as what.
        names: of the classes.
        title: stands above.

    Example:
        >>> import numpy as np
        >>> from estimax.summary._pictures_confusion import confusion_picture
        >>> confusion_picture(np.array([[90, 10], [5, 95]]), ["no", "yes"], "clicked")[1:4]
        b'PNG'
    """
    counts = np.asarray(counts, np.float64)
    classes = len(counts)
    total, right = counts.sum(), np.trace(counts)
    chosen = sorted(np.argsort(-counts.sum(1), kind="stable")[:MOST_SHOWN].tolist())
    shown = [_shown(names[i], i) for i in chosen]
    matrix = _Matrix(counts[np.ix_(chosen, chosen)], chosen, shown, counts.sum(1)[chosen])
    share = f"accuracy {right / total:.1%}" if total else "no examples"
    what = "examples" if np.array_equal(counts, counts.round()) else "of weight"
    says = [share, f"{counted(total)} {what}"] if total else [share]
    if len(chosen) < classes:
        says.append(f"{len(chosen)} most frequent of {classes:,} classes")
    return matrix.drawn(title, " · ".join(says))


def _shown(name: str, number: int) -> str:
    """Returns a name on one line, or the number of the class where no font has its characters."""
    line = " ".join(name.split())
    return line if line and can_write(line) else f"#{number}"


@dataclass(frozen=True)
class _Matrix:
    """What is drawn: the cells, the classes' numbers and names, and of how many examples the rows are."""

    counts: np.ndarray
    numbers: Sequence[int]
    names: Sequence[str]
    totals: np.ndarray

    @property
    def cell(self) -> int:
        return max(_LEAST_CELL, _CELLS // len(self.counts))

    @property
    def letters(self) -> int:
        """The size of the names' letters."""
        return min(16, max(10, self.cell - 2))

    def drawn(self, title: str, says: str) -> bytes:
        names = self._short_names()
        longest = max(width_of(name, self.letters) for name in names)
        is_flat = longest <= self.cell - 6
        size = self.cell * len(names)
        left = _MARGIN + _AXIS + longest + 8
        below = (self.letters + 10 if is_flat else longest + 12) + _AXIS
        canvas = Canvas(max(left + size + 2 * _MARGIN, _width_of_head(title, says)), _HEAD + size + below + _MARGIN)
        head(canvas, title, says)
        self._draw_cells(canvas, left)
        self._draw_names(canvas, left, names, is_flat)
        canvas.upright((_MARGIN + _AXIS / 2 - 4, _HEAD + size / 2), "label", 15, FAINT)
        canvas.text((left + size / 2, _HEAD + size + below - _AXIS / 2), "predicted", 15, FAINT)
        return canvas.png()

    def _short_names(self) -> list[str]:
        """Returns the names as there is room for them, with their numbers where they would else be the same."""
        names = [shortened(name, self.letters, _LONGEST_NAME) for name in self.names]
        if len(set(names)) == len(names):
            return names
        numbered = (f"{number} {name}" for number, name in zip(self.numbers, self.names, strict=True))
        return [shortened(name, self.letters, _LONGEST_NAME) for name in numbered]

    def _draw_cells(self, canvas: Canvas, left: int) -> None:
        texts, letters = self._cell_texts()
        gap = 1 if self.cell < 30 else 2
        for row, column in np.ndindex(*self.counts.shape):
            x, y = left + column * self.cell, _HEAD + row * self.cell
            fill = self._shade(row, column)
            canvas.box(x, y, x + self.cell - gap, y + self.cell - gap, fill)
            if letters and (self.counts[row, column] or len(self.counts) <= 5):
                ink = WHITE if is_dark(fill) else INK
                canvas.text((x + self.cell / 2, y + self.cell / 2), texts[row][column], letters, ink)

    def _shade(self, row: int, column: int) -> Colour:
        if not self.totals[row]:
            return _EMPTY
        share = self.counts[row, column] / self.totals[row]
        if not share:
            return blended(WHITE, _EMPTY, 0.6)
        return on_ramp(_RIGHT if row == column else _WRONG, 0.05 + 0.95 * share**0.6)  # few errors are to be seen too

    def _cell_texts(self) -> tuple[list[list[str]], int]:
        """Returns what stands in the cells and how large: counts in full or briefly; 0 where there is no room."""
        if self.cell < _LEAST_CELL_WITH_TEXT:
            return [], 0
        for written, sizes in ((counted, (22, 18, 15, 13)), (brief, (15, 13, 11, 10))):
            texts = [[written(float(n)) for n in row] for row in self.counts]
            longest = max((text for row in texts for text in row), key=len)
            for letters in sizes:
                if width_of(longest, letters) <= self.cell - 6 and letters <= self.cell - 6:
                    return texts, letters
        return [], 0

    def _draw_names(self, canvas: Canvas, left: int, names: Sequence[str], is_flat: bool) -> None:
        bottom = _HEAD + self.cell * len(names) + 5
        for number, name in enumerate(names):
            middle = self.cell * (number + 0.5) - 1
            canvas.text((left - 6, _HEAD + middle), name, self.letters, anchor="rm")
            if is_flat:
                canvas.text((left + middle, bottom), name, self.letters, anchor="mt")
            else:
                canvas.upright((left + middle, bottom), name, self.letters, anchor="mt")


def head(canvas: Canvas, title: str, says: str) -> None:
    """Writes what a picture shows above it, and below that what there is to say of it."""
    canvas.text((_MARGIN, 16), title, 18, anchor="lm")
    canvas.text((_MARGIN, 38), says, 15, FAINT, anchor="lm")


def _width_of_head(title: str, says: str) -> int:
    return max(width_of(title, 18), width_of(says, 15)) + 2 * _MARGIN
