"""`tf.compat.v1.summary`: summaries take the arguments of TensorFlow 1.x; all else is as in `tf.summary`."""

from typing import Any

from estimax._base._lazy import resolve
from estimax.summary._declaring import audio, histogram, image, scalar, text

__all__ = ["all_v2_summary_ops", "audio", "histogram", "image", "initialize", "scalar", "text"]


def all_v2_summary_ops() -> list[Any]:
    """Returns no operations: what a model function declares is written without being run."""
    return []


def initialize(graph: Any = None, session: Any = None) -> None:
    """Does nothing: writers are ready when they are made."""


def __getattr__(name: str) -> Any:
    return getattr(resolve("estimax.summary"), name)
