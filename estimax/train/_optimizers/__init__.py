"""The optimizers, one rule a file.

Every one is a frozen description under the name and with the arguments that the
original's first version has, and an update rule that gives the original's numbers.
"""

from estimax.train._optimizers._adadelta import AdadeltaOptimizer
from estimax.train._optimizers._adagrad import AdagradOptimizer
from estimax.train._optimizers._adagrad_da import AdagradDAOptimizer
from estimax.train._optimizers._adam import AdamOptimizer
from estimax.train._optimizers._ftrl import FtrlOptimizer
from estimax.train._optimizers._lazy_adam import LazyAdamOptimizer
from estimax.train._optimizers._momentum import MomentumOptimizer
from estimax.train._optimizers._proximal_adagrad import ProximalAdagradOptimizer
from estimax.train._optimizers._proximal_sgd import ProximalGradientDescentOptimizer
from estimax.train._optimizers._rmsprop import RMSPropOptimizer
from estimax.train._optimizers._sgd import GradientDescentOptimizer

__all__ = [
    "AdadeltaOptimizer",
    "AdagradDAOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "FtrlOptimizer",
    "GradientDescentOptimizer",
    "LazyAdamOptimizer",
    "MomentumOptimizer",
    "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer",
    "RMSPropOptimizer",
]
