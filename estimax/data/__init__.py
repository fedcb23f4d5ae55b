"""Datasets: what is read, how it is turned into batches, and where reading stands (`tf.data`)."""

from estimax._base._lazy import lazy_attributes
from estimax.data._cardinality import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY
from estimax.data._chain import make_initializable_iterator, make_one_shot_iterator
from estimax.data._chain import output_classes as get_output_classes
from estimax.data._chain import output_shapes as get_output_shapes
from estimax.data._chain import output_types as get_output_types
from estimax.data._dataset import Dataset
from estimax.data._iterators import NumpyIterator
from estimax.data._iterators import OneShotIterator as Iterator
from estimax.data._options import Options
from estimax.data._specs import DatasetSpec
from estimax.data._text_dataset import TextLineDataset

AUTOTUNE = -1

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "ArrowDataset",
    "Dataset",
    "DatasetSpec",
    "FixedLengthRecordDataset",
    "Iterator",
    "NumpyIterator",
    "Options",
    "ParquetDataset",
    "TFRecordDataset",
    "TextLineDataset",
    "experimental",
    "get_output_classes",
    "get_output_shapes",
    "get_output_types",
    "make_initializable_iterator",
    "make_one_shot_iterator",
]

_LAZY = {
    "ArrowDataset": "estimax.data._arrow_files:ArrowDataset",
    "FixedLengthRecordDataset": "estimax.data._fixed_length:FixedLengthRecordDataset",
    "ParquetDataset": "estimax.data._parquet:ParquetDataset",
    "TFRecordDataset": "estimax.data._tf_record_dataset:TFRecordDataset",
    "experimental": "estimax.data.experimental",
}

__getattr__ = lazy_attributes(__name__, _LAZY)
