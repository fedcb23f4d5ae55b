"""Elements picked by, and put at, positions that are rows of an array: `gather_nd`, `scatter_nd` and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimax._array._by_shape import by_shape
from estimax._array._dimensions import as_sizes, complete, rank_of, rearranged
from estimax._array._gathering import gather
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op, as_argument


def _gather_spec(x: TensorSpec, indices: TensorSpec, *, batch_dims: int) -> TensorSpec:
    depth = indices.shape[-1]
    if not indices.dtype.is_integer or depth is None or depth > len(x.shape) - batch_dims:
        raise InvalidArgumentError(
            f"gather_nd needs rows of up to {len(x.shape) - batch_dims} whole numbers; got indices of "
            f"{indices.dtype.name}, shape {tuple(indices.shape)}"
        )
    return TensorSpec((*indices.shape[:-1], *x.shape[batch_dims + depth :]), x.dtype)


def _checked(indices: np.ndarray, sizes: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Returns the columns of indices; all must be inside of axes of the given sizes."""
    wrong = (indices < 0) | (indices >= np.array(sizes[: indices.shape[-1]], np.int64))
    if wrong.any():
        row = indices.reshape((-1, indices.shape[-1]))[wrong.reshape((-1, indices.shape[-1])).any(1)][0]
        raise InvalidArgumentError(f"indices {row.tolist()} are outside of the shape {list(sizes)}")
    return tuple(np.moveaxis(indices, -1, 0))


def _gather(x: Any, indices: Any, *, batch_dims: int) -> Any:
    picks = _checked(indices, x.shape[batch_dims:])
    if x.shape[:batch_dims] != indices.shape[:batch_dims]:
        raise InvalidArgumentError(f"gather_nd: shapes {x.shape} and {indices.shape} differ in their first axes")
    rank = indices.ndim - 1
    steps = [np.arange(n).reshape((-1, *(1,) * (rank - i - 1))) for i, n in enumerate(x.shape[:batch_dims])]
    if not steps and not picks:
        return rearranged(x, lambda a: np.broadcast_to(a, (*indices.shape[:-1], *a.shape)))
    return rearranged(x, lambda a: a[(*steps, *picks)])


def _gather_rows(column: Any, indices: Any, *, batch_dims: int) -> Any:
    return _gather(column, indices, batch_dims=batch_dims + 1)


def _scatter_spec(indices: TensorSpec, updates: TensorSpec, *sizes: TensorSpec, shape: list[Any]) -> TensorSpec:
    return TensorSpec(shape, updates.dtype)


def _scatter(indices: Any, updates: Any, *sizes: Any, shape: list[Any]) -> Any:
    full = complete(shape, sizes)
    if isinstance(updates, StringArray):
        raise TypeError("scatter_nd adds up numbers; got strings")
    out = np.zeros(full, updates.dtype)
    with np.errstate(all="ignore"):
        np.add.at(out, _checked(indices, full), updates)
    return out


def _update_spec(x: TensorSpec, indices: TensorSpec, updates: TensorSpec, *, add: bool) -> TensorSpec:
    if x.dtype != updates.dtype:
        raise TypeError(f"updates must be of {x.dtype.name} as the Tensor is; got {updates.dtype.name}")
    return x


def _update(x: Any, indices: Any, updates: Any, *, add: bool) -> Any:
    picks = _checked(indices, x.shape)
    if isinstance(x, StringArray):
        places = np.arange(x.size).reshape(x.shape)
        places[picks] = x.size + np.arange(updates.size).reshape(updates.shape)
        return StringArray.concatenate([x.reshape(-1), updates.reshape(-1)]).gather(places)
    out = x.copy()
    if add:
        np.add.at(out, picks, updates)
    else:
        out[picks] = updates
    return out


_GATHER = Op(
    "GatherNd",
    infer=_gather_spec,
    host=_gather,
    lift=by_shape(leading_axis(_gather_rows)),
    device="estimax._array._device:gather_nd",
)
_SCATTER = Op("ScatterNd", infer=_scatter_spec, host=_scatter, device="estimax._array._device:scatter_nd")
_UPDATE = Op("TensorScatter", infer=_update_spec, host=_update, device="estimax._array._device:tensor_scatter")


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: int = 0) -> Any:
    """Picks elements, or slices, by rows of indices: one number for each axis, from the first on.

    Args:
        params: the Tensor to pick from.
        indices: whole numbers [..., depth].
        name: has no effect.
        batch_dims: how many first axes of both go in step.

    Example:
        >>> from estimax._array import gather_nd
        >>> gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).numpy()
        array([2, 3], dtype=int32)
    """
    return _GATHER(params, indices, batch_dims=int(batch_dims))


def batch_gather(params: Any, indices: Any, name: str | None = None) -> Any:
    """Picks along the last axis of the indices, with all axes before it in step."""
    picks = as_argument(indices)
    return gather(params, picks, batch_dims=rank_of(picks) - 1)


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Any:
    """Puts numbers at places in zeros; those for one place are added up.

    Args:
        indices: whole numbers [..., depth], a place for each update.
        updates: numbers [..., and the axes that the indices leave].
        shape: of the result.
        name: has no effect.

    Example:
        >>> from estimax._array import scatter_nd
        >>> scatter_nd([[1], [3], [1]], [9, 8, 1], [5]).numpy()
        array([ 0, 10,  0,  8,  0], dtype=int32)
    """
    known, tensors = as_sizes(shape)
    return _SCATTER(indices, updates, *tensors, shape=known)


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """Returns the Tensor with other elements at some places; the arguments are those of `scatter_nd`."""
    return _UPDATE(*_alike(tensor, indices, updates), add=False)


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
    """Returns the Tensor with numbers added at some places; the arguments are those of `scatter_nd`."""
    return _UPDATE(*_alike(tensor, indices, updates), add=True)


def _alike(tensor: Any, indices: Any, updates: Any) -> tuple[Any, Any, Any]:
    x = as_argument(tensor)
    return x, as_argument(indices), as_argument(updates, getattr(x, "spec", None) and x.dtype)
