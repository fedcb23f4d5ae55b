"""Bits of whole numbers (`tf.bitwise`)."""

from estimax._base._lazy import explain_missing
from estimax.math import (
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    invert,
    left_shift,
    right_shift,
)

__all__ = [
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "invert",
    "left_shift",
    "right_shift",
]

explain_missing(__name__)
