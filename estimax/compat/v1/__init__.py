"""`tf.compat.v1`: the same names as `tf`, whose semantics are those of TensorFlow 1.x."""

from typing import Any

from estimax._base._lazy import resolve
from estimax._version import __version__ as __version__

# The namespaces in which a name means something else than in TensorFlow 2.
_OWN = ("estimator", "feature_column", "image", "nn", "strings", "summary")


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return resolve(f"{__name__}.{name}") if name in _OWN else getattr(resolve("estimax"), name)


def __dir__() -> list[str]:
    return dir(resolve("estimax"))
