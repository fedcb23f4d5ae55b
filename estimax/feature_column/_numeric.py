"""`numeric_column`: numbers as they are, or normalized."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import jax.numpy as jnp
import numpy as np

from estimax._base._dtypes import DType, as_dtype, float32
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._boundary import is_device_array
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op, as_argument
from estimax.feature_column import _features
from estimax.feature_column._checks import check_key
from estimax.feature_column._column import DenseColumn
from estimax.feature_column._sharing import shared_node
from estimax.io._example_specs import ExampleSpec, FixedLenFeature


@final
@dataclass(frozen=True)
class NumericColumn(DenseColumn):
    """A column of numbers; made by `numeric_column`."""

    key: str
    shape: tuple[int, ...]
    default_value: Any
    dtype: DType
    normalizer_fn: Callable[[Any], Any] | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, ExampleSpec]:
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    @property
    def width(self) -> int:
        return math.prod(self.shape)

    def numbers(self, features: Mapping[str, Any]) -> Any:
        """Builds the nodes to float32 [batch, width], normalized."""
        value = _features.numbers(features, self.key, self.name)
        if self.normalizer_fn is not None:
            value = as_argument(self.normalizer_fn(value))
        if not is_device_array(value) and value.dtype.is_string:
            raise InvalidArgumentError(
                f"column {self.name!r} takes numbers; the feature {self.key!r} holds strings. "
                f"Convert it with tf.strings.to_number, or use a categorical column"
            )
        return shared_node(_NUMBERS, value, width=self.width, column=self.name)

    def host(self, features: Mapping[str, Any]) -> tuple[Any, ...]:
        """Builds the nodes to float32 [batch, width]."""
        return (self.numbers(features),)

    def device(self, arrays: Sequence[Any], trainable: bool = True) -> Any:
        """Returns the numbers."""
        return arrays[0]


def _infer(x: TensorSpec, *, width: int, column: str) -> TensorSpec:
    size = TensorSpec(x.shape[1:], x.dtype).shape.num_elements()
    if size is not None:
        _check_width(size, width, column, tuple(x.shape))
    return TensorSpec((x.shape[0], width), float32)


def _check_width(size: int, width: int, column: str, shape: Any) -> None:
    if size != width:
        raise InvalidArgumentError(
            f"numeric column {column!r} takes {width} number{'s' * (width > 1)} for each example; the feature has "
            f"{size}, in a batch of shape {shape}. Give numeric_column the shape of one example"
        )


def _host(x: np.ndarray, *, width: int, column: str) -> np.ndarray:
    _check_width(math.prod(x.shape[1:]), width, column, x.shape)
    return x.astype(np.float32, copy=False).reshape(x.shape[0], width)


def _host_rows(x: np.ndarray, *, width: int, column: str) -> np.ndarray:
    _check_width(math.prod(x.shape[2:]), width, column, x.shape[1:])
    return x.astype(np.float32, copy=False).reshape(*x.shape[:2], width)


def device_numbers(x: Any, *, width: int, column: str) -> Any:
    """Does on the device what the op does on the host, for features that a model function computed."""
    _check_width(math.prod(x.shape[1:]), width, column, x.shape)
    return jnp.asarray(x, jnp.float32).reshape(x.shape[0], width)


_NUMBERS = Op(
    "ColumnNumbers",
    infer=_infer,
    host=_host,
    lift=leading_axis(_host_rows),
    device="estimax.feature_column._numeric:device_numbers",
)


def numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: Any = None,
    dtype: Any = float32,
    normalizer_fn: Callable[[Any], Any] | None = None,
) -> NumericColumn:
    """Describes a feature that holds numbers.

    Args:
        key: name of the feature, and of the column.
        shape: sizes of the value of one example.
        default_value: taken where a parsed example lacks the feature: one number, or numbers in that shape.
        dtype: in which the feature is parsed; the model gets float32.
        normalizer_fn: from a Tensor [batch, ...] to a Tensor of the same shape.

    Raises:
        InvalidArgumentError: a size below 1, a default of another shape, or a dtype that holds no numbers.
        TypeError: the default does not fit the dtype, or the normalizer cannot be called.

    Example:
        >>> import estimax as tf
        >>> rooms = tf.feature_column.numeric_column("rooms", normalizer_fn=lambda n: n / 10.0)
        >>> tf.compat.v1.feature_column.input_layer({"rooms": [3.0, 5.0]}, [rooms]).tolist()
        [[0.30000001192092896], [0.5]]
    """
    check_key(key)
    sizes = _checked_shape(shape, key)
    numeric_dtype = as_dtype(dtype)
    if not (numeric_dtype.is_floating or numeric_dtype.is_integer):
        raise InvalidArgumentError(f"numeric column {key!r} needs a dtype of numbers; got {numeric_dtype.name}")
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(
            f"normalizer_fn of numeric column {key!r} must be a function of a Tensor; got {normalizer_fn!r}"
        )
    return NumericColumn(
        key, sizes, _checked_default(default_value, sizes, numeric_dtype, key), numeric_dtype, normalizer_fn
    )


def _checked_shape(shape: Any, key: str) -> tuple[int, ...]:
    try:
        sizes = tuple(shape) if isinstance(shape, Sequence | np.ndarray) else (shape,)
        if any(int(s) != s for s in sizes):
            raise TypeError
    except (TypeError, ValueError):
        raise TypeError(f"the shape of numeric column {key!r} must be whole numbers; got {shape!r}") from None
    if any(s < 1 for s in sizes):
        raise InvalidArgumentError(f"the sizes in the shape of numeric column {key!r} must be 1 or more; got {sizes}")
    return tuple(int(s) for s in sizes)


def _checked_default(default: Any, shape: tuple[int, ...], dtype: DType, key: str) -> Any:
    """Returns the default in nested tuples of the given shape, each number as it was given."""
    if default is None:
        return None
    array = np.array(default)
    if array.dtype.kind not in "iuf" or (array.dtype.kind == "f" and dtype.is_integer):
        raise TypeError(f"default_value of numeric column {key!r} must fit {dtype.name}; got {default!r}")
    if array.shape not in ((), shape):
        raise InvalidArgumentError(
            f"default_value of numeric column {key!r} must be one number or have shape {shape}; "
            f"got shape {array.shape}: {default!r}"
        )
    return _as_tuples(np.broadcast_to(array, shape).tolist())


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(v) for v in value) if isinstance(value, list) else value
