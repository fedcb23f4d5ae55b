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
    "get_default_graph": "estimax._scope._default_graph:get_default_graph",
    "UnconnectedGradients": "estimax.train._compute_gradients:UnconnectedGradients",
    "custom_gradient": "estimax.nn._custom_gradient:custom_gradient",
    "get_local_variable": "estimax.variables:get_local_variable",
    "get_variable": "estimax.variables:get_variable",
    "global_variables_initializer": "estimax._scope._default_graph:global_variables_initializer",
    "local_variables_initializer": "estimax._scope._default_graph:local_variables_initializer",
    "reset_default_graph": "estimax._scope._default_graph:reset_default_graph",
    "global_norm": "estimax.train._clipping:global_norm",
    "gradients": "estimax.train._compute_gradients:gradients",
    "set_variables": "estimax.modules:set_variables",
    "trainable_variables": "estimax._scope._variables:trainable_variables",
    "global_variables": "estimax._scope._variables:global_variables",
    "local_variables": "estimax._scope._variables:local_variables",
    "Variable": "estimax.variables:Variable",
    "GraphKeys": "estimax._scope._graph_keys:GraphKeys",
    "AUTO_REUSE": "estimax._scope._scopes:AUTO_REUSE",
    "VariableScope": "estimax._scope._scopes:VariableScope",
    "add_to_collection": "estimax._scope._collections:add_to_collection",
    "add_to_collections": "estimax._scope._collections:add_to_collections",
    "assign": "estimax._scope._assigning:assign",
    "assign_add": "estimax._scope._assigning:assign_add",
    "assign_sub": "estimax._scope._assigning:assign_sub",
    "get_collection": "estimax._scope._collections:get_collection",
    "get_collection_ref": "estimax._scope._collections:get_collection_ref",
    "get_variables": "estimax.modules:get_variables",
    "get_variable_scope": "estimax._scope._scopes:get_variable_scope",
    "name_scope": "estimax._scope._scopes:name_scope",
    "variable_scope": "estimax._scope._scopes:variable_scope",
}

_SWITCHES = (
    "control_flow_v2_enabled",
    "disable_control_flow_v2",
    "disable_eager_execution",
    "disable_resource_variables",
    "disable_tensor_equality",
    "disable_v2_behavior",
    "disable_v2_tensorshape",
    "enable_control_flow_v2",
    "enable_eager_execution",
    "enable_resource_variables",
    "enable_tensor_equality",
    "enable_v2_behavior",
    "enable_v2_tensorshape",
    "resource_variables_enabled",
)

_SETTINGS = ("ConfigProto", "GPUOptions", "GraphOptions", "OptimizerOptions", "RunMetadata", "RunOptions")

_PARTITIONERS = ("fixed_size_partitioner", "min_max_variable_partitioner", "variable_axis_size_partitioner")
_INERT = {
    **{name: f"estimax._inert._switches:{name}" for name in _SWITCHES},
    **{name: f"estimax._inert._session_config:{name}" for name in _SETTINGS},
    **{name: f"estimax._inert._placement:{name}" for name in ("device", "executing_eagerly", "function", "init_scope")},
    "get_logger": "estimax._base._logger:logger",
    "is_tensor": "estimax._inert._tensors:is_tensor",
    **{name: f"estimax._inert._partitioners:{name}" for name in _PARTITIONERS},
}


SPELLINGS = {
    **_INERT,
    **_DEVICE,
    **{f"sparse_{name}": f"estimax.sparse:{name}" for name in _SPARSE},
    "sparse_tensor_dense_matmul": "estimax.sparse:sparse_dense_matmul",
    "sparse_tensor_to_dense": "estimax.sparse:to_dense",
    "sparse_to_dense": "estimax.sparse:sparse_to_dense",
    **{name: f"estimax._array:{name}" for name in _ARRAYS},
    "initialize_all_tables": "estimax.lookup:tables_initializer",
    "tables_initializer": "estimax.lookup:tables_initializer",
    "lin_space": "estimax._array:linspace",
    "multinomial": "estimax.random:multinomial",
    "random_crop": "estimax.image:random_crop",
    "random_gamma": "estimax.random:gamma",
    "random_normal": "estimax.random:normal",
    "random_poisson": "estimax.random:poisson",
    "random_shuffle": "estimax.random:shuffle",
    "random_uniform": "estimax.random:uniform",
    "set_random_seed": "estimax.random:set_random_seed",
    **{name: f"estimax.summary:{name}" for name in ("Event", "SessionLog", "Summary", "SummaryMetadata")},
    "truncated_normal": "estimax.random:truncated_normal",
}
"""From a name at the root to `module:name`, as `lazy_attributes` reads it."""
