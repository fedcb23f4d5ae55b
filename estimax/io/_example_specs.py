"""What a field of a serialized `tf.train.Example` holds, said in advance.

Feature columns describe with these what they read, and parsing takes a dictionary
of them. They are data only, which is why they stand apart from the parser.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from estimax._base._dtypes import DType, as_dtype


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


ExampleSpec = FixedLenFeature | VarLenFeature | FixedLenSequenceFeature
