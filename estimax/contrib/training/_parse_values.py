"""`parse_values`: hyperparameters out of a text, as they stand on a command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from estimax._base._lazy import did_you_mean

# A name, perhaps an index, and one value or a list in brackets, up to a comma or the end.
_PARAMETER = re.compile(
    r"\s*(?P<name>[a-zA-Z][\w.]*)\s*(\[\s*(?P<index>\d+)\s*\])?\s*=\s*"
    r"((?P<value>[^,\[]*)|\[(?P<values>[^\]]*)\]\s*)(,|$)"
)
_BOOLS = {"true": True, "false": False}


class Indexed(dict[int, Any]):
    """Values for single elements of a list: index -> value."""


def parse_values(values: str, type_map: Mapping[str, type], ignore_unknown: bool = False) -> dict[str, Any]:
    """Returns name -> value from a text such as 'a=1,b=[1,2],c[0]=3'.

    Args:
        values: the text.
        type_map: name -> type of a value, or of the elements of a list.
        ignore_unknown: whether to leave out names that `type_map` has not.

    Returns:
        For each name its value, a list, or a dictionary index -> value.

    Raises:
        ValueError: the text is not of that form, a name is unknown or given twice, or a value is not of its type.

    Example:
        >>> from estimax.contrib.training import parse_values
        >>> parse_values("a=1,b=[0.5,2],c[0]=x", {"a": int, "b": float, "c": str})
        {'a': 1, 'b': [0.5, 2.0], 'c': {0: 'x'}}
    """
    found: dict[str, Any] = {}
    at = 0
    while at < len(values):
        match = _PARAMETER.match(values, at)
        if match is None:
            raise ValueError(f"hyperparameters must be name=value,name=[value,value]; got {values[at:]!r}")
        at = match.end()
        name = match["name"]
        if name not in type_map:
            if ignore_unknown:
                continue
            raise ValueError(f"unknown hyperparameter {name!r}{did_you_mean(name, type_map)}")
        _put(found, match, _parser(name, type_map[name]))
    return found


def _put(found: dict[str, Any], match: re.Match[str], parse: Callable[[str], Any]) -> None:
    name, index = match["name"], match["index"]
    if index is not None:
        if match["value"] is None:
            raise ValueError(f"an element of a list must be one value; got {match[0]!r}")
        elements = found.setdefault(name, Indexed())
        if not isinstance(elements, Indexed) or int(index) in elements:
            raise ValueError(f"hyperparameter {name!r} must be given once; got it again as {match[0]!r}")
        elements[int(index)] = parse(match["value"])
    elif name in found:
        raise ValueError(f"hyperparameter {name!r} must be given once; got it again as {match[0]!r}")
    elif match["value"] is not None:
        found[name] = parse(match["value"])
    else:
        texts = match["values"].split(",") if match["values"].strip() else []
        found[name] = [parse(text.strip()) for text in texts]


def _parser(name: str, kind: Callable[..., Any] | type) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            if kind is bool:
                return _BOOLS[text.lower()] if text.lower() in _BOOLS else bool(int(text))
            return text if kind is type(None) else kind(text)
        except ValueError:
            raise ValueError(f"hyperparameter {name!r} must be of type {kind.__name__}; got {text!r}") from None

    return parse
