"""`tf.contrib.layers`: layers, regularizers and `optimize_loss` as programs of 1.x have them.

Variables are called `weights` and `biases` here, and layers apply ReLU unless they are told otherwise.
"""

from estimax._base._lazy import lazy_attributes
from estimax.contrib.layers._convolution import (
    avg_pool2d,
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    convolution,
    convolution1d,
    convolution2d,
    convolution2d_transpose,
    convolution3d,
    max_pool2d,
    separable_conv2d,
    separable_convolution2d,
)
from estimax.contrib.layers._embedding import bow_encoder, embed_sequence, one_hot_encoding
from estimax.contrib.layers._feature_columns import (
    bucketized_column,
    create_feature_spec_for_parsing,
    crossed_column,
    embedding_column,
    input_from_feature_columns,
    one_hot_column,
    real_valued_column,
    sparse_column_with_hash_bucket,
    sparse_column_with_integerized_feature,
    sparse_column_with_keys,
    sparse_column_with_vocabulary_file,
    weighted_sparse_column,
)
from estimax.contrib.layers._fully_connected import bias_add, fully_connected, linear, relu, relu6
from estimax.contrib.layers._initializers import (
    variance_scaling_initializer,
    xavier_initializer,
    xavier_initializer_conv2d,
)
from estimax.contrib.layers._normalization import batch_norm, layer_norm, unit_norm
from estimax.contrib.layers._optimize_loss import OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, optimize_loss
from estimax.contrib.layers._plain import dropout, flatten
from estimax.contrib.layers._regularizers import (
    apply_regularization,
    l1_l2_regularizer,
    l1_regularizer,
    l2_regularizer,
    sum_regularizer,
)
from estimax.contrib.layers._repeated import repeat, stack
from estimax.contrib.layers._summaries import (
    summarize_activation,
    summarize_activations,
    summarize_biases,
    summarize_collection,
    summarize_tensor,
    summarize_tensors,
    summarize_variables,
    summarize_weights,
)

__all__ = [
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "apply_regularization",
    "avg_pool2d",
    "batch_norm",
    "bias_add",
    "bow_encoder",
    "bucketized_column",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "convolution",
    "convolution1d",
    "convolution2d",
    "convolution2d_transpose",
    "convolution3d",
    "create_feature_spec_for_parsing",
    "crossed_column",
    "dropout",
    "embed_sequence",
    "embedding_column",
    "flatten",
    "fully_connected",
    "input_from_feature_columns",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "linear",
    "max_pool2d",
    "one_hot_column",
    "one_hot_encoding",
    "optimize_loss",
    "real_valued_column",
    "relu",
    "relu6",
    "repeat",
    "separable_conv2d",
    "separable_convolution2d",
    "sparse_column_with_hash_bucket",
    "sparse_column_with_integerized_feature",
    "sparse_column_with_keys",
    "sparse_column_with_vocabulary_file",
    "stack",
    "sum_regularizer",
    "summarize_activation",
    "summarize_activations",
    "summarize_biases",
    "summarize_collection",
    "summarize_tensor",
    "summarize_tensors",
    "summarize_variables",
    "summarize_weights",
    "unit_norm",
    "variance_scaling_initializer",
    "weighted_sparse_column",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]

__getattr__ = lazy_attributes(__name__, {})
