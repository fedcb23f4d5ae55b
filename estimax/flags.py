"""`tf.flags`: the flags of a program's command line, by absl, as in TensorFlow.

`DEFINE_*` take the keywords of TensorFlow 1.x too (`flag_name`, `default_value`,
`docstring`), and `FLAGS` reads the command line by itself when a flag is asked for
before `tf.app.run` has done so. Flags that a program defines with `absl.flags` are the
same ones.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

from absl import app as _app
from absl import flags as _absl
from absl import logging as _logging

from estimax._base._lazy import missing

# Flags of absl's own that a program may define for itself, as long as absl does not ask them for more than a value.
for _flag in [f for of in (_app.__name__, _logging.__name__) for f in _absl.FLAGS.flags_by_module_dict()[of]]:
    _flag.allow_override = _flag.name not in ("logger_levels", "v", "verbosity")

_absl.disclaim_key_flags()  # a flag belongs to the module that defines it by one of the functions below

_OLD_NAMES = {"flag_name": "name", "default_value": "default", "docstring": "help"}


def _with_old_names(define: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a `DEFINE_…` function that also takes the keywords of TensorFlow 1.x."""

    @functools.wraps(define)
    def taking_both(*args: Any, **kwargs: Any) -> Any:
        return define(*args, **{_OLD_NAMES.get(k, k): v for k, v in kwargs.items()})

    return taking_both


class _Flags:
    """The flags of the program by name: `FLAGS.batch_size`.

    It is absl's `FLAGS`, which it reads the command line for when a flag is asked for
    too early.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if not _absl.FLAGS.is_parsed():
            _absl.FLAGS(sys.argv)
        return getattr(_absl.FLAGS, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_absl.FLAGS, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_absl.FLAGS, name)

    def __call__(self, argv: Any, known_only: bool = False) -> list[str]:
        return list(_absl.FLAGS(argv, known_only=known_only))

    def __getitem__(self, name: str) -> Any:
        return _absl.FLAGS[name]

    def __contains__(self, name: str) -> bool:
        return name in _absl.FLAGS

    def __iter__(self) -> Iterator[str]:
        return iter(_absl.FLAGS)

    def __len__(self) -> int:
        return len(_absl.FLAGS)

    def __dir__(self) -> list[str]:
        return dir(_absl.FLAGS)


FLAGS = _Flags()
"""The flags of the program and their values."""

DEFINE_string = _with_old_names(_absl.DEFINE_string)
DEFINE_integer = _with_old_names(_absl.DEFINE_integer)
DEFINE_float = _with_old_names(_absl.DEFINE_float)
DEFINE_boolean = _with_old_names(_absl.DEFINE_boolean)
DEFINE_bool = DEFINE_boolean
DEFINE_enum = _with_old_names(_absl.DEFINE_enum)
DEFINE_enum_class = _with_old_names(_absl.DEFINE_enum_class)
DEFINE_list = _with_old_names(_absl.DEFINE_list)
DEFINE_spaceseplist = _with_old_names(_absl.DEFINE_spaceseplist)
DEFINE_multi_string = _with_old_names(_absl.DEFINE_multi_string)
DEFINE_multi_integer = _with_old_names(_absl.DEFINE_multi_integer)
DEFINE_multi_float = _with_old_names(_absl.DEFINE_multi_float)
DEFINE_multi_enum = _with_old_names(_absl.DEFINE_multi_enum)
DEFINE_alias = _with_old_names(_absl.DEFINE_alias)


def __getattr__(name: str) -> Any:
    """Returns the rest from absl: validators, `mark_flag_as_required`, `FlagValues` and so on."""
    if not name.startswith("__") and hasattr(_absl, name):
        return getattr(_absl, name)
    raise missing(__name__, name, __dir__())


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_absl)})
