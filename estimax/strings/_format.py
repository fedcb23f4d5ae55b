"""`format`: values of Tensors in a text."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._op import Op, as_tensor


def _spec(*values: TensorSpec, parts: list[str], summarize: int) -> TensorSpec:
    return TensorSpec([], string)


def _format(*values: Any, parts: list[str], summarize: int) -> StringArray:
    texts = [parts[0]]
    for value, part in zip(values, parts[1:], strict=True):
        array = value.to_numpy() if isinstance(value, StringArray) else np.asarray(value)
        texts += [_written(array, summarize, 0), part]
    return StringArray.of("".join(texts))


def _written(array: np.ndarray, summarize: int, depth: int) -> str:
    """Writes an array as nested lists, of which `summarize` entries stand at each end."""
    if not array.ndim:
        return _element(array[()])
    most = 2 * summarize
    entries: list[Any] = list(array)
    if summarize >= 0 and len(entries) > most:
        entries = [*entries[:summarize], None, *entries[len(entries) - summarize :]]
    written = ["..." if e is None else _written(np.asarray(e, array.dtype), summarize, depth + 1) for e in entries]
    between = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (depth + 1)
    return f"[{between.join(written)}]"


def _element(value: Any) -> str:
    if isinstance(value, bytes):
        text = value.decode(errors="backslashreplace")
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if not isinstance(value, np.floating):
        return str(value)
    few, many = (6, 9) if value.dtype.itemsize <= 4 else (15, 17)
    short = f"{value:.{few}g}"  # as C writes it, with more digits where these do not read back as the same number
    return short if value.dtype.type(short) == value or np.isnan(value) else f"{value:.{many}g}"


_FORMAT = Op("StringFormat", infer=_spec, host=_format)


def format(
    template: str, inputs: Any = (), placeholder: str = "{}", summarize: int = 3, name: str | None = None
) -> Any:
    """Puts values into a text, each in the place of a placeholder.

    Args:
        template: the text.
        inputs: a Tensor, or several.
        placeholder: what stands for a value.
        summarize: how many entries at each end of an axis to write; all if -1.
        name: has no effect.

    Raises:
        InvalidArgumentError: there are not as many values as placeholders.

    Example:
        >>> import estimax as tf
        >>> tf.strings.format("{} of {}", (tf.constant(2), tf.constant(["a", "b"]))).numpy()
        b'2 of ["a" "b"]'
    """
    values = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    parts = template.split(placeholder)
    if len(parts) != len(values) + 1:
        raise InvalidArgumentError(
            f"the template has {len(parts) - 1} placeholders for {len(values)} values; they must be equally many"
        )
    return _FORMAT(*(as_tensor(v) for v in values), parts=parts, summarize=int(summarize))
