"""Initial values of variables, drawn on the host: `estimax.initializers`.

An initializer is a frozen description that is called with a shape, an element
type and a random generator and returns a NumPy array. NumPy, not JAX, because
starting a program must not wait for a compilation for every shape.

Short names (`zeros`) and long ones (`zeros_initializer`) mean the same classes.
Names in camel case are those of Keras, where some have other defaults: `random_normal`
has a standard deviation of 1, `RandomNormal` one of 0.05.
"""

from estimax._base._lazy import lazy_attributes
from estimax.initializers._fixed import Constant, Identity, Ones, Zeros
from estimax.initializers._initializer import Initializer
from estimax.initializers._keras import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    get,
)
from estimax.initializers._random import Orthogonal
from estimax.initializers._random import RandomNormal as random_normal
from estimax.initializers._random import RandomUniform as random_uniform
from estimax.initializers._random import TruncatedNormal as truncated_normal
from estimax.initializers._scaling import UniformUnitScaling as uniform_unit_scaling
from estimax.initializers._scaling import VarianceScaling
from estimax.initializers._schemes import (
    glorot_normal_initializer,
    glorot_uniform_initializer,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)

zeros = zeros_initializer = Zeros
ones = ones_initializer = Ones
constant = constant_initializer = Constant
identity = Identity
random_normal_initializer = random_normal
truncated_normal_initializer = truncated_normal
random_uniform_initializer = random_uniform
uniform_unit_scaling_initializer = uniform_unit_scaling
orthogonal = orthogonal_initializer = Orthogonal
variance_scaling = variance_scaling_initializer = VarianceScaling
glorot_uniform = glorot_uniform_initializer
glorot_normal = glorot_normal_initializer

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "constant_initializer",
    "get",
    "glorot_normal",
    "glorot_normal_initializer",
    "glorot_uniform",
    "glorot_uniform_initializer",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "ones_initializer",
    "orthogonal",
    "orthogonal_initializer",
    "random_normal",
    "random_normal_initializer",
    "random_uniform",
    "random_uniform_initializer",
    "truncated_normal",
    "truncated_normal_initializer",
    "uniform_unit_scaling",
    "uniform_unit_scaling_initializer",
    "variance_scaling",
    "variance_scaling_initializer",
    "zeros",
    "zeros_initializer",
]

__getattr__ = lazy_attributes(__name__, {})
