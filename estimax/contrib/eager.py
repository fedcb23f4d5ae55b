"""`tf.contrib.eager`: what programs ask of eager execution, which is how Tensors outside of functions are here."""

from estimax._base._lazy import lazy_attributes

_LAZY = {
    "Iterator": "estimax.data:Iterator",
    "defun": "estimax._inert._placement:function",
    "enable_eager_execution": "estimax._inert._switches:enable_eager_execution",
    "executing_eagerly": "estimax._inert._placement:executing_eagerly",
    "in_eager_mode": "estimax._inert._placement:executing_eagerly",
    "list_devices": "estimax.python.client.device_lib:list_devices",
    "py_func": "estimax._functional:py_function",
}

__getattr__ = lazy_attributes(__name__, _LAZY)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
