"""The feature columns of a run, from what it told of itself, or else from the names of its variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

TEXT = "run/columns"
"""The tag of the text in which a run tells its columns: a table in Markdown."""

_CELL = re.compile(r"(?<!\\)\|")
_NAMED = (
    (re.compile(r"(?:^|/)([^/]+)_embedding(?:_\d+)?/embedding_weights(?:/part_0)?$"), "Embedding"),
    (re.compile(r"(?:^|/)linear_model/([^/]+)/weights(?:/part_0)?$"), "linear"),
)


class ColumnFacts(NamedTuple):
    """A feature column: its name, its kind, and more of it, by the heading under which it was told."""

    name: str
    kind: str
    details: dict[str, str]


def columns_of(told: str, variables: Sequence[str]) -> list[ColumnFacts]:
    """Lists the feature columns of a run.

    Args:
        told: what the run told of them, '' if it told nothing.
        variables: the names of the model's variables.

    Example:
        >>> from estimax.cli._show_columns import columns_of
        >>> columns_of("| column | kind |\\n| --- | --- |\\n| `age` | `Numeric` |", [])
        [ColumnFacts(name='age', kind='Numeric', details={})]
        >>> columns_of("", ["linear/linear_model/age/weights", "global_step"])
        [ColumnFacts(name='age', kind='linear', details={})]
    """
    return list(_told(told)) or list({(c.name, c.kind): c for c in _named(variables)}.values())


def _told(text: str) -> Iterator[ColumnFacts]:
    rows = [_cells(line) for line in text.splitlines() if line.startswith("|")]
    if len(rows) < 3 or rows[0][:2] != ["column", "kind"]:
        return
    for row in rows[2:]:
        if len(row) == len(rows[0]):
            details = dict(zip(rows[0][2:], row[2:], strict=True))
            yield ColumnFacts(row[0], row[1], {name: value for name, value in details.items() if value})


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`").replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]


def _named(variables: Sequence[str]) -> Iterator[ColumnFacts]:
    for name in variables:
        for pattern, kind in _NAMED:
            found = pattern.search(name)
            if found and found[1] != "bias":
                yield ColumnFacts(found[1], kind, {})
