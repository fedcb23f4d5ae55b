"""TFRecord files under their old name (`tf.python_io`)."""

from estimax._base._lazy import explain_missing
from estimax.data._tf_record_dataset import tf_record_iterator
from estimax.io import TFRecordCompressionType, TFRecordOptions, TFRecordWriter

__all__ = ["TFRecordCompressionType", "TFRecordOptions", "TFRecordWriter", "tf_record_iterator"]

explain_missing(__name__)
