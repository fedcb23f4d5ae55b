"""`tf.lookup.experimental`."""

from estimax._base._lazy import explain_missing
from estimax.lookup._mutable import MutableHashTable
from estimax.lookup._mutable import MutableHashTable as DenseHashTable

__all__ = ["DenseHashTable", "MutableHashTable"]

explain_missing(__name__)
