"""Array operations, which stand at the top of the package: `tf.constant`, `tf.reshape`, `tf.where` and their kin."""

from estimax._array._creation import (
    constant,
    convert_to_tensor,
    eye,
    fill,
    identity,
    ones,
    ones_like,
    placeholder,
    placeholder_with_default,
    zeros,
    zeros_like,
)
from estimax._array._gathering import gather, one_hot
from estimax._array._indexing import reverse, slice
from estimax._array._joining import concat, pad, split, stack, tile, unstack
from estimax._array._ranges import linspace, range
from estimax._array._selection import boolean_mask, cond, where, where_v2
from estimax._array._shape import expand_dims, rank, reshape, shape, size, squeeze, transpose

__all__ = [
    "boolean_mask",
    "concat",
    "cond",
    "constant",
    "convert_to_tensor",
    "expand_dims",
    "eye",
    "fill",
    "gather",
    "identity",
    "linspace",
    "one_hot",
    "ones",
    "ones_like",
    "pad",
    "placeholder",
    "placeholder_with_default",
    "range",
    "rank",
    "reshape",
    "reverse",
    "shape",
    "size",
    "slice",
    "split",
    "squeeze",
    "stack",
    "tile",
    "transpose",
    "unstack",
    "where",
    "where_v2",
    "zeros",
    "zeros_like",
]
