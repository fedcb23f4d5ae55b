"""`tf.summary.scalar` and its kin as in TensorFlow 1.x: one line in a model function, and the value is in TensorBoard.

Inside of a model function they declare a summary, which is written every
`save_summary_steps`. With values that are known they return a serialized `Summary`
protocol buffer, as `FileWriter.add_summary` takes it; where `create_file_writer` has
made a writer the default and there is a step, they write instead, and return nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from tensorboardX.proto.summary_pb2 import SummaryMetadata

from estimax._base._errors import InvalidArgumentError
from estimax._graph._boundary import current_boundary, is_device_array
from estimax._graph._tensor import Tensor
from estimax.summary import _eager
from estimax.summary._checks import check_value
from estimax.summary._declared import DeclaredSummary
from estimax.summary._default_writer import get_step, has_default_writer
from estimax.summary._names import legal_name, with_family

_COLLECTION = "summaries"


def _declare(
    kind: str, name: str, value: Any, collections: Iterable[str] | None, family: str | None = None, **options: Any
) -> Any:
    group = None if family is None else legal_name(family)
    base = with_family(group, legal_name(name))
    boundary = current_boundary.get()
    known = _known(kind, name, value)
    check_value(kind, name, known.shape, known.dtype, options)
    if boundary is None:
        return DeclaredSummary(kind, with_family(group, base), known, options).serialized(lambda one: one.value)

    def declared(full: str) -> DeclaredSummary:
        return DeclaredSummary(kind, with_family(group, full), known, options, name=full)

    summary = boundary.summarize(base, declared)
    boundary.collect([_COLLECTION] if collections is None else collections, summary)
    return summary


def _known(kind: str, name: str, value: Any) -> Any:
    """Returns what a summary shows as an array of the device, or of the host where it is known."""
    boundary = current_boundary.get()
    if boundary is not None and isinstance(value, Tensor) and value.is_symbolic:
        if not value.dtype.is_numeric:
            raise InvalidArgumentError(
                f"the {kind} summary {name!r} shows text that is known when the model function is called; got "
                f"{value!r}, which differs from step to step. Write it in a hook, or show numbers"
            )
        return boundary.enter(value)
    if kind == "text":
        return _eager.checked_texts(name, value)
    if boundary is None:
        return _eager.known_array(value)
    if isinstance(value, Tensor):
        value = value.numpy()
    if hasattr(value, "__jax_array__") and not is_device_array(value):
        value = value.__jax_array__()
    if is_device_array(value):
        return value
    array = np.array(value)
    with np.errstate(over="ignore"):
        return array.astype(np.float32) if kind == "scalar" and array.dtype.kind in "iuf" else array


def _is_written() -> bool:
    """Whether summaries go to the writer that is the default."""
    return current_boundary.get() is None and has_default_writer() and get_step() is not None


def scalar(name: str, tensor: Any, collections: Any = None, family: str | None = None) -> Any:
    """Adds a point to a curve every `save_summary_steps`.

    Args:
        name: of the curve, under the current name scope; numbered where it is taken.
        tensor: one number.
        collections: in which the summary is left, for `merge_all`; those in `tf.GraphKeys.SUMMARIES`, as all are if
            None, are written by themselves.
        family: put before the name, so that TensorBoard shows curves of one family together.

    Raises:
        InvalidArgumentError: it is not one number.

    Example:
        >>> from estimax.compat.v1 import summary
        >>> summary.Summary.FromString(summary.scalar("accuracy", 0.5)).value[0].simple_value
        0.5
    """
    if _is_written():
        return _nothing(_eager.write_scalar(_tag(name, family), tensor))
    return _declare("scalar", name, tensor, collections, family)


def histogram(name: str, values: Any, collections: Any = None, family: str | None = None) -> Any:
    """Adds a histogram of an array of any shape every `save_summary_steps`; see `scalar` for the arguments.

    Example:
        >>> from estimax.compat.v1 import summary
        >>> summary.Summary.FromString(summary.histogram("weights", [1.0, 2.0])).value[0].histo.num
        2.0
    """
    if _is_written():
        return _nothing(_eager.write_histogram(_tag(name, family), values))
    return _declare("histogram", name, values, collections, family)


def image(name: str, tensor: Any, max_outputs: int = 3, collections: Any = None, family: str | None = None) -> Any:
    """Adds the first images of a batch every `save_summary_steps`.

    Args:
        name: tags are `name/image/0`, `name/image/1`, ...; with one output `name/image`.
        tensor: [batch, height, width, channels], uint8, or floats, which are scaled to the range of bytes.
        max_outputs: how many images.
        collections: see `scalar`.
        family: put before the name.

    Raises:
        InvalidArgumentError: it is not a batch of images.
    """
    if _is_written():
        return _nothing(_eager.write_image(_tag(name, family), tensor, None, max_outputs))
    return _declare("image", name, tensor, collections, family, max_outputs=int(max_outputs))


def audio(
    name: str, tensor: Any, sample_rate: float, max_outputs: int = 3, collections: Any = None, family: str | None = None
) -> Any:
    """Adds the first sounds of a batch every `save_summary_steps`.

    Args:
        name: tags are `name/audio/0`, ...; with one output `name/audio`.
        tensor: [batch, frames] or [batch, frames, channels], from -1 to 1.
        sample_rate: frames a second.
        max_outputs: how many sounds.
        collections: see `scalar`.
        family: put before the name.

    Raises:
        InvalidArgumentError: it is not a batch of sounds.
    """
    rate = float(_eager.known_array(sample_rate))
    if _is_written():
        return _nothing(_eager.write_audio(_tag(name, family), tensor, rate, None, max_outputs))
    return _declare("audio", name, tensor, collections, family, sample_rate=rate, max_outputs=int(max_outputs))


def text(name: str, tensor: Any, collections: Any = None) -> Any:
    """Adds a text, which TensorBoard shows as Markdown, every `save_summary_steps`.

    Args:
        name: of the text.
        tensor: strings that do not depend on the features; of a table, an array of cells.
        collections: see `scalar`.

    Raises:
        InvalidArgumentError: it is no text, or one that is not known yet.

    Example:
        >>> from estimax.compat.v1 import summary
        >>> summary.Summary.FromString(summary.text("note", "in **bold**")).value[0].tensor.string_val[0]
        b'in **bold**'
    """
    if _is_written():
        return _nothing(_eager.write_text(legal_name(name), tensor))
    return _declare("text", name, tensor, collections)


def tensor_summary(
    name: str,
    tensor: Any,
    summary_description: str | None = None,
    collections: Any = None,
    summary_metadata: Any = None,
    family: str | None = None,
    display_name: str | None = None,
) -> Any:
    """Adds an array of numbers, or of known strings, as it is every `save_summary_steps`.

    Args:
        name: under the current name scope.
        tensor: the array.
        summary_description: Markdown, shown with it.
        collections: see `scalar`.
        summary_metadata: a `SummaryMetadata` protocol buffer or its bytes: which plugin of TensorBoard shows it.
        family: put before the name.
        display_name: shown in place of the name.

    Example:
        >>> from estimax.compat.v1 import summary
        >>> (value,) = summary.Summary.FromString(summary.tensor_summary("votes", ["yes", "no"])).value
        >>> value.tensor.string_val
        [b'yes', b'no']
    """
    metadata = SummaryMetadata.FromString(_eager.as_serialized(summary_metadata))
    metadata.summary_description = summary_description or metadata.summary_description
    metadata.display_name = display_name or metadata.display_name
    return _declare("tensor", name, tensor, collections, family, metadata=metadata.SerializeToString())


def _tag(name: str, family: str | None) -> str:
    group = None if family is None else legal_name(family)
    return with_family(group, with_family(group, legal_name(name)))


def _nothing(written: bool) -> bytes:
    """Returns what stands for a summary that went to the default writer: one without values."""
    return b""


def merge(inputs: Sequence[Any] | None, collections: Any = None, name: str | None = None) -> Any:
    """Returns one summary that is made of several.

    Args:
        inputs: summaries of the model function that runs; outside of one, serialized `Summary` protocol buffers.
        collections: in which it is left; None for none.
        name: has no effect.

    Raises:
        InvalidArgumentError: there are none, or they are not summaries.

    Example:
        >>> from estimax.compat.v1 import summary
        >>> both = summary.merge([summary.scalar("a", 1.0), summary.scalar("b", 2.0)])
        >>> [value.tag for value in summary.Summary.FromString(both).value]
        ['a', 'b']
    """
    parts = tuple(inputs) if isinstance(inputs, list | tuple) else ()
    boundary = current_boundary.get()
    kind = bytes if boundary is None else DeclaredSummary
    if not parts or not all(isinstance(part, kind) for part in parts):
        raise InvalidArgumentError(f"merge needs a list of at least one summary; got {inputs!r}")
    if boundary is None:
        return b"".join(parts)
    merged = DeclaredSummary("merged", name or "Merge", parts, name=name or "Merge")
    boundary.collect(collections or (), merged)
    return merged


def merge_all(key: str = _COLLECTION, scope: str | None = None, name: str | None = None) -> Any:
    """Returns one summary of those that the model function that runs has left in a collection so far.

    Args:
        key: of the collection.
        scope: a regular expression that names must match at their start.
        name: has no effect.

    Returns:
        None if there are none.

    Example:
        >>> from estimax.compat.v1 import summary
        >>> summary.merge_all()  # outside of a model function
    """
    boundary = current_boundary.get()
    left = () if boundary is None else boundary.summaries(key)
    # What is only measured where summaries are due has no values for whoever writes at other steps.
    chosen = [s for s in left if s.measure is None and (scope is None or re.match(scope, s.name))]
    return merge(chosen, name=name) if chosen else None
