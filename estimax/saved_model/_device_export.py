"""The device half of a signature as a file: portable StableHLO with an open number of rows.

Variables are arguments, so the weights are not in it, and the same file serves
CPU, GPU and TPU.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import export
from jax.extend.core import ClosedJaxpr, Literal

from estimax._base._errors import InvalidArgumentError
from estimax._base._logger import logger
from estimax._graph._effects import silent
from estimax._graph._tensor import Tensor
from estimax.saved_model._parts import SignatureParts
from estimax.saved_model._row_independence import ROWS, mixes_rows

Platforms = tuple[str, ...]

_PATHS = "jax_traceback_in_locations_limit"  # a setting of the whole process
_LOWERING = threading.Lock()

# What a program may call beyond XLA's own operations: kernels of linear algebra and random numbers, and marks for
# the compiler. Callbacks into Python and kernels that a file brings along are not among them.
_PURE_CALLS = re.compile(
    r"lapack_\w+_ffi|(?:cu|hip)solver_\w+_ffi|cusparse_\w+_ffi|(?:cu|hip)_lu_pivots_to_permutation"
    r"|(?:cu|hip)_threefry2x32_ffi|Eigh|Qr|ProductOfElementaryHouseholderReflectors|LuDecomposition|ApproxTopK"
    r"|Sharding|SPMDFullToShardShape|SPMDShardToFullShape|annotate_device_placement|shape_assertion"
    r"|stablehlo\.dynamic_(?:approx_top_k|reduce_window|rng_bit_generator|top_k)"
)
_CALL = re.compile(r"stablehlo\.(?:custom_call(?: @(?P<name>[\w.]+)\()?|(?P<channel>infeed|outfeed|send|recv)\b)")


@dataclass(frozen=True, eq=False)
class DeviceProgram:
    """A device half, exported.

    Attributes:
        variables: names of the variables that it takes, in order; those it has no use for are left out.
        is_padded: whether a batch may be filled up with more rows.
        by_row: for each entry, whether its first dimension is the rows.
        results_by_row: the same for each result.
    """

    exported: export.Exported
    variables: list[str]
    is_padded: bool
    by_row: list[bool]
    results_by_row: list[bool]

    def to_json(self) -> dict[str, Any]:
        return {
            "platforms": list(self.exported.platforms),
            "variables": self.variables,
            "is_padded": self.is_padded,
            "by_row": self.by_row,
            "results_by_row": self.results_by_row,
        }


def export_device(
    name: str, parts: SignatureParts, variables: Mapping[str, np.ndarray], platforms: Platforms
) -> DeviceProgram:
    """Exports the device half of a signature.

    Args:
        name: of the signature, for messages.
        parts: the signature.
        variables: all that the model has; those that its results do not depend on are left out.
        platforms: to lower for; those that do not know an operation are left out, with a warning.

    Raises:
        InvalidArgumentError: the function cannot be exported for any of the platforms.
        Exception: whatever the function raises when it is traced with an open number of rows.
    """
    entries = _entry_specs(parts.entries)
    specs = {n: _spec(np.shape(v), v.dtype) for n, v in variables.items()}
    try:
        with silent():
            traced = jax.jit(_flat(parts.device, list(specs), {})).trace(tuple(specs.values()), entries)
    except Exception as error:
        error.add_note(f"This happened while signature {name!r} was exported, with an open number of rows.")
        raise
    used = _used(traced.jaxpr, list(specs))
    unused = {n: s for n, s in specs.items() if n not in used}
    function = jax.jit(_flat(parts.device, used, unused))
    with _without_paths(), silent():
        exported = _lower(name, function, (tuple(specs[n] for n in used), entries), platforms)
    check_calls(exported, f"signature {name!r}")
    is_padded = not mixes_rows(traced.jaxpr)
    by_row = [_is_by_row(t) for t in parts.entries]
    if not is_padded and any(by_row):
        logger().warning(
            "signature %r: a prediction seems to depend on the other rows of its batch. Batches are not filled up "
            "to a few sizes then, and each new number of rows takes a moment to compile",
            name,
        )
    return DeviceProgram(
        exported=exported,
        variables=used,
        is_padded=is_padded,
        by_row=by_row,
        results_by_row=[bool(a.shape) and str(a.shape[0]) == ROWS for a in exported.out_avals],
    )


def check_calls(exported: export.Exported, where: str) -> None:
    """Refuses a program that calls anything but XLA's operations and known pure kernels.

    Raises:
        InvalidArgumentError: it has side effects, or calls back into the process.
    """
    effects = [*exported.ordered_effects, *exported.unordered_effects]
    calls = [m["name"] or m["channel"] or "an unnamed function" for m in _CALL.finditer(exported.mlir_module())]
    foreign = sorted({c for c in calls if not _PURE_CALLS.fullmatch(c)} | {str(e) for e in effects})
    if foreign:
        raise InvalidArgumentError(
            f"{where}: an exported program consists of XLA's operations and its kernels of linear algebra; this one "
            f"calls {', '.join(foreign)}. Leave out callbacks, debug prints and kernels of your own"
        )


def check_results(name: str, exits: Sequence[Tensor], results: Sequence[Any]) -> None:
    """Compares the arrays that a device function gives with the placeholders that stand for them.

    Raises:
        InvalidArgumentError: another number of them, another type or shape.
    """
    if len(exits) != len(results):
        raise InvalidArgumentError(
            f"signature {name!r}: the device function must give {len(exits)} arrays, one for each exit; "
            f"it gave {len(results)}"
        )
    for number, (tensor, array) in enumerate(zip(exits, results, strict=True)):
        shape = tuple(int(s) if isinstance(s, int) else None for s in array.shape)
        fits = len(shape) == len(tensor.shape) and all(n in (None, m) for n, m in zip(tensor.shape, shape, strict=True))
        if not fits or _device_dtype(tensor.dtype.as_numpy_dtype) != array.dtype:
            raise InvalidArgumentError(
                f"signature {name!r}: result {number} of the device function must be {tensor.dtype.name} of shape "
                f"{tuple(tensor.shape)}, as its exit; it is {array.dtype} of shape {shape}"
            )


def _device_dtype(dtype: Any) -> np.dtype[Any]:
    """Returns the type that numbers have on the device: 64 bits become 32."""
    return np.dtype(jax.dtypes.canonicalize_dtype(dtype))


def _spec(shape: Sequence[Any], dtype: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(shape, _device_dtype(dtype))  # type: ignore[no-untyped-call]  # JAX leaves it so


def _is_by_row(tensor: Tensor) -> bool:
    return bool(tensor.shape) and tensor.shape[0] is None


def _entry_specs(entries: Sequence[Tensor]) -> tuple[jax.ShapeDtypeStruct, ...]:
    scope = export.SymbolicScope()
    specs = []
    for number, tensor in enumerate(entries):
        sizes = [str(s) if s is not None else f"n{number}_{axis}" for axis, s in enumerate(tensor.shape)]
        if _is_by_row(tensor):
            sizes[0] = ROWS
        shape = export.symbolic_shape(",".join(sizes), scope=scope)
        specs.append(_spec(shape, tensor.dtype.as_numpy_dtype))
    return tuple(specs)


def _flat(
    device: Callable[..., Sequence[Any]], names: Sequence[str], unused: Mapping[str, jax.ShapeDtypeStruct]
) -> Callable[..., tuple[Any, ...]]:
    """Returns the function with variables by position, so that what is saved depends on no names."""

    def predict(values: Sequence[Any], entries: Sequence[Any]) -> tuple[Any, ...]:
        given = dict(zip(names, values, strict=True))
        given.update((n, jnp.zeros(s.shape, s.dtype)) for n, s in unused.items())
        return tuple(jnp.asarray(result) for result in device(given, list(entries)))

    return predict


def _used(traced: ClosedJaxpr, names: Sequence[str]) -> list[str]:
    """Returns the names of the variables on which any result depends."""
    live = {v for v in traced.jaxpr.outvars if not isinstance(v, Literal)}
    for equation in reversed(traced.jaxpr.eqns):
        if live.intersection(equation.outvars) or equation.effects:
            live.update(v for v in equation.invars if not isinstance(v, Literal))
    return [name for name, v in zip(names, traced.jaxpr.invars, strict=False) if v in live]


@contextmanager
def _without_paths() -> Iterator[None]:
    """Keeps JAX from writing into a program where in the source its operations stand.

    A model that is handed on tells nothing of the machine it was made on, and two exports of one are equal.
    """
    with _LOWERING:
        before = getattr(jax.config, _PATHS)
        jax.config.update(_PATHS, 0)  # type: ignore[no-untyped-call]  # JAX leaves it so
        try:
            yield
        finally:
            jax.config.update(_PATHS, before)  # type: ignore[no-untyped-call]  # as above


def _lower(name: str, function: Any, arguments: tuple[Any, ...], platforms: Platforms) -> export.Exported:
    try:
        return export.export(function, platforms=platforms)(*arguments)
    except Exception as error:
        first = error
    failed: dict[str, Exception] = {}
    for platform in platforms:
        try:
            export.export(function, platforms=(platform,))(*arguments)
        except Exception as error:
            failed[platform] = error
    kept = tuple(p for p in platforms if p not in failed)
    if not kept or not failed:
        raise InvalidArgumentError(
            f"signature {name!r}: its device function cannot be exported for {', '.join(platforms)}: {first}"
        ) from first
    for platform, reason in failed.items():
        logger().warning("signature %r cannot be exported for %s and will not run there: %s", name, platform, reason)
    return export.export(function, platforms=kept)(*arguments)
