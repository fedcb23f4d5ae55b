"""What is known of elements in advance: specs of datasets within datasets, and specs that hold of several kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from estimax._base import _nest as nest
from estimax._base._dtypes import DType
from estimax._base._shapes import TensorSpec
from estimax._graph._function import placeholder_for
from estimax._graph._tensor import TENSOR_CLASSES, Tensor

_VARIANT = DType("variant", object)


@dataclass(frozen=True, init=False, repr=False)
class DatasetSpec(TensorSpec):
    """The elements of a dataset that is itself an element, or a part of one.

    Args:
        element_spec: the structure of an element of the inner dataset, with a `TensorSpec` in each leaf.

    Example:
        >>> import estimax as tf
        >>> tf.data.Dataset.range(7).window(3).element_spec
        DatasetSpec(TensorSpec(shape=(), dtype=tf.int64))
    """

    element_spec: Any = None

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        super().__init__((), _VARIANT)
        object.__setattr__(self, "element_spec", element_spec)

    def is_compatible_with(self, other: TensorSpec) -> bool:
        return isinstance(other, DatasetSpec) and all_leaves(
            lambda a, b: a.is_compatible_with(b), self.element_spec, other.element_spec
        )

    def with_shape(self, shape: Any) -> TensorSpec:
        return self

    def batched(self, size: int | None) -> TensorSpec:
        raise TypeError(
            "datasets, as window() makes them, cannot be put together in a batch; batch what is in them: "
            "flat_map(lambda window: window.batch(size))"
        )

    def unbatched(self) -> TensorSpec:
        raise TypeError("a dataset has no first axis; flat_map(lambda window: window) gives its elements")

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r})"


TENSOR_CLASSES[DatasetSpec] = Tensor


def argument_for(spec: TensorSpec) -> Tensor:
    """Returns a symbolic Tensor that stands for a leaf of an element, which may be a dataset."""
    if not isinstance(spec, DatasetSpec):
        return placeholder_for(spec)
    tensor = placeholder_for(TensorSpec((), _VARIANT))
    assert tensor.node is not None
    tensor.node.specs = (spec,)
    tensor.spec = spec
    return tensor


def all_leaves(predicate: Any, *structures: Any) -> bool:
    """Whether structures are of the same form and something holds of all their leaves."""
    try:
        return all(nest.flatten(nest.map_leaves(predicate, *structures)))
    except ValueError:
        return False


def are_alike(one: Any, other: Any) -> bool:
    """Whether elements of two specs can stand in one dataset: same structure, types and numbers of dimensions."""
    return all_leaves(_leaves_are_alike, one, other)


def _leaves_are_alike(one: TensorSpec, other: TensorSpec) -> bool:
    if isinstance(one, DatasetSpec) and isinstance(other, DatasetSpec):
        return are_alike(one.element_spec, other.element_spec)
    ranks = {one.shape.ndims, other.shape.ndims} - {None}
    return type(one) is type(other) and one.dtype == other.dtype and len(ranks) < 2


def general(one: Any, other: Any) -> Any:
    """Returns the spec that holds of elements of either of two specs that are alike."""
    return nest.map_leaves(_general, one, other)


def _general(one: TensorSpec, other: TensorSpec) -> TensorSpec:
    if isinstance(one, DatasetSpec) and isinstance(other, DatasetSpec):
        return DatasetSpec(general(one.element_spec, other.element_spec))
    if one.shape.ndims is None or one.shape.ndims != other.shape.ndims:
        return one.with_shape(None)
    return one.with_shape(a if a == b else None for a, b in zip(one.shape, other.shape, strict=True))
