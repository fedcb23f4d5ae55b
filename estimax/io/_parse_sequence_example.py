"""`parse_sequence_example` and `parse_single_sequence_example`: examples with lists of features, one for each step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimax._base._dtypes import int64, string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorShape, TensorSpec
from estimax._base._string_array import StringArray
from estimax._base._wire_format import Spans, split_delimited
from estimax._graph._column import Column, rows_of
from estimax._graph._op import Op, as_tensor
from estimax._graph._stretches import splits_of
from estimax.io import _example_columns as columns
from estimax.io._example_features import Examples
from estimax.io._example_values import Lists, read_lists
from estimax.io._parse_example import READERS, spec_of_field, unbatched
from estimax.io._parse_fields import Field, as_param, fields_of

if TYPE_CHECKING:
    from estimax._graph._op import Node

Array = np.ndarray[Any, Any]
_LISTS = 2  # the number of the field with the lists


def parse_single_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parses one serialized `tf.train.SequenceExample` message.

    Args:
        serialized: one string.
        context_features: by name, what the features of the whole example hold, as for `parse_example`.
        sequence_features: by name, what each step holds: `FixedLenSequenceFeature` for the same number
            of values in each, `VarLenFeature` or `RaggedFeature`.
        example_name: one string, what to call the example in errors.
        name: of no effect.

    Returns:
        The features of the context, and those of the steps with a first axis for the steps.

    Raises:
        InvalidArgumentError: the string is no such example, or lacks what is required.

    Example:
        >>> import estimax as tf
        >>> from estimax.io._example_message import SequenceExample
        >>> example = SequenceExample()
        >>> for size in (1.5, 2.5):
        ...     example.feature_lists.feature_list["size"].feature.add().float_list.value.append(size)
        >>> from estimax.io._parse_sequence_example import parse_single_sequence_example
        >>> _, steps = parse_single_sequence_example(
        ...     example.SerializeToString(), sequence_features={"size": tf.io.FixedLenSequenceFeature([], tf.float32)}
        ... )
        >>> steps["size"].numpy()
        array([1.5, 2.5], dtype=float32)
    """
    tensor = as_tensor(serialized, string)
    if tensor.shape.ndims:
        raise InvalidArgumentError(
            f"parse_single_sequence_example takes one string; got strings of shape {tuple(tensor.shape)}. "
            f"Use tf.io.parse_sequence_example"
        )
    context, steps, _ = parse_sequence_example(tensor, context_features, sequence_features, example_name)
    return context, steps


