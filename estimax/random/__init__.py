"""`tf.random`: random numbers by position, so that each element of a dataset gets its own, however it is computed."""

from estimax._base._lazy import explain_missing
from estimax._graph._naming import keep_names
from estimax.random._choice import categorical, shuffle
from estimax.random._distributions import gamma, normal, poisson, truncated_normal, uniform
from estimax.random._seed import set_random_seed

multinomial = categorical
set_seed = set_random_seed

__all__ = [
    "categorical",
    "gamma",
    "multinomial",
    "normal",
    "poisson",
    "set_random_seed",
    "set_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]

keep_names(globals(), __all__)

explain_missing(__name__)
