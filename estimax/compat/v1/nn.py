"""`tf.compat.v1.nn`: the functions whose arguments stand in another order or mean something else than in `tf.nn`.

Each has the signature of TensorFlow 1.x and does what the one in `estimax.nn` does,
where its arguments are described.
"""

from __future__ import annotations

from typing import Any

from estimax import nn as _nn
from estimax._base._lazy import resolve
from estimax._graph._naming import keep_names
from estimax.nn._cross_entropy import softmax_cross_entropy_with_logits as _labels_get_no_gradient

__all__ = [
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "convolution",
    "crelu",
    "depth_to_space",
    "depthwise_conv2d",
    "dropout",
    "embedding_lookup",
    "embedding_lookup_sparse",
    "max_pool_with_argmax",
    "moments",
    "nce_loss",
    "pool",
    "safe_embedding_lookup_sparse",
    "sampled_softmax_loss",
    "separable_conv2d",
    "softmax_cross_entropy_with_logits",
    "space_to_depth",
    "sufficient_statistics",
    "weighted_moments",
]


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool | None = None,
    data_format: str | None = None,
    name: str | None = None,
    input: Any = None,
    dilations: Any = None,
) -> Any:
    """Does what `tf.nn.conv1d` does; 'NHWC' and 'NCHW' are names of its data formats too."""
    layout = {"NHWC": "NWC", "NCHW": "NCW"}.get(data_format or "", data_format)
    return _nn.conv1d(input, filters, stride, padding, layout, dilations, value=value)


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
    filters: Any = None,
) -> Any:
    """Does what `tf.nn.conv2d` does."""
    return _nn.conv2d(input, filters, strides, padding, data_format, dilations, filter=filter)


def conv3d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
    filters: Any = None,
) -> Any:
    """Does what `tf.nn.conv3d` does."""
    return _nn.conv3d(input, filters, strides, padding, data_format, dilations, filter=filter)


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Any:
    """Does what `tf.nn.conv2d_transpose` does."""
    layout = (strides, padding, data_format, dilations)
    return _nn.conv2d_transpose(input, filters, output_shape, *layout, value=value, filter=filter)


def conv3d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NDHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Any:
    """Does what `tf.nn.conv3d_transpose` does."""
    layout = (strides, padding, data_format, dilations)
    return _nn.conv3d_transpose(input, filters, output_shape, *layout, value=value, filter=filter)


def convolution(
    input: Any,
    filter: Any = None,
    padding: Any = None,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Any:
    """Does what `tf.nn.convolution` does."""
    spread = dilations if dilation_rate is None else dilation_rate
    return _nn.convolution(input, filters, strides, padding, data_format, spread, filter=filter)


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Any:
    """Does what `tf.nn.depthwise_conv2d` does."""
    return _nn.depthwise_conv2d(input, filter, strides, padding, data_format, dilations, rate=rate)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Any:
    """Does what `tf.nn.separable_conv2d` does."""
    filters = (depthwise_filter, pointwise_filter)
    return _nn.separable_conv2d(input, *filters, strides, padding, data_format, dilations, rate=rate)


def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    padding: Any,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Any:
    """Does what `tf.nn.pool` does."""
    spread = dilations if dilation_rate is None else dilation_rate
    return _nn.pool(input, window_shape, pooling_type, strides, padding, data_format, spread)


def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    Targmax: Any = None,
    name: str | None = None,
    output_dtype: Any = None,
    include_batch_in_index: bool = False,
) -> Any:
    """Does what `tf.nn.max_pool_with_argmax` does."""
    kind = output_dtype if Targmax is None else Targmax
    return _nn.max_pool_with_argmax(input, ksize, strides, padding, data_format, kind, include_batch_in_index)


def crelu(features: Any, name: str | None = None, axis: int = -1) -> Any:
    """Does what `tf.nn.crelu` does."""
    return _nn.crelu(features, axis=axis)


def space_to_depth(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Any:
    """Does what `tf.nn.space_to_depth` does."""
    return _nn.space_to_depth(input, block_size, data_format)


def depth_to_space(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Any:
    """Does what `tf.nn.depth_to_space` does."""
    return _nn.depth_to_space(input, block_size, data_format)


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: Any = None,
    name: str | None = None,
    rate: Any = None,
) -> Any:
    """Does what `tf.nn.dropout` does, but the second argument is which part is kept."""
    return _nn.dropout(x, rate, noise_shape, seed, keep_prob=keep_prob)


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> Any:
    """Does what `tf.nn.moments` does."""
    return _nn.moments(x, axes, shift, keepdims, keep_dims=keep_dims)


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> Any:
    """Does what `tf.nn.weighted_moments` does."""
    return _nn.weighted_moments(x, axes, frequency_weights, keepdims, keep_dims=keep_dims)


def sufficient_statistics(
    x: Any,
    axes: Any,
    shift: Any = None,
    keep_dims: bool | None = None,
    name: str | None = None,
    keepdims: bool | None = None,
) -> Any:
    """Does what `tf.nn.sufficient_statistics` does."""
    return _nn.sufficient_statistics(x, axes, shift, keepdims, keep_dims=keep_dims)


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: float | None = None,
) -> Any:
    """Does what `tf.nn.embedding_lookup` does, but the rows of several tables are in turns by default."""
    return _nn.embedding_lookup(params, ids, max_norm, partition_strategy=partition_strategy)


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: float | None = None,
    allow_fast_lookup: bool = False,
) -> Any:
    """Does what `tf.nn.embedding_lookup_sparse` does, but the rows of several tables are in turns by default."""
    lists = (sp_ids, sp_weights, combiner, max_norm)
    return _nn.embedding_lookup_sparse(params, *lists, partition_strategy=partition_strategy)


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str | None = "mean",
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: float | None = None,
    allow_fast_lookup: bool = False,
) -> Any:
    """Does what `tf.nn.safe_embedding_lookup_sparse` does."""
    lists = (sparse_ids, sparse_weights, combiner, default_id, max_norm)
    return _nn.safe_embedding_lookup_sparse(embedding_weights, *lists, partition_strategy=partition_strategy)


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str | None = "nce_loss",
) -> Any:
    """Does what `tf.nn.nce_loss` does, but the rows of several tables are in turns by default."""
    model = (weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values)
    return _nn.nce_loss(*model, remove_accidental_hits, partition_strategy=partition_strategy)


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str | None = "sampled_softmax_loss",
    seed: Any = None,
) -> Any:
    """Does what `tf.nn.sampled_softmax_loss` does, but the rows of several tables are in turns by default."""
    model = (weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values)
    return _nn.sampled_softmax_loss(*model, remove_accidental_hits, seed, partition_strategy=partition_strategy)


def softmax_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    dim: int = -1,
    name: str | None = None,
    axis: int | None = None,
) -> Any:
    """Does what `tf.nn.softmax_cross_entropy_with_logits` does, but sends no gradient to the labels."""
    return _labels_get_no_gradient(labels, logits, dim if axis is None else axis)


keep_names(globals(), __all__)


def __getattr__(name: str) -> Any:
    return getattr(resolve("estimax.nn"), name)
