"""The public names of TensorFlow, and in which of its versions each stands.

They are kept, names alone, in `tensorflow_names.txt`: a line for each namespace
(`.` is the root), its name first, then what it holds; `<` marks what only 1.x has,
`>` what only 2.x has. The list is that of TensorFlow 2.15, with `tf.compat.v1` for
1.x, and the modules of `tf.contrib` as TensorFlow 1.15 has them. It is read when
somebody asks for a name that is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("tensorflow_names.txt")
_MARKS = {"<": "1", ">": "2"}


@cache
def tensorflow_names() -> Mapping[str, str]:
    """Returns, by dotted name without `tf.`, where the name stands: '1', '2' or '12'."""
    found = {}
    for line in _FILE.read_text(encoding="ascii").splitlines():
        namespace, *names = line.split()
        prefix = "" if namespace == "." else f"{namespace}."
        for name in names:
            found[prefix + name.rstrip("<>")] = _MARKS.get(name[-1], "12")
    return found


def is_name(dotted: str) -> bool:
    """Tells whether TensorFlow has a name.

    Example:
        >>> from estimax._base._tensorflow_names import is_name
        >>> is_name("nn.conv3d"), is_name("nn.conv4d")
        (True, False)
    """
    return dotted in tensorflow_names()


def is_name_of_1x(dotted: str) -> bool:
    """Tells whether a name is one that TensorFlow 1.x has and TensorFlow 2 has not, in this place.

    Example:
        >>> from estimax._base._tensorflow_names import is_name_of_1x
        >>> is_name_of_1x("placeholder"), is_name_of_1x("estimator")
        (True, False)
    """
    return tensorflow_names().get(dotted) == "1"
