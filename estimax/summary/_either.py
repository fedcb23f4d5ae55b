"""`tf.summary.scalar` and its kin under the names of both versions.

TensorFlow 2 has them as `scalar(name, data, step, description)`, TensorFlow 1.x as
`scalar(name, tensor, collections, family)`. In a model function both declare a
summary. Outside of one they write where there is a default writer, as in TensorFlow 2,
or else return a serialized protocol buffer, as in TensorFlow 1.x.
"""

from __future__ import annotations

from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._graph._boundary import current_boundary
from estimax.summary import _declaring, _eager
from estimax.summary._default_writer import has_default_writer


def _data(kind: str, name: Any, *given: Any) -> Any:
    """Returns what is to be shown, which has a name of its own in each version."""
    found = [one for one in given if one is not None]
    if len(found) != 1:
        raise InvalidArgumentError(f"the {kind} summary {name!r} needs what it shows, once; got {len(found)} values")
    return found[0]


def _is_written(step: Any) -> bool:
    """Whether a call means what it means in TensorFlow 2."""
    return current_boundary.get() is None and (has_default_writer() or step is not None)


def _is_collections(value: Any) -> bool:
    """Whether a third argument is that of TensorFlow 1.x."""
    return isinstance(value, list | tuple | set | frozenset | str)


def scalar(
    name: str,
    data: Any = None,
    step: Any = None,
    description: str | None = None,
    *,
    tensor: Any = None,
    collections: Any = None,
    family: str | None = None,
) -> Any:
    """Adds a point to a curve.

    Args:
        name: of the curve, under the current name scope.
        data: one number.
        step: outside of model functions; None for the one that holds. In a model function it has no effect, since
            the run knows its step.
        description: Markdown, shown with the curve; outside of model functions.
        tensor: the same as `data`, as 1.x calls it.
        collections: in which the summary is left, in a model function; also as third argument, a list.
        family: put before the name, so that TensorBoard shows curves of one family together.

    Returns:
        In a model function the summary, which is written every `save_summary_steps`. Outside, whether it was
        written; with neither writer nor step a serialized `Summary` protocol buffer.

    Raises:
        InvalidArgumentError: it is not one number, or there is a writer and no step.

    Example:
        >>> from estimax import summary
        >>> summary.Summary.FromString(summary.scalar("accuracy", 0.5)).value[0].simple_value
        0.5
    """
    value = _data("scalar", name, data, tensor)
    if _is_collections(step):
        step, collections, family, description = None, step, family or description, None
    if _is_written(step):
        return _eager.write_scalar(name, value, step, description)
    return _declaring.scalar(name, value, collections, family)


def histogram(
    name: str,
    data: Any = None,
    step: Any = None,
    buckets: int | None = None,
    description: str | None = None,
    *,
    values: Any = None,
    collections: Any = None,
    family: str | None = None,
) -> Any:
    """Adds a histogram of an array of any shape; see `scalar` for the other arguments.

    Args:
        name: under the current name scope.
        data: the array; what is not finite is left out.
        step: outside of model functions.
        buckets: how many ranges of one width; 30 if None. In a model function there are those of 1.x.
        description: Markdown, shown with it.
        values: the same as `data`, as 1.x calls it.
        collections: in which the summary is left.
        family: put before the name.

    Example:
        >>> from estimax import summary
        >>> summary.Summary.FromString(summary.histogram("weights", [1.0, 2.0])).value[0].histo.num
        2.0
    """
    value = _data("histogram", name, data, values)
    if _is_collections(step):
        step, collections = None, step
    if isinstance(buckets, str):
        buckets, family = None, buckets
    if _is_written(step):
        return _eager.write_histogram(name, value, step, buckets, description)
    return _declaring.histogram(name, value, collections, family)


