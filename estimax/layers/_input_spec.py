"""What a layer demands of its input: `InputSpec`, and the check of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from estimax._base._dtypes import as_dtype


@dataclass(frozen=True)
class InputSpec:
    """What a layer demands of one input; a layer sets it as its `input_spec`.

    Attributes:
        dtype: of its elements; any if None.
        shape: with None for any size; any shape if None.
        ndim: how many dimensions it has.
        max_ndim: how many at most.
        min_ndim: how many at least.
        axes: sizes of single dimensions, by their numbers; negative ones count from the end.
        allow_last_axis_squeeze: has no effect.
        name: has no effect.

    Example:
        >>> import estimax as tf
        >>> tf.layers.InputSpec(min_ndim=2, axes={-1: 3})
        InputSpec(min_ndim=2, axes={-1: 3})
    """

    dtype: Any = None
    shape: Any = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: Mapping[int, int | None] = field(default_factory=dict)
    allow_last_axis_squeeze: bool = False
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", {int(k): v for k, v in dict(self.axes or {}).items()})
        if self.shape is not None:
            object.__setattr__(self, "shape", tuple(self.shape))
            object.__setattr__(self, "ndim", len(self.shape))

    def __repr__(self) -> str:
        said = {n: getattr(self, n) for n in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")}
        if self.shape is not None:
            del said["ndim"]
        return f"InputSpec({', '.join(f'{n}={v!r}' for n, v in said.items() if v)})"

    def demand(self, shape: tuple[Any, ...], dtype: Any) -> str | None:
        """Returns what an input of that shape and type should have been, or None where it fits."""
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim:
            return f"{self.ndim} dimensions"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"at most {self.max_ndim} dimensions"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"at least {self.min_ndim} dimensions"
        if self.dtype is not None and as_dtype(self.dtype) != as_dtype(dtype):
            return f"elements of type {as_dtype(self.dtype).name}"
        sizes = {**dict(enumerate(self.shape or ())), **self.axes}
        for axis, size in sizes.items():
            if size is not None and (not -rank <= axis < rank or shape[axis] != size):
                return f"size {size} along axis {axis}"
        return None


def check_input(layer: str, spec: Any, inputs: list[Any]) -> None:
    """Checks the inputs of a layer.

    Args:
        layer: its name.
        spec: an `InputSpec`, a list of them, one for each input, or None for no demands.
        inputs: arrays; what has no shape is not looked at.

    Raises:
        ValueError: an input does not fit, or there are more or fewer than there should be.
    """
    if spec is None:
        return
    specs = list(spec) if isinstance(spec, list | tuple) else [spec]
    if len(specs) != len(inputs):
        raise ValueError(f"layer {layer!r} needs {len(specs)} input(s); got {len(inputs)}")
    for one, value in zip(specs, inputs, strict=True):
        if one is None or not hasattr(value, "shape"):
            continue
        wanted = one.demand(tuple(value.shape), value.dtype)
        if wanted is not None:
            raise ValueError(
                f"layer {layer!r} needs an input with {wanted}; got shape {tuple(value.shape)} of type {value.dtype}"
            )
