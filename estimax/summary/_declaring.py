"""`tf.summary.scalar` and its kin: one line in a model function, and the value is in TensorBoard.

Inside of a model function they declare a summary, which is written every
`save_summary_steps`. With values that are known they return a serialized `Summary`
protocol buffer, as `FileWriter.add_summary` takes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._graph._boundary import current_boundary
from estimax._graph._tensor import Tensor
from estimax.summary._declared import DeclaredSummary


def _declare(kind: str, name: str, value: Any, family: str | None = None, **options: Any) -> Any:
    boundary = current_boundary.get()
    tag = name if family is None else f"{family}/{name}"
    if boundary is None:
        array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
        return DeclaredSummary(kind, tag, array, options).serialized(lambda one: one.value)
    if isinstance(value, Tensor):
        value = boundary.enter(value) if value.dtype.is_numeric else value.numpy()
    return boundary.summarize(tag, lambda full: DeclaredSummary(kind, full, value, options))


def scalar(
    name: str, tensor: Any, collections: Any = None, family: str | None = None, description: str | None = None
) -> Any:
    """Adds a point to a curve every `save_summary_steps`.

    Args:
        name: of the curve, under the current name scope.
        tensor: one number.
        collections: has no effect.
        family: put before the name, so that TensorBoard shows curves of one family together.
        description: has no effect.

    Example:
        >>> from estimax import summary
        >>> summary.Summary.FromString(summary.scalar("accuracy", 0.5)).value[0].simple_value
        0.5
    """
    return _declare("scalar", name, tensor, family)


def histogram(
    name: str, values: Any, collections: Any = None, family: str | None = None, description: str | None = None
) -> Any:
    """Adds a histogram of an array of any shape every `save_summary_steps`; see `scalar` for the arguments."""
    return _declare("histogram", name, values, family)


def image(
    name: str,
    tensor: Any,
    max_outputs: int = 3,
    collections: Any = None,
    family: str | None = None,
    description: str | None = None,
) -> Any:
    """Adds the first images of a batch every `save_summary_steps`.

    Args:
        name: tags are `name/image/0`, `name/image/1`, ...; with one output `name/image`.
        tensor: [batch, height, width, channels], uint8, or floats, which are scaled to the range of bytes.
        max_outputs: how many images.
        collections: has no effect.
        family: put before the name.
        description: has no effect.
    """
    return _declare("image", name, tensor, family, max_outputs=int(max_outputs))


def audio(
    name: str, tensor: Any, sample_rate: float, max_outputs: int = 3, collections: Any = None, family: str | None = None
) -> Any:
    """Adds the first sounds of a batch every `save_summary_steps`.

    Args:
        name: tags are `name/audio/0`, ...; with one output `name/audio`.
        tensor: [batch, frames] or [batch, frames, channels], from -1 to 1.
        sample_rate: frames a second.
        max_outputs: how many sounds.
        collections: has no effect.
        family: put before the name.
    """
    return _declare("audio", name, tensor, family, sample_rate=float(sample_rate), max_outputs=int(max_outputs))


def text(name: str, tensor: Any, collections: Any = None) -> Any:
    """Adds a text, which TensorBoard shows as Markdown, every `save_summary_steps`.

    Args:
        name: of the text.
        tensor: a string that does not depend on the features.
        collections: has no effect.
    """
    return _declare("text", name, tensor)


def merge(inputs: Sequence[Any], collections: Any = None, name: str | None = None) -> Any:
    """Returns one summary that is made of several."""
    return DeclaredSummary("merged", name or "Merge", tuple(inputs))


def merge_all(key: str = "summaries", scope: str | None = None, name: str | None = None) -> Any:
    """Returns one summary of all that the model function that runs has declared so far; None if there is none."""
    boundary = current_boundary.get()
    declared = () if boundary is None else tuple(s for s in boundary.summaries() if s.tag.startswith(scope or ""))
    return merge(declared, name=name) if declared else None
