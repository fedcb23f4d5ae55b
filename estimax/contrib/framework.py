"""`tf.contrib.framework`: `arg_scope`, variables by scope, and names that moved elsewhere later."""

from estimax._base._lazy import lazy_attributes

_TRAIN = (
    "get_global_step",
    "get_or_create_global_step",
    "init_from_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
)

_ARG_SCOPE = ("add_arg_scope", "arg_scope", "current_arg_scope", "has_arg_scope")
_VARIABLES = (
    "get_local_variables",
    "get_model_variables",
    "get_trainable_variables",
    "get_variables",
    "get_variables_by_name",
    "get_variables_by_suffix",
    "get_variables_to_restore",
)

_LAZY = {name: f"estimax.train:{name}" for name in _TRAIN} | {
    "assign_from_checkpoint_fn": "estimax.train._assign_from_checkpoint:assign_from_checkpoint_fn",
    **{name: f"estimax.contrib._arg_scope:{name}" for name in _ARG_SCOPE},
    **{name: f"estimax.contrib._model_variables:{name}" for name in _VARIABLES},
    "argsort": "estimax._array:argsort",
    "is_tensor": "estimax._inert._tensors:is_tensor",
    "nest": "estimax.nest",
    "sort": "estimax._array:sort",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
