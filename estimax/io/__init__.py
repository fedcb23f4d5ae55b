"""Turning records into Tensors (`tf.io`)."""

from estimax.io._csv import decode_csv
from estimax.io._example_specs import FixedLenFeature, FixedLenSequenceFeature, VarLenFeature

__all__ = ["FixedLenFeature", "FixedLenSequenceFeature", "VarLenFeature", "decode_csv"]
