"""What a shadow does when a program imports it: it goes, and estimax stands in its place."""

from __future__ import annotations

import sys

from estimax._as_tensorflow._finder import DEFAULT_VERSION, TOPS, install
from estimax._as_tensorflow._path import VERSION_VARIABLE
from estimax._base._environment import variable


def replace(name: str) -> None:
    """Puts estimax in the place of the module that is being imported under the name of TensorFlow.

    Does nothing for a module of another name: a shadow that a tool imports as the
    file that it is.
    """
    if name in TOPS:
        sys.modules[name] = install(variable(VERSION_VARIABLE, DEFAULT_VERSION)).module(name)
