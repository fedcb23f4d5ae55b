"""Reading raw features: what columns ask of the dictionary that a model function gets.

Numbers arrive there as device arrays. Columns work on the host Tensors behind
them, which have all bits of 64-bit integers and cost the device nothing; an
array that the model function computed itself has none and stays on the device.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimax._base._errors import InvalidArgumentError, UnimplementedError
from estimax._base._lazy import did_you_mean
from estimax._base._shapes import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from estimax._graph._boundary import current_boundary, is_device_array
from estimax._graph._lifting import by_rows
from estimax._graph._op import OPS, Op, as_tensor
from estimax._graph._tensor import Tensor
from estimax.feature_column._sharing import shared_node
from estimax.math._casting import cast

_TO_DENSE: dict[Any, str] = {
    SparseTensorSpec: "tf.sparse.to_dense",
    RaggedTensorSpec: "its method to_tensor()",
}


def raw_feature(features: Mapping[str, Any], key: str, column: str) -> Any:
    """Returns the feature of that name.

    Raises:
        InvalidArgumentError: there is none, with the names that there are.
    """
    if not isinstance(features, Mapping):
        raise InvalidArgumentError(
            f"features must be a dictionary from names to Tensors; got {type(features).__name__}. "
            f"Column {column!r} reads the feature {key!r}"
        )
    if key in features:
        return features[key]
    names = [str(name) for name in features]
    raise InvalidArgumentError(
        f"column {column!r} reads the feature {key!r}, which is not there; "
        f"the features are {', '.join(map(repr, sorted(names))) or 'none'}{did_you_mean(key, names)}"
    )


def numbers(features: Mapping[str, Any], key: str, column: str) -> Any:
    """Returns a numeric feature with at least two axes, on the host or, where it was computed there, on the device.

    Raises:
        InvalidArgumentError: the feature has no batch axis, or is sparse or ragged.
    """
    value = _on_host_if_known(raw_feature(features, key, column))
    if isinstance(value, Tensor) and not value.spec.is_dense:
        raise InvalidArgumentError(
            f"column {column!r} takes numbers, the same count for each example; the feature {key!r} is a "
            f"{type(value).__name__}. Make it dense with {_TO_DENSE[type(value.spec)]}, or read it by a sequence column"
        )
    return _with_values_axis(value, key, column)


def values(features: Mapping[str, Any], key: str, column: str) -> Tensor:
    """Returns a categorical feature as a Tensor [batch, k], dense, sparse or ragged.

    Raises:
        InvalidArgumentError: the feature has no batch axis, or more than two axes.
    """
    tensor: Tensor = as_tensor(raw_feature(features, key, column))
    if tensor.spec.is_dense:
        tensor = _with_values_axis(tensor, key, column)
    if tensor.shape.ndims not in (2, None):
        raise InvalidArgumentError(
            f"column {column!r} takes a feature of shape [batch] or [batch, values]; "
            f"{key!r} has shape {tuple(tensor.shape)}. Reshape it in the input function"
        )
    return tensor


def weights(features: Mapping[str, Any], key: str, column: str) -> Tensor:
    """Returns the weights of categories as float32 [batch, k].

    Raises:
        InvalidArgumentError: the feature holds strings.
    """
    tensor = values(features, key, column)
    if tensor.dtype.is_string:
        raise InvalidArgumentError(
            f"column {column!r} takes its weights from numbers; the feature {key!r} holds strings. "
            f"Convert it with tf.strings.to_number"
        )
    weighted: Tensor = cast(tensor, "float32")
    return weighted


def check_same_kind(tensor: Tensor, dtype: Any, key: str, column: str) -> None:
    """Raises InvalidArgumentError unless a feature holds what a column of strings, or of integers, expects."""
    if tensor.dtype.is_string == dtype.is_string and (tensor.dtype.is_string or tensor.dtype.is_integer):
        return
    expected = "strings" if dtype.is_string else "integers"
    advice = "tf.as_string" if dtype.is_string else "tf.strings.to_number" if tensor.dtype.is_string else "tf.cast"
    raise InvalidArgumentError(
        f"column {column!r} takes {expected}; the feature {key!r} holds {tensor.dtype.name} values. "
        f"Convert it with {advice}, or give the column another dtype"
    )


def _with_values_axis(value: Any, key: str, column: str) -> Any:
    rank = value.shape.ndims if isinstance(value, Tensor) else len(value.shape)
    if rank is None:
        return shared_node(_VALUES_AXIS, value, column=column, key=key)
    if rank == 0:
        raise InvalidArgumentError(
            f"column {column!r} takes a batch of values; the feature {key!r} is a single one. "
            f"Batch the dataset, or give a list"
        )
    return shared_node(OPS["ExpandDims"], value, axis=1) if rank == 1 else value


def _infer_axis(x: TensorSpec, *, column: str, key: str) -> TensorSpec:
    return TensorSpec((None, None), x.dtype)


def _add_axis(x: Any, *, column: str, key: str) -> Any:
    if len(x.shape) not in (1, 2):
        raise InvalidArgumentError(
            f"column {column!r} takes a feature of shape [batch] or [batch, values]; a batch of {key!r} has the "
            f"shape {tuple(x.shape)}. Tell its shape with set_shape in the input function"
        )
    return x.reshape((x.shape[0], -1 if x.shape[0] else 0)) if len(x.shape) == 1 else x


_VALUES_AXIS = Op("WithValuesAxis", infer=_infer_axis, host=_add_axis, lift=by_rows)
"""What makes a feature of unknown rank one of [batch, values], when it is read."""


def _on_host_if_known(value: Any) -> Any:
    if not is_device_array(value):
        return as_tensor(value)
    tensor = as_tensor(value)
    boundary = current_boundary.get()
    try:
        return tensor if boundary is None or boundary.enter(tensor) is value else value
    except UnimplementedError:
        return value
