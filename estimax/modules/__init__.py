"""Models in JAX inside a model function: pytrees as variables, and modules of Flax and Equinox."""

from estimax.modules._equinox import from_equinox
from estimax.modules._keys import next_key
from estimax.modules._linen import BoundLinen, from_linen
from estimax.modules._nnx import from_nnx
from estimax.modules._tree import get_variables, set_variables

__all__ = ["BoundLinen", "from_equinox", "from_linen", "from_nnx", "get_variables", "next_key", "set_variables"]
