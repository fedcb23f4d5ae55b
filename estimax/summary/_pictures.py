"""What pictures in TensorBoard are drawn with: a canvas, shades, numbers as people write them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from estimax._base._lazy import resolve
from estimax._base._logger import logger

Colour = tuple[int, int, int]

INK: Colour = (32, 33, 36)
FAINT: Colour = (128, 134, 139)
LINES: Colour = (218, 220, 224)
WHITE: Colour = (255, 255, 255)
BLUE: Colour = (13, 71, 161)
RED: Colour = (183, 28, 28)

# Looked for where a text has characters that Pillow's own font lacks; between them they have most scripts.
_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "PingFang.ttc",
    "msyh.ttc",
)
_UNKNOWN = "\uffff"  # no character: what a font draws for it, it draws for all that it lacks


@cache
def can_draw() -> bool:
    """Whether Pillow is there; where it is not, one line of the log says how to get it."""
    try:
        resolve("PIL.ImageDraw")
    except ModuleNotFoundError:
        logger().info("Pictures of evaluations are drawn with Pillow. To see them: pip install 'estimax[images]'")
        return False
    return True


class Canvas:
    """A white picture to draw on, in pixels from the upper left corner.

    Example:
        >>> from estimax.summary._pictures import Canvas
        >>> canvas = Canvas(200, 100)
        >>> canvas.text((100, 50), "hello", 16)
        >>> canvas.png()[1:4]
        b'PNG'
    """

    def __init__(self, width: int, height: int) -> None:
        self._image = resolve("PIL.Image").new("RGB", (width, height), WHITE)
        self._draw = resolve("PIL.ImageDraw").Draw(self._image)

    def text(self, place: tuple[float, float], text: str, size: int, ink: Colour = INK, anchor: str = "mm") -> None:
        """Writes a line.

        Args:
            place: of the anchor.
            text: what is written.
            size: of the letters.
            ink: their colour.
            anchor: which place of the text that is: 'l', 'm' or 'r', then 't' or 'm' or 'b'.
        """
        self._draw.text(place, text, fill=ink, font=_font(text, size), anchor=_anchored(anchor))

    def upright(self, place: tuple[float, float], text: str, size: int, ink: Colour = INK, anchor: str = "mm") -> None:
        """Writes a line that is read from below; the anchor says which place of the picture of the text is meant."""
        left, top, right, bottom = _font(text, size).getbbox(text, anchor="ls")
        # As high as letters usually are, so that lines beside each other stand in a line.
        above, below = max(math.ceil(-top), round(0.8 * size)), max(math.ceil(bottom), round(0.25 * size))
        line = Canvas(math.ceil(right - left) + 2, above + below)
        line._draw.text((1 - left, above), text, fill=ink, font=_font(text, size), anchor="ls")
        turned = line._image.transpose(resolve("PIL.Image").Transpose.ROTATE_90)
        across = {"l": 0.0, "m": turned.width / 2, "r": turned.width}[anchor[0]]
        down = {"t": 0.0, "m": turned.height / 2, "b": turned.height}[anchor[1]]
        self._image.paste(turned, (round(place[0] - across), round(place[1] - down)))

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour) -> None:
        """Fills a box, with neither its right nor its lower edge."""
        if right - left >= 1 and bottom - top >= 1:
            self._draw.rectangle((round(left), round(top), round(right) - 1, round(bottom) - 1), fill=fill)

    def line(self, start: tuple[float, float], end: tuple[float, float], ink: Colour = LINES, width: int = 1) -> None:
        """Draws a straight line."""
        self._draw.line((*start, *end), fill=ink, width=width)

    def dot(self, place: tuple[float, float], radius: float, fill: Colour) -> None:
        """Draws a dot with a thin white edge, so that two that touch are two."""
        x, y = place
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill, outline=WHITE)

    def png(self) -> bytes:
        """Returns the picture as a PNG file; its colours are a palette, which makes the file small."""
        file = io.BytesIO()
        modes = resolve("PIL.Image")
        few = self._image.quantize(256, method=modes.Quantize.FASTOCTREE, dither=modes.Dither.NONE)
        few.save(file, "PNG")
        return file.getvalue()


def _anchored(anchor: str) -> str:
    """Returns an anchor in Pillow's letters: above and below are those of all letters, not of the ones written."""
    return anchor[0] + {"t": "a", "m": "m", "b": "d"}[anchor[1]]


def _font(text: str, size: int) -> Any:
    return _font_with("".join(sorted(set(text))), size) or _own_font(size)


@cache
def _own_font(size: int) -> Any:
    return resolve("PIL.ImageFont").load_default(size)


@cache
def _font_with(characters: str, size: int) -> Any:
    """Returns a font that has all of some characters, or None."""
    fonts = (_own_font(size), *filter(None, (_named_font(name, size) for name in _FONTS)))
    return next((font for font in fonts if all(_has(font, one) for one in characters)), None)


