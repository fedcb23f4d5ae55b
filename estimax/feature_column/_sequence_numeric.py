"""`sequence_numeric_column`: numbers for each step of a sequence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, final

from estimax._base._dtypes import DType, float32
from estimax._base._errors import InvalidArgumentError
from estimax._graph._op import as_argument
from estimax.feature_column._column import DenseColumn
from estimax.feature_column._numeric import numeric_column
from estimax.feature_column._sequence_host import lengths, padded_numbers, sequence_feature
from estimax.io._example_specs import ExampleSpec, VarLenFeature
from estimax.math._casting import cast


@final
@dataclass(frozen=True)
class SequenceNumericColumn(DenseColumn):
    """A column of numbers by step; made by `sequence_numeric_column`."""

    key: str
    shape: tuple[int, ...]
    default_value: float
    dtype: DType
    normalizer_fn: Callable[[Any], Any] | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def width(self) -> int:
        return math.prod(self.shape)

    def host(self, features: Mapping[str, Any]) -> NoReturn:
        """Refuses to be read without time.

        Raises:
            InvalidArgumentError: always.
        """
        raise InvalidArgumentError(
            f"column {self.name!r} reads sequences, which an input layer or a linear model cannot take. Use "
            f"sequence_input_layer (or SequenceFeatures), or numeric_column"
        )

    def steps(self, features: Mapping[str, Any]) -> tuple[Any, Any]:
        """Builds the nodes to float32 [batch, time, width], normalized, and to lengths [batch]."""
        tensor = sequence_feature(features, self.key, self.name, most_axes=None)
        if self.normalizer_fn is not None:
            tensor = as_argument(self.normalizer_fn(tensor))
        if tensor.dtype.is_string:
            raise InvalidArgumentError(
                f"column {self.name!r} takes numbers; the feature {self.key!r} holds strings. "
                f"Convert it with tf.strings.to_number, or use a sequence_categorical_column"
            )
        numbers = cast(tensor, float32)
        per_step = self.width if numbers.shape.ndims == 2 else 1
        return padded_numbers(numbers, self.width, self.default_value, self.name), lengths(numbers, per_step)

    def is_full(self, features: Mapping[str, Any]) -> bool:
        """Whether the feature is dense, so that it has a number for each step and cannot say where a sequence ends."""
        return bool(sequence_feature(features, self.key, self.name, most_axes=None).spec.is_dense)

    def device(self, arrays: Sequence[Any], trainable: bool = True) -> Any:
        """Returns the numbers."""
        return arrays[0]


def sequence_numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: Any = 0.0,
    dtype: Any = float32,
    normalizer_fn: Callable[[Any], Any] | None = None,
) -> SequenceNumericColumn:
    """Describes sequences of numbers.

    A feature [batch, values] has as many steps as the values of `shape` fit into it; a
    feature [batch, time, ...] has the shape of a step behind the time. In sparse and
    ragged features the steps end with the last value, in dense ones all are there.

    Args:
        key: name of the feature, and of the column.
        shape: sizes of the value of one step.
        default_value: stands where an example has no step; not normalized.
        dtype: in which the feature is parsed; the model gets float32.
        normalizer_fn: from a Tensor, sparse or ragged as the feature is, to one of the same shape.

    Raises:
        InvalidArgumentError: a size below 1, a default that is not one number, or a dtype that holds no numbers.
        TypeError: the normalizer cannot be called.

    Example:
        >>> import estimax as tf
        >>> heat = tf.feature_column.sequence_numeric_column("heat", normalizer_fn=lambda x: x / 10.0)
        >>> features = {"heat": tf.ragged.constant([[5.0, 10.0], [20.0]])}
        >>> numbers, lengths = tf.feature_column.sequence_input_layer(features, [heat])
        >>> numbers.tolist(), lengths.tolist()
        ([[[0.5], [1.0]], [[2.0], [0.0]]], [2, 1])
    """
    checked = numeric_column(key, shape, None, dtype, normalizer_fn)
    try:
        default = float(default_value)
    except (TypeError, ValueError):
        raise InvalidArgumentError(
            f"default_value of sequence column {key!r} must be one number; got {default_value!r}"
        ) from None
    return SequenceNumericColumn(key, checked.shape, default, checked.dtype, normalizer_fn)
