"""Regular expressions, in RE2's syntax, over columns of strings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimax._base._dtypes import bool_
from estimax._base._errors import InvalidArgumentError
from estimax.strings._rule import each_string, text_of


def _check(*, pattern: str, **params: Any) -> None:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
        if "rewrite" in params:
            pc.replace_substring_regex(pa.array([""]), pattern, params["rewrite"])
    except pa.ArrowInvalid as error:
        raise InvalidArgumentError(f"{pattern!r} is not a regular expression that can be used so: {error}") from None


def _replace(flat: pa.Array, *, pattern: str, rewrite: str, everywhere: bool) -> pa.Array:
    limit = None if everywhere else 1
    text = flat.view(pa.string())
    return pc.replace_substring_regex(text, pattern, rewrite, max_replacements=limit).view(pa.binary())


def _full_match(flat: pa.Array, *, pattern: str) -> np.ndarray:
    found = pc.match_substring_regex(flat.view(pa.string()), rf"\A(?:{pattern})\z")
    matches: np.ndarray = found.to_numpy(zero_copy_only=False)
    return matches


_REPLACE = each_string("RegexReplace", _replace, check=_check)
_FULL_MATCH = each_string("RegexFullMatch", _full_match, bool_, _check)


def regex_replace(input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None) -> Any:
    r"""Replaces what matches a regular expression.

    Args:
        input: strings.
        pattern: regular expression in RE2's syntax.
        rewrite: the replacement; `\1` is the first group.
        replace_global: whether to replace all matches or the first one.
        name: has no effect.

    Raises:
        InvalidArgumentError: no such expression can be.

    Example:
        >>> import estimax as tf
        >>> tf.strings.regex_replace("house", "[aeiou]", "_").numpy()
        b'h__s_'
    """
    return _REPLACE(input, pattern=text_of(pattern), rewrite=text_of(rewrite), everywhere=bool(replace_global))


def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Any:
    """Tells which strings a regular expression matches as a whole.

    Raises:
        InvalidArgumentError: no such expression can be.

    Example:
        >>> import estimax as tf
        >>> tf.strings.regex_full_match(["a1", "a1b"], "[a-z][0-9]").numpy()
        array([ True, False])
    """
    return _FULL_MATCH(input, pattern=text_of(pattern))
