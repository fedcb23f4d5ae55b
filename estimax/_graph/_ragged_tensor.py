"""`RaggedTensor`: a Tensor of nested lists of different lengths.

What needs more than its parts lives in the room `ragged` above, as ops that are
found by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estimax._base._dtypes import as_dtype, int64
from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import resolve
from estimax._base._shapes import RaggedTensorSpec
from estimax._graph._op import OPS, Op, as_tensor
from estimax._graph._ragged_parts import FLAT, RAGGED, SPLITS, SPLITS_OF_LENGTHS, VALUES, WITH_FLAT
from estimax._graph._tensor import TENSOR_CLASSES, Tensor
from estimax._graph._varying import RaggedValue


def _op(name: str) -> Op:
    """Returns one of the ops of the namespace `ragged`, which loads when it is first needed."""
    resolve("estimax.ragged")
    return OPS[name]


class RaggedTensor(Tensor):
    """A Tensor of nested lists of different lengths; made by `tf.ragged.constant` and the `from_…` methods.

    Indexing takes numbers for the outermost lists and slices for all:
    `words[0]`, `words[1:]`, `words[:, :2]`.

    Example:
        >>> import estimax as tf
        >>> words = tf.RaggedTensor.from_row_lengths(["a", "b", "c"], [2, 0, 1])
        >>> words.to_list(), words.ragged_rank
        ([[b'a', b'b'], [], [b'c']], 1)
    """

    __slots__ = ()

    def __init__(self, *_: Any) -> None:
        raise TypeError("make a RaggedTensor with tf.ragged.constant or RaggedTensor.from_row_splits")

    @staticmethod
    def from_row_splits(values: Any, row_splits: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Makes lists of successive values; `row_splits` says where each begins, and where the last ends.

        Raises:
            InvalidArgumentError: the splits do not rise from 0 to the number of values.
        """
        made: RaggedTensor = RAGGED(as_tensor(values), as_tensor(row_splits, int64))
        return made

    @staticmethod
    def from_row_lengths(values: Any, row_lengths: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Makes lists of successive values, of the given lengths.

        Raises:
            InvalidArgumentError: a length is negative, or they do not add up to the number of values.
        """
        return RaggedTensor.from_row_splits(values, SPLITS_OF_LENGTHS(as_tensor(row_lengths, int64)))

    @staticmethod
    def from_row_starts(values: Any, row_starts: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Makes lists of successive values; `row_starts` says where each begins."""
        values = as_tensor(values)
        return RaggedTensor.from_row_splits(values, _op("SplitsOfStarts")(as_tensor(row_starts, int64), values))

    @staticmethod
    def from_row_limits(values: Any, row_limits: Any, name: str | None = None, validate: bool = True) -> RaggedTensor:
        """Makes lists of successive values; `row_limits` says where each ends."""
        return RaggedTensor.from_row_splits(values, _op("SplitsOfLimits")(as_tensor(row_limits, int64)))

    @staticmethod
    def from_value_rowids(
        values: Any, value_rowids: Any, nrows: Any = None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Makes lists; `value_rowids` says, in rising order, which list each value is of.

        Raises:
            InvalidArgumentError: they do not rise, or a list is beyond `nrows`.
        """
        count = () if nrows is None else (as_tensor(nrows, int64),)
        return RaggedTensor.from_row_splits(values, _op("SplitsOfRowIds")(as_tensor(value_rowids, int64), *count))

    @staticmethod
    def from_uniform_row_length(
        values: Any, uniform_row_length: Any, nrows: Any = None, name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Makes lists of successive values, all of one length.

        Raises:
            InvalidArgumentError: the number of values is no multiple of it.
        """
        values = as_tensor(values)
        length = int(uniform_row_length)
        return RaggedTensor.from_row_splits(values, _op("SplitsOfUniformLength")(values, length=length))

    @staticmethod
    def from_nested_row_splits(
        flat_values: Any, nested_row_splits: Sequence[Any], name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Makes nested lists; the splits of the outermost lists come first."""
        made = flat_values
        for splits in reversed(list(nested_row_splits)):
            made = RaggedTensor.from_row_splits(made, splits)
        return made  # type: ignore[no-any-return]  # at least one level is given

    @staticmethod
    def from_nested_row_lengths(
        flat_values: Any, nested_row_lengths: Sequence[Any], name: str | None = None, validate: bool = True
    ) -> RaggedTensor:
        """Makes nested lists; the lengths of the outermost lists come first."""
        made = flat_values
        for lengths in reversed(list(nested_row_lengths)):
            made = RaggedTensor.from_row_lengths(made, lengths)
        return made  # type: ignore[no-any-return]  # at least one level is given

    @staticmethod
    def from_tensor(
        tensor: Any, lengths: Any = None, padding: Any = None, ragged_rank: int = 1, name: str | None = None
    ) -> RaggedTensor:
        """Makes lists of the rows of a dense Tensor.

        Args:
            tensor: of at least `ragged_rank + 1` dimensions.
            lengths: how much of each row to keep.
            padding: what to remove from the end of each innermost list, instead of `lengths`.
            ragged_rank: how many levels of lists to make.
            name: has no effect.

        Raises:
            InvalidArgumentError: both `lengths` and `padding` are given.

        Example:
            >>> import estimax as tf
            >>> tf.RaggedTensor.from_tensor([[1, 2, 0], [0, 0, 0]], padding=0)
            <tf.RaggedTensor [[1, 2], []]>
        """
        if lengths is not None and padding is not None:
            raise InvalidArgumentError("lists are cut by lengths or by padding, not by both")
        dense = as_tensor(tensor)
        kind, extra = ("", ()) if padding is None else ("padding", (as_tensor(padding, dense.dtype),))
        if lengths is not None:
            kind, extra = "lengths", (as_tensor(lengths, int64),)
        made: RaggedTensor = _op("RaggedFromDense")(dense, *extra, ragged_rank=ragged_rank, by=kind)
        return made

    @staticmethod
    def from_sparse(st_input: Any, name: str | None = None) -> RaggedTensor:
        """Makes lists of the rows of a SparseTensor, whose elements stand without gaps from the left.

        Raises:
            InvalidArgumentError: there is a gap.
        """
        made: RaggedTensor = _op("RaggedFromSparse")(st_input)
        return made

    @property
    def ragged_rank(self) -> int:
        assert isinstance(self.spec, RaggedTensorSpec)
        return self.spec.ragged_rank

    @property
    def values(self) -> Any:
        """What the outermost lists hold, one after the other."""
        return VALUES(self)

    @property
    def flat_values(self) -> Any:
        """What the innermost lists hold, one after the other."""
        return FLAT(self)

    @property
    def flat(self) -> Any:
        return self.flat_values

    @property
    def row_splits(self) -> Any:
        """Where in `values` each of the outermost lists begins, and where the last ends."""
        return SPLITS(self)

    @property
    def nested_row_splits(self) -> tuple[Any, ...]:
        """The `row_splits` of each level, outermost first."""
        return tuple(level.row_splits for level in self._levels())

    def nested_row_lengths(self, name: str | None = None) -> tuple[Any, ...]:
        """Returns the lengths of the lists of each level, outermost first."""
        return tuple(level.row_lengths() for level in self._levels())

    def _levels(self) -> list[RaggedTensor]:
        levels = [self]
        for _ in range(self.ragged_rank - 1):
            levels.append(levels[-1].values)
        return levels

    @property
    def uniform_row_length(self) -> int | None:
        """How long each of the outermost lists is, where the shape says that they are equal."""
        return self.shape[1]

    def with_flat(self, flat_values: Any) -> Tensor:
        """Returns the same lists of other elements."""
        made: Tensor = WITH_FLAT(self, flat_values)
        return made

    with_flat_values = with_flat

    def with_values(self, values: Any) -> RaggedTensor:
        """Returns the same outermost lists of other values."""
        return RaggedTensor.from_row_splits(values, self.row_splits)

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """Returns how long each list along an axis is: a vector, or ragged for the inner lists."""
        return _op("RaggedRowLengths")(self, axis=int(axis) % (self.ragged_rank + 1))

    def row_starts(self, name: str | None = None) -> Any:
        """Returns where in `values` each of the outermost lists begins."""
        return self.row_splits[:-1]

    def row_limits(self, name: str | None = None) -> Any:
        """Returns where in `values` each of the outermost lists ends."""
        return self.row_splits[1:]

    def value_rowids(self, name: str | None = None) -> Any:
        """Returns, for each of `values`, the number of the list it is of."""
        return _op("RaggedRowIds")(self)

    def nrows(self, out_type: Any = None, name: str | None = None) -> Any:
        """Returns the number of the outermost lists."""
        return _op("RaggedBounds")(self, axis=0, dtype=int64 if out_type is None else as_dtype(out_type))

    def bounding_shape(self, axis: int | None = None, name: str | None = None, out_type: Any = None) -> Any:
        """Returns the smallest dense shape that holds all lists, or its size along an axis."""
        return _op("RaggedBounds")(self, axis=axis, dtype=int64 if out_type is None else as_dtype(out_type))

    def merge_dims(self, outer_axis: int, inner_axis: int) -> Any:
        """Joins the lists of several successive levels into one level."""
        rank = self.ragged_rank + 1
        return _op("RaggedMergeDims")(self, outer=outer_axis % rank, inner=inner_axis % rank)

    def to_list(self) -> list[Any]:
        """Returns nested lists of Python values; strings as `bytes`.

        Raises:
            TypeError: the Tensor is symbolic.
        """
        if not isinstance(self.value, RaggedValue):
            raise TypeError(self._no_value("its value is read"))
        return self.value.to_list()

    def to_tensor(self, default_value: Any = None, name: str | None = None, shape: Any = None) -> Any:
        """Fills the lists up to equal lengths: a dense Tensor.

        Args:
            default_value: what to fill up with; 0 or "" where None.
            name: has no effect.
            shape: the sizes to cut or fill up to; None for the longest list of an axis.

        Example:
            >>> import estimax as tf
            >>> tf.ragged.constant([[1, 2, 3], [], [4]]).to_tensor(-1).numpy().tolist()
            [[1, 2, 3], [-1, -1, -1], [4, -1, -1]]
        """
        default = () if default_value is None else (as_tensor(default_value, self.dtype),)
        sizes = None if shape is None else [None if s is None or int(s) < 0 else int(s) for s in shape]
        return _op("RaggedToDense")(self, *default, shape=sizes)

    def to_sparse(self, name: str | None = None) -> Any:
        """Returns the elements in their places in a SparseTensor."""
        return _op("RaggedToSparse")(self)

    def __getitem__(self, key: Any) -> Any:
        items = key if isinstance(key, tuple) else (key,)
        return _op("RaggedIndex")(self, key=[_index_item(item) for item in items])

    def __repr__(self) -> str:
        return super().__repr__() if self.value is None else f"<tf.RaggedTensor {self.to_list()!r}>"


def _index_item(item: Any) -> Any:
    if item is Ellipsis:
        return "..."
    if isinstance(item, slice):
        return [None if v is None else int(v) for v in (item.start, item.stop, item.step)]
    if item is None or isinstance(item, bool) or (isinstance(item, Tensor) and item.shape.ndims):
        raise InvalidArgumentError(f"a RaggedTensor is indexed by whole numbers and slices; got {item!r}")
    return int(item)


TENSOR_CLASSES[RaggedTensorSpec] = RaggedTensor
