"""`tf.compat.v1.image`: `resize` places pixels as TensorFlow 1.x did; all else is as in `tf.image`."""

from typing import Any

from estimax._base._lazy import resolve
from estimax.image import resize_images as resize

__all__ = ["resize"]


def __getattr__(name: str) -> Any:
    return getattr(resolve("estimax.image"), name)
