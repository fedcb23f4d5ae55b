"""`tf.sparse`: Tensors of which only some elements are there, by themselves and after `batch`."""

from estimax._base._lazy import explain_missing
from estimax._graph._composite import SparseTensor
from estimax.sparse._arithmetic import (
    add,
    maximum,
    minimum,
    reduce_max,
    reduce_max_sparse,
    reduce_sum,
    reduce_sum_sparse,
    sparse_dense_matmul,
)
from estimax.sparse._arithmetic import sparse_dense_matmul as matmul
from estimax.sparse._dense import eye, from_dense, merge, placeholder, sparse_to_dense, to_dense, to_indicator
from estimax.sparse._selection import fill_empty_rows, map_values, retain
from estimax.sparse._shape import concat, expand_dims, reorder, reset_shape, reshape, slice, split, transpose

__all__ = [
    "SparseTensor",
    "add",
    "concat",
    "expand_dims",
    "eye",
    "fill_empty_rows",
    "from_dense",
    "map_values",
    "matmul",
    "maximum",
    "merge",
    "minimum",
    "placeholder",
    "reduce_max",
    "reduce_max_sparse",
    "reduce_sum",
    "reduce_sum_sparse",
    "reorder",
    "reset_shape",
    "reshape",
    "retain",
    "slice",
    "sparse_dense_matmul",
    "sparse_to_dense",
    "split",
    "to_dense",
    "to_indicator",
    "transpose",
]

explain_missing(__name__)
