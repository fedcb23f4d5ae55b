"""`tf.ragged`: Tensors of nested lists of different lengths, by themselves and after `batch`."""

from estimax._base._lazy import explain_missing
from estimax._graph._composite import RaggedTensor
from estimax.ragged import _indexing as _indexing  # the ops behind the methods of RaggedTensor, found by name
from estimax.ragged import _reductions as _reductions
from estimax.ragged._joining import concat, stack
from estimax.ragged._lists import row_splits_to_segment_ids, segment_ids_to_row_splits
from estimax.ragged._making import constant, placeholder
from estimax.ragged._making import ragged_range as range
from estimax.ragged._selection import boolean_mask, map_flat_values

__all__ = [
    "RaggedTensor",
    "boolean_mask",
    "concat",
    "constant",
    "map_flat_values",
    "placeholder",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
]

explain_missing(__name__)
