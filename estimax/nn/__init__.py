"""What networks are made of, as pure functions on arrays: `estimax.nn`.

Positions of arguments are those of TensorFlow 2.x, and the older names of arguments
are known too; `estimax.compat.v1.nn` has the positions and defaults of 1.x.
"""

from estimax._base._lazy import lazy_attributes
from estimax._graph._naming import keep_names
from estimax.nn._activations import (
    crelu,
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
    tanh,
)
from estimax.nn._bias import bias_add, relu_layer, xw_plus_b
from estimax.nn._blocks import depth_to_space, space_to_depth
from estimax.nn._candidates import (
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from estimax.nn._convolution import (
    atrous_conv2d,
    conv1d,
    conv2d,
    conv3d,
    convolution,
    depthwise_conv2d,
    depthwise_conv2d_native,
    separable_conv2d,
)
from estimax.nn._cross_entropy import (
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from estimax.nn._dropout import dropout
from estimax.nn._embedding import embedding_lookup
from estimax.nn._moments import moments, normalize_moments, sufficient_statistics, weighted_moments, zero_fraction
from estimax.nn._normalization import (
    batch_norm_with_global_normalization,
    batch_normalization,
    fused_batch_norm,
    local_response_normalization,
    lrn,
)
from estimax.nn._norms import l2_loss, l2_normalize
from estimax.nn._pooling import (
    avg_pool,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    avg_pool_v2,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_pool_v2,
    max_pool_with_argmax,
    pool,
)
from estimax.nn._sampled_losses import nce_loss, sampled_softmax_loss
from estimax.nn._sparse_embedding import embedding_lookup_sparse, safe_embedding_lookup_sparse
from estimax.nn._top_k import in_top_k, top_k
from estimax.nn._transposed_convolution import (
    atrous_conv2d_transpose,
    conv1d_transpose,
    conv2d_transpose,
    conv3d_transpose,
    conv_transpose,
)

softmax_cross_entropy_with_logits = softmax_cross_entropy_with_logits_v2

__all__ = [
    "all_candidate_sampler",
    "atrous_conv2d",
    "atrous_conv2d_transpose",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "avg_pool_v2",
    "batch_norm_with_global_normalization",
    "batch_normalization",
    "bias_add",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "conv_transpose",
    "convolution",
    "crelu",
    "depth_to_space",
    "depthwise_conv2d",
    "depthwise_conv2d_native",
    "dropout",
    "elu",
    "embedding_lookup",
    "embedding_lookup_sparse",
    "fixed_unigram_candidate_sampler",
    "fused_batch_norm",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_softmax",
    "log_uniform_candidate_sampler",
    "lrn",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_v2",
    "max_pool_with_argmax",
    "moments",
    "nce_loss",
    "normalize_moments",
    "pool",
    "relu",
    "relu6",
    "relu_layer",
    "safe_embedding_lookup_sparse",
    "sampled_softmax_loss",
    "selu",
    "separable_conv2d",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "sufficient_statistics",
    "swish",
    "tanh",
    "top_k",
    "uniform_candidate_sampler",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "xw_plus_b",
    "zero_fraction",
]

keep_names(globals(), __all__)

_LOOPS = ("bidirectional_dynamic_rnn", "dynamic_rnn", "raw_rnn", "static_bidirectional_rnn", "static_rnn")

__getattr__ = lazy_attributes(
    __name__,
    {"rnn_cell": "estimax.nn.rnn_cell"} | {name: f"estimax.nn._recurrent_loops:{name}" for name in _LOOPS},
)
