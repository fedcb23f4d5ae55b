"""`parse_example` and `parse_single_example`: serialized examples to Tensors, whole columns at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._dtypes import int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._column import Column, repeat_value, rows_of
from estimax._graph._op import Op, as_tensor
from estimax._graph._varying import Rows
from estimax.io import _example_columns as columns
from estimax.io._example_features import Examples
from estimax.io._example_values import read_lists
from estimax.io._parse_fields import Field, as_param, fields_of

if TYPE_CHECKING:
    from estimax._graph._op import Node

Array = np.ndarray[Any, Any]


def parse_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parses a batch of serialized `tf.train.Example` messages.

    Args:
        serialized: strings [batch].
        features: by name, what each feature holds: `FixedLenFeature`, `VarLenFeature`,
            `FixedLenSequenceFeature`, `SparseFeature` or `RaggedFeature`.
        example_names: strings [batch], what to call the examples in errors.
        name: of no effect.

    Returns:
        By name, a Tensor [batch, ...]: dense for fixed lengths, filled up to the longest
        of the batch for sequences, else sparse or ragged.

    Raises:
        InvalidArgumentError: a string is no example, lacks a feature without a default
            value, or has one of another type or number of values; the message names the
            file and record where they are known.

    Example:
        >>> import estimax as tf
        >>> from estimax.io._example_message import Example
        >>> example = Example()
        >>> example.features.feature["size"].float_list.value.append(3.5)
        >>> from estimax.io._parse_example import parse_example
        >>> batch = parse_example([example.SerializeToString()] * 2, {"size": tf.io.FixedLenFeature([], tf.float32)})
        >>> batch["size"].numpy()
        array([3.5, 3.5], dtype=float32)
    """
    fields = fields_of(features)
    for field in fields:
        if not field.may_lack:
            raise ValueError(f"{field.name!r}: a FixedLenSequenceFeature of parse_example needs allow_missing=True")
    arguments = [as_tensor(serialized, string)]
    if example_names is not None:
        arguments.append(as_tensor(example_names, string))
    results = PARSE_EXAMPLE(*arguments, fields=[as_param(f) for f in fields])
    return {f.name: result for f, result in zip(fields, results, strict=True)}


