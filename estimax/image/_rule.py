"""What the ops on images have in common: their specs, and how they run over columns.

An image is [height, width, channels], or a batch of them one axis more. The
kernels take any number of axes before these three, so that a column of images
is one call; a column whose rows differ in size is one call for each, on threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from estimax._array._dimensions import complete
from estimax._base._dtypes import DType
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._column import Column, empty_column, repeat_value, rows_of, stack_rows
from estimax._graph._lifting import Lifting, by_rows
from estimax._graph._op import Node, Op
from estimax._graph._varying import Varying
from estimax.image._threads import for_each

Kernel = Callable[..., Any]

RESIZABLE = ("uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "float32", "float64")


def image_shape(name: str, spec: TensorSpec, ranks: tuple[int, ...] = (3, 4)) -> TensorShape:
    """Returns the shape of an argument that is an image or a batch of images.

    Raises:
        InvalidArgumentError: it has another number of dimensions.
        TypeError: it is strings.
    """
    if spec.dtype.is_string:
        raise TypeError(f"{name} needs images; got strings. Decode them with tf.image.decode_jpeg or decode_image")
    if spec.shape.ndims is not None and spec.shape.ndims not in ranks:
        raise InvalidArgumentError(
            f"{name} needs an image [height, width, channels]{' or a batch of them' if 4 in ranks else ''}; "
            f"got the shape {tuple(spec.shape)}"
        )
    return spec.shape


def known_size(image: Any) -> tuple[int, int] | None:
    """Returns the height and width of an image, or None where they are not known."""
    shape = image.shape
    if isinstance(shape, TensorShape) and shape.ndims is None:
        return None
    sizes = tuple(shape)[-3:-1]
    return sizes if len(shape) in (3, 4) and all(isinstance(size, int) for size in sizes) else None


def with_sizes(shape: TensorShape, height: Any, width: Any) -> TensorShape:
    """Returns the shape of images of another height and width; None for what is not known."""
    if shape.ndims is None:
        return shape
    return TensorShape((*shape[:-3], height, width, shape[-1]))


def with_channels(shape: TensorShape, channels: int | None) -> TensorShape:
    """Returns the shape of images with another number of channels."""
    return shape if shape.ndims is None else TensorShape((*shape[:-1], channels))


def need_channels(name: str, shape: TensorShape, channels: int) -> None:
    """Refuses images that are known to have another number of channels.

    Raises:
        InvalidArgumentError: they have.
    """
    if shape.ndims is not None and shape[-1] not in (channels, None):
        raise InvalidArgumentError(f"{name} needs images of {channels} channels; got the shape {tuple(shape)}")


def need_float(name: str, dtype: DType) -> None:
    """Refuses images of whole numbers.

    Raises:
        TypeError: they are.
    """
    if not dtype.is_floating:
        raise TypeError(
            f"{name} needs floating-point numbers; got {dtype.name}. "
            f"Convert with tf.image.convert_image_dtype(image, tf.float32)"
        )


def over_images(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Runs a kernel over a column of images; the arguments after the first are sizes, one for all rows or one each."""
    if not rows:
        return tuple(empty_column(spec) for spec in node.specs)
    others = [_same_in_all_rows(v) if is_column else v for v, is_column in zip(values[1:], lifted[1:], strict=True)]
    if any(v is None for v in others):
        return rows_on_threads(node, values, lifted, rows, params)
    if not lifted[0]:
        return (repeat_value(node.op.host(values[0], *others, **params), rows),)
    if isinstance(values[0], Varying):
        return rows_on_threads(node, (values[0], *others), (True, *[False] * len(others)), rows, params)
    return (node.op.host(values[0], *others, **params),)


def rows_on_threads(
    node: Node, values: Sequence[Any], lifted: Sequence[bool], rows: int, params: dict[str, Any]
) -> tuple[Column, ...]:
    """Runs an op with one result for each row, on threads."""
    if not rows:
        return by_rows(node, values, lifted, rows, params)
    split = [rows_of(v) if is_column else [v] * rows for v, is_column in zip(values, lifted, strict=True)]
    results = for_each(lambda i: node.op.host(*(column[i] for column in split), **params), rows)
    return (stack_rows(results, node.specs[0].dtype),)


def image_op(
    name: str,
    kernel: Kernel,
    shape: Callable[[TensorShape], TensorShape] = lambda s: s,
    dtype: Callable[[DType], DType] = lambda d: d,
    check: Callable[[str, TensorSpec], None] = lambda name, spec: None,
    device: str | None = None,
    lift: Lifting = over_images,
) -> Op:
    """Makes an op of one image or batch of images and static parameters.

    Args:
        name: of the op.
        kernel: NumPy function of [..., height, width, channels] and the parameters.
        shape: the shape of the result for the shape of the argument.
        dtype: the same for the element type.
        check: refuses arguments, by the op's name and the argument's spec.
        device: path of the JAX function that does the same.
        lift: how it runs over columns.
    """

    def infer(image: TensorSpec, **params: Any) -> TensorSpec:
        check(name, image)
        return TensorSpec(shape(image_shape(name, image)), dtype(image.dtype))

    return Op(name, infer=infer, host=kernel, lift=lift, device=device)


def completed(known: Sequence[Any], sizes: Sequence[Any]) -> tuple[int, ...]:
    """Puts sizes that were Tensors into their places."""
    return tuple(int(size) for size in complete(known, [np.asarray(s) for s in sizes]))


def _same_in_all_rows(column: Any) -> Any:
    if isinstance(column, Varying) or (column != column[:1]).any():
        return None
    return np.asarray(column[0])