def parse_sequence_example(
    serialized: Any,
    context_features: Mapping[str, Any] | None = None,
    sequence_features: Mapping[str, Any] | None = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Parses a batch of serialized `tf.train.SequenceExample` messages.

    Args:
        serialized: strings [batch].
        context_features: by name, what the features of the whole example hold, as for `parse_example`.
        sequence_features: by name, what each step holds, as for `parse_single_sequence_example`.
        example_names: strings [batch], what to call the examples in errors.
        name: of no effect.

    Returns:
        The features of the context, [batch, ...]; those of the steps, [batch, steps, ...], filled
        up to the largest number of steps in the batch; and for each feature of fixed length how
        many steps each example has, int64 [batch].

    Raises:
        InvalidArgumentError: a string is no such example, or lacks what is required.
    """
    if not context_features and not sequence_features:
        raise ValueError("give context_features or sequence_features; both are empty")
    context = fields_of(context_features, "context_features") if context_features else []
    steps = fields_of(sequence_features, "sequence_features") if sequence_features else []
    for field in steps:
        if field.kind not in _READERS:
            raise ValueError(
                f"sequence_features[{field.name!r}] must be a FixedLenSequenceFeature, VarLenFeature or "
                f"RaggedFeature; got a spec of {field.kind} values"
            )
    arguments = [as_tensor(serialized, string)]
    if example_names is not None:
        arguments.append(as_tensor(example_names, string))
    results = iter(
        PARSE_SEQUENCE_EXAMPLE(*arguments, context=[as_param(f) for f in context], steps=[as_param(f) for f in steps])
    )
    return (
        {f.name: next(results) for f in context},
        {f.name: next(results) for f in steps},
        {f.name: next(results) for f in steps if f.kind == "padded"},
    )


def _infer(
    serialized: TensorSpec, *names: TensorSpec, context: Sequence[Any], steps: Sequence[Any]
) -> tuple[TensorSpec, ...]:
    rank = serialized.shape.ndims
    if not serialized.dtype.is_string or (rank is not None and rank > 1):
        raise InvalidArgumentError(f"serialized examples are strings, one or a vector of them; got {serialized}")
    leading = serialized.shape
    made = [Field(**f) for f in steps]
    return (
        *(spec_of_field(Field(**f), leading) for f in context),
        *(_spec(f, leading) for f in made),
        *(TensorSpec(leading, int64) for f in made if f.kind == "padded"),
    )


def _spec(field: Field, leading: TensorShape) -> TensorSpec:
    if field.kind == "padded":
        return TensorSpec(leading.concatenate([None, *field.shape]), field.dtype)
    shape = leading.concatenate([None, None])
    if field.kind == "ragged":
        return RaggedTensorSpec(shape, field.dtype, (shape.ndims or 3) - 1)
    return SparseTensorSpec(shape, field.dtype)


Plan = tuple[tuple[Field, ...], tuple[Field, ...]]


def _plan(*, context: Sequence[Any], steps: Sequence[Any]) -> Plan:
    return tuple(Field(**f) for f in context), tuple(Field(**f) for f in steps)


def _parse_one(
    serialized: StringArray,
    names: StringArray | None = None,
    *,
    needed: Sequence[bool],
    prepared: Plan,
    **_: Any,
) -> tuple[Any, ...]:
    batches = np.array([serialized.size]) if serialized.ndim else None
    found = _parse(_examples(serialized, names), batches, needed, prepared)
    return tuple(None if column is None else rows_of(column)[0] for column in found)


def _parse_rows(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    strings, names, batches = unbatched(values, lifted, rows)
    return _parse(_examples(strings, names), batches, params["needed"], params["prepared"])


def _examples(strings: StringArray, names: StringArray | None) -> Examples:
    return Examples(strings, names, "tf.train.SequenceExample")


def _parse(examples: Examples, batches: Array | None, needed: Sequence[bool], plan: Plan) -> tuple[Any, ...]:
    """Parses examples to columns, one for each result that is needed."""
    context, steps = plan
    is_needed = iter(needed)
    context_needed = [next(is_needed) for _ in context]
    steps_needed = [next(is_needed) for _ in steps]
    lengths_needed = [next(is_needed) if f.kind == "padded" else False for f in steps]
    wanted = [f for f, flag in zip(context, context_needed, strict=True) if flag]
    read = [f for f, *flags in zip(steps, steps_needed, lengths_needed, strict=True) if any(flags)]
    in_context, in_lists = examples.context_and_lists([k for f in wanted for k in f.keys], [f.keys[0] for f in read])
    found = iter(in_context)
    made = {f.name: READERS[f.kind](examples, f, [next(found) for _ in f.keys], batches) for f in wanted}
    of_steps = {f.name: _read_steps(examples, f, spans, batches) for f, spans in zip(read, in_lists, strict=True)}
    nothing = (None, None)
    return (
        *(made.get(f.name) for f in context),
        *(of_steps.get(f.name, nothing)[0] for f in steps),
        *(of_steps.get(f.name, nothing)[1] for f in steps if f.kind == "padded"),
    )


def _read_steps(examples: Examples, field: Field, lists: Spans, batches: Array | None) -> tuple[Any, Any]:
    """Returns the column of a feature of the steps, and the numbers of steps."""
    what = f"the list of features {field.keys[0]!r}"
    if not field.may_lack and (lists.ends == 0).any():
        raise examples.missing(int(np.argmax(lists.ends == 0)), what, "Say allow_missing=True", _LISTS)
    features, steps, is_other = split_delimited(lists)
    item = math.prod(field.shape)
    exactly = f", {item} in each step (shape {list(field.shape)})" if field.kind == "padded" else ""
    complain = examples.complaint(what, f"{field.dtype.name} values{exactly}")
    if is_other.any():
        complain(int(np.argmax(is_other)), "is damaged")
    example = np.repeat(np.arange(len(examples)), steps)

    def complain_of(step: int, found: str) -> Any:
        complain(int(example[step]), f"{found} in step {step - int(np.searchsorted(example, example[step]))}")

    values = read_lists(features, field.dtype, item if field.kind == "padded" else None, complain_of)
    if field.kind == "padded" and values.counts is not None and (values.counts != item).any():
        step = int(np.argmax(values.counts != item))
        complain_of(step, f"has {values.counts[step]}")
    return _READERS[field.kind](values, steps, field, batches), columns.fixed(steps, (), len(examples), batches)


def _padded(values: Lists, steps: Array, field: Field, batches: Array | None) -> Any:
    return columns.padded(values.values, steps, field.shape, field.filling, batches)


def _sparse(values: Lists, steps: Array, field: Field, batches: Array | None) -> Any:
    inner = values.lengths
    step = np.arange(len(inner)) - np.repeat(splits_of(steps)[:-1], steps)
    position = np.arange(len(values.values)) - np.repeat(splits_of(inner)[:-1], inner)
    lengths = np.diff(splits_of(inner)[splits_of(steps)])
    sizes = [steps, columns.largest(inner, steps)]
    return columns.placed([np.repeat(step, inner), position], values.values, lengths, sizes, batches)


def _ragged(values: Lists, steps: Array, field: Field, batches: Array | None) -> Any:
    return columns.ragged(values.values, [steps, values.lengths], batches)


_READERS = {"padded": _padded, "sparse": _sparse, "ragged": _ragged}

PARSE_SEQUENCE_EXAMPLE = Op(
    "ParseSequenceExample", infer=_infer, host=_parse_one, lift=_parse_rows, prepare=_plan, partial=True
)
