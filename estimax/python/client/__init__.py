"""`tensorflow.python.client`: the devices of this machine."""

from estimax._base._lazy import lazy_attributes

_LAZY = {"device_lib": "estimax.python.client.device_lib"}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
