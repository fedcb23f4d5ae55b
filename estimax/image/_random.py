"""Images changed at random: mirrored, cut, brighter, of more contrast, of another hue.

Each element of a dataset gets random numbers of its own, which depend on its
position alone; the changes are those of the functions without `random`. Of a
batch each image is mirrored or not by itself, and the rest is one for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import as_sizes
from estimax._array._shape import shape
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._column import Column
from estimax._graph._op import Node, Op, as_argument
from estimax._graph._varying import Varying
from estimax.image._colour import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from estimax.image._rule import completed, image_shape, rows_on_threads
from estimax.random._distributions import uniform


def _infer_mirrored(image: TensorSpec, draws: TensorSpec, *, axis: int) -> TensorSpec:
    return TensorSpec(image_shape("random_flip", image), image.dtype)


def _mirrored(image: np.ndarray, draws: np.ndarray, *, axis: int) -> np.ndarray:
    chosen = np.reshape(draws < 0.5, (*image.shape[:-3], 1, 1, 1))
    return np.where(chosen, np.flip(image, axis), image)


def _lift_mirrored(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    if not rows or not all(lifted) or any(isinstance(v, Varying) for v in values):
        return rows_on_threads(node, values, lifted, rows, params)
    return (node.op.host(*values, **params),)


def _infer_cut(value: TensorSpec, draws: TensorSpec, *tensors: TensorSpec, size: list[Any]) -> TensorSpec:
    if value.shape.ndims not in (len(size), None):
        raise InvalidArgumentError(f"random_crop needs one size for each axis; got {size} for {tuple(value.shape)}")
    for old, new in zip(value.shape.known, size):  # noqa: B905  # nothing is known of a shape of unknown rank
        if old is not None and new is not None and new > old:
            raise InvalidArgumentError(f"random_crop needs sizes up to {tuple(value.shape)}; got {size}")
    return TensorSpec([None if s is None else s for s in size], value.dtype)


def _cut(value: np.ndarray, draws: np.ndarray, *tensors: Any, size: list[Any]) -> np.ndarray:
    sizes = completed(size, tensors)
    if any(not 0 <= new <= old for old, new in zip(value.shape, sizes, strict=True)):
        raise InvalidArgumentError(f"random_crop needs sizes up to {value.shape}; got {list(sizes)}")
    starts = [int(d) % (old - new + 1) for d, old, new in zip(draws, value.shape, sizes, strict=True)]
    return np.ascontiguousarray(value[tuple(np.s_[a : a + n] for a, n in zip(starts, sizes, strict=True))])


_MIRRORED = Op(
    "FlipChosen",
    infer=_infer_mirrored,
    host=_mirrored,
    lift=_lift_mirrored,
    device="estimax.image._device:mirrored",
)
_CUT = Op("CropAt", infer=_infer_cut, host=_cut, lift=rows_on_threads, device="estimax.image._device:crop_at")


def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """Mirrors every other image, left and right.

    Args:
        image: [height, width, channels], or a batch, of which each image is mirrored or not by itself.
        seed: for the same choices wherever it is given.

    Example:
        >>> from estimax import image
        >>> pictures = [image.random_flip_left_right([[[1], [2]]], seed=s).numpy().ravel().tolist() for s in range(9)]
        >>> sorted({tuple(p) for p in pictures})
        [(1, 2), (2, 1)]
    """
    return _flipped(image, seed, -2)


def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """Mirrors every other image, above and below; as `random_flip_left_right`."""
    return _flipped(image, seed, -3)


def _flipped(image: Any, seed: Any, axis: int) -> Any:
    image = as_argument(image)
    rank = len(image.shape)
    if rank not in (3, 4):
        raise InvalidArgumentError(f"an image must be [height, width, channels], or a batch; got {tuple(image.shape)}")
    return _MIRRORED(image, uniform([shape(image)[0]] if rank == 4 else [], seed=seed), axis=axis)


def random_brightness(image: Any, max_delta: float, seed: Any = None) -> Any:
    """Adds a random number from -max_delta to max_delta to the brightness, as `adjust_brightness` does.

    Raises:
        InvalidArgumentError: `max_delta` is negative.
    """
    if max_delta < 0:
        raise InvalidArgumentError(f"max_delta must not be negative; got {max_delta}")
    return adjust_brightness(image, uniform([], -float(max_delta), float(max_delta), seed=seed))


def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """Multiplies the contrast by a random number from `lower` to `upper`, as `adjust_contrast` does.

    Raises:
        InvalidArgumentError: not 0 <= lower < upper.
    """
    return adjust_contrast(image, _factor(lower, upper, seed))


def random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """Multiplies the saturation by a random number from `lower` to `upper`, as `adjust_saturation` does.

    Raises:
        InvalidArgumentError: not 0 <= lower < upper, or the images do not have three channels.
    """
    return adjust_saturation(image, _factor(lower, upper, seed))


def _factor(lower: float, upper: float, seed: Any) -> Any:
    if not 0 <= lower < upper:
        raise InvalidArgumentError(f"the range must be 0 <= lower < upper; got {lower} and {upper}")
    return uniform([], float(lower), float(upper), seed=seed)


def random_hue(image: Any, max_delta: float, seed: Any = None) -> Any:
    """Turns the hue by a random part of the circle of colours, up to `max_delta` either way, as `adjust_hue` does.

    Raises:
        InvalidArgumentError: `max_delta` is not from 0 to 0.5, or the images do not have three channels.
    """
    if not 0 <= max_delta <= 0.5:
        raise InvalidArgumentError(f"max_delta must be from 0 to 0.5; got {max_delta}")
    return adjust_hue(image, uniform([], -float(max_delta), float(max_delta), seed=seed))


def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Any:
    """Cuts a block of a size out of a Tensor, anywhere.

    Args:
        value: of any type of numbers and any number of dimensions.
        size: of the block, one number for each dimension.
        seed: for the same places wherever it is given.
        name: has no effect.

    Raises:
        InvalidArgumentError: the block is larger than the Tensor.

    Example:
        >>> import numpy as np
        >>> from estimax import image
        >>> image.random_crop(np.zeros([6, 7, 3]), [4, 4, 3]).shape
        (4, 4, 3)
    """
    known, tensors = as_sizes(size)
    draws = uniform([len(known)], 0, np.iinfo(np.int32).max, "int32", seed)
    return _CUT(as_argument(value), draws, *tensors, size=known)
