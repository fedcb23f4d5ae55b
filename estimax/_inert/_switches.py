"""The switches between TensorFlow 1 and 2: taken, and of no effect.

Functions that are given to estimax are traced or run as it sees fit, and what stands
outside of them is computed at once, whatever a program has switched on.
"""

from __future__ import annotations

from typing import Any


def enable_eager_execution(config: Any = None, device_policy: Any = None, execution_mode: Any = None) -> None:
    """Does nothing: outside of functions Tensors have their values anyway."""


def disable_eager_execution() -> None:
    """Does nothing: what stands in a model function or input function is traced anyway."""


def enable_v2_behavior() -> None:
    """Does nothing: defaults of 2.x stand at the root, those of 1.x in `compat.v1`, in one program side by side."""


def disable_v2_behavior() -> None:
    """Does nothing: defaults of 2.x stand at the root, those of 1.x in `compat.v1`, in one program side by side."""


def enable_resource_variables() -> None:
    """Does nothing: a variable is read where it is used, as with resource variables."""


def disable_resource_variables() -> None:
    """Does nothing: a variable is read where it is used, as with resource variables."""


def resource_variables_enabled() -> bool:
    """Returns True."""
    return True


def enable_tensor_equality() -> None:
    """Does nothing: `==` compares the elements of Tensors."""


def disable_tensor_equality() -> None:
    """Does nothing: `==` compares the elements of Tensors."""


def enable_v2_tensorshape() -> None:
    """Does nothing: the sizes in a shape are numbers, and have `.value` too."""


def disable_v2_tensorshape() -> None:
    """Does nothing: the sizes in a shape are numbers, and have `.value` too."""


def enable_control_flow_v2() -> None:
    """Does nothing."""


def disable_control_flow_v2() -> None:
    """Does nothing."""


def control_flow_v2_enabled() -> bool:
    """Returns True."""
    return True
