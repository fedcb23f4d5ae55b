"""The package's names under TensorFlow's compatibility spelling."""

from typing import Any

from estimax._base._lazy import missing, resolve
from estimax.compat import v1
from estimax.compat._text import (
    as_bytes,
    as_str,
    as_str_any,
    as_text,
    bytes_or_text_types,
    complex_types,
    dimension_at_index,
    dimension_value,
    forward_compatible,
    integral_types,
    path_to_str,
    real_types,
)

__all__ = [
    "as_bytes",
    "as_str",
    "as_str_any",
    "as_text",
    "bytes_or_text_types",
    "complex_types",
    "dimension_at_index",
    "dimension_value",
    "forward_compatible",
    "integral_types",
    "path_to_str",
    "real_types",
    "v1",
]


def __getattr__(name: str) -> Any:
    """Returns the whole package for `v2`: its root is that of TensorFlow 2."""
    if name == "v2":
        return resolve("estimax")
    raise missing(__name__, name, globals())
