"""`tf.lookup.experimental`."""

from estimax.lookup._mutable import MutableHashTable
from estimax.lookup._mutable import MutableHashTable as DenseHashTable

__all__ = ["DenseHashTable", "MutableHashTable"]
