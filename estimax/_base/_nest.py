"""Nested structures of dictionaries and tuples, flattened and packed again.

Dictionaries are flattened in the order of their sorted keys, as the original
does, and keep their own order when packed. Lists are leaves: programs write
lists of numbers as values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any


def is_nested(value: Any) -> bool:
    """Whether a value is a structure with leaves in it, rather than a leaf."""
    return isinstance(value, Mapping | tuple) and not getattr(value, "is_leaf", False)


def flatten(structure: Any) -> list[Any]:
    """Returns the leaves of a structure, dictionaries in the order of their sorted keys."""
    return [leaf for _, leaf in flatten_with_paths(structure)]


def flatten_with_paths(structure: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Returns pairs of path and leaf; a path is the keys and positions that lead to the leaf."""
    if isinstance(structure, Mapping):
        return [pair for key in _order(structure) for pair in flatten_with_paths(structure[key], (*path, str(key)))]
    if is_nested(structure):
        return [pair for i, item in enumerate(structure) for pair in flatten_with_paths(item, (*path, str(i)))]
    return [(path, structure)]


def pack(structure: Any, leaves: Iterable[Any]) -> Any:
    """Returns a structure like the given one with new leaves, in the order of `flatten`.

    Raises:
        ValueError: there are more leaves than places for them, or fewer.

    Example:
        >>> from estimax._base import _nest as nest
        >>> nest.pack({"size": 0, "kind": (0, 0)}, ["a", "b", 3])
        {'size': 3, 'kind': ('a', 'b')}
    """
    given = list(leaves)
    count = len(flatten(structure))
    if len(given) != count:
        raise ValueError(f"a structure of {count} leaves cannot be made of {len(given)}")
    return _pack(structure, iter(given))


def map_leaves(function: Callable[..., Any], *structures: Any) -> Any:
    """Applies a function to the leaves of one or more structures of the same form.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> from estimax._base import _nest as nest
        >>> nest.map_leaves(max, {"a": 1, "b": (5, 2)}, {"b": (4, 3), "a": 7})
        {'a': 7, 'b': (5, 3)}
    """
    flat = [flatten_with_paths(s) for s in structures]
    paths = [[path for path, _ in pairs] for pairs in flat]
    if any(other != paths[0] for other in paths[1:]):
        shown = " and ".join(str(map_leaves(lambda _: ..., s)) for s in structures)
        raise ValueError(f"structures must have the same form; got {shown}")
    rows = zip(*([leaf for _, leaf in pairs] for pairs in flat), strict=True)
    return _pack(structures[0], iter([function(*leaves) for leaves in rows]))


def _order(mapping: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        return sorted(mapping, key=str)


def _pack(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        filled = {key: _pack(structure[key], leaves) for key in _order(structure)}
        return {key: filled[key] for key in structure}
    if is_nested(structure):
        items = [_pack(item, leaves) for item in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    return next(leaves)
