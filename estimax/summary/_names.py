"""Names of summaries: which characters they may have, and what a family makes of them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._base._logger import logger

_ILLEGAL = re.compile(r"[^-/\w.]")


def legal_name(name: Any) -> str:
    """Returns a name with underscores in place of the characters that names of operations must not have.

    Raises:
        TypeError: it is no string.
        InvalidArgumentError: nothing is left of it.

    Example:
        >>> from estimax.summary._names import legal_name
        >>> legal_name("layer/kernel:0"), legal_name("/my loss")
        ('layer/kernel_0', 'my_loss')
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a summary must be a string; got {name!r}")
    legal = _ILLEGAL.sub("_", name).lstrip("/")
    if not legal:
        raise InvalidArgumentError(f"a summary needs a name, under which TensorBoard shows it; got {name!r}")
    if legal != name:
        _tell(name, legal)
    return legal


@lru_cache(1024)
def _tell(name: str, legal: str) -> None:
    """Says it once, however often a model function is called."""
    logger().info("Summary name %s is illegal; using %s instead.", name, legal)


def with_family(family: str | None, name: str) -> str:
    """Returns a name below a family, by which TensorBoard puts summaries together.

    Example:
        >>> from estimax.summary._names import with_family
        >>> with_family("losses", "total"), with_family(None, "total")
        ('losses/total', 'total')
    """
    return name if family is None else f"{family}/{name}"
