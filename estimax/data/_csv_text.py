"""Cutting CSV text into records, as RFC 4180 has it: line ends within quotes are no ends of records.

Works on whole blocks: of the double quotes in a text every second one opens, so a
line end is within quotes where the number of quotes before it is odd. That holds
up to the first quote that stands where none may; nothing is said about what follows it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimax._base._line_array import NEWLINE

_QUOTE, _RETURN = ord('"'), ord("\r")
_PLAIN_BYTES = np.array([*range(1, 9), *range(14, 32)])  # that mean nothing in CSV, and are no blanks


@dataclass(frozen=True)
class Cut:
    """Where the records of a text end.

    Attributes:
        end: of the last record that is complete and well formed; 0 where the first is not.
        misplaced: a quote that stands within an unquoted field, or is followed by more
            than the end of its field; None where the text has none.
        is_open: whether the text ends within quotes.
    """

    end: int
    misplaced: int | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Records:
    """Complete records, one a line.

    Attributes:
        text: each record with a newline after it, but possibly the last; no other line ends.
        newline: the byte that stands for a newline within quotes, None where there are none.
        carriage_return: the same for a carriage return.
    """

    text: bytes
    newline: bytes | None = None
    carriage_return: bytes | None = None

    @property
    def has_line_ends(self) -> bool:
        """Whether there are line ends within quotes."""
        return self.newline is not None


def cut(text: bytes, delimiter: str, quotes: bool, is_last: bool) -> Cut:
    """Finds the end of the last complete record of a text that begins with a record.

    Args:
        text: a part of a file.
        delimiter: the character between fields.
        quotes: whether fields may stand in double quotes.
        is_last: whether the file ends with the text, and its last record thus too.

    Example:
        >>> from estimax.data._csv_text import cut
        >>> cut(b'1,"a\\nb"\\n2,"c\\n', ",", True, False).end
        8
    """
    if not quotes or b'"' not in text:
        if is_last:
            return Cut(len(text))
        end = text.rfind(b"\n") + 1
        return Cut(end or text.rfind(b"\r", 0, max(len(text) - 1, 0)) + 1)
    block = np.frombuffer(text, np.uint8)
    marks = np.flatnonzero(block == _QUOTE)
    misplaced = _first_misplaced(block, marks, ord(delimiter))
    ends = _record_ends(block, marks)
    if misplaced is not None:
        before = ends[: np.searchsorted(ends, misplaced)]
        return Cut(int(before[-1]) if len(before) else 0, misplaced)
    is_open = len(marks) % 2 == 1
    if is_last and not is_open:
        return Cut(len(text))
    if not is_last and len(ends) and ends[-1] == len(text) and text.endswith(b"\r"):
        ends = ends[:-1]  # a newline may follow, and would belong to it
    return Cut(int(ends[-1]) if len(ends) else 0, None, is_open)


def _first_misplaced(block: np.ndarray, marks: np.ndarray, delimiter: int) -> int | None:
    is_border = np.ones(len(block) + 2, bool)  # shifted by one, with the borders of the block
    is_border[1:-1] = (block == NEWLINE) | (block == _RETURN) | (block == delimiter)
    opening, closing = marks[::2], marks[1::2]
    doubles = np.zeros(len(opening), bool)  # whether an opening quote stands right after a closing one
    doubles[1:] = closing[: len(opening) - 1] + 1 == opening[1:]
    is_doubled = np.append(doubles[1:], False)[: len(closing)]
    wrong = np.concatenate([opening[~(is_border[opening] | doubles)], closing[~(is_border[closing + 2] | is_doubled)]])
    return int(wrong.min()) if len(wrong) else None


def _record_ends(block: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Returns the positions after the line ends that stand outside of quotes; one for CR and LF together."""
    ends = np.flatnonzero((block == NEWLINE) | (block == _RETURN))
    ends = ends[np.searchsorted(marks, ends) % 2 == 0]
    is_return = block[ends] == _RETURN
    after = block[np.minimum(ends + 1, len(block) - 1)]
    belongs = is_return & (after == NEWLINE) & (ends + 1 < len(block))
    after_ends: np.ndarray = ends[~belongs] + 1
    return after_ends


def record_ends(text: bytes, quotes: bool) -> np.ndarray:
    """Returns where the records of a text end, after their line ends; the last one with the text."""
    block = np.frombuffer(text, np.uint8)
    ends = _record_ends(block, np.flatnonzero(block == _QUOTE) if quotes else np.empty(0, np.int64))
    return ends if len(ends) and ends[-1] == len(text) else np.append(ends, len(text))


def first_record(text: bytes, quotes: bool) -> int:
    """Returns where the first record of a text ends, after its line end."""
    if not quotes or b'"' not in text:
        newline, back = text.find(b"\n"), text.find(b"\r")
        if back >= 0 and (newline < 0 or back < newline - 1):
            return back + 1
        return newline + 1 if newline >= 0 else len(text)
    block = np.frombuffer(text, np.uint8)
    ends = _record_ends(block, np.flatnonzero(block == _QUOTE))
    return int(ends[0]) if len(ends) else len(text)


def count_lines(text: bytes) -> int:
    """Counts the line ends of a text, whatever they are and wherever they stand."""
    returns = text.count(b"\r")
    return text.count(b"\n") + (returns - text.count(b"\r\n") if returns else 0)


def one_a_line(text: bytes, quotes: bool) -> Records | None:
    """Gives well-formed records a newline each as their only line end.

    Line ends within quotes are replaced by bytes that are not in the text. None where no byte is left for it.
    """
    if not quotes or b'"' not in text:
        return Records(text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text)
    block = np.frombuffer(text, np.uint8)
    line_ends = np.flatnonzero((block == NEWLINE) | (block == _RETURN))
    is_inside = np.searchsorted(np.flatnonzero(block == _QUOTE), line_ends) % 2 == 1
    inside, outside = line_ends[is_inside], line_ends[~is_inside]
    returns = outside[block[outside] == _RETURN]
    if not len(inside) and not len(returns):
        return Records(text)
    changed = block.copy()
    newline = carriage_return = None
    if len(inside):
        unused = _PLAIN_BYTES[np.bincount(block, minlength=256)[_PLAIN_BYTES] == 0]
        if len(unused) < 2:
            return None
        newline, carriage_return = (bytes([b]) for b in unused[:2].tolist())
        changed[inside] = np.where(block[inside] == NEWLINE, unused[0], unused[1])
    changed[returns] = NEWLINE
    is_pair = block[np.minimum(returns + 1, len(block) - 1)] == NEWLINE
    return Records(np.delete(changed, returns[is_pair]).tobytes(), newline, carriage_return)


def split_records(text: bytes, quotes: bool) -> tuple[list[bytes], np.ndarray]:
    """Returns well-formed records without their line ends, and for each how many lines stand before it."""
    records, before, lines = [], [], 0
    start = 0
    for end in record_ends(text, quotes).tolist():
        whole = text[start:end]
        records.append(whole[:-2] if whole.endswith(b"\r\n") else whole[:-1] if whole[-1:] in b"\r\n" else whole)
        before.append(lines)
        lines += count_lines(whole)
        start = end
    return records, np.array(before)
