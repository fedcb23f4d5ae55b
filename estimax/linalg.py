"""Products and norms (`tf.linalg`)."""

from estimax._array import (
    eye,
)
from estimax._array import (
    matrix_diag as diag,
)
from estimax._array import (
    matrix_diag_part as diag_part,
)
from estimax._base._lazy import explain_missing
from estimax.math import (
    einsum,
    l2_normalize,
    matmul,
    norm,
    tensordot,
)

__all__ = [
    "diag",
    "diag_part",
    "einsum",
    "eye",
    "l2_normalize",
    "matmul",
    "norm",
    "tensordot",
]

explain_missing(__name__)
