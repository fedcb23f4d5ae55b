"""Where the names stand that TensorFlow 1.x kept at its root and that belong to a namespace.

They load when they are first used, so that importing the package stays quick.
"""

_SPARSE = (
    "add",
    "concat",
    "fill_empty_rows",
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
    "split",
    "to_indicator",
    "transpose",
)

_ARRAYS = ("diag", "diag_part", "matrix_diag", "matrix_diag_part", "parallel_stack", "switch_case")

_DEVICE = {
    "IndexedSlices": "estimax.train._gradients:IndexedSlices",
    "clip_by_average_norm": "estimax.train._clipping:clip_by_average_norm",
    "clip_by_global_norm": "estimax.train._clipping:clip_by_global_norm",
    "clip_by_norm": "estimax.train._clipping:clip_by_norm",
    "get_variable": "estimax.variables:get_variable",
    "global_norm": "estimax.train._clipping:global_norm",
    "gradients": "estimax.train._compute_gradients:gradients",
    "trainable_variables": "estimax._scope._variables:trainable_variables",
}

SPELLINGS = {
    **_DEVICE,
    **{f"sparse_{name}": f"estimax.sparse:{name}" for name in _SPARSE},
    "sparse_tensor_dense_matmul": "estimax.sparse:sparse_dense_matmul",
    "sparse_tensor_to_dense": "estimax.sparse:to_dense",
    "sparse_to_dense": "estimax.sparse:sparse_to_dense",
    **{name: f"estimax._array:{name}" for name in _ARRAYS},
    "initialize_all_tables": "estimax.lookup:tables_initializer",
    "tables_initializer": "estimax.lookup:tables_initializer",
    "multinomial": "estimax.random:multinomial",
    "random_crop": "estimax.image:random_crop",
    "random_gamma": "estimax.random:gamma",
    "random_normal": "estimax.random:normal",
    "random_poisson": "estimax.random:poisson",
    "random_shuffle": "estimax.random:shuffle",
    "random_uniform": "estimax.random:uniform",
    "set_random_seed": "estimax.random:set_random_seed",
    "truncated_normal": "estimax.random:truncated_normal",
}
"""From a name at the root to `module:name`, as `lazy_attributes` reads it."""