def parse_single_example(
    serialized: Any, features: Mapping[str, Any], example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parses one serialized `tf.train.Example` message.

    Args:
        serialized: one string.
        features: by name, what each feature holds, as for `parse_example`.
        example_names: one string, what to call the example in errors.
        name: of no effect.

    Returns:
        By name, a Tensor of what the example holds; a sequence has one more first axis.

    Raises:
        InvalidArgumentError: as for `parse_example`, or `serialized` is a list.

    Example:
        >>> import estimax as tf
        >>> from estimax.io._example_message import Example
        >>> example = Example()
        >>> example.features.feature["words"].bytes_list.value.extend([b"red", b"house"])
        >>> from estimax.io._parse_example import parse_single_example
        >>> parsed = parse_single_example(example.SerializeToString(), {"words": tf.io.VarLenFeature(tf.string)})
        >>> parsed["words"].values.numpy()
        array([b'red', b'house'], dtype=object)
    """
    tensor = as_tensor(serialized, string)
    if tensor.shape.ndims:
        raise InvalidArgumentError(
            f"parse_single_example takes one string; got strings of shape {tuple(tensor.shape)}. "
            f"Use tf.io.parse_example"
        )
    return parse_example(tensor, features, example_names)


def _infer(serialized: TensorSpec, *names: TensorSpec, fields: Sequence[Any]) -> tuple[TensorSpec, ...]:
    rank = serialized.shape.ndims
    if not serialized.dtype.is_string or (rank is not None and rank > 1):
        raise InvalidArgumentError(f"serialized examples are strings, one or a vector of them; got {serialized}")
    return tuple(spec_of_field(Field(**f), serialized.shape) for f in fields)


def spec_of_field(field: Field, leading: TensorShape) -> TensorSpec:
    """Returns the spec of a field parsed from strings of the shape `leading`."""
    if field.kind == "ragged" and leading.ndims != 0:
        return RaggedTensorSpec(leading.concatenate([None]), field.dtype, 1)
    kind = SparseTensorSpec if field.kind in ("sparse", "placed") else TensorSpec
    inner = {"sparse": [None], "ragged": [None], "padded": [None, *field.shape]}.get(field.kind, field.shape)
    return kind(leading.concatenate(inner), field.dtype)


def _plan(*, fields: Sequence[Any]) -> tuple[Field, ...]:
    return tuple(Field(**f) for f in fields)


def _parse_one(
    serialized: StringArray,
    names: StringArray | None = None,
    *,
    needed: Sequence[bool],
    prepared: Sequence[Field],
    **_: Any,
) -> tuple[Any, ...]:
    batches = np.array([serialized.size]) if serialized.ndim else None
    found = _parse(Examples(serialized, names), batches, needed, prepared)
    return tuple(None if column is None else rows_of(column)[0] for column in found)


def _parse_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    strings, names, batches = unbatched(values, lifted, rows)
    return _parse(Examples(strings, names), batches, params["needed"], params["prepared"])


def unbatched(
    values: Sequence[Any], lifted: Sequence[bool], rows: int
) -> tuple[StringArray, StringArray | None, Array | None]:
    """Returns a column of strings, and one of names, as flat arrays, and how many each row holds; None for one."""
    given: list[Any] = [v if is_column else repeat_value(v, rows) for v, is_column in zip(values, lifted, strict=True)]
    flat: list[Any] = [v.flat if isinstance(v, Rows) else v.reshape(-1) for v in given]
    names = flat[1] if len(flat) > 1 else None
    if isinstance(given[0], Rows):
        return flat[0], names, given[0].shapes[:, 0]
    return flat[0], names, np.full(rows, given[0].shape[1]) if given[0].ndim > 1 else None


def _parse(
    examples: Examples, batches: Array | None, needed: Sequence[bool], prepared: Sequence[Field]
) -> tuple[Any, ...]:
    """Parses examples to columns, one for each field that is needed."""
    wanted = [f for f, is_needed in zip(prepared, needed, strict=True) if is_needed]
    found = iter(examples.features([key for f in wanted for key in f.keys]))
    made = {f.name: READERS[f.kind](examples, f, [next(found) for _ in f.keys], batches) for f in wanted}
    return tuple(made.get(f.name) for f in prepared)


def _fixed(examples: Examples, field: Field, found: Sequence[Any], batches: Array | None) -> Any:
    count = math.prod(field.shape)
    what = f"feature {field.name!r}"
    plural = "" if count == 1 else "s"
    wanted = f"{count} {field.dtype.name} value{plural} (shape {list(field.shape)})"
    complain = examples.complaint(what, wanted)
    lists = read_lists(found[0], field.dtype, count, complain)
    if lists.counts is not None:
        is_wrong = lists.counts != count
        if lists.is_there is not None:
            is_wrong &= lists.is_there
        if is_wrong.any():
            row = int(np.argmax(is_wrong))
            complain(row, f"has {lists.counts[row]}")
    values = lists.values
    if lists.is_there is not None:
        if field.default is None:
            raise examples.missing(int(np.argmin(lists.is_there)), what, "Give the FixedLenFeature a default_value")
        values = columns.with_default(values, lists.is_there, field.default)
    return columns.fixed(values, field.shape, len(examples), batches)


def _padded(examples: Examples, field: Field, found: Sequence[Any], batches: Array | None) -> Any:
    item = math.prod(field.shape)
    several = f" in items of {item} (shape {list(field.shape)})" if item > 1 else ""
    complain = examples.complaint(f"feature {field.name!r}", f"{field.dtype.name} values{several}")
    lists = read_lists(found[0], field.dtype, None, complain)
    is_wrong = lists.lengths % item != 0
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        complain(row, f"has {lists.lengths[row]}")
    return columns.padded(lists.values, lists.lengths // item, field.shape, field.filling, batches)


def _sparse(examples: Examples, field: Field, found: Sequence[Any], batches: Array | None) -> Any:
    complain = examples.complaint(f"feature {field.name!r}", f"{field.dtype.name} values")
    lists = read_lists(found[0], field.dtype, None, complain)
    return columns.sparse(lists.values, lists.lengths, batches)


def _ragged(examples: Examples, field: Field, found: Sequence[Any], batches: Array | None) -> Any:
    complain = examples.complaint(f"feature {field.keys[0]!r}", f"{field.dtype.name} values")
    lists = read_lists(found[0], field.dtype, None, complain)
    return columns.ragged(lists.values, [lists.lengths], batches)


def _placed(examples: Examples, field: Field, found: Sequence[Any], batches: Array | None) -> Any:
    value_key, *index_keys = field.keys
    complain = examples.complaint(f"feature {value_key!r}", f"{field.dtype.name} values")
    lists = read_lists(found[0], field.dtype, None, complain)
    positions = []
    for key, size, spans in zip(index_keys, field.shape, found[1:], strict=True):
        wanted = f"one position from 0 to {size - 1} for each value of {value_key!r}"
        complain = examples.complaint(f"feature {key!r}", wanted)
        places = read_lists(spans, int64, None, complain)
        is_wrong = places.lengths != lists.lengths
        if is_wrong.any():
            row = int(np.argmax(is_wrong))
            complain(row, f"has {places.lengths[row]} for {lists.lengths[row]} values")
        index = np.asarray(places.values)
        is_wrong = (index < 0) | (index >= size)
        if is_wrong.any():
            first = int(np.argmax(is_wrong))
            complain(int(np.repeat(np.arange(len(examples)), lists.lengths)[first]), f"has {index[first]}")
        positions.append(index)
    values: Any = lists.values
    if not field.is_sorted:
        order = np.lexsort([*reversed(positions), np.repeat(np.arange(len(examples)), lists.lengths)])
        positions = [p[order] for p in positions]
        values = values[order] if len(order) else values
    sizes = [np.full(len(examples), s) for s in field.shape]
    return columns.placed(positions, values, lists.lengths, sizes, batches)


READERS = {"fixed": _fixed, "padded": _padded, "sparse": _sparse, "ragged": _ragged, "placed": _placed}

PARSE_EXAMPLE = Op("ParseExample", infer=_infer, host=_parse_one, lift=_parse_rows, prepare=_plan, partial=True)
