"""Losses as pure functions of labels and predictions: `estimax.losses`.

All of them take weights and a reduction; `Reduction` says which there are. The
functions are those of TensorFlow 1.x and add their results to the collection of
losses; the classes are those of TensorFlow 2, the same as in `keras.losses`.
"""

from estimax._base._lazy import lazy_attributes
from estimax.losses._collection import (
    add_loss,
    get_losses,
    get_regularization_loss,
    get_regularization_losses,
    get_total_loss,
)
from estimax.losses._cosine import cosine_distance
from estimax.losses._keras_style import CLASSES
from estimax.losses._log import log_loss
from estimax.losses._margin import hinge_loss
from estimax.losses._pairwise import mean_pairwise_squared_error
from estimax.losses._reduction import Reduction, compute_weighted_loss
from estimax.losses._regression import absolute_difference, huber_loss, mean_squared_error
from estimax.losses._sigmoid import sigmoid_cross_entropy
from estimax.losses._softmax import softmax_cross_entropy, sparse_softmax_cross_entropy

__all__ = [
    "Reduction",
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_loss",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "huber_loss",
    "log_loss",
    "mean_pairwise_squared_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]

__getattr__ = lazy_attributes(__name__, {name: f"estimax.losses._keras_style:{name}" for name in CLASSES})
