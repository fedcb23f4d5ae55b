"""Losses as pure functions of labels and predictions: `estimax.losses`.

All of them take weights and a reduction; `Reduction` says which there are.
"""

from estimax._base._lazy import lazy_attributes
from estimax.losses._cosine import cosine_distance
from estimax.losses._log import log_loss
from estimax.losses._margin import hinge_loss
from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._regression import absolute_difference, huber_loss, mean_squared_error
from estimax.losses._sigmoid import sigmoid_cross_entropy
from estimax.losses._softmax import softmax_cross_entropy, sparse_softmax_cross_entropy

__all__ = [
    "Reduction",
    "absolute_difference",
    "compute_weighted_loss",
    "cosine_distance",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]

__getattr__ = lazy_attributes(__name__, {})
