"""The Estimator system on JAX: `import estimax as tf`.

Names stand where TensorFlow 1.x had them. Namespaces that need JAX load when they
are first used, so that importing this package is quick.
"""

import estimax._graph._operators
from estimax import data, errors, gfile, io, logging, math, strings
from estimax._array import (
    boolean_mask,
    concat,
    cond,
    constant,
    convert_to_tensor,
    expand_dims,
    eye,
    fill,
    gather,
    identity,
    linspace,
    one_hot,
    ones,
    ones_like,
    pad,
    placeholder,
    placeholder_with_default,
    range,
    rank,
    reshape,
    reverse,
    shape,
    size,
    slice,
    split,
    squeeze,
    stack,
    tile,
    transpose,
    unstack,
    where,
    zeros,
    zeros_like,
)
from estimax._base._dtypes import (
    DType,
    as_dtype,
    bool_,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from estimax._base._lazy import lazy_attributes
from estimax._base._shapes import TensorShape, TensorSpec
from estimax._graph._tensor import Tensor
from estimax._version import __version__
from estimax.io import FixedLenFeature, VarLenFeature, decode_csv
from estimax.math import (
    abs,
    acos,
    add,
    add_n,
    argmax,
    argmin,
    asin,
    atan,
    atan2,
    cast,
    ceil,
    clip_by_value,
    cos,
    cosh,
    cumsum,
    div,
    divide,
    equal,
    exp,
    expm1,
    floor,
    floordiv,
    floormod,
    greater,
    greater_equal,
    is_finite,
    is_inf,
    is_nan,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    matmul,
    maximum,
    minimum,
    mod,
    multiply,
    negative,
    not_equal,
    pow,
    reduce_all,
    reduce_any,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    round,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    squared_difference,
    subtract,
    tan,
    tanh,
    to_double,
    to_float,
    to_int32,
    to_int64,
    truediv,
)
from estimax.strings import as_string, regex_replace, substr
from estimax.strings import join as string_join
from estimax.strings import to_hash_bucket_fast as string_to_hash_bucket_fast
from estimax.strings import to_number as string_to_number

bool = bool_
double = float64
newaxis = None
VERSION = __version__

_LAZY = {
    name: f"estimax.{name}"
    for name in (
        "compat",
        "estimator",
        "feature_column",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "nn",
        "saved_model",
        "serving",
        "summary",
        "train",
    )
} | {
    name: f"estimax.initializers:{name}"
    for name in (
        "constant_initializer",
        "glorot_uniform_initializer",
        "ones_initializer",
        "random_normal_initializer",
        "random_uniform_initializer",
        "truncated_normal_initializer",
        "zeros_initializer",
    )
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
