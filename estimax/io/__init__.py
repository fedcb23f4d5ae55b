"""Turning records into Tensors (`tf.io`)."""

from estimax.io._csv import decode_csv

__all__ = ["decode_csv"]
