"""`tensorflow.python.lib.io`: files and record files."""

from estimax import python_io
from estimax import python_io as tf_record
from estimax.python.lib.io import file_io

__all__ = ["file_io", "python_io", "tf_record"]
