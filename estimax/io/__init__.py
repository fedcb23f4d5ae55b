"""Turning files and records into Tensors, and Tensors into records (`tf.io`)."""

from estimax._base._lazy import lazy_attributes
from estimax.io._base64 import decode_base64, encode_base64
from estimax.io._csv import decode_csv
from estimax.io._example_specs import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)
from estimax.io._file_ops import matching_files, read_file, write_file
from estimax.io._parse_example import parse_example, parse_single_example
from estimax.io._parse_sequence_example import parse_sequence_example, parse_single_sequence_example
from estimax.io._raw import decode_raw
from estimax.io._record_writer import TFRecordCompressionType, TFRecordOptions, TFRecordWriter
from estimax.io._serialize_tensor import parse_tensor, serialize_tensor

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SparseFeature",
    "TFRecordCompressionType",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_base64",
    "decode_csv",
    "decode_raw",
    "encode_base64",
    "matching_files",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "read_file",
    "serialize_tensor",
    "write_file",
]

_IMAGES = (
    "decode_and_crop_jpeg",
    "decode_bmp",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "encode_jpeg",
    "encode_png",
    "extract_jpeg_shape",
    "is_jpeg",
)

__getattr__ = lazy_attributes(
    __name__,
    {name: f"estimax.image:{name}" for name in _IMAGES}
    | {
        "gfile": "estimax.gfile",
        "tf_record_iterator": "estimax.data._tf_record_dataset:tf_record_iterator",
    },
)
