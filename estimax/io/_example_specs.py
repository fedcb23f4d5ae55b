"""What a field of a serialized `tf.train.Example` holds, said in advance.

Feature columns describe with these what they read, and parsing takes a dictionary
of them. They are data only, which is why they stand apart from the parser.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from estimax._base._dtypes import DType, as_dtype, int32
from estimax._base._errors import UnimplementedError


class _FixedLen(NamedTuple):
    shape: Any
    dtype: DType
    default_value: Any = None


class FixedLenFeature(_FixedLen):
    """A field that holds the same number of values in every example.

    Args:
        shape: sizes of the value of one example; `[]` for a single one.
        dtype: of the values.
        default_value: taken where an example lacks the field; None makes the field required.

    Example:
        >>> import estimax as tf
        >>> tf.io.FixedLenFeature([2], tf.float32)
        FixedLenFeature(shape=[2], dtype=tf.float32, default_value=None)
    """

    __slots__ = ()
    is_leaf: ClassVar[bool] = True

    def __new__(cls, shape: Any, dtype: Any, default_value: Any = None) -> FixedLenFeature:
        return super().__new__(cls, shape, as_dtype(dtype), default_value)


class _VarLen(NamedTuple):
    dtype: DType


class VarLenFeature(_VarLen):
    """A field that holds any number of values.

    Args:
        dtype: of the values.

    Example:
        >>> import estimax as tf
        >>> tf.io.VarLenFeature(tf.string)
        VarLenFeature(dtype=tf.string)
    """

    __slots__ = ()
    is_leaf: ClassVar[bool] = True

    def __new__(cls, dtype: Any) -> VarLenFeature:
        return super().__new__(cls, as_dtype(dtype))


class _FixedLenSequence(NamedTuple):
    shape: Any
    dtype: DType
    allow_missing: bool = False
    default_value: Any = None


class FixedLenSequenceFeature(_FixedLenSequence):
    """A field that holds a sequence of values of one shape, padded to the longest of a batch.

    Args:
        shape: sizes of one value of the sequence.
        dtype: of the values.
        allow_missing: whether an example may lack the field; it counts as an empty sequence.
        default_value: fills up the shorter sequences; 0 or '' where None.
    """

    __slots__ = ()
    is_leaf: ClassVar[bool] = True

    def __new__(
        cls, shape: Any, dtype: Any, allow_missing: bool = False, default_value: Any = None
    ) -> FixedLenSequenceFeature:
        return super().__new__(cls, shape, as_dtype(dtype), allow_missing, default_value)


class _Sparse(NamedTuple):
    index_key: Any
    value_key: str
    dtype: DType
    size: Any
    already_sorted: bool = False


class SparseFeature(_Sparse):
    """A sparse value that stands in several fields: one with the values, and for each axis one with the positions.

    Args:
        index_key: name of the field with the positions, or a list of names, one for each axis.
        value_key: name of the field with the values.
        dtype: of the values.
        size: of the axis, or a list of sizes.
        already_sorted: whether the positions rise in every example.

    Example:
        >>> import estimax as tf
        >>> from estimax.io._example_specs import SparseFeature
        >>> SparseFeature("word", "count", tf.int64, 1000).size
        1000
    """

    __slots__ = ()
    is_leaf: ClassVar[bool] = True

    def __new__(
        cls, index_key: Any, value_key: str, dtype: Any, size: Any, already_sorted: bool = False
    ) -> SparseFeature:
        return super().__new__(cls, index_key, value_key, as_dtype(dtype), size, already_sorted)


class _Ragged(NamedTuple):
    dtype: DType
    value_key: str | None = None
    partitions: tuple[Any, ...] = ()
    row_splits_dtype: DType = int32
    validate: bool = False


class RaggedFeature(_Ragged):
    """A field that holds any number of values, parsed to a `RaggedTensor`.

    Args:
        dtype: of the values.
        value_key: name of the field, if not that of the feature.
        partitions: must be empty: one list for each example.
        row_splits_dtype: of no effect; splits are int64.
        validate: of no effect.

    Raises:
        UnimplementedError: there are partitions.

    Example:
        >>> import estimax as tf
        >>> from estimax.io._example_specs import RaggedFeature
        >>> RaggedFeature(tf.string, value_key="words").value_key
        'words'
    """

    __slots__ = ()
    is_leaf: ClassVar[bool] = True

    def __new__(
        cls,
        dtype: Any,
        value_key: str | None = None,
        partitions: Any = (),
        row_splits_dtype: Any = int32,
        validate: bool = False,
    ) -> RaggedFeature:
        if partitions:
            raise UnimplementedError(
                f"a RaggedFeature is one list for each example; leave out partitions={partitions!r}, and make inner "
                f"lists of the values with RaggedTensor.from_row_lengths"
            )
        return super().__new__(cls, as_dtype(dtype), value_key, (), as_dtype(row_splits_dtype), validate)


ExampleSpec = FixedLenFeature | VarLenFeature | FixedLenSequenceFeature | SparseFeature | RaggedFeature