@cache
def _named_font(name: str, size: int) -> Any:
    try:
        return resolve("PIL.ImageFont").truetype(name, size)
    except OSError:
        return None


def _has(font: Any, character: str) -> bool:
    return character == " " or bytes(font.getmask(character)) != bytes(font.getmask(_UNKNOWN))


def can_write(text: str) -> bool:
    """Whether some font of this machine has all characters of a text."""
    return _font_with("".join(sorted(set(text))), 12) is not None


def width_of(text: str, size: int) -> int:
    """Returns how wide a line of text is, in pixels."""
    width: int = math.ceil(_font(text, size).getlength(text))
    return width


def shortened(text: str, size: int, width: float) -> str:
    """Returns a text, or as much of it as fits into a width, with dots for what is left out of its middle."""
    if width_of(text, size) <= width:
        return text
    for kept in range(len(text) - 1, 0, -1):
        short = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        if width_of(short, size) <= width:
            return short
    return "…"


def blended(low: Colour, high: Colour, share: float) -> Colour:
    """Returns the colour at a place between two, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return red, green, blue


def on_ramp(colours: Sequence[Colour], share: float) -> Colour:
    """Returns the colour at a place, from 0 to 1, of a row of colours."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    first = min(int(place), len(colours) - 2)
    return blended(colours[first], colours[first + 1], place - first)


def is_dark(colour: Colour) -> bool:
    """Whether white letters are easier to read on a colour than black ones."""
    red, green, blue = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue < 140


def counted(number: float) -> str:
    """Returns a count, or a sum of weights, as text.

    Example:
        >>> from estimax.summary._pictures import counted
        >>> [counted(n) for n in (0, 1234567, 0.25, 12.346, 3.2e12)]
        ['0', '1,234,567', '0.25', '12.3', '3.2e12']
    """
    if abs(number) >= 1e12:
        return _scientific(number, 1)
    return f"{number:,.0f}" if number == round(number) or abs(number) >= 1000 else f"{number:.3g}"


def brief(number: float) -> str:
    """Returns a count in about four letters.

    Example:
        >>> from estimax.summary._pictures import brief
        >>> [brief(n) for n in (0, 999, 1234, 999_950, 12_345_678, 0.25)]
        ['0', '999', '1.2k', '1M', '12M', '0.25']
    """
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= 0.9995 * unit:
            return f"{number / unit:.2g}{letter}" if abs(number) < 99.5 * unit else f"{number / unit:.0f}{letter}"
    return counted(number)


def rounded(number: float) -> str:
    """Returns a number with three digits that count.

    Example:
        >>> from estimax.summary._pictures import rounded
        >>> [rounded(n) for n in (0, 0.123456, 61570.1, 2239430, 1.04e-10)]
        ['0', '0.123', '61,600', '2.24e6', '1.04e-10']
    """
    if number and not 1e-4 <= abs(number) < 1e6:
        return _scientific(number, 2)
    few = float(f"{number:.3g}")
    return f"{few:,.0f}" if abs(few) >= 100 else f"{few:g}"


def ticks(low: float, high: float, most: int) -> np.ndarray:
    """Returns round numbers in a range: 1, 2 or 5 times a power of ten apart.

    Example:
        >>> from estimax.summary._pictures import ticks
        >>> ticks(-0.3, 1.2, 5).tolist()
        [0.0, 0.5, 1.0]
    """
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= rough * (1 - 1e-9))
    numbers = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    found: np.ndarray = numbers * step + 0.0  # no negative zero
    return found


def tick_texts(numbers: Sequence[float]) -> list[str]:
    """Returns numbers that are one step apart as texts, with as many digits as tell them apart.

    Example:
        >>> from estimax.summary._pictures import tick_texts
        >>> tick_texts([-0.5, 0.0, 0.5]), tick_texts([0.0, 2e6]), tick_texts([1e6, 1e6 + 1]), tick_texts([0.0, 1e-7])
        (['-0.5', '0.0', '0.5'], ['0', '2e6'], ['1,000,000', '1,000,001'], ['0', '1e-7'])
    """
    if len(numbers) < 2:
        return [f"{n:.6g}" for n in numbers]
    step = abs(numbers[1] - numbers[0])
    largest = max(map(abs, numbers))
    place = math.floor(math.log10(step) + 1e-9)
    plain = [f"{n:,.{max(0, -place)}f}" for n in numbers]
    if largest < 1e6 and place >= -4:
        return plain
    short = [_scientific(n, max(0, math.floor(math.log10(abs(n)) + 1e-9) - place)) if n else "0" for n in numbers]
    return min(plain, short, key=lambda texts: max(map(len, texts)))


def _scientific(number: float, digits: int) -> str:
    mantissa, _, exponent = f"{number:.{digits}e}".partition("e")
    return f"{float(mantissa):.15g}e{int(exponent)}"