def image(
    name: str,
    data: Any = None,
    *more: Any,
    step: Any = None,
    max_outputs: int = 3,
    description: str | None = None,
    tensor: Any = None,
    collections: Any = None,
    family: str | None = None,
) -> Any:
    """Adds the first images of a batch; see `scalar` for the other arguments.

    Args:
        name: under the current name scope; in a model function tags are `name/image/0`, `name/image/1`, ...
        data: [batch, height, width, channels], uint8, or floats: from 0 to 1 outside of model functions, scaled to
            the range of bytes inside.
        more: what follows in TensorFlow 2 (step, max_outputs, description) where a writer is the default, else what
            follows in 1.x (max_outputs, collections, family).
        step: outside of model functions.
        max_outputs: how many images.
        description: Markdown, shown with them.
        tensor: the same as `data`, as 1.x calls it.
        collections: in which the summary is left.
        family: put before the name.

    Raises:
        InvalidArgumentError: it is not a batch of images.

    Example:
        >>> import numpy as np
        >>> from estimax import summary
        >>> (value,) = summary.Summary.FromString(summary.image("digit", np.zeros((1, 28, 28, 1)))).value
        >>> value.tag, value.image.height
        ('digit/image/0', 28)
    """
    value = _data("image", name, data, tensor)
    found = {"step": step, "max_outputs": max_outputs, "description": description}
    found |= {"collections": collections, "family": family} | _by_position(more)
    if _is_written(found["step"]):
        return _eager.write_image(name, value, found["step"], found["max_outputs"], found["description"])
    return _declaring.image(name, value, found["max_outputs"], found["collections"], found["family"])


def audio(
    name: str,
    data: Any = None,
    sample_rate: Any = None,
    *more: Any,
    step: Any = None,
    max_outputs: int = 3,
    encoding: str | None = None,
    description: str | None = None,
    tensor: Any = None,
    collections: Any = None,
    family: str | None = None,
) -> Any:
    """Adds the first sounds of a batch; see `scalar` for the other arguments.

    Args:
        name: under the current name scope; in a model function tags are `name/audio/0`, ...
        data: [batch, frames, channels] or [batch, frames], from -1 to 1.
        sample_rate: frames a second.
        more: what follows in TensorFlow 2 (step, max_outputs, encoding, description) where a writer is the default,
            else what follows in 1.x (max_outputs, collections, family).
        step: outside of model functions.
        max_outputs: how many sounds.
        encoding: 'wav', or None for the same.
        description: Markdown, shown with them.
        tensor: the same as `data`, as 1.x calls it.
        collections: in which the summary is left.
        family: put before the name.

    Raises:
        InvalidArgumentError: it is not a batch of sounds.

    Example:
        >>> import numpy as np
        >>> from estimax import summary
        >>> (value,) = summary.Summary.FromString(summary.audio("tone", np.zeros((1, 100)), 8000)).value
        >>> value.tag, value.audio.length_frames
        ('tone/audio/0', 100)
    """
    value = _data("audio", name, data, tensor)
    if sample_rate is None:
        raise InvalidArgumentError(f"the audio summary {name!r} needs sample_rate, the number of frames a second")
    found = {"step": step, "max_outputs": max_outputs, "encoding": encoding, "description": description}
    found |= {"collections": collections, "family": family} | _by_position(more, "encoding")
    if _is_written(found["step"]):
        place = found["step"], found["max_outputs"], found["encoding"], found["description"]
        return _eager.write_audio(name, value, sample_rate, *place)
    return _declaring.audio(name, value, sample_rate, found["max_outputs"], found["collections"], found["family"])


def _by_position(more: tuple[Any, ...], *between: str) -> dict[str, Any]:
    """Returns by name what was given by position: an integer before anything but another one is 1.x's `max_outputs`."""
    is_first = (
        not (current_boundary.get() is None and has_default_writer())
        and all(isinstance(one, int) for one in more[:1])
        and not any(isinstance(one, int) for one in more[1:])
    )
    names = ("max_outputs", "collections", "family") if is_first else ("step", "max_outputs", *between, "description")
    if len(more) > len(names):
        raise TypeError(f"a summary takes {', '.join(names)} by position; got {more!r}")
    return dict(zip(names, more, strict=False))


def text(
    name: str,
    data: Any = None,
    step: Any = None,
    description: str | None = None,
    *,
    tensor: Any = None,
    collections: Any = None,
) -> Any:
    """Adds a text, which TensorBoard shows as Markdown; see `scalar` for the other arguments.

    Args:
        name: under the current name scope.
        data: strings; in a model function they must not depend on the features. An array of them is a table.
        step: outside of model functions.
        description: Markdown, shown with it.
        tensor: the same as `data`, as 1.x calls it.
        collections: in which the summary is left.

    Raises:
        InvalidArgumentError: it is no text.

    Example:
        >>> from estimax import summary
        >>> summary.Summary.FromString(summary.text("note", "in **bold**")).value[0].tensor.string_val[0]
        b'in **bold**'
    """
    value = _data("text", name, data, tensor)
    if _is_collections(step):
        step, collections = None, step
    if _is_written(step):
        return _eager.write_text(name, value, step, description)
    return _declaring.text(name, value, collections)
