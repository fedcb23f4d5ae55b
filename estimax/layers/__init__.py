"""Layers of model functions (`tf.layers`)."""

from estimax._base._lazy import lazy_attributes
from estimax.layers._batch_normalization import batch_normalization
from estimax.layers._dense import dense
from estimax.layers._dropout import dropout

__all__ = ["batch_normalization", "dense", "dropout"]

__getattr__ = lazy_attributes(__name__, {})
