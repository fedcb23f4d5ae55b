"""`sequence_input_layer` and `SequenceFeatures`: the columns of a recurrent network's input side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, final

import jax.numpy as jnp

from estimax._base._errors import InvalidArgumentError
from estimax._scope._crossing import to_device
from estimax._scope._frame import frame
from estimax._scope._variables import variable_scope
from estimax.feature_column._column import DenseColumn
from estimax.feature_column._dense_features import LayerName
from estimax.feature_column._selection import scope_names, sorted_columns
from estimax.feature_column._sequence_categorical import SequenceCategoricalColumn
from estimax.feature_column._sequence_host import common_lengths
from estimax.feature_column._sequence_numeric import SequenceNumericColumn
from estimax.feature_column._shared_embedding import make_shared_tables


class SequenceInput(NamedTuple):
    """What a recurrent network reads.

    Attributes:
        sequence_input: float32 [batch, time, sum of the widths].
        sequence_length: int32 [batch], how many steps of an example are there.
    """

    sequence_input: Any
    sequence_length: Any


def sequence_input_layer(
    features: Mapping[str, Any], feature_columns: Any, weight_collections: Any = None, trainable: bool = True
) -> SequenceInput:
    """Computes sequence columns and joins them in the order of their names.

    Within a model function, where sequences of batches differ in length, the time axis
    is filled up to a power of two, so that few programs are compiled; steps beyond
    `sequence_length` are to be left out of all results, as the RNN estimators do.

    Args:
        features: raw features by name: sparse, ragged or dense Tensors [batch, time] or
            [batch, time, values]. In dense ones '' and -1 stand for no value.
        feature_columns: sequence columns: `sequence_numeric_column`, and embedding or
            indicator columns of a `sequence_categorical_column_with_...`.
        weight_collections: of no effect.
        trainable: whether training changes the variables of the columns.

    Returns:
        A pair: float32 [batch, time, sum of the widths] and int32 [batch], the lengths.

    Raises:
        InvalidArgumentError: a column that is none of these, two columns of one name, a
            feature that is not there or of another type, or an example whose sequences
            differ in length between columns.

    Example:
        >>> import estimax as tf
        >>> columns = [tf.feature_column.sequence_numeric_column("heat", shape=2)]
        >>> features = {"heat": tf.ragged.constant([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0]])}
        >>> numbers, lengths = tf.feature_column.sequence_input_layer(features, columns)
        >>> numbers.tolist(), lengths.tolist()
        ([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [0.0, 0.0]]], [2, 1])
    """
    columns = sequence_columns(feature_columns)
    make_shared_tables(columns, trainable)
    numbers, length = joined_steps(frame().unique_name("sequence_input_layer"), features, columns, trainable)
    return SequenceInput(numbers, jnp.asarray(to_device(length), jnp.int32))


def concatenate_context_input(context_input: Any, sequence_input: Any) -> Any:
    """Puts what is known of an example before each of its steps.

    Args:
        context_input: [batch, n].
        sequence_input: [batch, time, m].

    Returns:
        [batch, time, m + n]: the numbers of the step, then those of the example.

    Raises:
        InvalidArgumentError: another number of axes.

    Example:
        >>> import estimax as tf
        >>> tf.feature_column.concatenate_context_input([[9.0]], [[[1.0], [2.0]]]).tolist()
        [[[1.0, 9.0], [2.0, 9.0]]]
    """
    context, steps = (jnp.asarray(to_device(x), jnp.float32) for x in (context_input, sequence_input))
    for array, rank, argument in ((context, 2, "context_input"), (steps, 3, "sequence_input")):
        if array.ndim != rank:
            raise InvalidArgumentError(f"{argument} must have {rank} axes; got shape {array.shape}")
    everywhere = jnp.broadcast_to(context[:, None], (*steps.shape[:2], context.shape[1]))
    return jnp.concatenate([steps, everywhere], axis=2)


@final
class SequenceFeatures:
    """A layer that computes sequence columns, as `sequence_input_layer` does.

    Args:
        feature_columns: see `sequence_input_layer`.
        trainable: whether training changes the variables of the columns.
        name: of the layer, before the names of its variables; `sequence_features` where None.
        **kwargs: what else Keras layers take, of no effect.

    Raises:
        InvalidArgumentError: a column that reads no sequence, or two columns of one name.

    Example:
        >>> import estimax as tf
        >>> layer = tf.keras.experimental.SequenceFeatures([tf.feature_column.sequence_numeric_column("heat")])
        >>> numbers, lengths = layer({"heat": tf.ragged.constant([[1.0, 2.0], [3.0]])})
        >>> lengths.tolist()
        [2, 1]
    """

    def __init__(self, feature_columns: Any, trainable: bool = True, name: str | None = None, **kwargs: Any) -> None:
        self.feature_columns = tuple(sequence_columns(feature_columns))
        self.trainable = trainable
        self._name = LayerName(name, "sequence_features")

    @property
    def name(self) -> str:
        """The name of the layer."""
        return self._name()

    def __call__(self, features: Mapping[str, Any], training: bool | None = None) -> SequenceInput:
        """Returns what `sequence_input_layer` returns; `training` is of no effect."""
        numbers, length = self.steps(features)
        return SequenceInput(numbers, jnp.asarray(to_device(length), jnp.int32))

    def steps(self, features: Mapping[str, Any]) -> tuple[Any, Any]:
        """Returns float32 [batch, time, sum of the widths] and the host Tensor of the lengths, int64 [batch]."""
        make_shared_tables(self.feature_columns, self.trainable)
        return joined_steps(self.name, features, self.feature_columns, self.trainable)


def sequence_columns(feature_columns: Any) -> list[DenseColumn]:
    """Returns columns in the order of their names.

    Raises:
        InvalidArgumentError: none, two of one name, or one that reads no sequence.
    """
    return [_checked(column) for column in sorted_columns(feature_columns)]


def _checked(column: Any) -> DenseColumn:
    if isinstance(column, SequenceNumericColumn):
        return column
    inner = getattr(column, "categorical_column", None)
    if isinstance(column, SequenceCategoricalColumn):
        raise InvalidArgumentError(
            f"the columns of a sequence layer must be dense; {column.name!r} is categorical. Wrap it in an "
            f"indicator_column or an embedding_column"
        )
    if isinstance(column, DenseColumn) and isinstance(inner, SequenceCategoricalColumn):
        return column
    raise InvalidArgumentError(
        f"the columns of a sequence layer must read sequences; {column.name!r} does not. Use sequence_numeric_column, "
        f"or an embedding_column or indicator_column of a sequence_categorical_column"
    )


def joined_steps(scope: str, features: Mapping[str, Any], columns: Sequence[Any], trainable: bool) -> tuple[Any, Any]:
    """Computes columns in a scope, which gets their variables, and joins them.

    Returns:
        Float32 [batch, time, sum of the widths] and the host Tensor of the lengths, int64 [batch].
    """
    read = [getattr(column, "categorical_column", column).steps(features) for column in columns]
    full = [isinstance(c, SequenceNumericColumn) and c.is_full(features) for c in columns]
    length = common_lengths([n for _, n in read], [column.name for column in columns], full)
    steps: Any = None
    outputs = []
    with variable_scope(scope):
        for column, (node, _), own in zip(columns, read, scope_names(columns), strict=True):
            with variable_scope(own):
                output = _by_step(column, to_device(node), trainable)
            steps = output.shape[1] if steps is None else steps
            outputs.append(with_steps(output, steps))
    return outputs[0] if len(outputs) == 1 else jnp.concatenate(outputs, axis=2), length


def _by_step(column: Any, array: Any, trainable: bool) -> Any:
    """Computes a column, steps being examples to it: float32 [batch, time, width]."""
    if isinstance(column, SequenceNumericColumn):
        return column.device([array], trainable)
    batch, time, *values = array.shape
    ids = array.reshape((batch * time, *(values or (1,))))
    return column.device([ids], trainable).reshape((batch, time, column.width))


def with_steps(array: Any, steps: Any) -> Any:
    """Cuts off or adds steps that are not there, so that all columns of a layer have as many.

    By position, as a program that is exported does not know which is the longer.
    """
    if array.shape[1] is steps or bool(array.shape[1] == steps):
        return array
    return jnp.take(array, jnp.arange(steps), axis=1, mode="fill", fill_value=0)
