"""`ConfigProto` and the messages in it: taken by `RunConfig(session_config=…)`, where they have no effect.

JAX places and compiles by itself; its own environment variables and `jax.config` tell it otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from estimax._base._lazy import did_you_mean


class Message:
    """Settings by name, some of them messages in their turn.

    Args:
        **fields: the settings that are not to have their defaults.

    Raises:
        ValueError: there is no setting of that name.
        AttributeError: the same, where one is set later.
    """

    _FIELDS: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, **fields: Any) -> None:
        for name, default in self._FIELDS.items():
            made = default() if isinstance(default, type) else default
            super().__setattr__(name, made)
        for name, value in fields.items():
            if name not in self._FIELDS:
                raise ValueError(self._unknown(name))
            super().__setattr__(name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._FIELDS:
            raise AttributeError(self._unknown(name))
        super().__setattr__(name, value)

    def _unknown(self, name: str) -> str:
        return f"{type(self).__name__} has no field {name!r}{did_you_mean(name, self._FIELDS)}"

    def CopyFrom(self, other: Message) -> None:
        """Takes all settings of another message."""
        vars(self).update(vars(other))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # it can change

    def __repr__(self) -> str:
        changed = {n: v for n, v in vars(self).items() if v != type(self)().__getattribute__(n)}
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in changed.items())})"


class OptimizerOptions(Message):
    """What TensorFlow's compiler was to do; XLA compiles everything here."""

    L0, L1 = -1, 0
    DEFAULT, OFF, ON_1, ON_2 = 0, -1, 1, 2
    _FIELDS: ClassVar[Mapping[str, Any]] = {
        "do_common_subexpression_elimination": False,
        "do_constant_folding": False,
        "max_folded_constant_in_bytes": 0,
        "do_function_inlining": False,
        "opt_level": 0,
        "global_jit_level": 0,
        "cpu_global_jit": False,
    }


class RewriterConfig(Message):
    """What TensorFlow's graph rewriter was to do; there is none here."""

    DEFAULT, ON, OFF, AGGRESSIVE = 0, 1, 2, 3
    _FIELDS: ClassVar[Mapping[str, Any]] = dict.fromkeys(
        (
            "layout_optimizer",
            "constant_folding",
            "arithmetic_optimization",
            "dependency_optimization",
            "function_optimization",
            "memory_optimization",
            "meta_optimizer_iterations",
            "auto_mixed_precision",
            "disable_model_pruning",
        ),
        0,
    )


class GraphOptions(Message):
    """How TensorFlow was to treat its graph."""

    _FIELDS: ClassVar[Mapping[str, Any]] = {
        "enable_recv_scheduling": False,
        "optimizer_options": OptimizerOptions,
        "build_cost_model": 0,
        "build_cost_model_after": 0,
        "infer_shapes": False,
        "place_pruned_graph": False,
        "enable_bfloat16_sendrecv": False,
        "timeline_step": 0,
        "rewrite_options": RewriterConfig,
    }


class GPUOptions(Message):
    """How TensorFlow was to use a GPU's memory; XLA_PYTHON_CLIENT_MEM_FRACTION tells JAX."""

    _FIELDS: ClassVar[Mapping[str, Any]] = {
        "per_process_gpu_memory_fraction": 0.0,
        "allow_growth": False,
        "allocator_type": "",
        "deferred_deletion_bytes": 0,
        "visible_device_list": "",
        "polling_active_delay_usecs": 0,
        "polling_inactive_delay_msecs": 0,
        "force_gpu_compatible": False,
        "experimental": None,
    }


class ConfigProto(Message):
    """How TensorFlow was to run a session.

    Example:
        >>> import estimax as tf
        >>> config = tf.ConfigProto(allow_soft_placement=True)
        >>> config.gpu_options.allow_growth = True
        >>> config
        ConfigProto(gpu_options=GPUOptions(allow_growth=True), allow_soft_placement=True)
    """

    _FIELDS: ClassVar[Mapping[str, Any]] = {
        "device_count": dict,
        "intra_op_parallelism_threads": 0,
        "inter_op_parallelism_threads": 0,
        "use_per_session_threads": False,
        "session_inter_op_thread_pool": list,
        "placement_period": 0,
        "device_filters": list,
        "gpu_options": GPUOptions,
        "allow_soft_placement": False,
        "log_device_placement": False,
        "graph_options": GraphOptions,
        "operation_timeout_in_ms": 0,
        "rpc_options": None,
        "cluster_def": None,
        "isolate_session_state": False,
        "share_cluster_devices_in_session": False,
        "experimental": None,
    }


class RunOptions(Message):
    """How TensorFlow was to run one call of a session."""

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = 0, 1, 2, 3
    _FIELDS: ClassVar[Mapping[str, Any]] = {
        "trace_level": 0,
        "timeout_in_ms": 0,
        "inter_op_thread_pool": 0,
        "output_partition_graphs": False,
        "debug_options": None,
        "report_tensor_allocations_upon_oom": False,
        "experimental": None,
    }


class RunMetadata(Message):
    """What TensorFlow would tell of one call of a session: empty."""

    _FIELDS: ClassVar[Mapping[str, Any]] = {"step_stats": None, "cost_graph": None, "partition_graphs": list}
