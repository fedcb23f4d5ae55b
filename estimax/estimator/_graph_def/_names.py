"""Final names of boxes: valid in TensorBoard, each once, none that is also a scope."""

from __future__ import annotations

import re
from collections.abc import Sequence

from estimax.estimator._graph_def._boxes import GIVEN, Box
from estimax.estimator._graph_def._equations import LOOP, joined

_MOST_LOOSE = 8  # boxes outside of all scopes, beyond which they get a scope of their own
_OWN_SCOPE = "model"


def finally_named(boxes: Sequence[Box]) -> dict[int, str]:
    """Returns a name for each box, by identity."""
    _collect_loose(boxes)
    paths = [_valid(joined(box.scope, box.label)) for box in boxes]
    scopes = {prefix for path in paths for prefix in _prefixes(path)}
    taken: set[str] = set()
    names: dict[int, str] = {}
    order = sorted(range(len(boxes)), key=lambda i: not boxes[i].is_named)  # names of the program come first
    for i in order:
        path = paths[i]
        if path in scopes:
            path = f"{path}/{path.rpartition('/')[2]}"
        name, number = path, 0
        while name in taken or name in scopes:
            number += 1
            name = f"{path}_{number}"
        taken.add(name)
        names[id(boxes[i])] = name
    return names


def _collect_loose(boxes: Sequence[Box]) -> None:
    """Puts the boxes of a model without scopes into one, so that the outermost level stays small."""
    own = [b for b in boxes if b.op not in GIVEN]
    loose = [b for b in own if not b.scope or b.scope.split("/")[0] == LOOP]
    if len(loose) > _MOST_LOOSE:
        for box in loose:
            box.scope = joined(_OWN_SCOPE, box.scope)


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:i]) for i in range(1, len(parts))]


def _valid(path: str) -> str:
    """Returns a path with the characters that names of nodes may have.

    Example:
        >>> from estimax.estimator._graph_def._names import _valid
        >>> _valid("dnn/my layer:0/_x")
        'dnn/my_layer_0/x'
    """
    parts = [re.sub(r"[^A-Za-z0-9_.\\-]", "_", part).lstrip("_\\-") for part in path.split("/")]
    return "/".join(part or "unnamed" for part in parts)
