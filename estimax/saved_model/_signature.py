"""`Signature`: one function of a loaded model, from named arrays to named arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._lazy import did_you_mean
from estimax._base._logger import logger
from estimax._base._string_array import StringArray
from estimax._graph._column import Value, to_value
from estimax.saved_model._device_run import DeviceRunner
from estimax.saved_model._host_graph import HostHalves
from estimax.saved_model._parts import TensorInfo

_KINDS = {"U": "strings", "S": "strings", "b": "truth values", "i": "integers", "u": "integers", "f": "numbers"}


@final
class Signature:
    """One function of a saved model.

    Called with one array (or list, or scalar) for each input, by name, it returns
    one NumPy array for each output; strings come as object arrays of `bytes`. It
    is safe to call from any thread.

    Attributes:
        name: under which the model was saved, such as `serving_default`.
        method_name: how a server answers it, one of `signature_constants`.
        inputs: name, element type and shape of each input, by name.
        outputs: the same of each output.
    """

    def __init__(self, name: str, method_name: str, halves: HostHalves, device: DeviceRunner | None) -> None:
        self.name = name
        self.method_name = method_name
        self.inputs: Mapping[str, TensorInfo] = halves.inputs
        self.outputs: Mapping[str, TensorInfo] = halves.outputs
        self._halves = halves
        self._device = device

    def __call__(self, /, **inputs: Any) -> dict[str, np.ndarray]:
        """Computes the outputs.

        Raises:
            InvalidArgumentError: an input is missing, unknown, or of the wrong type, shape or number
                of rows; the message names it.
        """
        halves = self._halves
        values = halves.before(self._read(inputs))
        entries, carried = values[: halves.entries], values[halves.entries :]
        results = self._device([np.asarray(e) for e in entries]) if self._device else []
        exits = [r.astype(t.dtype.as_numpy_dtype, copy=False) for r, t in zip(results, halves.exits, strict=True)]
        return {
            name: value.to_numpy() if isinstance(value, StringArray) else np.asarray(value)
            for name, value in zip(self.outputs, halves.after([*carried, *exits]), strict=True)
        }

    def warm_up(self, rows: int) -> None:
        """Compiles what a request of so many rows needs, and makes the look-up tables.

        For the latter the signature is run on zeros and empty strings; that it may refuse them does not matter.
        """
        if self._device:
            self._device.warm_up(rows)
        try:
            self(**{name: _zeros(info, rows) for name, info in self.inputs.items()})
        except Exception as error:
            logger().debug("signature %r does not take zeros: %s", self.name, error)

    def _read(self, inputs: Mapping[str, Any]) -> list[Value]:
        for name in inputs:
            if name not in self.inputs:
                hint = did_you_mean(name, self.inputs) or f"; the inputs are {_listed(self.inputs)}"
                raise InvalidArgumentError(f"signature {self.name!r} has no input {name!r}{hint}")
        missing = [name for name in self.inputs if name not in inputs]
        if missing:
            raise InvalidArgumentError(f"signature {self.name!r} needs the inputs {_listed(missing)} too")
        values = {name: _as_value(inputs[name], info, self.name) for name, info in self.inputs.items()}
        rows = {name: len(values[name]) for name, info in self.inputs.items() if info.shape[:1] == (None,)}
        if len(set(rows.values())) > 1:
            found = ", ".join(f"{name!r} has {count}" for name, count in rows.items())
            raise InvalidArgumentError(f"signature {self.name!r}: all inputs must have one number of rows; {found}")
        return list(values.values())

    def __repr__(self) -> str:
        return f"<Signature {self.name!r}: {_listed(self.inputs)} -> {_listed(self.outputs)}>"


def _as_value(data: Any, info: TensorInfo, signature: str) -> Value:
    """Makes a host value of what was given for an input, and checks that it fits."""
    wanted = f"signature {signature!r}: input {info.name!r} must be {info.dtype.name} of shape {_shape(info.shape)}"
    try:
        if not info.dtype.is_string and not isinstance(data, StringArray):
            data = _numbers(data, info)
        value = to_value(data, info.dtype)
        if isinstance(value, StringArray) is not info.dtype.is_string:
            raise TypeError("got strings")
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidArgumentError(f"{wanted}: {error}") from None
    sizes = info.shape
    if len(value.shape) != len(sizes) or any(n not in (None, m) for n, m in zip(sizes, value.shape, strict=True)):
        raise InvalidArgumentError(f"{wanted}; got shape {_shape(value.shape)}")
    return value


def _numbers(data: Any, info: TensorInfo) -> np.ndarray:
    """Makes an array that `info.dtype` can hold without loss, but for the precision of floating-point numbers."""
    array = np.asarray(data)
    if array.dtype.kind == "O":
        raise TypeError("got objects that are not numbers")
    if array.size == 0 and not isinstance(data, np.ndarray):
        return array.astype(info.dtype.as_numpy_dtype)  # an empty list has no type of its own
    kind = array.dtype.kind
    if kind not in "biuf" or info.dtype.is_bool is not (kind == "b"):
        raise TypeError(f"got {_KINDS.get(kind) or array.dtype}")
    if info.dtype.is_floating:
        with np.errstate(over="ignore"):  # what is too large becomes infinite
            return array.astype(info.dtype.as_numpy_dtype, copy=False)
    return array


def _zeros(info: TensorInfo, rows: int) -> Any:
    shape = [rows if axis == 0 and s is None else 1 if s is None else s for axis, s in enumerate(info.shape)]
    if info.dtype.is_string:
        return StringArray.of(np.full(shape, b"", object))
    return np.zeros(shape, info.dtype.as_numpy_dtype)


def _shape(shape: tuple[int | None, ...]) -> str:
    return f"[{', '.join('?' if n is None else str(n) for n in shape)}]"


def _listed(names: Any) -> str:
    return ", ".join(repr(name) for name in names)
