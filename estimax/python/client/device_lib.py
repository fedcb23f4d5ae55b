"""`device_lib`: the devices on which JAX computes, as programs list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax

_KINDS = {"gpu": "GPU", "cuda": "GPU", "rocm": "GPU", "tpu": "TPU"}


@dataclass(frozen=True)
class DeviceAttributes:
    """A device.

    Attributes:
        name: such as '/device:GPU:0'.
        device_type: 'CPU', 'GPU' or 'TPU'.
        memory_limit: in bytes; 0 where it is not known.
        physical_device_desc: what the device calls itself.
    """

    name: str
    device_type: str
    memory_limit: int
    physical_device_desc: str


def list_local_devices(session_config: Any = None) -> list[DeviceAttributes]:
    """Returns the devices of this machine.

    Example:
        >>> from estimax.python.client import device_lib
        >>> device_lib.list_local_devices()[0].name  # doctest: +SKIP
        '/device:CPU:0'
    """
    return [_attributes(device) for device in jax.local_devices()]


def list_devices() -> list[str]:
    """Returns the names of the devices of this machine, in full."""
    return [f"/job:localhost/replica:0/task:0{device.name}" for device in list_local_devices()]


def _attributes(device: Any) -> DeviceAttributes:
    kind = _KINDS.get(device.platform, device.platform.upper())
    limit = int((device.memory_stats() or {}).get("bytes_limit", 0))
    return DeviceAttributes(f"/device:{kind}:{device.local_hardware_id or device.id}", kind, limit, device.device_kind)
