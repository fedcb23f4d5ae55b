"""Making what categorical columns computed on sparse and ragged features rectangular, as the device wants it.

The lists of the examples of a batch get one length, a power of two, with a
filler behind what they hold. Few lengths mean few programs to compile, as a
program is compiled for each; and nothing that is computed depends on the filler.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._graph._columnwise import column_op
from estimax._graph._lifting import leading_axis
from estimax._graph._op import Op
from estimax._graph._tensor import Tensor
from estimax._graph._varying import RaggedValue, SparseColumn
from estimax.feature_column._places import Places, filled, numbered, places_of, power_of_two
from estimax.feature_column._sharing import shared_node


def padded(tensor: Any, filler: int, in_place: bool = False) -> Any:
    """Builds the node from a sparse or ragged Tensor [batch, lists] to a dense one; dense ones stay as they are.

    Args:
        tensor: of any kind.
        filler: what stands where there is no value.
        in_place: whether the values of a sparse Tensor keep their positions in the list;
            else they move up, so that a list is as long as it has values.
    """
    if not isinstance(tensor, Tensor) or tensor.spec.is_dense:
        return tensor
    return shared_node(_PAD, tensor, filler=filler, in_place=in_place)


def padded_together(ids: Any, weights: Any, column: str) -> tuple[Any, Any]:
    """Builds the nodes to ids, -1 where there is none, and the weights that belong to them, 0.0 there.

    `column` is the name that errors tell.
    """
    if ids.spec.is_dense and weights.spec.is_dense:
        return ids, weights
    if type(ids.spec) is type(weights.spec):
        both: tuple[Any, Any] = _PAD_PAIR(ids, weights, column=column)
        return both
    placed = padded(ids, -1, in_place=True)
    return placed, _FIT(padded(weights, 0, in_place=True), placed, column=column)


def _infer(x: TensorSpec, *, filler: int, in_place: bool) -> TensorSpec:
    if x.shape.ndims not in (2, None):
        raise InvalidArgumentError(
            f"sparse and ragged features of categorical columns have the shape [batch, values]; got {x.shape}"
        )
    return TensorSpec((None if x.shape.ndims is None else x.shape[0], None), x.dtype)


def _pad(x: SparseColumn | RaggedValue, *, filler: int, in_place: bool) -> Any:
    return _rectangle(places_of(x) if in_place else _moved_up(x), filler)


def _rectangle(places: Places, filler: int) -> Any:
    width = power_of_two(places.needed[0])
    return filled(places.sizes, places.index, places.values, filler, places.values.dtype, (width,))


def _infer_pair(ids: TensorSpec, weights: TensorSpec, *, column: str) -> tuple[TensorSpec, TensorSpec]:
    return _infer(ids, filler=-1, in_place=False), _infer(weights, filler=0, in_place=False)


def _pad_pair(ids: SparseColumn | RaggedValue, weights: SparseColumn | RaggedValue, *, column: str) -> tuple[Any, Any]:
    places, weight_places = _moved_up(ids), _moved_up(weights)
    rows, weight_rows = places.index[0], weight_places.index[0]
    if not np.array_equal(rows, weight_rows):
        counts, weight_counts = (
            np.bincount(r, minlength=1 + max(rows.max(initial=0), weight_rows.max(initial=0)))
            for r in (rows, weight_rows)
        )
        first = int(np.argmax(counts != weight_counts))
        raise InvalidArgumentError(
            f"column {column!r} needs one weight for each value; row {first} of the input has "
            f"{counts[first]} values and {weight_counts[first]} weights"
        )
    return _rectangle(places, -1), _rectangle(weight_places, 0)


def _moved_up(x: SparseColumn | RaggedValue) -> Places:
    """Returns where the values stand when nothing is left between them."""
    places = places_of(x)
    if isinstance(x, RaggedValue):
        return places
    row, values = places.index[0], places.values
    if (row[1:] < row[:-1]).any():
        order = np.argsort(row, kind="stable")
        row, values = row[order], values[order]
    place = numbered(np.bincount(row, minlength=int(places.sizes.sum())))
    return replace(places, index=(row, place), values=values)


_PAD = column_op("PadValues", _infer, _pad, composite=True)
_PAD_PAIR = column_op("PadPair", _infer_pair, _pad_pair, composite=True)


def _infer_fit(weights: TensorSpec, ids: TensorSpec, *, column: str) -> TensorSpec:
    return TensorSpec(ids.shape, weights.dtype)


def _fit(weights: np.ndarray, ids: np.ndarray, *, column: str) -> np.ndarray:
    """Cuts weights to the width of the ids, or adds zeros."""
    width = ids.shape[-1]
    if weights[..., width:].any():
        raise InvalidArgumentError(
            f"column {column!r} needs one weight for each value; there are at most {width} values in a "
            f"row, and a weight at position {int(np.nonzero(weights.reshape(-1, weights.shape[-1]))[1].max())}"
        )
    fitted = np.zeros(ids.shape, weights.dtype)
    fitted[..., : weights.shape[-1]] = weights[..., :width]
    return fitted


_FIT = Op("FitWeights", infer=_infer_fit, host=_fit, lift=leading_axis(_fit))
