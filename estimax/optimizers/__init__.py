"""Keras-style optimizers and schedules (`tf.keras.optimizers`).

They compute what `tf.keras.optimizers.legacy` computes, which the original's
estimators ask for: newer Keras gives other numbers on tables (SGD and RMSprop with
momentum, Adamax, Nadam, Ftrl) and for Adagrad with a large epsilon.
"""

from estimax._base._lazy import lazy_attributes
from estimax.optimizers import schedules
from estimax.optimizers._adadelta import Adadelta
from estimax.optimizers._adagrad import Adagrad
from estimax.optimizers._adam import Adam, Adamax
from estimax.optimizers._ftrl import Ftrl
from estimax.optimizers._lookup import deserialize, get, serialize
from estimax.optimizers._nadam import Nadam
from estimax.optimizers._optimizer import Optimizer
from estimax.optimizers._rmsprop import RMSprop
from estimax.optimizers._sgd import SGD

__all__ = [
    "Adadelta",
    "Adagrad",
    "Adam",
    "Adamax",
    "Ftrl",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "SGD",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

__getattr__ = lazy_attributes(__name__, {"legacy": "estimax.optimizers"})
