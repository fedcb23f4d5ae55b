"""The types of elements (`tf.dtypes`)."""

from estimax._base._dtypes import (
    DType,
    as_dtype,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from estimax._base._lazy import explain_missing
from estimax.math import (
    cast,
    saturate_cast,
)

__all__ = [
    "DType",
    "as_dtype",
    "cast",
    "float16",
    "float32",
    "float64",
    "int16",
    "int32",
    "int64",
    "int8",
    "saturate_cast",
    "string",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
]

explain_missing(__name__)
