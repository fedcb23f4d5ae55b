"""What networks are made of, as pure functions on arrays: `estimax.nn`."""

from estimax._base._lazy import lazy_attributes
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
from estimax.nn._cross_entropy import (
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from estimax.nn._norms import l2_loss, l2_normalize
from estimax.nn._top_k import in_top_k, top_k

__all__ = [
    "crelu",
    "elu",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_poisson_loss",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
]

_LOOPS = ("bidirectional_dynamic_rnn", "dynamic_rnn", "static_rnn")

__getattr__ = lazy_attributes(
    __name__,
    {"rnn_cell": "estimax.nn.rnn_cell"} | {name: f"estimax.nn._recurrent_loops:{name}" for name in _LOOPS},
)
