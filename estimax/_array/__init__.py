"""Array operations, which stand at the top of the package: `tf.constant`, `tf.reshape`, `tf.where` and their kin."""

from estimax._array._creation import (
    constant as constant,
    convert_to_tensor as convert_to_tensor,
    eye as eye,
    fill as fill,
    identity as identity,
    ones as ones,
    ones_like as ones_like,
    placeholder as placeholder,
    placeholder_with_default as placeholder_with_default,
    zeros as zeros,
    zeros_like as zeros_like,
)
from estimax._array._indexing import reverse as reverse, slice as slice
from estimax._array._joining import (
    concat as concat,
    pad as pad,
    split as split,
    stack as stack,
    tile as tile,
    unstack as unstack,
)
from estimax._array._selection import boolean_mask as boolean_mask, cond as cond, where as where, where_v2 as where_v2
from estimax._array._shape import (
    expand_dims as expand_dims,
    rank as rank,
    reshape as reshape,
    shape as shape,
    size as size,
    squeeze as squeeze,
    transpose as transpose,
)
