"""`tensorflow.python.platform`: files, logs, flags, under the names of their modules."""

from estimax._base._lazy import lazy_attributes

_LAZY = {
    "app": "estimax.app",
    "flags": "estimax.flags",
    "gfile": "estimax.gfile",
    "googletest": "estimax.test",
    "test": "estimax.test",
    "tf_logging": "estimax.logging",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
