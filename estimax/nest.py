"""`tf.nest`: nested structures of lists, tuples, named tuples and dictionaries.

Unlike the structures of datasets, in which a list is a value, a list is a structure here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from estimax._base._lazy import explain_missing

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]


def is_nested(structure: Any) -> bool:
    """Tells whether a value is a list, tuple or dictionary, and not a leaf such as a Tensor, an array or a text."""
    return isinstance(structure, Mapping | list | tuple) and not getattr(structure, "is_leaf", False)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """Returns the leaves, dictionaries in the order of their sorted keys; a leaf gives a list of one.

    Example:
        >>> from estimax import nest
        >>> nest.flatten({"b": [1, (2, 3)], "a": 0})
        [0, 1, 2, 3]
    """
    if not is_nested(structure):
        return [structure]
    return [leaf for part in _parts(structure) for leaf in flatten(part)]


def map_structure(func: Callable[..., Any], *structures: Any, check_types: bool = True, **settings: Any) -> Any:
    """Applies a function to the leaves of one or more structures of the same form, and returns one of that form.

    Args:
        func: takes one leaf of each structure.
        *structures: the structures.
        check_types: whether lists and tuples, and the types of dictionaries, must agree too.
        **settings: `expand_composites`, of no effect: a sparse or ragged Tensor is one leaf.

    Raises:
        TypeError: `func` is no function, or types differ.
        ValueError: the forms differ.
    """
    if not callable(func):
        raise TypeError(f"func must be a function; got {func!r}")
    if not structures:
        raise ValueError("give at least one structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other, check_types)
    rows = zip(*(flatten(s) for s in structures), strict=True)
    return pack_sequence_as(structures[0], [func(*leaves) for leaves in rows])


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any], expand_composites: bool = False) -> Any:
    """Returns a structure like the given one with new leaves, in the order of `flatten`.

    Raises:
        ValueError: there are more leaves than places for them, or fewer.

    Example:
        >>> from estimax import nest
        >>> nest.pack_sequence_as({"b": 0, "a": [0, 0]}, [1, 2, 3])
        {'b': 3, 'a': [1, 2]}
    """
    leaves = list(flat_sequence)
    count = len(flatten(structure))
    if len(leaves) != count:
        raise ValueError(f"a structure of {count} leaves cannot be made of {len(leaves)}: {structure!r}")
    return _packed(structure, iter(leaves))


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Checks that two structures have the same form.

    Raises:
        TypeError: their types differ, and `check_types`.
        ValueError: one has other keys, or more parts, than the other.
    """
    differ = f"structures must have the same form; got {nest1!r} and {nest2!r}"
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(differ)
    if not is_nested(nest1):
        return
    if isinstance(nest1, Mapping) != isinstance(nest2, Mapping) or (check_types and not _same_type(nest1, nest2)):
        raise TypeError(differ)
    if isinstance(nest1, Mapping) and set(nest1) != set(nest2):
        raise ValueError(differ)
    parts = _parts(nest1), _parts(nest2)
    if len(parts[0]) != len(parts[1]):
        raise ValueError(differ)
    for one, other in zip(*parts, strict=True):
        assert_same_structure(one, other, check_types)


def _same_type(one: Any, other: Any) -> bool:
    return type(one) is type(other) or (isinstance(one, Mapping) and isinstance(other, Mapping))


def _parts(structure: Any) -> list[Any]:
    if isinstance(structure, Mapping):
        return [structure[key] for key in sorted(structure)]
    return list(structure)


def _packed(structure: Any, leaves: Iterator[Any]) -> Any:
    if not is_nested(structure):
        return next(leaves)
    if isinstance(structure, Mapping):
        filled = {key: _packed(structure[key], leaves) for key in sorted(structure)}
        ordered = {key: filled[key] for key in structure}
        return ordered if type(structure) is dict else type(structure)(ordered)  # type: ignore[call-arg]
    items = [_packed(item, leaves) for item in structure]
    return type(structure)(*items) if hasattr(structure, "_fields") else type(structure)(items)


explain_missing(__name__)
